"""The initial lines of Bijlage 1: those usual for each service.

The defaults are in the catalogue ``suggestions``; a processor can change them. They are put in at
sending; only what the controller ticks is valid.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from service.agreement.annex import LISTS, MOST_ITEMS, Annex, Item, ListName, categories
from service.agreement.fields import Checker, fold
from service.error_codes import FieldCode
from service.texts import OURS, catalogue, table

# By service, then by list: codes of the catalogue ``data_categories``.
Suggestions = Mapping[str, Mapping[ListName, Sequence[str]]]


def field_of(service: str, name: ListName) -> str:
    return f"{service}.{name}"


def suggestions(own: Suggestions | None) -> dict[str, dict[ListName, Sequence[str]]]:
    """The processor's suggestions; the defaults for services it did not set. Without codes that
    left the catalogue."""
    ours, known = table("suggestions", OURS), {name: _codes(name) for name in LISTS}
    found: dict[str, dict[ListName, Sequence[str]]] = {}
    for service in catalogue("services", OURS):
        lists = (own or {}).get(service) or ours.get(service, {})
        found[service] = {
            name: tuple(code for code in known[name] if code in lists.get(name, ()))
            for name in LISTS
        }
    return found


def parse_suggestions(chosen: Mapping[str, Sequence[str]]) -> Suggestions:
    """An administrator's choice, by ``field_of``. Raises Invalid for an unknown code."""
    check, found = Checker(), suggestions({})
    for service in found:
        for name in LISTS:
            field, known = field_of(service, name), _codes(name)
            ticked = set(chosen.get(field, ()))
            if not ticked <= set(known):
                check.refuse(field, FieldCode.CHOOSE)
            found[service][name] = tuple(code for code in known if code in ticked)
    check.raise_if_wrong()
    return found


def with_suggestions(annex: Annex, services: Iterable[str], own: Suggestions | None) -> Annex:
    """Bijlage 1 with the suggestions for these services added, up to its limit.

    In the order of the catalogue, custom wording last.
    """
    all_of_them, items = suggestions(own), list[Item]()
    for name in LISTS:
        there = {fold(item.label): item for item in annex.of(name)}
        wanted = {code for service in services for code in all_of_them[service][name]}
        more = [
            Item(name, each.label, each.code, each.flag, "processor")
            for each in categories(name)
            if each.code in wanted and fold(each.label) not in there
        ]
        order = [*_codes(name), ""]
        listed = [*there.values(), *more[: max(MOST_ITEMS - len(there), 0)]]
        items += sorted(listed, key=lambda item: order.index(item.code))
    return dataclasses.replace(annex, items=tuple(items))


def _codes(name: ListName) -> list[str]:
    return [category.code for category in categories(name)]
