"""Every reason why an agreement is not signed under a standing mandate.

What is not plainly allowed waits for the signatory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.agreement.accounts import Account
from service.agreement.applying import SELF_STARTED, Known, SelfStarted
from service.agreement.mandate import Mandate, MandateEnd, Misfit, processor_in_record
from service.agreement.model import Agreement
from service.agreement.permissions import Permission
from service.agreement.states import Order

_BY_FLAG = {
    "organisation_changed": Misfit.ORGANISATION_CHANGED,
    "delegated": Misfit.DELEGATED,
    "copied_link": Misfit.COPIED_LINK,
    "public_or_informal": Misfit.NOT_A_BUSINESS,
}
_NO_BUSINESS = ("public_body", "unincorporated", "natural_person")


@dataclass(frozen=True)
class Facts:
    """An agreement that waits for our signature, and this moment.

    ``flags`` are those besides the annex's; ``account`` is the mandator's present one; ``printed``
    and ``function`` are our signer's in the frozen text, ``template_sha256`` is its template.
    ``signed_at``: by the controller. ``unanswered``: a question never was. ``today`` is a Brussels
    date; ``signed_today`` counts its acts under the mandate and those waiting longer for a place.
    ``start`` is how the customer began it, if so; ``other_agreement``: another one with the same
    number runs or is in force.
    """

    agreement: Agreement
    flags: Sequence[str]
    account: Account | None
    printed: str
    function: str
    template_sha256: str
    signed_at: datetime | None
    unanswered: bool
    today: date
    signed_today: int
    start: SelfStarted | None = None
    other_agreement: bool = False


def misfits(mandate: Mandate, facts: Facts) -> tuple[Misfit, ...]:
    """Every reason why the agreement may not be signed under the mandate; empty if it may."""
    found = [
        *_of_the_mandate(mandate, facts),
        *_of_the_signatory(mandate, facts),
        *_of_the_text(mandate, facts),
        *_of_the_controller(facts),
        *_of_the_start(mandate, facts),
    ]
    return tuple(dict.fromkeys(found))


def waits_for_tomorrow(mandate: Mandate, found: Sequence[Misfit], today: date) -> bool:
    """Whether it only exceeds the number of a day, the mandate allows another try, and tomorrow is
    one of its days."""
    return tuple(found) == (Misfit.LIMIT,) and mandate.tries_again and today < mandate.until


def _of_the_mandate(mandate: Mandate, facts: Facts) -> Iterator[Misfit]:
    if mandate.ended is not MandateEnd.NOT:
        yield Misfit.ENDED
    if facts.today > mandate.until:
        yield Misfit.EXPIRED
    if facts.signed_today >= mandate.per_day:
        yield Misfit.LIMIT
    if facts.signed_at is not None and facts.signed_at < mandate.given_at:
        yield Misfit.SIGNED_BEFORE


def _of_the_signatory(mandate: Mandate, facts: Facts) -> Iterator[Misfit]:
    account, chosen = facts.account, facts.agreement.countersigner
    if account is None or not account.active or not account.person.may(Permission.COUNTERSIGN):
        yield Misfit.ACCOUNT
    elif account.person.name != mandate.person.name:
        yield Misfit.RENAMED
    if chosen is None or chosen.staff_id != mandate.staff_id:
        yield Misfit.OTHER_SIGNATORY
    elif facts.printed != mandate.person.name:
        yield Misfit.RENAMED


def _of_the_text(mandate: Mandate, facts: Facts) -> Iterator[Misfit]:
    agreement = facts.agreement
    if processor_in_record(agreement.processor) != mandate.content["processor"]:
        yield Misfit.OTHER_PROCESSOR
    named = {agreement.template_sha256, facts.template_sha256}
    if not named <= set(mandate.templates):
        yield Misfit.TEMPLATE
    if not agreement.services or not set(agreement.services) <= set(mandate.services):
        yield Misfit.SERVICES
    lines = mandate.content["lines"]
    allowed = {
        (name, code, label)
        for service in agreement.services
        for name, listed in lines.get(service, {}).items()
        for code, label in listed
    }
    for item in agreement.annex.items:
        if not item.code or item.flag == "own":
            yield Misfit.OWN_WORDS
        elif item.flag:
            yield Misfit.SENSITIVE
        elif (item.list, item.code, item.label) not in allowed:
            yield Misfit.NOT_STANDARD


def _of_the_controller(facts: Facts) -> Iterator[Misfit]:
    agreement = facts.agreement
    if agreement.order is not Order.CONTROLLER_FIRST or facts.signed_at is None:
        yield Misfit.ORDER
    for flag in facts.flags:
        if flag == SELF_STARTED:  # has rules of its own
            continue
        yield _BY_FLAG.get(flag, Misfit.FLAGGED)
    if agreement.controller.kind in _NO_BUSINESS:
        yield Misfit.NOT_A_BUSINESS
    if facts.unanswered:
        yield Misfit.QUESTION


def _of_the_start(mandate: Mandate, facts: Facts) -> Iterator[Misfit]:
    """Whoever begins alone chose the mailbox, and a number is no secret: the list decides."""
    start = facts.start
    if start is None:
        if SELF_STARTED in facts.flags:
            yield Misfit.SELF_STARTED
        return
    if not mandate.self_started:
        yield Misfit.SELF_STARTED
    if start.known is not Known.SAME or facts.agreement.controller.number != start.number:
        yield Misfit.NOT_ON_A_LIST
    if facts.other_agreement:
        yield Misfit.OTHER_AGREEMENT
