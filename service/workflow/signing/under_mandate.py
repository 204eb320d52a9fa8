"""Signing for the processor under a standing mandate: what deviates in nothing is signed at once.

A job decides under the locks of the agreement and the mandate, so that a revocation comes before or
after the act. What does not fit waits in the queue with the reasons; what only exceeds the number
of a day, if the mandate says so, is tried again first the next day.
"""

from __future__ import annotations

from datetime import date

from service.agreement.act_record import Observed, SignatureImage
from service.agreement.mandate import Mandate, Misfit, Outcome
from service.agreement.mandate_rules import Facts, misfits, waits_for_tomorrow
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.places import COUNTERSIGNER, Party, PlaceCapacity
from service.database.engine import Transaction
from service.database.people.mandates import Case
from service.deps import Deps
from service.workflow.one_by_one import one_by_one
from service.workflow.signing.accept import Person, accept
from service.workflow.telling.ask_countersigners import tell_countersigners
from signatures.effective_date import local_date


def sign_under_mandate(deps: Deps, agreement_id: str) -> None:
    """Sign the agreement under the mandate if it fits; else ask the signer. A job; each text is
    decided on once."""
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        found = _to_try(tx, before)
        if found is None:
            return
        case, mandate = found
        facts = _facts(tx, before, case, mandate)
        if why := misfits(mandate, facts):
            held_on = facts.today if waits_for_tomorrow(mandate, why, facts.today) else None
            _leave(tx, before, case, why, held_on=held_on)
            return
        accept(
            tx,
            before,
            _in_the_name_of(mandate, facts),
            SignatureImage("typed", facts.printed, None, mandate.face),
            dict.fromkeys(PlaceCapacity, mandate.statements),
            shown_sha256=before.frozen_sha256,
        )
        tx.mandates.settle(before.id, before.edition, Outcome.SIGNED, day=facts.today)


def give_up(deps: Deps, agreement_id: str, _reason: str) -> None:
    """The job keeps killing its worker: the signer is asked instead."""
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        if found := _to_try(tx, before):
            _leave(tx, before, found[0], (Misfit.FAILED,))


def sign_held(deps: Deps) -> int:
    """Try again what exceeded an earlier day's number, in the order in which the controllers
    signed, and settle what waits under an ended mandate; a periodic job.

    Returns how many. Raises SomeFailed.
    """
    with deps.database.look() as tx:
        held = tx.mandates.held(local_date(tx.now()))
    return one_by_one(held, lambda agreement_id: _again(deps, agreement_id))


def _again(deps: Deps, agreement_id: str) -> int:
    sign_under_mandate(deps, agreement_id)
    return 1


def _to_try(tx: Transaction, agreement: Agreement) -> tuple[Case, Mandate] | None:
    """The undecided case of the present text, with its mandate under its lock.

    What no longer waits for us is settled as refused.
    """
    case = tx.mandates.case(agreement.id, agreement.edition)
    if case is None or case.outcome is not Outcome.WAITING:
        return None
    mandate = tx.mandates.lock(case.mandate_id)
    if mandate is None:  # the foreign key makes this impossible
        raise LookupError(case.mandate_id)
    if not agreement.awaits_processor:
        tx.mandates.settle(agreement.id, agreement.edition, Outcome.REFUSED)
        return None
    return case, mandate


def _leave(
    tx: Transaction,
    agreement: Agreement,
    case: Case,
    why: tuple[Misfit, ...],
    *,
    held_on: date | None = None,
) -> None:
    """Leave it to the signer, who is asked once; ``held_on`` a day it is tried again after that."""
    if held_on:
        outcome, why = Outcome.WAITING, (Misfit.TOMORROW,)
    else:
        outcome = Outcome.REFUSED
    tx.mandates.settle(agreement.id, agreement.edition, outcome, misfits=why, day=held_on)
    if case.day is None:
        tell_countersigners(tx, agreement)


def _facts(tx: Transaction, agreement: Agreement, case: Case, mandate: Mandate) -> Facts:
    """What the rules ask; the caller holds both locks."""
    now = tx.now()
    acts = tx.documents.acts(agreement.id, agreement.edition)
    theirs = [act.signed_at for act in acts if act.place.party is Party.CONTROLLER]
    printed = tx.documents.printed_for_us(agreement.id, agreement.edition)
    frozen = tx.documents.frozen(agreement.id, agreement.edition)
    today = local_date(now)
    start, number = tx.applications.start_of(agreement.id), agreement.controller.number
    # Not looked up for those we invited: sales saw it before sending.
    other = (
        tx.overview.same_number(number, agreement.reference, today) if start and number else None
    )
    return Facts(
        agreement=agreement,
        flags=tx.agreements.flags(agreement.id),
        account=tx.accounts.by_id(mandate.staff_id),
        printed=printed[0] if printed else "",
        function=printed[1] if printed else "",
        template_sha256=frozen.template_sha256 if frozen else "",
        signed_at=max(theirs) if theirs else None,
        unanswered=any(each.ended in ("", "signed") for each in tx.questions.of(agreement.id)),
        today=today,
        signed_today=(
            tx.mandates.used(mandate.id, today).today
            + tx.mandates.held_before(mandate.id, today, case.made_at)
        ),
        start=start,
        other_agreement=other is not None and other.stage != "draft",
    )


def _in_the_name_of(mandate: Mandate, facts: Facts) -> Person:
    """The signatory, of whom nothing was observed at the act: nobody sat at a browser."""
    agreement = facts.agreement
    return Person(
        principal=SYSTEM,
        turn=COUNTERSIGNER,
        name=facts.printed,
        function=facts.function,
        email=mandate.person.email,
        organisation=agreement.processor.known_as,
        staff_id=mandate.staff_id,
        observed=Observed("", ""),
        mandate=mandate,
    )
