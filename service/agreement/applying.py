"""Customers who begin by themselves: what they fill in, and what the lists of customers say.

Names and numbers are public; only the proved mailbox makes a customer *the same* as on a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from service.agreement.bulk.verdicts import Identity
from service.agreement.drafting import Input
from service.agreement.fields import Checker, belgian_number, fold, kvk_number
from service.agreement.pasted import clean
from service.error_codes import FieldCode

SELF_STARTED = "self_started"  # the flag of such an agreement
FIELDS = ("name", "number", "number_type", "signatory_name", "signatory_email", "customer")
LONGEST_CUSTOMER_NUMBER = 40
# Legal forms at the end of a name, as `fold` leaves them; people may omit them.
_FORMS = re.compile(
    r"( (b ?v ?b ?a|b ?v|n ?v|v ?z ?w|i ?v ?z ?w|c ?v ?b ?a|c ?v|v ?o ?f|comm ?v|gcv|s ?r ?l"
    r"|s ?p ?r ?l|s ?a|a ?s ?b ?l|stichting|vereniging))+$"
)


class Known(StrEnum):
    """What the lists of customers say of somebody; for staff only. Labels in ``labels.known``.

    ``SAME``: number, name and proved mailbox of one customer. ``DIFFERENT``: another name or
    mailbox. ``UNCHECKED``: no list was imported.
    """

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Applied:
    """The input on the public page: ``number`` is an enterprise number or empty, ``customer`` the
    unproven number at the processor."""

    name: str
    country: str
    number_type: str
    number: str
    signatory_name: str
    signatory_email: str
    customer: str

    def as_json(self) -> dict[str, str]:
        """As kept until the mailbox is proved."""
        return asdict(self)

    def as_input(self, services: Sequence[str], countersigner_id: str) -> Input:
        fields = {name: value for name, value in asdict(self).items() if name != "customer"}
        return Input({**fields, "countersigner": countersigner_id}, services)

    @property
    def customer_key(self) -> str:
        """The digest under which lines with this customer number are found; or ''."""
        keys = Identity(customer=self.customer).keys
        return keys[0] if keys else ""


@dataclass(frozen=True)
class Listed:
    """A line of an imported list, in the import of this number."""

    number_of_import: int
    name: str
    number: str
    mailbox: str
    customer: str


@dataclass(frozen=True)
class Recognised:
    """``number_of_import`` is 0 if no list has this customer."""

    known: Known
    number_of_import: int = 0


@dataclass(frozen=True)
class SelfStarted:
    """How an agreement began on the public page. ``number`` and ``customer`` are as typed then."""

    known: Known
    number_of_import: int
    number: str
    customer: str


def parse_applied(form: Mapping[str, Any]) -> Applied:
    """Raises Invalid naming ``name``, ``number``, ``signatory_name``, ``signatory_email`` or
    ``customer``.

    Only Belgian and Dutch numbers: others are asked later, with the other details.
    """
    check = Checker()
    typed = clean(form.get("number"))
    country, number_type, number = "BE", "", ""
    if clean(form.get("number_type")) == "none":
        if typed:
            check.refuse("number", FieldCode.NUMBER_OR_NONE)
    elif not typed:
        check.refuse("number", FieldCode.NUMBER_REQUIRED)
    elif belgian := belgian_number(typed):
        number_type, number = "be", belgian
    elif dutch := kvk_number(typed):
        country, number_type, number = "NL", "nl", dutch
    else:
        check.refuse("number", FieldCode.NUMBER_BE_OR_NL)
    applied = Applied(
        name=check.line("name", form.get("name")),
        country=country,
        number_type=number_type,
        number=number,
        signatory_name=check.person("signatory_name", form.get("signatory_name")),
        signatory_email=check.email("signatory_email", form.get("signatory_email")),
        customer=check.line(
            "customer", form.get("customer"), most=LONGEST_CUSTOMER_NUMBER, required=False
        ),
    )
    check.raise_if_wrong()
    return applied


def recognise(applied: Applied, lines: Sequence[Listed], *, any_list: bool) -> Recognised:
    """What the lists say; the best of ``lines`` with the same enterprise or customer number counts,
    which come newest first."""
    if not any_list:
        return Recognised(Known.UNCHECKED)
    customers = [each for each in lines if _is_customer(applied, each)]
    for each in customers:
        same_name = _bare(each.name) == _bare(applied.name)
        if same_name and each.mailbox.casefold() == applied.signatory_email.casefold():
            return Recognised(Known.SAME, each.number_of_import)
    if customers:
        return Recognised(Known.DIFFERENT, customers[0].number_of_import)
    return Recognised(Known.UNKNOWN)


def bare_mailbox(email: str) -> str:
    """The address without capitals and ``+anything``, so that its variants are counted together."""
    local, _, domain = email.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _is_customer(applied: Applied, line: Listed) -> bool:
    """A customer number counts only for a line without an enterprise number: it is no secret, and
    two enterprise numbers are two organisations."""
    if line.number:
        return line.number == applied.number
    return bool(applied.customer) and fold(line.customer) == fold(applied.customer)


def _bare(name: str) -> str:
    """The name without its legal form, however it is written."""
    return _FORMS.sub("", fold(name)).replace(" ", "")
