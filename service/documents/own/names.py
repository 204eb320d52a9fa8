"""The names that placeholders of an own template may have, and what each stands for.

A value has the name of the data as printed (``service.agreement.printed``) and Dutch names from the
catalogue ``template_names``. Case does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from typing import Any

from service.documents.placeholders import Placeholder
from service.texts import OURS, table

VALUES = (
    "preview",
    "reference",
    "revision",
    "template.version",
    "processor.name",
    "processor.trade_name?",
    "processor.enterprise_number",
    "processor.seat",
    "processor.email",
    "processor.phone",
    "processor.representative.name",
    "processor.representative.function",
    "controller.name",
    "controller.legal_form?",
    "controller.trade_name?",
    "controller.number?",
    "controller.number_label?",
    "controller.seat",
    "controller.email",
    "controller.representative.name",
    "controller.representative.function",
    "main_agreement?",
    "main_agreement.reference?",
    "main_agreement.date?",
    "services[]",
    "annex.personal_data[]",
    "annex.personal_data[].label",
    "annex.personal_data[].special",
    "annex.data_subjects[]",
    "annex.data_subjects[].label",
    "annex.data_subjects[].special",
    "annex.special[]?",
    "annex.criminal[]?",
    "annex.sensitive[]?",
    "annex.dpo?",
    "annex.dpo.name",
    "annex.dpo.phone?",
    "annex.dpo.email?",
)
"""Declared as ``placeholders`` reads it; always present in the values that a template is filled
with (``service.documents.values``)."""

REQUIRED = (
    "reference",
    "processor.name",
    "processor.enterprise_number",
    "controller.name",
    "controller.number",
    "controller.seat",
    "controller.representative.name",
    "processor.representative.name",
    "services[]",
    "annex.personal_data[].label",
    "annex.data_subjects[].label",
)
"""Without one of these the text does not say who agreed on what (GDPR, article 28(3))."""

EXPECTED = (
    "controller.legal_form",
    "controller.representative.function",
    "main_agreement.reference",
    "annex.personal_data[].special",
    "annex.dpo.name",
)
"""What people fill in, and would not see printed."""

OWN = (
    "processor.name",
    "processor.enterprise_number",
    "processor.representative.name",
    "processor.representative.function",
)
"""What a contract has as plain words, and Zegel can find by the processor's profile."""

TOGETHER = {
    "controller.number": "controller.number_label",
    "controller.number_label": "controller.number",
}
"""Who has the one has the other."""

YES_OR_NO = ("preview", "annex.personal_data[].special", "annex.data_subjects[].special")
PLACES = (
    "controller_agreement",
    "processor_agreement",
    "controller_annex",
    "processor_annex",
)
UNDER_ANNEX = {
    "controller_agreement": "controller_annex",
    "processor_agreement": "processor_annex",
}
"""Where the same person signs Bijlage 1."""

NUMBERED = ("controller_agreement", "controller_annex")
"""A controller may have more signatories: ``controller_agreement_2``."""
CLOSE = 0.65

DECLARED = {each.path: each for each in map(Placeholder.parse, VALUES)}
LISTS = tuple(path for path, each in DECLARED.items() if each.listed)
OF_WORDS = ("services", "annex.special", "annex.criminal", "annex.sensitive")
"""The lists whose items are words; the others have items with a label."""

OF_SPECIAL = {"annex.special", "annex.criminal", "annex.sensitive"}
_ROOTS = {path.split(".")[0] for path in DECLARED}


def listed(name: str) -> dict[str, list[str]]:
    """One table of the catalogue: the names for each key, the shown one first."""
    found: dict[str, list[str]] = table("template_names", OURS)[name]
    return found


def written(name: str) -> str:
    return str(table("template_names", OURS)["written"][name])


@cache
def _by_name(kind: str) -> dict[str, str]:
    return {name: key for key, names in listed(kind).items() for name in (key, *names)}


def keyed(kind: str, name: str) -> str | None:
    """The key for a name of this table; None for an unknown one."""
    return _by_name(kind).get(name.casefold())


def value_path(name: str) -> str | None:
    """The path of a value by any of its names; also of what only has parts (``controller``)."""
    plain = name.casefold()
    path = _by_name("values").get(plain, plain)
    known = path in DECLARED or any(each.startswith(f"{path}.") for each in DECLARED)
    return path if known else None


def is_group(name: str) -> bool:
    """Whether the name is only the beginning of others (``verwerker``)."""
    return any(each.startswith(f"{name.casefold()}.") for each in _by_name("values"))


def shown(path: str) -> str:
    """The Dutch name of a value, as it is to be written."""
    outer, _, inner = path.partition("[]")
    names = listed("values").get(outer)
    first = names[0] if names else outer
    return f"{first}: {listed('items')[inner[1:]][0]}" if inner else first


def place_key(name: str) -> str | None:
    """The key of a signature place by any of its names, numbered or not."""
    base, _, number = name.casefold().rpartition("_")
    if re.fullmatch(r"[2-9]", number):
        key = keyed("places", base)
        return f"{key}_{number}" if key in NUMBERED else None
    return keyed("places", name)


def shown_place(key: str, mark: str = "signature") -> str:
    """The placeholder for a place, or its date, as it is to be written."""
    base, _, number = key.rpartition("_")
    plain, end = (base, f"_{number}") if number.isdecimal() else (key, "")
    return f"{listed('marks')[mark][0]}.{listed('places')[plain][0]}{end}"


def tooltip(key: str) -> str:
    base, _, number = key.rpartition("_")
    tooltips: dict[str, Any] = table("template_names", OURS)["tooltips"]
    return f"{tooltips[base]} ({number})" if number.isdecimal() else str(tooltips[key])


def nearest(name: str, more: Iterable[str] = ()) -> str:
    """The known name that is probably meant; empty if none is.

    Most of the letters of ``klant.email`` are those of ``klant.zetel``, so each part must be alike
    by itself. Otherwise the same part of something else is suggested (``functionaris.telefoon``).
    """
    plain = "".join(name.casefold().split()).replace("-", "")
    places = [f"{mark}.{place}" for mark in _by_name("marks") for place in _by_name("places")]
    known = [*_by_name("values"), *more, *places]
    alike = [each for each in known if _alike(plain, each)]
    found = get_close_matches(plain, alike, n=1, cutoff=CLOSE)
    if not found and "." in plain:
        last = plain.rpartition(".")[2]
        same = [each for each in listed_first() if each.rpartition(".")[2] == last]
        found = same[::-1]  # the customer's officer rather than the processor
    return next(iter(found), "")


def _alike(one: str, other: str) -> bool:
    parts, others = one.split("."), other.split(".")
    return len(parts) == len(others) and all(
        SequenceMatcher(None, *pair).ratio() >= CLOSE for pair in zip(parts, others, strict=True)
    )


def listed_first() -> list[str]:
    """The shown name of each value."""
    return [names[0] for names in listed("values").values()]


def reserved(name: str) -> bool:
    """Whether a loop's variable may not have this name, as it would hide a value."""
    plain = name.casefold()
    roots = {known.split(".")[0] for known in _by_name("values")}
    return plain in roots | _ROOTS | set(_by_name("marks")) | set(_by_name("operators"))
