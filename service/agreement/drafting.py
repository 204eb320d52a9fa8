"""The input for an agreement from sales: by form, API, spreadsheet row or file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.agreement.annex import LISTS, Annex, ListName, parse_annex
from service.agreement.deadlines import LEAST_DAYS, MOST_DAYS
from service.agreement.fields import Checker, same_person
from service.agreement.parties import (
    Controller,
    Countersigner,
    MainAgreement,
    Processor,
    Signatory,
    parse_controller,
    parse_main_agreement,
    parse_signatory,
)
from service.agreement.pasted import clean
from service.agreement.permissions import Staff
from service.agreement.states import Order
from service.error_codes import FieldCode
from service.texts import OURS, catalogue


@dataclass(frozen=True)
class Input:
    """Typed fields by name, and the fields with several values."""

    fields: Mapping[str, Any]
    services: Sequence[str] = ()
    chosen: Mapping[ListName, Sequence[str]] = field(default_factory=dict)
    typed: Mapping[ListName, Sequence[str]] = field(default_factory=dict)

    def chosen_of(self) -> dict[ListName, Sequence[str]]:
        return {name: self.chosen.get(name, ()) for name in LISTS}

    def typed_of(self) -> dict[ListName, Sequence[str]]:
        return {name: self.typed.get(name, ()) for name in LISTS}

    @property
    def sha256(self) -> str:
        """Over the whole input: equal for equal requests."""
        lists = [[list(each.get(name, ())) for name in LISTS] for each in (self.chosen, self.typed)]
        # Before anything is checked: the text may be no valid Unicode, which this escapes.
        said = json.dumps([dict(self.fields), list(self.services), lists], sort_keys=True)
        return hashlib.sha256(said.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Draft:
    """The fields of an agreement that sales fill in, under the same names."""

    controller: Controller
    signatory: Signatory
    main_agreement: MainAgreement
    services: tuple[str, ...]
    annex: Annex
    order: Order
    message: str
    link_days: int
    countersigner: Countersigner | None


def draft(
    given: Input,
    *,
    default_days: int,
    today: date,
    able: Sequence[Staff] = (),
    processor: Processor | None = None,
    templates: Collection[str] = (),
) -> Draft:
    """Check the whole input. Raises Invalid naming every wrong field.

    ``today`` is the date in Brussels; ``able`` may sign for us; ``templates`` are digests to choose
    from.
    """
    check = Checker()
    fields = given.fields
    controller = parse_controller(fields, check, complete=False)
    signatory = parse_signatory(fields, check, complete=False)
    main = parse_main_agreement(fields, check, today=today)
    known = catalogue("services", OURS)
    services = tuple(code for code in known if code in set(given.services))
    if not services:
        check.refuse("services", FieldCode.SERVICES_EMPTY)
    annex = parse_annex(
        given.chosen_of(),
        given.typed_of(),
        fields,
        country=controller.country,
        before=Annex(),
        by="processor",
        check=check,
        complete=False,
    )
    if (template := clean(fields.get("template"))) and template not in templates:
        check.refuse("template", FieldCode.TEMPLATE_GONE)
    order = clean(fields.get("order")) or Order.CONTROLLER_FIRST.value
    if order not in set(Order):
        check.refuse("order", FieldCode.CHOOSE)
        order = Order.CONTROLLER_FIRST.value
    message = check.text_area("message", fields.get("message"))
    days = _days(fields.get("link_days"), default_days, check)
    countersigner = choose(fields.get("countersigner"), able, processor, check)
    if Order(order) is Order.PROCESSOR_FIRST:
        _complete_enough(fields, controller, signatory, annex, check)
    check.raise_if_wrong()
    return Draft(
        controller,
        signatory,
        main,
        services,
        annex,
        Order(order),
        message,
        days,
        countersigner,
    )


def suggested(able: Sequence[Staff], processor: Processor | None) -> Staff | None:
    """The default signer: the profile's representative, or the only one of ``able``; None if a
    person has to choose."""
    if processor is not None:
        named = [each for each in able if same_person(each.name, processor.representative_name)]
        if len(named) == 1:
            return named[0]
    return able[0] if len(able) == 1 else None


def choose(
    typed: Any, able: Sequence[Staff], processor: Processor | None, check: Checker
) -> Countersigner | None:
    """The one of ``able`` with the given id, or the suggested one. None if nobody may sign yet:
    such a draft cannot be sent."""
    wanted = clean(typed)
    if wanted:
        chosen = next((each for each in able if each.id == wanted), None)
        if chosen is None:
            check.refuse("countersigner", FieldCode.COUNTERSIGNER_GONE)
    else:
        chosen = suggested(able, processor)
        if chosen is None and able:
            check.refuse("countersigner", FieldCode.COUNTERSIGNER_CHOOSE)
    return Countersigner.of(chosen) if chosen else None


def _complete_enough(
    fields: Mapping[str, Any],
    controller: Controller,
    signatory: Signatory,
    annex: Annex,
    check: Checker,
) -> None:
    """In a pre-signed offer the controller has nothing left to complete."""
    if check.errors:
        return
    parse_controller(fields, check, complete=True)
    if not signatory.function:
        check.refuse("signatory_function", FieldCode.REQUIRED)
    for name in LISTS:
        if not annex.of(name):
            check.refuse(name, FieldCode(f"{name}_empty"))
    if not annex.complete and not annex.dpo_answer:
        check.refuse("dpo_answer", FieldCode.YES_OR_NO)
    if check.errors:
        check.refuse("order", FieldCode.ANNEX_NOT_COMPLETE)


def free_text(typed: str, name: str, *, empty: FieldCode | None = None) -> str:
    """A text area: several lines, at most 2,000 characters.

    Raises Invalid naming ``name``; with the code ``empty``, if given, for an empty one.
    """
    check = Checker()
    whole = check.text_area(name, typed)
    if empty and not whole:
        check.refuse(name, empty)
    check.raise_if_wrong()
    return whole


def _days(typed: Any, default: int, check: Checker) -> int:
    value = clean(str(typed)) if typed not in (None, "") else ""
    if not value:
        return default
    days = days_in(value)
    if days is None:
        check.refuse("link_days", FieldCode.DAYS_RANGE, least=LEAST_DAYS, most=MOST_DAYS)
        return default
    return days


def days_in(typed: str) -> int | None:
    """A term in whole days as typed; None if it is not a number or out of range."""
    # At most three digits: Python refuses to convert thousands of them.
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        return None
    return days if LEAST_DAYS <= (days := int(typed)) <= MOST_DAYS else None
