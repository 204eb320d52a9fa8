"""``zegel keys``: its output, its effect and its exit status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli.keys import REVOCATION_REASONS
from service.cli.main import main
from service.workflow.sealing.keys import ENDED, ENDS_SOON, FINE, keys_in
from signatures.chains.certificates import fingerprint
from signatures.keys import rotation
from signatures.keys.authority import create_authority, load_authority, read_authority


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key directory for tests that only read it."""
    home = tmp_path_factory.mktemp("made") / "sleutels"
    create_authority(home, None, organisation="IT4", now=datetime.now(UTC))
    return home


def zegel(home: Path, *arguments: str) -> Result:
    environment = {"ZEGEL_MODE": "development", "ZEGEL_KEY_DIR": str(home)}
    return CliRunner().invoke(main, ["keys", *arguments], env=environment)


def test_show_lists_what_counts_and_until_when(made: Path) -> None:
    authority = load_authority(made, None)

    told = zegel(made, "show")

    assert told.exit_code == 0, told.output
    for certificate in authority.counting().values():
        assert fingerprint(certificate) in told.output
    ends = authority.lists[0].next_update_utc
    assert ends is not None
    assert f"geldig tot {ends.date().isoformat()}" in told.output
    assert "--root-key" in told.output  # how to renew the root's list, before it is urgent


def test_show_for_a_program(made: Path) -> None:
    told = json.loads(zegel(made, "show", "--json").output)

    assert [each["role"] for each in told["certificates"]] == ["root", "issuing", "seal", "tsa"]
    assert {each["state"] for each in told["certificates"]} == {"in_use"}


def test_show_ends_with_three_when_something_ends_soon(tmp_path: Path) -> None:
    home = tmp_path / "sleutels"
    almost_three_years_ago = datetime.now(UTC) - timedelta(days=3 * 365 - 40)
    create_authority(home, None, organisation="IT4", now=almost_three_years_ago)

    told = zegel(home, "show")

    assert told.exit_code == 3
    assert "zegel keys renew-seal" in told.output


@pytest.mark.parametrize(
    ("days", "term"), [(0, FINE), (3 * 365 - 91, ENDS_SOON), (3 * 365 + 1, ENDED)]
)
def test_the_seal_asks_to_be_renewed_three_months_before_it_ends(
    made: Path, days: int, term: str
) -> None:
    authority = read_authority(made, None)

    found = keys_in(authority, "software", datetime.now(UTC) + timedelta(days=days))

    seal = next(each for each in found.certificates if each.role == "seal")
    assert seal.term == term
    assert (seal in found.warnings) == (term != FINE)


def test_keys_are_renewed_replaced_and_revoked(tmp_path: Path) -> None:
    home = tmp_path / "sleutels"
    create_authority(home, None, organisation="IT4", now=datetime.now(UTC))
    first = load_authority(home, None)

    assert zegel(home, "renew-seal").exit_code == 0
    assert zegel(home, "renew-stamp").exit_code == 0
    second = load_authority(home, None)
    assert (second.root, second.issuing) == (first.root, first.issuing)
    assert second.seal != first.seal
    assert second.tsa != first.tsa

    revoked = zegel(home, "revoke", fingerprint(first.seal), "--reason", "key_compromise")
    assert revoked.exit_code == 0, revoked.output
    assert "ingetrokken vanaf" in zegel(home, "show").output

    assert zegel(home, "renew-root-list").exit_code == 0
    replaced = zegel(home, "new-authority")
    assert replaced.exit_code == 0, replaced.output
    third = load_authority(home, None)
    assert third.roots == (third.root, first.root)
    assert fingerprint(third.root) in replaced.output
    assert "root.key.pem" in replaced.output  # the file that must leave the machine


def test_what_is_wrong_is_one_sentence_and_status_one(made: Path, tmp_path: Path) -> None:
    authority = load_authority(made, None)
    in_use = zegel(made, "revoke", fingerprint(authority.seal), "--reason", "superseded")
    no_zone = zegel(made, "revoke", "AA" * 8, "--reason", "superseded", "--since", "2026-11-01")
    nothing = zegel(tmp_path / "nothing", "show")

    assert (in_use.exit_code, no_zone.exit_code, nothing.exit_code) == (1, 1, 1)
    assert "renew-seal" in in_use.output
    assert "tijdzone" in no_zone.output
    assert "ontbreekt" in nothing.output
    assert zegel(made, "revoke", "AA" * 8, "--reason", "because").exit_code == 2


def test_the_command_knows_every_reason() -> None:
    assert set(REVOCATION_REASONS) == set(rotation.REASONS)
