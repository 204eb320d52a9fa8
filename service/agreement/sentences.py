"""Sentences printed long after their facts were stored.

The sentence says how to print each value: ``{until:day}`` is a date, ``{place:labels.place}`` the
name of a code, ``{roles:roles}`` the names of several. A missing value is marked, or with ``!o``
left out; one in an unexpected form is printed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from service.agreement.deadlines import show_date, show_moment, show_moment_with_offset
from service.agreement.permissions import Role
from service.texts import Counting, Language, named, text

_CATALOGUE = re.compile(r"[a-z_]+(\.[a-z_]+)*")  # a format that names the catalogue of a code


def filled(
    sentence: str, values: Mapping[str, object], language: Language, *, missing: str = "unknown"
) -> str:
    """The sentence with its values; ``missing`` names the mark for a missing value.

    Raises ValueError for a malformed sentence.
    """
    return _Marking(missing, values, language).vformat(sentence, (), values)


def role_names(roles: Iterable[str], language: Language) -> str:
    """``Verkoop, Archief``, in the order of ``Role``; empty for none."""
    held = {roles} if isinstance(roles, str) else set(roles)
    known = [role.value for role in Role if role in held]
    former = sorted(held - set(known))
    return ", ".join(named("labels.role", each, language) for each in [*known, *former])


def after_a_stop(words: str) -> str:
    """Text to append after a sentence, if there is any."""
    return f". {words}" if words else ""


def _categories(codes: Iterable[str], language: Language) -> str:
    """``Naam en voornaam; Taal`` for ``personal_data.name`` and ``personal_data.language``."""
    labels = [(code, named("data_categories", f"{code}.label", language)) for code in codes]
    return "; ".join(code if label == f"{code}.label" else label for code, label in labels) or "–"


WAYS: Mapping[str, Callable[[Any, Language], str]] = {
    "day": lambda value, language: show_date(date.fromisoformat(value), language),
    "moment": lambda value, language: show_moment(datetime.fromisoformat(value), language),
    "exact_moment": lambda value, language: show_moment_with_offset(
        datetime.fromisoformat(value), language
    ),
    "reason": lambda value, language: value or text("labels.no_reason", language),
    "after_a_stop": lambda value, _: after_a_stop(value),
    "for_together": lambda value, language: (
        text("labels.for_together", language, count=value) if value else ""
    ),
    "with_template": lambda value, language: (
        text("labels.with_template", language, template=value) if value else ""
    ),
    "or_dash": lambda value, _: value or "–",
    "roles": lambda value, language: role_names(value, language) or "–",
    "categories": _categories,
}


class _Missing(str):
    __slots__ = ()


class _Marking(Counting):
    """Fills a sentence and marks missing values, for which ``str.format`` would raise."""

    def __init__(self, missing: str, values: Mapping[str, object], language: Language) -> None:
        self._missing = _Missing(f"«{text(f'labels.{missing}', language)}»")
        self._values = values
        self._language = language

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, Any]:
        try:
            value, used = super().get_field(field_name, args, kwargs)
        except (LookupError, AttributeError, TypeError, ValueError):
            value, used = None, field_name
        return (self._missing if value is None else value), used

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion == "o":
            return "" if isinstance(value, _Missing) else value
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, _Missing) and "|" not in format_spec:
            return str(value)
        try:
            if format_spec in WAYS:
                return WAYS[format_spec](value, self._language)
            if _CATALOGUE.fullmatch(format_spec):
                return named(format_spec, str(value), self._language, **self._values)
            return str(super().format_field(value, format_spec))
        except (TypeError, ValueError):
            return str(value)
