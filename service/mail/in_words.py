"""From what is kept of a mail to what its reader sees: moments printed, codes named.

A mail waits in the database with codes and moments; words come to it when it is sent. What is kept
in another form is printed as it is: mails of the former version held words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from service.agreement.deadlines import show_date, show_moment
from service.texts import named, text

MOMENTS = (
    "asked_at", "changed_at", "declined_at", "delegated_at", "effective_date", "expired_on",
    "failed_at", "requested_at", "signed_at", "since", "valid_until",
)  # fmt: skip


def in_words(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a mail as its templates print them."""
    return {
        name: _PRINTED.get(f"{kind}.{name}", _PRINTED.get(name, _as_it_is))(value)
        for name, value in values.items()
    }


def _as_it_is(value: Any) -> Any:
    return value


def _moment(value: Any) -> Any:
    """``2 maart 2026`` for a date, ``2 maart 2026 om 14:05`` for a moment."""
    try:
        if len(str(value)) == len("2026-03-02"):
            return show_date(date.fromisoformat(value))
        return show_moment(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return value


def _names(kind: str) -> Callable[[Any], Any]:
    return lambda codes: [named(kind, code) for code in codes]


_PRINTED: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(MOMENTS, _moment),
    "flags": _names("labels.flag"),
    "alarm.others": _names("labels"),
    "alarm.reason": lambda reason: reason or text("labels.no_reason"),
    "alarm.what": lambda code: named("labels", code),
    "countersign_digest.agreements": lambda lines: [
        in_words("countersign", each) for each in lines
    ],
    "declined.reason": lambda code: named("labels.decline_reason", code),
    "undeliverable.mail": lambda code: named("message_kinds", code),
}
