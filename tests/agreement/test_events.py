"""A log entry holds codes and moments; its sentence prints those, and also the text of older
entries."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest

from service.agreement.events import Event, decline_reason, in_words, reason_in_words
from service.agreement.sentences import WAYS
from service.texts import OURS, catalogue

# The data of an entry now, its former data with text, and the sentence for both.
ENTRIES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "agreement.sent",
        {"recipient": "An", "until": "2026-03-02"},
        {"recipient": "An", "until": "2 maart 2026"},
        "Verstuurd naar An; te ondertekenen tot en met 2 maart 2026.",
    ),
    (
        "agreement.declined",
        {"reason": "content", "explanation": "Artikel 5.", "mailbox": "proved"},
        {"reason": "De inhoud klopt niet. Artikel 5.", "mailbox": "de mailbox was bevestigd"},
        "Geweigerd. Reden: De inhoud klopt niet. Artikel 5. (",
    ),
    (
        "agreement.declined",
        {"reason": "content", "explanation": "", "mailbox": "proved"},
        {"reason": "De inhoud klopt niet", "mailbox": "de mailbox was bevestigd"},
        "Geweigerd. Reden: De inhoud klopt niet (",
    ),
    (
        "signatory.reminded",
        {"why": "after", "days": 3},
        {"why": "dag 3 na de link"},
        "Herinnering gestuurd: dag 3 na de link.",
    ),
    (
        "alarm.raised",
        {"what": "job.tidy", "since": "2026-03-01T23:30:00+00:00", "reason": ""},
        {"what": "Opruimen", "since": "2 maart 2026 om 00:30", "reason": "nog niet bekend"},
        " lukt niet sinds 2 maart 2026 om 00:30. Reden: nog niet bekend",
    ),
    (
        "message.sent",
        {"recipient": "An", "kind": "completed", "as_link": "yes"},
        {"recipient": "An", "kind": "exemplaar, met een link in plaats van het bestand"},
        ", met een link in plaats van het bestand.",
    ),
    (
        "agreement.fully_signed",
        {"effective_date": "2026-03-02"},
        {"effective_date": "2 maart 2026", "effective_date_iso": "2026-03-02"},
        "Datum van inwerkingtreding: 2 maart 2026.",
    ),
]


@pytest.mark.parametrize(("event", "now", "before", "words"), ENTRIES)
def test_an_entry_reads_as_one_that_held_words(
    event: str, now: dict[str, Any], before: dict[str, Any], words: str
) -> None:
    assert words in in_words(event, now, OURS)
    assert words in in_words(event, before, OURS)


def test_a_code_that_no_catalogue_knows_any_more_stays_as_it_is() -> None:
    assert (
        in_words("act.accepted", {"place": "fourth_place"}, OURS)
        == "Handtekening geplaatst: fourth_place."
    )
    assert "onbekend" in in_words("signatory.reminded", {}, OURS)
    assert "after" in in_words("signatory.reminded", {"why": "after"}, OURS)  # without its days


def test_a_reason_reads_alike_in_log_and_dossier() -> None:
    said = {"reason": "other", "explanation": "Te duur."}
    assert reason_in_words(Event.AGREEMENT_DECLINED, said, OURS) == decline_reason(
        "other", "Te duur.", OURS
    )
    assert reason_in_words(Event.AGREEMENT_DECLINED, said, OURS) == "Andere reden. Te duur."
    assert reason_in_words(Event.AGREEMENT_VOIDED, {"reason": "content"}, OURS) == "content"
    assert reason_in_words(Event.AGREEMENT_VOIDED, {}, OURS) == ""


def test_every_way_of_printing_is_known() -> None:
    changes = [
        words for key, words in catalogue("staff", OURS).items() if key.startswith("change.")
    ]
    ways = {
        spec
        for sentence in (*catalogue("events", OURS).values(), *changes)
        for _, name, spec, _ in Formatter().parse(sentence)
        if name and spec and "|" not in spec
    }
    assert len(ways) > 8
    for way in ways - WAYS.keys():
        name, _, path = way.partition(".")
        assert any(key.startswith(f"{path}." if path else "") for key in catalogue(name, OURS)), way
