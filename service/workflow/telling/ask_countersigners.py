"""Asks for the processor's signature: the first agreement at once, those of the next four hours in
one mail. The queue shows them at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.agreement.annex import flags
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Role, Staff
from service.agreement.places import Party
from service.agreement.subjects import Subject
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.kinds import Countersign, CountersignDigest, Waiting
from service.workflow.one_by_one import one_by_one
from service.workflow.telling.notify import Reader, tell, tell_staff

PAUSE = timedelta(hours=4)
QUEUE = "/tekenen-namens-ons"
NAMED = 20  # agreements named in one mail; the queue has all of them


def tell_countersigners(tx: Transaction, agreement: Agreement) -> None:
    """Ask the processor's signer, now or with the next mail; in old agreements without one,
    everyone who may sign.

    Not a signer who may no longer sign: the pages and an alarm show that.
    """
    for person in tx.accounts.with_role(Role.SIGNATORY):
        if not agreement.signed_for_us_by(person.id):
            continue
        requests = tx.sign_requests
        if requests.free(person.id, PAUSE) and not requests.any_kept(person.id):
            _ask(tx, agreement, person)
        else:
            requests.keep(person.id, agreement.id)


def mail_kept(deps: Deps) -> int:
    """Mail everybody whose pause is over; a periodic job. Returns how many were mailed."""
    with deps.database.begin() as tx:
        due = tx.sign_requests.due(PAUSE)
    return one_by_one(due, lambda staff_id: _mail_one(deps, staff_id))


def _mail_one(deps: Deps, staff_id: str) -> bool:
    with deps.database.begin() as tx:
        if not tx.sign_requests.free(staff_id, PAUSE):
            return False
        kept = tx.sign_requests.take(staff_id)
        account = tx.accounts.by_id(staff_id)
        if account is None or not account.active or not account.person.may(Permission.COUNTERSIGN):
            return False
        found = [tx.agreements.get_by_id(each) for each in kept]
        fresh = [
            each for each in found if each.awaits_processor and each.signed_for_us_by(staff_id)
        ]
        if len(fresh) == 1:
            _ask(tx, fresh[0], account.person)
        elif fresh:
            _ask_many(tx, fresh, account.person)
        return bool(fresh)


def _ask(tx: Transaction, agreement: Agreement, person: Staff) -> None:
    tx.sign_requests.note_mailed(person.id)
    tell(
        tx,
        agreement,
        Countersign(
            signer_name=agreement.signatory.name,
            signer_function=agreement.signatory.function,
            signed_at=_signed_at(tx, agreement),
            flags=_flags(tx, agreement),
        ),
        to=Reader.of(person),
        once=f"revision-{agreement.edition}",
        page=QUEUE,
    )


def _ask_many(tx: Transaction, fresh: list[Agreement], person: Staff) -> None:
    tx.sign_requests.note_mailed(person.id)
    tell_staff(
        tx,
        person,
        CountersignDigest(
            agreements=[_line(tx, each) for each in fresh[:NAMED]],
            count=len(fresh),
            waiting=tx.our_turn.fresh(person.id),
        ),
        Subject.account(person.id),
        once=tx.now().isoformat(),
        page=QUEUE,
    )


def _line(tx: Transaction, agreement: Agreement) -> Waiting:
    return Waiting(
        organisation=agreement.controller.name,
        reference=agreement.reference,
        signed_at=_signed_at(tx, agreement),
        flags=_flags(tx, agreement),
    )


def _flags(tx: Transaction, agreement: Agreement) -> list[str]:
    raised = (*flags(agreement.annex), *tx.agreements.flags(agreement.id))
    return list(dict.fromkeys(raised))


def _signed_at(tx: Transaction, agreement: Agreement) -> datetime | None:
    """When the controller signed; None if the processor signs first."""
    acts = tx.documents.acts(agreement.id, agreement.edition)
    theirs = [act.signed_at for act in acts if act.place.party is Party.CONTROLLER]
    return theirs[-1] if theirs else None
