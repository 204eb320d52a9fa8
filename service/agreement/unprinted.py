"""The inverse of ``printed``: restores the data of an agreement from its document.

Lost are a legal form that the name already ends with and, outside Belgium and the Netherlands,
where a postcode ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from service.agreement.annex import LISTS, Annex, Dpo, Item, ListName, categories
from service.agreement.fields import belgian_number
from service.agreement.parties import (
    NUMBER_TYPES,
    Controller,
    MainAgreement,
    Processor,
    Signatory,
    countries,
)
from service.texts import OURS, table, text

_POSTCODES = {"BE": r"\d{4}", "NL": r"\d{4} ?[A-Z]{2}"}
_OTHER_POSTCODE = r"(?=\S*\d)\S+"
_DAY = re.compile(r"(?P<day>\d{1,2}) (?P<month>\S+) (?P<year>\d{4})")


def controller_in(printed: Mapping[str, Any]) -> Controller:
    said = printed["controller"]
    street, postcode, city = _seat(said["seat"], said["country"])
    number_type = _number_type(said["number_label"])
    number = said["number"] or ""
    return Controller(
        name=said["name"],
        kind=said["kind"],
        legal_form=said["legal_form"] or "",
        trade_name=said["trade_name"] or "",
        country=said["country"],
        number_type=number_type,
        number=belgian_number(number) or number if number_type == "be" else number,
        street=street,
        postcode=postcode,
        city=city,
        notices_email=said["email"],
    )


def processor_in(printed: Mapping[str, Any]) -> Processor:
    """The processor; its representative is the person named to sign for it."""
    said = printed["processor"]
    country = _country(said["seat"])
    street, postcode, city = _seat(said["seat"], country)
    return Processor(
        name=said["name"],
        trade_name=said["trade_name"] or "",
        enterprise_number=belgian_number(said["enterprise_number"]) or said["enterprise_number"],
        street=street,
        postcode=postcode,
        city=city,
        country=country,
        email=said["email"],
        phone=said["phone"],
        representative_name=said["representative"]["name"],
        representative_function=said["representative"]["function"],
    )


def signatory_in(printed: Mapping[str, Any], email: str) -> Signatory:
    """The person named to sign for the controller; personal e-mail addresses are not printed."""
    said = printed["controller"]["representative"]
    return Signatory(name=said["name"], email=email, function=said["function"])


def main_agreement_in(printed: Mapping[str, Any]) -> MainAgreement:
    said = printed["main_agreement"]
    if said is None:
        return MainAgreement()
    return MainAgreement(said["reference"] or "", _day(said["date"]) if said["date"] else None)


def services_in(printed: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of its services, except those whose names are no longer in a catalogue."""
    codes = {words: code for code, words in table("services", OURS).items()}
    return tuple(codes[words] for words in printed["services"] if words in codes)


def annex_in(printed: Mapping[str, Any], entered: Sequence[Mapping[str, str]]) -> Annex:
    """Bijlage 1; ``entered`` are its lines in the evidence, with the party that entered each."""
    special = {e["label"] for name in LISTS for e in printed["annex"][name] if e["special"]}
    items = [_item(each, special=each["label"] in special) for each in entered]
    said = printed["annex"]["dpo"]
    officer = Dpo(said["name"], said["phone"] or "", said["email"] or "") if said else None
    return Annex(tuple(items), "yes" if officer else "no", officer)


def _item(line: Mapping[str, str], *, special: bool) -> Item:
    name: ListName = next(each for each in LISTS if each == line["list"])
    known = {category.label: category for category in categories(name)}.get(line["label"])
    by = line["entered_by"]
    return Item(
        list=name,
        label=line["label"],
        code=known.code if known else "",
        flag=known.flag if known else "special" if special else "own",
        entered_by="processor" if by == "processor" else "controller",
    )


def _number_type(label: str | None) -> str:
    if label is None:
        return "none"
    known = (each for each in NUMBER_TYPES if text(f"labels.number_type.{each}", OURS) == label)
    return next(known, "other")  # the name is no longer in the catalogue


def _country(seat: str) -> str:
    named = seat.rpartition(", ")[2]
    return next((code for code, name in countries().items() if name == named), "BE")


def _seat(seat: str, country: str) -> tuple[str, str, str]:
    """Street, postcode and city from one printed line; the street may contain commas."""
    if not seat:
        return "", "", ""
    street, _, place = seat.removesuffix(f", {countries()[country]}").rpartition(", ")
    pattern = _POSTCODES.get(country, _OTHER_POSTCODE)
    found = re.fullmatch(rf"(?P<postcode>{pattern}) (?P<city>.+)", place)
    return (street, found["postcode"], found["city"]) if found else (street, "", place)


def _day(printed: str) -> date | None:
    found = _DAY.fullmatch(printed)
    months = {text(f"labels.month.{number}", OURS): number for number in range(1, 13)}
    if found is None or found["month"] not in months:
        return None
    return date(int(found["year"]), months[found["month"]], int(found["day"]))
