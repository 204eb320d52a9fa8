"""The history of one customer over all their agreements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.agreement.events import Event
from service.agreement.life import Life, life_of
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff
from service.deps import Deps
from service.workflow.keeping.dossier import agreement_of
from signatures.effective_date import local_date

PAGE = 50  # agreements
TOLD = frozenset(
    {
        Event.AGREEMENT_CREATED,
        Event.AGREEMENT_IMPORTED,
        Event.AGREEMENT_REQUESTED,
        Event.AGREEMENT_REGISTERED,
        Event.AGREEMENT_SENT,
        Event.AGREEMENT_OFFERED,
        Event.AGREEMENT_REOPENED,
        Event.AGREEMENT_EXTENDED,
        Event.AGREEMENT_VOIDED,
        Event.AGREEMENT_DECLINED,
        Event.AGREEMENT_EXPIRED,
        Event.DOCUMENT_FROZEN,
        Event.AGREEMENT_FULLY_SIGNED,
        Event.AGREEMENT_COMPLETED,
        Event.AGREEMENT_WITHDRAWN,
        Event.AGREEMENT_ENDED,
        Event.AGREEMENT_END_CHANGED,
        Event.AGREEMENT_END_UNDONE,
    }
)


@dataclass(frozen=True)
class OneAgreement:
    """``life`` is None before it takes effect."""

    agreement: Agreement
    life: Life | None


@dataclass(frozen=True)
class Moment:
    """One thing that happened; ``at`` is aware UTC."""

    at: datetime
    reference: str
    sentence: str


@dataclass(frozen=True)
class History:
    """``chosen`` is the agreement that led here; both lists are newest first. ``older`` is the
    cursor of the next page, empty on the last one."""

    chosen: Agreement
    agreements: list[OneAgreement]
    moments: list[Moment]
    older: str


def history_of(deps: Deps, reference: str, staff: Staff, *, after: str = "") -> History:
    """A page (cursor ``after``) of the agreements with this one's customer, and what happened to
    those.

    A customer is known by number, or by name if it has none. The role archive sees only agreements
    signed by both parties. Raises NotFound, NotAllowed.
    """
    chosen = agreement_of(deps, reference, staff)
    found, moments = [], []
    with deps.database.look() as tx:
        today = local_date(tx.now())
        ids, older = tx.customers.agreements_of(
            chosen.controller, PAGE, after, signed=not staff.may(Permission.SEE_AGREEMENTS)
        )
        whole = tx.agreements.these(ids)
        for agreement_id in ids:
            agreement, _ = whole[agreement_id]
            signed = agreement.effective_date is not None
            end = tx.lives.end_of(agreement_id)
            life = life_of(end, today, deps.settings.retention_years) if signed else None
            found.append(OneAgreement(agreement, life))
            moments += [
                Moment(each.at, agreement.reference, each.sentence(staff.language))
                for each in tx.audit.of(agreement_id)
                if each.event in TOLD
            ]
    return History(chosen, found, sorted(moments, key=lambda each: each.at, reverse=True), older)
