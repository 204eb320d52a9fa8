"""What Bijlage 1 starts with: for each service the lines that usually belong to it.

Ours stand in the catalogue ``suggestions``; a processor changes them for its own customers. They
are put into an agreement when it is sent, as lines that the processor entered, and the controller
confirms or removes them: what is ticked when the form is sent is what counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from service.agreement.annex import LISTS, MOST_ITEMS, Annex, Item, ListName, categories
from service.agreement.fields import Checker, fold
from service.error_codes import FieldCode
from service.texts import catalogue, table

# Service to list to codes of the catalogue ``data_categories``.
Suggestions = Mapping[str, Mapping[ListName, Sequence[str]]]


def field_of(service: str, name: ListName) -> str:
    """What the boxes of one list of one service are called in the form."""
    return f"{service}.{name}"


def suggestions(own: Suggestions | None) -> dict[str, dict[ListName, Sequence[str]]]:
    """Those of the processor; ours for a service that it has said nothing about.

    A code that the catalogue no longer has is left out.
    """
    ours, known = table("suggestions"), {name: _codes(name) for name in LISTS}
    found: dict[str, dict[ListName, Sequence[str]]] = {}
    for service in catalogue("services"):
        lists = (own or {}).get(service) or ours.get(service, {})
        found[service] = {
            name: tuple(code for code in known[name] if code in lists.get(name, ()))
            for name in LISTS
        }
    return found


def parse_suggestions(chosen: Mapping[str, Sequence[str]]) -> Suggestions:
    """What an administrator ticked, by ``field_of``. Raises Invalid for a code that is no line."""
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
    """Bijlage 1 with what these services suggest as well, no more than a Bijlage may hold.

    In the order of the catalogue, own wording last.
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
