"""One row of a list becomes the input of one agreement: the same value that the form fills."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from service.agreement.annex import LISTS, ListName, categories
from service.agreement.bulk import values
from service.agreement.bulk.columns import PARTS, PROBLEM, Columns
from service.agreement.bulk.options import Options, People
from service.agreement.drafting import Input
from service.agreement.fields import Checker, fold
from service.agreement.pasted import clean
from service.agreement.permissions import Staff
from service.error_codes import FieldCode
from service.errors import FieldError

# Several values in one cell.
_SEVERAL = re.compile(r"[;|\n]+|,(?!\s*\d)")
_POSTCODE_FIRST = re.compile(
    r"(?P<postcode>(?:[A-Z]{1,2}[ -])?\d{4}\s?[A-Z]{2}|(?:[A-Z]{1,2}[ -])?\d{4,5})\s+(?P<city>\D.*)"
)
_DAYS = re.compile(r"(\d{1,3})(?:[.,]0+)?(?: dagen| days| jours)?")
_CODED = ("kind", "number_type", "order", "dpo_answer")
_NO_FIELDS = ("customer", "owner", "services", *LISTS, *PARTS, PROBLEM)


@dataclass(frozen=True)
class Given:
    """What a row says. ``customer`` is the customer's number at the processor, ``owner_id`` the
    owner's account; empty if the row does not say."""

    content: Input
    customer: str = ""
    owner_id: str = ""
    errors: tuple[FieldError, ...] = field(default_factory=tuple)


def given_in(cells: Sequence[str], columns: Columns, options: Options, people: People) -> Given:
    """The input in a row, with what could not be understood. ``columns`` fit the row."""
    found = {
        target: value
        for target, cell in zip(columns.targets, cells, strict=True)
        if target and (value := cell.strip())
    }
    check = Checker()
    services = _services(found.get("services", ""), check) or options.services
    chosen: dict[ListName, Sequence[str]] = {}
    typed: dict[ListName, Sequence[str]] = {}
    for name in LISTS:
        codes, typed[name] = _listed(name, found.get(name, ""))
        chosen[name] = codes or (() if typed[name] else options.chosen.get(name, ()))
    fields = {**options.fields, **_fields(found, check)}
    fields["country"] = (
        _country(found, check) or options.fields.get("country", "") or _guessed_country(found)
    )
    _numbers(fields, check)
    if "countersigner" in found:
        fields["countersigner"] = _person(
            "countersigner", found["countersigner"], people.able, check
        )
    owner = _person("owner", found.get("owner", ""), people.sellers, check)
    return Given(
        Input(fields, services, chosen, typed),
        clean(found.get("customer")),
        owner,
        tuple(check.errors),
    )


def _fields(found: dict[str, str], check: Checker) -> dict[str, str]:
    fields = {name: value for name, value in found.items() if name not in _NO_FIELDS}
    for name in _CODED:
        if name in fields:
            kind = "yes_or_no" if name == "dpo_answer" else name
            fields[name] = _known(name, kind, fields[name], check)
    if days := _DAYS.fullmatch(clean(fields.get("link_days"))):
        fields["link_days"] = days[1]
    if "dpo_name" in fields:
        fields.setdefault("dpo_answer", "yes")
    fields |= _person_in_parts(found) | _street_in_parts(found) | _place(found)
    return fields


def _person_in_parts(found: dict[str, str]) -> dict[str, str]:
    parts = [found[each] for each in ("first_name", "infix", "last_name") if each in found]
    return {"signatory_name": " ".join(parts)} if parts and "signatory_name" not in found else {}


def _street_in_parts(found: dict[str, str]) -> dict[str, str]:
    parts = [found.get("street", "")]
    for part, name in (("house_number", "{}"), ("box", "bus {}")):
        if part in found:
            parts.append(name.format(_without_point(found[part])))
    street = " ".join(filter(None, parts))
    return {"street": street} if street else {}


def _without_point(cell: str) -> str:
    return re.sub(r"[.,]0+$", "", cell)


def _place(found: dict[str, str]) -> dict[str, str]:
    """Postcode and city from one cell: ``2000 Antwerpen``."""
    place = found.get("place", "")
    if match := _POSTCODE_FIRST.fullmatch(clean(place)):
        return {"postcode": match["postcode"], "city": match["city"]} | {
            name: found[name] for name in ("postcode", "city") if name in found
        }
    return {"city": place} if place and "city" not in found else {}


def _country(found: dict[str, str], check: Checker) -> str:
    return _known("country", "country", found.get("country", ""), check)


def _guessed_country(found: dict[str, str]) -> str:
    typed = found.get("postcode") or _place(found).get("postcode", "")
    return values.country_of_postcode(typed)


def _numbers(fields: dict[str, str], check: Checker) -> None:
    """Bring back what a spreadsheet did to numbers and dates."""
    country = fields["country"]
    repairs: dict[str, Callable[[str], str]] = {
        "number": values.plain_number,
        "postcode": lambda cell: values.postcode(cell, country),
        "main_reference": values.plain_number,
        "main_date": values.day,
        "dpo_phone": values.plain_number,
    }
    for name, repaired in repairs.items():
        if fields.get(name):
            try:
                fields[name] = repaired(fields[name])
            except values.Rounded:
                check.refuse(name, FieldCode.NUMBER_ROUNDED, value=fields[name])
    if fields.get("number_type") == "nl" or (country == "NL" and not fields.get("number_type")):
        fields["number"] = values.with_kvk_zeros(fields.get("number", ""))


def _known(field: str, kind: str, cell: str, check: Checker) -> str:
    """The code of a value; an unknown one is a mistake."""
    if not cell:
        return ""
    code = values.meaning_of(kind, cell)
    if not code:
        check.refuse(field, FieldCode.VALUE_UNKNOWN, value=clean(cell)[:80])
    return code


def _services(cell: str, check: Checker) -> tuple[str, ...]:
    codes = (_known("services", "services", each, check) for each in _parts(cell))
    return tuple(dict.fromkeys(filter(None, codes)))


def _listed(name: ListName, cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of known categories, and the other lines."""
    known, parts = _categories(name), _parts(cell)
    codes = tuple(known[fold(each)] for each in parts if fold(each) in known)
    return codes, tuple(each for each in parts if fold(each) not in known)


@cache
def _categories(name: ListName) -> Mapping[str, str]:
    return {fold(each.label): each.code for each in categories(name)}


def _parts(cell: str) -> list[str]:
    return [part for each in _SEVERAL.split(cell) if (part := clean(each))]


def _person(field: str, cell: str, people: Sequence[Staff], check: Checker) -> str:
    """The id of the member of staff with this name or address."""
    wanted = clean(cell)
    if not wanted:
        return ""
    named = [
        each
        for each in people
        if wanted.casefold() == each.email.casefold() or fold(wanted) == fold(each.name)
    ]
    if len(named) == 1:
        return named[0].id
    check.refuse(field, FieldCode.VALUE_UNKNOWN, value=wanted[:80])
    return ""
