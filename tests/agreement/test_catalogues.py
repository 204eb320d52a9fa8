"""Every sentence that the code names is in a catalogue, and every sentence is used."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from usual import USUAL

from service.agreement.annex import LISTS, categories
from service.agreement.applying import SELF_STARTED
from service.agreement.decline_reason import DeclineReason
from service.agreement.events import Event, in_words
from service.agreement.parties import KINDS, NUMBER_TYPES
from service.agreement.permissions import Role
from service.agreement.states import Order, PlaceState, State
from service.error_codes import ErrorCode, FieldCode, StartCode
from service.mail.compose import MAIL_KINDS
from service.texts import OURS, catalogue, folder, has_text, table, text
from service.workflow.signing.accept import METHODS
from service.workflow.signing.countersign import STATEMENTS
from service.workflow.signing.sign import AGREEMENT_STATEMENTS, ANNEX_STATEMENTS
from signatures.acts.font import FACES

SERVICE = Path(__file__).parents[2] / "service"
# Words that confused readers. The statements that signers agree to are separate: they have
# versions.
STUMBLED_OVER = re.compile(
    r"Pas na die stap|Overeenkomst ondertekenen'|Zoals u ondertekent|Houd (klaar|dit bij)"
    r"|groepen mensen|Kies alles wat past|[Tt]oestand(en)?\b|Datum ervan|Afgelopen|Niet doen"
    r"|Wat er gebeurde|>(Meer d|D)oen<|niet vooruitgaat|[Vv]erwittig|[Nn]agelezen|[Nn]alezen"
    r"|dingen nog niet|Gegeven \||Vastgesteld$|Waaronder|nagegaan$|Afgeleverd aan|code gevraagd\?"
)


@cache
def modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in SERVICE.rglob("*.py"))


@cache
def named() -> Mapping[str, set[str]]:
    """The members of enums that the code names, by the name of the enum."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found[node.value.id].add(node.attr)
    return found


def test_every_code_of_an_error_is_raised_somewhere() -> None:
    made = ("link_", "keys.", "number_", "package_", "personal_data_", "data_subjects_")
    codes = [*ErrorCode, *FieldCode, *StartCode]
    silent = {each.name for each in codes if not each.startswith(made)}
    assert silent - named()["ErrorCode"] - named()["FieldCode"] - named()["StartCode"] == set()


def test_every_event_has_one_sentence_and_the_other_way_round() -> None:
    assert set(catalogue("events", OURS)) == {event.value for event in Event}


@pytest.mark.parametrize("event", Event)
def test_an_event_is_named_subject_participle(event: Event) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", event.value)


def test_every_event_is_written_somewhere() -> None:
    assert {event.name for event in Event} - named()["Event"] == set()


def test_every_kind_of_mail_has_a_name_and_three_templates() -> None:
    mails = folder(OURS, "mail")
    kinds = {each.name for each in mails.iterdir() if each.is_dir()}
    assert set(catalogue("message_kinds", OURS)) == set(MAIL_KINDS) == kinds
    for kind in kinds:
        files = {file.name for file in (mails / kind).iterdir()}
        assert files == {"subject.txt", "text.txt", "html.html"}


@pytest.mark.parametrize(
    "key",
    [
        *(f"states.agreement.{state.value}" for state in State),
        *(f"states.sentence.{state.value}" for state in State),
        *(f"states.place.{state.value}" for state in PlaceState),
        *(
            f"states.archive.{state}"
            for state in ("local", "stored", "locked", "verified", "missing", "corrupt")
        ),
        *(f"states.message.{state}" for state in ("queued", "sent", "failed", "refused")),
        *(f"labels.place.{place.key}" for place in USUAL),
        *(f"labels.order.{order.value}" for order in Order),
        *(f"labels.role.{role.value}" for role in Role),
        *(f"labels.decline_reason.{reason.value}" for reason in DeclineReason),
        *(f"labels.kind.{kind}" for kind in KINDS),
        *(f"labels.number_type.{kind}" for kind in NUMBER_TYPES),
        *(f"labels.method.{method}" for method in METHODS),
        *(f"labels.face.{face}" for face in FACES),
        *(f"labels.list.{name}" for name in LISTS),
        *(f"labels.party.{party}" for party in ("controller", "processor")),
    ],
)
def test_every_value_has_a_label(key: str) -> None:
    assert has_text(key, OURS)
    assert text(key, OURS)


def test_every_flag_has_a_label() -> None:
    flags = {category.flag for name in LISTS for category in categories(name)} - {""}
    flags |= {"own", "delegated", "organisation_changed", "copied_link", "public_or_informal"}
    flags |= {SELF_STARTED}
    assert flags == set(table("labels", OURS)["flag"])


@pytest.mark.parametrize("key", [*AGREEMENT_STATEMENTS, *ANNEX_STATEMENTS, *STATEMENTS])
def test_a_statement_is_filled_and_whole(key: str) -> None:
    said = text(f"statements.{key}", OURS, organisation="Bakkerij {x}", processor="IT4")
    assert said.endswith(".")
    assert "{organisation}" not in said
    assert "{processor}" not in said
    if "Bakkerij" in said:
        assert "Bakkerij {x}" in said  # braces in a name stay text


def test_the_wording_of_the_statements_has_a_version() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}", catalogue("statements", OURS)["version"])
    known = {*AGREEMENT_STATEMENTS, *ANNEX_STATEMENTS, *STATEMENTS, "version"}
    assert set(catalogue("statements", OURS)) == known


def test_words_that_people_stumbled_over_stay_away() -> None:
    words = folder(OURS)
    apart = {
        words / "documents" / "agreement" / "agreement.md",
        words / "texts" / "statements.toml",
    }
    said = [
        f"{file.relative_to(words)}: {line.strip()}"
        for ending in ("html", "txt", "toml", "md")
        for file in words.rglob(f"*.{ending}")
        if file not in apart
        for line in file.read_text(encoding="utf-8").splitlines()
        if STUMBLED_OVER.search(line)
    ]
    assert said == []


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"personal_data": 1, "data_subjects": 2}, "1 soort persoonsgegevens van 2 groepen"),
        ({"personal_data": 2, "data_subjects": 1}, "2 soorten persoonsgegevens van 1 groep "),
        ({"data_subjects": 1}, "«onbekend» soorten persoonsgegevens van 1 groep "),
    ],
)
def test_a_number_brings_its_noun(counts: dict[str, int], words: str) -> None:
    assert words in in_words("annex.saved", counts, OURS)
    assert text("pages.ago.minutes", OURS, count=1) == "1 minuut geleden"
