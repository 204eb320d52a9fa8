"""The countersigner's queue and the document behind it."""

from __future__ import annotations

import hashlib

import pytest
from office import Office, rows
from road import countersigned, load, ready, signed_by_controller

from service.agreement.permissions import Staff
from service.agreement.states import State
from service.deps import Deps
from service.workflow import generate


def test_queue_shows_what_differs_and_signs(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = ready(office, deps)
    office.get("/tekenen-namens-ons")
    assert "Te ondertekenen (1)" in office.page
    for shown in ("Bijzondere persoonsgegevens", "Gegevens over gezondheid", "Allergieën"):
        assert shown in office.page
    countersigned(office, reference, admin[1])
    assert "U hebt ondertekend." in office.page
    assert "Er wacht niets op uw handtekening." in office.page
    assert load(deps, reference).state is State.IN_SIGNING


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"selected": []}, "Kies minstens één overeenkomst."),
        ({"confirmed": ["countersign_checked"]}, "Vink alle verklaringen aan om te ondertekenen."),
        ({"typed_name": "Iemand"}, "Typ uw naam zoals die in de overeenkomst staat: Els Maes"),
        ({"password": "wrong"}, "Het wachtwoord klopt niet."),
    ],
)
def test_refusals_sign_nothing_and_keep_what_was_typed(
    office: Office,
    deps: Deps,
    admin: tuple[Staff, str],
    changed: dict[str, object],
    sentence: str,
) -> None:
    reference = ready(office, deps)
    office.get("/tekenen-namens-ons")
    form = {
        "selected": [reference],
        f"sha256-{reference}": office.value(f"sha256-{reference}"),
        "confirmed": ["countersign_checked", "countersign_intent"],
        "method": "typed",
        "typed_name": "Els Maes",
        "password": admin[1],
    }
    office.post("/tekenen-namens-ons", {**form, **changed})
    assert office.status == 422
    assert sentence in office.page
    assert office.value("typed_name") == changed.get("typed_name", "Els Maes")
    assert admin[1] not in office.page
    assert rows(deps, "select count(*) from acts")[0][0] == 0


def test_a_text_that_was_not_shown_is_not_signed(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = ready(office, deps)
    office.get("/tekenen-namens-ons")
    office.post(
        "/tekenen-namens-ons",
        {
            "selected": [reference],
            f"sha256-{reference}": "0" * 64,
            "confirmed": ["countersign_checked", "countersign_intent"],
            "method": "typed",
            "typed_name": "Els Maes",
            "password": admin[1],
        },
    )
    assert office.status == 409
    assert f"{reference}: De tekst is intussen gewijzigd." in office.page


def test_text_and_pdf_are_the_frozen_ones(office: Office, deps: Deps) -> None:
    reference = ready(office, deps)
    answer = office.get(f"/overeenkomsten/{reference}/getoond.pdf")
    assert hashlib.sha256(answer.data).hexdigest() == load(deps, reference).frozen_sha256
    assert answer.headers["Content-Disposition"] == f"inline; filename={reference}-getoond.pdf"
    office.get(f"/overeenkomsten/{reference}/tekst")
    assert "Molenstraat 3, 2000 Antwerpen" in office.page


def test_preview_waits_then_shows(office: Office, deps: Deps) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post(
        "/overeenkomsten/nieuw",
        {
            "name": "Jansen & Zn <test> BVBA",
            "signatory_name": "An Peeters",
            "signatory_email": "an@peeters.example",
            "services": ["support"],
            "then": "preview",
        },
    )
    assert office.status == 202
    assert 'http-equiv="refresh"' in office.page
    reference = office.path.split("/")[2]
    generate.make_preview(deps, load(deps, reference).id)
    answer = office.get(f"/overeenkomsten/{reference}/voorbeeld")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_controller_after_us_makes_it_effective(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = ready(office, deps)
    countersigned(office, reference, admin[1])
    signed_by_controller(deps, reference)
    office.get(f"/overeenkomsten/{reference}")
    assert "Door beide partijen ondertekend" in office.page
    assert "Van kracht sinds" in office.page
    office.post("/afmelden")
