"""The person in a record is stored in the same JSON form as in the very first records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from service.agreement.act_record import Observed, ProvedMailbox, UsedLink

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
        },
    }
    opened = UsedLink("l1", "an@peeters.example", AT, copied_by_staff=False)
    assert opened.in_record()["opened_at"] == "2026-03-02T13:05:00+00:00"


def test_staff_gave_a_password_again() -> None:
    observed = Observed("203.0.113.9", "y", reauthenticated="password")
    assert observed.in_record() == {
        "ip": "203.0.113.9",
        "user_agent": "y",
        "reauthenticated": "password",
    }
