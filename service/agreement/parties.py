"""The parties: the controller with its representative, and the processor's profile and signer.

``parse_*`` take typed fields and return a value or raise Invalid naming the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.agreement.fields import (
    Checker,
    belgian_number,
    fold,
    kvk_number,
    show_belgian_number,
)
from service.agreement.pasted import clean
from service.agreement.permissions import Staff
from service.error_codes import FieldCode
from service.texts import OURS, Language, table, text

KINDS = (
    "legal_entity",
    "sole_trader",
    "liberal_profession",
    "public_body",
    "unincorporated",
    "natural_person",
)
NUMBER_TYPES = ("be", "nl", "other", "none")


@dataclass(frozen=True)
class Controller:
    """The counterparty. An empty string means: not given (yet)."""

    name: str
    kind: str = "legal_entity"
    legal_form: str = ""
    trade_name: str = ""
    country: str = "BE"
    number_type: str = ""
    number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    notices_email: str = ""

    @property
    def seat(self) -> str:
        return _seat(self.street, self.postcode, self.city, self.country)

    @property
    def form_to_add(self) -> str:
        """The legal form, unless the name already ends with it; then empty."""
        form, words = "".join(fold(self.legal_form).split()), fold(self.name).split()
        ends = ("".join(words[first:]) for first in range(1, len(words)))
        return "" if form in ends else self.legal_form

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.name, self.form_to_add)))

    @property
    def shown_number(self) -> str:
        return show_belgian_number(self.number) if self.number_type == "be" else self.number

    def number_label(self, language: Language) -> str:
        if not self.number:
            return ""
        return text(f"labels.number_type.{self.number_type}", language)


@dataclass(frozen=True)
class Signatory:
    name: str
    email: str
    function: str = ""


@dataclass(frozen=True)
class Processor:
    """The processor's profile as copied into an agreement."""

    name: str
    enterprise_number: str
    street: str
    postcode: str
    city: str
    email: str
    phone: str
    representative_name: str
    representative_function: str
    trade_name: str = ""
    country: str = "BE"

    @property
    def seat(self) -> str:
        return _seat(self.street, self.postcode, self.city, self.country)

    @property
    def shown_number(self) -> str:
        return show_belgian_number(self.enterprise_number)

    @property
    def known_as(self) -> str:
        """The name that customers know: the trade name, if there is one."""
        return self.trade_name or self.name

    @property
    def full_name(self) -> str:
        """A trade name alone is no legal person."""
        return f"{self.name} ({self.trade_name})" if self.trade_name else self.name


@dataclass(frozen=True)
class Countersigner:
    """Who signs for the processor, as in the account now; not ``can_sign`` once the account is
    blocked or has lost the role."""

    staff_id: str
    name: str
    function: str
    can_sign: bool = True

    @classmethod
    def of(cls, person: Staff) -> Countersigner:
        return cls(person.id, person.name, person.function)


@dataclass(frozen=True)
class MainAgreement:
    reference: str = ""
    signed_on: date | None = None


def parse_controller(form: Mapping[str, Any], check: Checker, *, complete: bool) -> Controller:
    """The controller from a form. ``complete``: everything the text needs is required; otherwise
    the organisation's name is enough."""
    kind = clean(form.get("kind")) or "legal_entity"
    if kind not in KINDS:
        check.refuse("kind", FieldCode.CHOOSE)
    country = (clean(form.get("country")) or "BE").upper()
    if country not in countries():
        check.refuse("country", FieldCode.CHOOSE)
    number_type, number = _parse_number(form, check, country, complete=complete)
    wanted = complete
    street = check.line("street", form.get("street"), required=wanted)
    city = check.line("city", form.get("city"), most=100, required=wanted)
    postcode = ""
    if wanted or clean(form.get("postcode")):
        postcode = check.postcode("postcode", form.get("postcode"), country)
    return Controller(
        name=check.line("name", form.get("name")),
        kind=kind,
        legal_form=check.line("legal_form", form.get("legal_form"), most=60, required=False),
        trade_name=check.line("trade_name", form.get("trade_name"), required=False),
        country=country,
        number_type=number_type,
        number=number,
        street=street,
        postcode=postcode,
        city=city,
        notices_email=check.email("notices_email", form.get("notices_email"), required=wanted),
    )


def _parse_number(
    form: Mapping[str, Any], check: Checker, country: str, *, complete: bool
) -> tuple[str, str]:
    typed = clean(form.get("number"))
    wanted = clean(form.get("number_type"))
    if wanted and wanted not in NUMBER_TYPES:
        check.refuse("number_type", FieldCode.CHOOSE)
        return "", ""
    if wanted == "none":
        if typed:
            check.refuse("number", FieldCode.NUMBER_OR_NONE)
        return "none", typed
    if not typed:
        if complete:
            check.refuse("number", FieldCode.NUMBER_REQUIRED)
        return wanted, ""
    number_type = wanted if wanted in ("be", "nl", "other") else _guess_type(typed, country)
    if number_type == "other":
        return "other", check.line("number", typed, most=40)
    number = belgian_number(typed) if number_type == "be" else kvk_number(typed)
    if number is None:
        check.refuse("number", FieldCode(f"number_{number_type}"))
        return number_type, typed
    return number_type, number


def _guess_type(typed: str, country: str) -> str:
    if country in ("BE", "NL"):
        return country.lower()
    return "be" if belgian_number(typed) else "other"


def parse_signatory(form: Mapping[str, Any], check: Checker, *, complete: bool) -> Signatory:
    """The representative from fields ``signatory_name``, ``_email`` and ``_function``."""
    return Signatory(
        name=check.person("signatory_name", form.get("signatory_name")),
        email=check.email("signatory_email", form.get("signatory_email")),
        function=check.line(
            "signatory_function",
            form.get("signatory_function"),
            least=2,
            most=100,
            required=complete,
        ),
    )


def parse_main_agreement(form: Mapping[str, Any], check: Checker, *, today: date) -> MainAgreement:
    """Reference and date of the main agreement; both may be empty."""
    return MainAgreement(
        reference=check.line("main_reference", form.get("main_reference"), most=60, required=False),
        signed_on=check.day("main_date", form.get("main_date"), today=today),
    )


def parse_processor(form: Mapping[str, Any]) -> Processor:
    """Raises Invalid."""
    check = Checker()
    number = belgian_number(clean(form.get("enterprise_number")))
    if number is None:
        check.refuse("enterprise_number", FieldCode.NUMBER_BE)
    country = (clean(form.get("country")) or "BE").upper()
    if country not in countries():
        check.refuse("country", FieldCode.CHOOSE)
    processor = Processor(
        name=check.line("name", form.get("name")),
        trade_name=check.line("trade_name", form.get("trade_name"), required=False),
        enterprise_number=number or "",
        street=check.line("street", form.get("street")),
        postcode=check.postcode("postcode", form.get("postcode"), country),
        city=check.line("city", form.get("city"), most=100),
        country=country,
        email=check.email("email", form.get("email")),
        phone=check.phone("phone", form.get("phone"), country),
        representative_name=check.person("representative_name", form.get("representative_name")),
        representative_function=check.line(
            "representative_function", form.get("representative_function"), least=2, most=100
        ),
    )
    if not processor.phone:
        check.refuse("phone", FieldCode.REQUIRED)
    check.raise_if_wrong()
    return processor


def countries() -> Mapping[str, str]:
    """ISO 3166 code to Dutch name, the most used first."""
    return table("countries", OURS)


def _seat(street: str, postcode: str, city: str, country: str) -> str:
    if not (street and city):
        return ""
    place = f"{postcode} {city}".strip()
    return f"{street}, {place}, {countries()[country]}"
