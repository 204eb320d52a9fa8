"""``zegel public-page``: what the operator of the machine sees and switches."""

from __future__ import annotations

from pathlib import Path

from command_line import zegel
from house import House

from service.workflow.applying import page


def test_it_opens_and_closes_what_was_set(house: House) -> None:
    refused = zegel(house, "public-page", "open")
    assert refused.exit_code == 1
    assert "Kies minstens één dienst." in refused.output
    shown = zegel(house, "public-page", "show")
    assert (shown.exit_code, "Gesloten" in shown.output) == (0, True)


def test_closing_is_at_once_and_opening_as_before(public: House) -> None:
    assert "0 van hoogstens 100 codes" in zegel(public, "public-page", "show").output
    assert "Gesloten" in zegel(public, "public-page", "close").output
    assert not page.setting(public.deps, public.staff).usable
    assert "http://localhost/aanvragen" in zegel(public, "public-page", "open").output
    assert page.setting(public.deps, public.staff).usable
    entries = public.rows(
        "select actor from audit_entries where event = 'profile.page_changed' order by id"
    )
    assert [each.actor.partition(":")[0] for each in entries] == ["staff", "operator", "operator"]


def test_the_link_and_its_qr_code(house: House, tmp_path: Path) -> None:
    said = zegel(house, "public-page", "link", "--customer", "A 12")
    assert said.output.strip() == "http://localhost/aanvragen?klantnummer=A+12"
    for name, beginning in (("qr.svg", b"<svg"), ("qr.png", b"\x89PNG")):
        file = tmp_path / name
        assert zegel(house, "public-page", "link", "--qr", file).exit_code == 0
        assert file.read_bytes().startswith(beginning)
    assert zegel(house, "public-page", "link", "--qr", tmp_path / "qr.gif").exit_code == 2
