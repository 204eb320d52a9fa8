"""A change is stored as a code and its values, and becomes a sentence when read."""

from __future__ import annotations

from typing import Any

from service.agreement.changes import Change, What, change_in_words, of_roles
from service.agreement.permissions import Role
from service.texts import OURS, catalogue


def test_every_change_has_a_sentence_and_every_sentence_a_change() -> None:
    sentences = {
        key.partition(".")[2] for key in catalogue("staff", OURS) if key.startswith("change.")
    }
    matters = {f"matter.{each}" for each in ("look", "public_page", "template")}
    assert sentences == {each.value for each in What} | {"our_data", *matters}


def test_what_a_change_holds_is_printed() -> None:
    said: list[tuple[Change, str]] = [
        (
            of_roles(What.GRANTED, [Role.ADMIN], asked_by="An"),
            "Beheer: gegeven; de aanvraag was van An.",
        ),
        (of_roles(What.INVITED, []), "Uitgenodigd als medewerker. Rollen: –."),
        (Change(What.FUNCTION, {"old": "", "new": "{x}"}), "Functie: {x} (was –)."),
        (
            Change(What.PROFILE, {"field": "phone", "old": "1", "new": ""}),
            "Telefoonnummer: – (was 1).",
        ),
        (
            Change(
                What.SUGGESTIONS,
                {"service": "support", "added": ["personal_data.name", "gone"], "gone": []},
            ),
            "Voorstellen bij Hulp en ondersteuning. Erbij: Naam en voornaam; gone. Weg: –.",
        ),
    ]
    for change, words in said:
        assert change_in_words(change.as_json(), OURS) == words


def test_a_change_of_the_former_version_reads_as_it_did() -> None:
    kept: list[Any] = ["Rol gekregen: Tekenbevoegde.", "{new} {roles:roles}"]
    assert [change_in_words(each, OURS) for each in kept] == kept
