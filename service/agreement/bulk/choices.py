"""Columns and choices that a person confirms: refused where no row could be made with them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

from service.agreement.annex import LISTS
from service.agreement.bulk.columns import Columns, known_targets, shown_name
from service.agreement.bulk.options import FIELDS, Options, People
from service.agreement.deadlines import LEAST_DAYS, MOST_DAYS
from service.agreement.drafting import choose, days_in
from service.agreement.fields import Checker
from service.agreement.parties import Processor, countries
from service.agreement.pasted import clean
from service.error_codes import FieldCode
from service.texts import OURS, catalogue


def checked(
    columns: Columns,
    options: Options,
    people: People,
    processor: Processor | None,
    families: Sequence[str] = (),
) -> Options:
    """The choices as they are stored. Raises Invalid naming ``columns`` or a choice.

    ``families`` are those whose templates are offered.
    """
    check = Checker()
    _columns(columns, check)
    fields: dict[str, Any] = {
        name: value for name, value in options.fields.items() if name in FIELDS and value
    }
    if "message" in fields:
        fields["message"] = check.text_area("message", fields["message"])
    if "link_days" in fields:
        fields["link_days"] = clean(fields["link_days"])
        if days_in(fields["link_days"]) is None:
            check.refuse("link_days", FieldCode.DAYS_RANGE, least=LEAST_DAYS, most=MOST_DAYS)
    if fields.get("country", "BE") not in countries():
        check.refuse("country", FieldCode.CHOOSE)
    if "countersigner" in fields or columns.of("countersigner") is None:
        choose(fields.get("countersigner"), people.able, processor, check)
    if options.owner_id and options.owner_id not in {each.id for each in people.sellers}:
        check.refuse("owner", FieldCode.CHOOSE)
    if options.family and options.family not in families:
        check.refuse("family", FieldCode.TEMPLATE_GONE)
    known = catalogue("service_names", OURS)
    services = tuple(each for each in known if each in options.services)
    if not services and columns.of("services") is None:
        check.refuse("services", FieldCode.SERVICES_EMPTY)
    check.raise_if_wrong()
    chosen = {name: options.chosen[name] for name in LISTS if options.chosen.get(name)}
    return dataclasses.replace(options, fields=fields, services=services, chosen=chosen)


def _columns(columns: Columns, check: Checker) -> None:
    given = Counter(each for each in columns.targets if each)
    if not given.keys() <= set(known_targets()):
        check.refuse("columns", FieldCode.CHOOSE)
        return
    if twice := [each for each, count in given.items() if count > 1]:
        check.refuse("columns", FieldCode.COLUMNS_TWICE, names=_names(twice))
    elif missing := columns.missing():
        check.refuse("columns", FieldCode.COLUMNS_MISSING, names=_names(missing))


def _names(targets: list[str] | tuple[str, ...]) -> str:
    return ", ".join(map(shown_name, targets))
