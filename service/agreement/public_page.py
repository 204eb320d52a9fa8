"""The public page on which customers begin by themselves: what an administrator sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from service.agreement.drafting import suggested
from service.agreement.fields import Checker
from service.agreement.parties import Processor
from service.agreement.pasted import clean
from service.agreement.permissions import Staff
from service.error_codes import FieldCode
from service.texts import OURS, catalogue

PATH = "/aanvragen"
LEAST_A_DAY, USUAL_A_DAY, MOST_A_DAY = 1, 100, 2000
CUSTOMER, ORGANISATION, NUMBER = "klantnummer", "organisatie", "nummer"
# What an address may fill in. No person and no mailbox: addresses stay in histories and logs.
FROM_ADDRESS = {"customer": CUSTOMER, "name": ORGANISATION, "number": NUMBER}


@dataclass(frozen=True)
class PublicPage:
    """The setting; the page is closed until an administrator opens it.

    ``owner_id`` owns its agreements (empty: whoever signs for us), ``countersigner_id`` signs
    (empty: the usual one). ``per_day`` limits the codes in 24 hours.
    """

    opened: bool = False
    services: tuple[str, ...] = ()
    owner_id: str = ""
    countersigner_id: str = ""
    per_day: int = USUAL_A_DAY


@dataclass(frozen=True)
class Usage:
    """The codes that were mailed in the last 24 hours, and the most allowed."""

    asked: int = 0
    most: int = field(default=USUAL_A_DAY)

    @property
    def full(self) -> bool:
        return self.asked >= self.most


def parse_public_page(
    form: Mapping[str, str],
    services: Sequence[str],
    *,
    owners: Sequence[Staff],
    able: Sequence[Staff],
    processor: Processor | None,
) -> PublicPage:
    """Raises Invalid naming ``services``, ``owner``, ``countersigner`` or ``per_day``. A closed
    page may lack services and somebody who can sign for us."""
    check = Checker()
    opened = clean(form.get("opened")) == "yes"
    chosen = tuple(each for each in catalogue("services", OURS) if each in services)
    owner_id = clean(form.get("owner"))
    if owner_id and owner_id not in {each.id for each in owners}:
        check.refuse("owner", FieldCode.CHOOSE)
    countersigner_id = clean(form.get("countersigner"))
    if countersigner_id and countersigner_id not in {each.id for each in able}:
        check.refuse("countersigner", FieldCode.COUNTERSIGNER_GONE)
    typed = clean(form.get("per_day"))
    per_day = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    if not LEAST_A_DAY <= per_day <= MOST_A_DAY:
        check.refuse("per_day", FieldCode.NUMBER_RANGE, least=LEAST_A_DAY, most=MOST_A_DAY)
    if opened and not chosen:
        check.refuse("services", FieldCode.SERVICES_EMPTY)
    if opened and not countersigner_id and suggested(able, processor) is None:
        check.refuse("countersigner", FieldCode.COUNTERSIGNER_CHOOSE)
    check.raise_if_wrong()
    return PublicPage(opened, chosen, owner_id, countersigner_id, per_day)


def who_signs(page: PublicPage, able: Sequence[Staff], processor: Processor | None) -> Staff | None:
    """Our signer of agreements made on the page; None if nobody can sign now."""
    if page.countersigner_id:
        return next((each for each in able if each.id == page.countersigner_id), None)
    return suggested(able, processor)


def public_address(base_url: str, customer: str = "") -> str:
    """The address of the page, for a website, an invoice or a portal, with the customer's number
    filled in if given."""
    query = f"?{urlencode({CUSTOMER: customer})}" if customer else ""
    return f"{base_url}{PATH}{query}"
