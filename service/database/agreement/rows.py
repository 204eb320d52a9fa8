"""An agreement as its rows hold it: read whole in one statement, and written."""

from __future__ import annotations

import dataclasses

from sqlalchemy import RowMapping, func, select

from service.agreement.annex import Annex, Dpo, Item
from service.agreement.model import Agreement
from service.agreement.parties import Controller, Countersigner, MainAgreement, Processor, Signatory
from service.agreement.states import Order, State
from service.database.agreement.places import PLACES, places_in
from service.database.people.accounts import may_sign
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements, annex_items, signatories
from service.database.tables.records import record

_ITEMS = (
    select(
        func.jsonb_agg(
            func.jsonb_build_array(
                annex_items.c.list,
                annex_items.c.label,
                annex_items.c.code,
                annex_items.c.flag,
                annex_items.c.entered_by,
            ).op("order by")(annex_items.c.position)
        )
    )
    .where(annex_items.c.agreement_id == agreements.c.id)
    .scalar_subquery()
    .label("items")
)
WHOLE = select(
    *(column for column in agreements.c if column.name != "search"),
    signatories.c.id.label("signatory_id"),
    signatories.c.name.label("signatory_name"),
    signatories.c.email.label("signatory_email"),
    signatories.c.function.label("signatory_function"),
    staff.c.name.label("countersigner_name"),
    staff.c.function.label("countersigner_function"),
    may_sign(staff).label("countersigner_can_sign"),
    PLACES,
    _ITEMS,
)
WHOLE = WHOLE.join(
    signatories,
    (signatories.c.agreement_id == agreements.c.id)
    & (signatories.c.number == 1)
    & signatories.c.current,
).outerjoin(staff, staff.c.id == agreements.c.countersigner_id)


def columns_of(agreement: Agreement) -> dict[str, object]:
    return {
        "state": agreement.state.value,
        "edition": agreement.edition,
        "signing_order": agreement.order.value,
        "annex_locked": agreement.annex_locked,
        "processor": dataclasses.asdict(agreement.processor),
        "countersigner_id": agreement.countersigner and agreement.countersigner.staff_id,
        "processor_version": agreement.processor_version,
        "sender_id": agreement.sender_id,
        "controller": dataclasses.asdict(agreement.controller),
        "main_reference": agreement.main_agreement.reference,
        "main_date": agreement.main_agreement.signed_on,
        "services": list(agreement.services),
        "dpo_answer": agreement.annex.dpo_answer,
        "dpo": dataclasses.asdict(agreement.annex.dpo) if agreement.annex.dpo else None,
        "details_confirmed": agreement.details_confirmed,
        "message": agreement.message,
        "link_days": agreement.link_days,
        "sent_at": agreement.sent_at,
        "opened_at": agreement.opened_at,
        "expires_at": agreement.expires_at,
        "fully_signed_at": agreement.fully_signed_at,
        "effective_date": agreement.effective_date,
        "template_sha256": agreement.template_sha256 or None,
        "frozen_sha256": agreement.frozen_sha256,
        "failure": agreement.failure,
    }


def as_agreement(row: RowMapping) -> Agreement:
    """The agreement in a row of ``WHOLE``."""
    items = tuple(Item(*values) for values in row["items"] or ())
    dpo = Dpo(**row["dpo"]) if row["dpo"] else None
    return record(
        Agreement,
        row,
        state=State(row["state"]),
        order=Order(row["signing_order"]),
        processor=Processor(**row["processor"]),
        controller=Controller(**row["controller"]),
        signatory=record(Signatory, row, "signatory_"),
        main_agreement=MainAgreement(row["main_reference"], row["main_date"]),
        services=tuple(row["services"]),
        annex=Annex(items, row["dpo_answer"], dpo),
        template_sha256=row["template_sha256"] or "",
        places=places_in(row["places"]),
        countersigner=_countersigner(row),
    )


def _countersigner(row: RowMapping) -> Countersigner | None:
    staff_id = row["countersigner_id"]
    return record(Countersigner, row, "countersigner_", staff_id=staff_id) if staff_id else None
