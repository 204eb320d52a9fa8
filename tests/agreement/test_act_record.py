"""The person in a record is stored in the same JSON form as in the very first records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import rfc8785

from service.agreement.act_record import ActRecord, Observed, ProvedMailbox, UsedLink
from service.agreement.shown import Opening

BRUSSELS = timezone(timedelta(hours=1))
AT = datetime(2026, 3, 2, 14, 5, tzinfo=BRUSSELS)


def test_a_signatory_proved_a_mailbox_and_came_by_a_link() -> None:
    observed = Observed(
        "203.0.113.9",
        "x" * 500,
        ProvedMailbox("an@peeters.example", AT, AT.astimezone(UTC) + timedelta(minutes=1)),
        UsedLink("l1", "an@peeters.example", None, copied_by_staff=True),
    )
    assert observed.in_record() == {
        "ip": "203.0.113.9",
        "user_agent": "x" * 400,
        "mailbox": {
            "address": "an@peeters.example",
            "code_sent_at": "2026-03-02T13:05:00+00:00",
            "code_confirmed_at": "2026-03-02T13:06:00+00:00",
        },
        "link": {
            "id": "l1",
            "sent_to": "an@peeters.example",
            "opened_at": None,
            "copied_by_staff": True,
            "bundle": None,
        },
    }
    opened = UsedLink("l1", "an@peeters.example", AT, copied_by_staff=False)
    assert opened.in_record()["opened_at"] == "2026-03-02T13:05:00+00:00"


def test_one_code_for_several_agreements_is_said_to_be_one() -> None:
    together = ("VO-2026-00001", "VO-2026-00002")
    proved = ProvedMailbox("an@peeters.example", AT, AT, together)
    assert proved.in_record()["together"] == list(together)
    assert ProvedMailbox.from_record(proved.in_record()) == proved
    alone = ProvedMailbox("an@peeters.example", AT, AT)
    assert "together" not in alone.in_record()
    assert ProvedMailbox.from_record(alone.in_record()) == alone


def test_staff_gave_a_password_again() -> None:
    observed = Observed("203.0.113.9", "y", reauthenticated="password")
    assert observed.in_record() == {
        "ip": "203.0.113.9",
        "user_agent": "y",
        "reauthenticated": "password",
    }


FIRST = {
    "schema": "zegel-act/1", "reference": "VO-2026-00001", "place": "controller_annex",
    "person": {"name": "An Peeters", "email": "an@peeters.be", "function": "Bestuurder"},
    "organisation": "Peeters", "signed_at": "2026-03-02T13:05:00.000000+00:00",
    "document_sha256": "ab", "method": "typed", "typed": "An Peeters",
    "statements": [{"id": "binding", "version": "1", "text": "Ik ga akkoord."}],
    "evidence": {"ip": "::1", "user_agent": "Firefox"},
}  # fmt: skip


def test_a_record_is_read_as_values_and_hashed_as_it_was_kept() -> None:
    """One of the first version, which had no face, no texts that were opened and no view."""
    record = ActRecord(FIRST)
    assert (record.person.email, record.statements[0].text) == ("an@peeters.be", "Ik ga akkoord.")
    assert (record.face, record.shown, record.view_sha256, record.mailbox) == ("", (), None, None)
    assert not record.link_copied
    assert record.canonical == rfc8785.dumps(FIRST)


def test_what_a_record_says_of_mailbox_and_texts_is_read_back_the_same() -> None:
    opened = Opening("difference", "cd", AT, "ef", AT)
    mailbox = ProvedMailbox("an@peeters.be", AT, AT)
    link = {"copied_by_staff": True}
    seen = {"evidence": {"mailbox": mailbox.in_record(), "link": link}}
    record = ActRecord({**seen, "shown": [opened.in_record()]})
    assert (record.mailbox, record.shown, record.link_copied) == (mailbox, (opened,), True)
