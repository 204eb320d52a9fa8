"""Converts a mail's stored codes and moments to text when it is sent.

Values in another form are printed unchanged: the former version stored text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from service.agreement import reasons
from service.agreement.changes import change_in_words, matter_in_words
from service.agreement.deadlines import show_date, show_moment
from service.agreement.sentences import role_names
from service.texts import Language, named, text

MOMENTS = (
    "asked_at", "changed_at", "declined_at", "delegated_at", "effective_date", "expired_on",
    "failed_at", "requested_at", "signed_at", "since", "valid_until",
)  # fmt: skip


def in_words(kind: str, values: Mapping[str, object], language: Language) -> dict[str, object]:
    """The values of a mail as its templates print them."""
    return {
        name: _PRINTED.get(f"{kind}.{name}", _PRINTED.get(name, _as_it_is))(value, language)
        for name, value in values.items()
    }


def several(lines: Any, language: Language) -> dict[str, str]:
    """Organisation and reference for a mail about several agreements: the first two, and how many
    more. The former version stored lines without a reference."""
    return {
        name: _several([each[name] for each in lines if each.get(name)], language)
        for name in ("organisation", "reference")
    }


def _several(names: Sequence[str], language: Language) -> str:
    if len(names) <= 1:
        return "".join(names)
    first, second, *others = names
    values = {"first": first, "second": second, "count": len(others)}
    return text(f"labels.several.{'more' if others else 'two'}", language, **values)


def _as_it_is(value: object, _language: Language) -> object:
    return value


def _moment(value: Any, language: Language) -> object:
    """``2 maart 2026`` for a date, ``2 maart 2026 om 14:05`` for a moment."""
    try:
        if len(str(value)) == len("2026-03-02"):
            return show_date(date.fromisoformat(value), language)
        return show_moment(datetime.fromisoformat(value), language)
    except (TypeError, ValueError):
        return value


def _name(kind: str) -> Callable[[Any, Language], object]:
    return lambda code, language: named(kind, code, language)


def _names(kind: str) -> Callable[[Any, Language], object]:
    return lambda codes, language: [named(kind, code, language) for code in codes]


_PRINTED: Mapping[str, Callable[[Any, Language], object]] = {
    **dict.fromkeys(MOMENTS, _moment),
    "flags": _names("labels.flag"),
    "account_changed.about_name": matter_in_words,
    "account_changed.changes": lambda changes, language: [
        change_in_words(each, language) for each in changes
    ],
    "alarm.others": _names("labels"),
    "alarm.reason": lambda reason, language: (
        reasons.in_words(reason, language) or text("labels.no_reason", language)
    ),
    "alarm.what": _name("labels"),
    **dict.fromkeys(
        ("bundle_invitation.agreements", "bundle_reminder.agreements"),
        lambda lines, language: [in_words("invitation", each, language) for each in lines],
    ),
    "bulk_halted.reason": reasons.in_words,
    "bulk_halted.what": _name("labels.batch"),
    "bundle_expired.agreements": lambda lines, language: [
        in_words("expired", each, language) for each in lines
    ],
    "countersign_digest.agreements": lambda lines, language: [
        in_words("countersign", each, language) for each in lines
    ],
    "declined.reason": _name("labels.decline_reason"),
    "generation_failed.reason": reasons.in_words,
    "role_asked.roles": role_names,
    "undeliverable.mail": _name("message_kinds"),
}
