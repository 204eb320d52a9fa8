"""Sealing: each accepted act as its own PAdES revision, then the closing.

A worker whose step is already stored continues from the stored bytes. So there is one chain of
revisions, which begins with exactly the bytes shown.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from service.agreement.act_record import AcceptedAct
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.states import SIGNED_NOT_SEALED, State, Step, next_state
from service.database.agreement.seals import Seal
from service.database.engine import Transaction
from service.deps import Deps
from signatures.acts.act import Act
from signatures.acts.font import FACES
from signatures.errors import AuthorityError

if TYPE_CHECKING:  # it loads the PDF library
    from signatures.sealing.seal import Sealed, Sealer

T = TypeVar("T")

_SEALABLE = frozenset({State.IN_SIGNING, *SIGNED_NOT_SEALED})


def seal(deps: Deps, agreement_id: str) -> bool:
    """Seal all accepted acts that are not sealed yet; close the whole after the last one.

    Returns False while acts are awaited. Raises the errors of the time stamp authority or the key
    store, which ``note_failure`` shows.
    """
    while (sealed := _go_on(deps, agreement_id)) is None:
        pass
    return sealed


def _go_on(deps: Deps, agreement_id: str) -> bool | None:
    """Do what is possible now. False if acts are still awaited; None if another worker was first,
    so that the caller must check again."""
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        if agreement.state not in _SEALABLE:
            return True
        acts = tx.documents.acts(agreement.id, agreement.edition)
        so_far = tx.seals.so_far(agreement.id, agreement.edition)
    if so_far is None:
        raise LookupError(agreement.reference)
    done, pdf = so_far.step, so_far.pdf
    if done == agreement.closing_step:
        return True
    for act in acts[done:]:
        sealed = _seal_act(deps, agreement, act, pdf)
        if sealed is None:
            return None
        pdf = sealed
    if agreement.state not in SIGNED_NOT_SEALED:
        return False
    return _close_revisions(deps, agreement, pdf) or None


def _seal_act(deps: Deps, agreement: Agreement, act: AcceptedAct, pdf: bytes) -> bytes | None:
    last = act.ordinal == len(agreement.places)
    sealed = with_present_keys(deps, lambda one: one.seal_act(pdf, _as_signed(act), last=last))
    step = _step(act.ordinal, sealed)
    kept = _keep(deps, agreement, step, pdf, Event.ACT_SEALED, place=act.place.key)
    return sealed.pdf if kept else None


def _close_revisions(deps: Deps, agreement: Agreement, pdf: bytes) -> bool:
    closed = with_present_keys(deps, lambda one: one.close(pdf))
    step = _step(agreement.closing_step, closed)
    return _keep(deps, agreement, step, pdf, Event.ORIGINAL_CLOSED, level=closed.level)


def _step(number: int, made: Sealed) -> Seal:
    sha256 = hashlib.sha256(made.pdf).hexdigest()
    return Seal(number, made.pdf, sha256, made.token_time, made.token_quality)


def _keep(
    deps: Deps, agreement: Agreement, step: Seal, continues: bytes, event: Event, **facts: Any
) -> bool:
    """Store a step and end a series of failures; False if another worker was first or the agreement
    was withdrawn."""
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement.id)
        if before.state not in _SEALABLE:
            return False
        if not tx.seals.add(agreement.id, agreement.edition, step, continues):
            return False
        if before.state in (State.FULLY_SIGNED, State.SEAL_FAILED):
            tx.agreements.save(
                before,
                dataclasses.replace(before, state=next_state(Step.SEAL, before.state), failure=""),
            )
        elif before.failure:
            tx.agreements.save(before, dataclasses.replace(before, failure=""))
        tx.audit.append(
            agreement.id,
            event,
            SYSTEM,
            sha256=step.sha256,
            token_time=step.token_time.isoformat(),
            token_quality=step.token_quality,
            **facts,
        )
    return True


def note_failure(deps: Deps, agreement_id: str, reason: str) -> None:
    """Make a failed sealing visible, once per series of failures.

    While signatures are still awaited the state stays: signing does not wait for a seal.
    """
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        if before.state in (State.FULLY_SIGNED, State.SEALING):
            _mark_failed(tx, before, next_state(Step.FAIL_SEAL, before.state), reason)
        elif before.state is State.IN_SIGNING and not before.failure:
            _mark_failed(tx, before, before.state, reason)


def _mark_failed(tx: Transaction, before: Agreement, state: State, reason: str) -> None:
    tx.agreements.save(before, dataclasses.replace(before, state=state, failure=reason[:500]))
    tx.audit.append(before.id, Event.SEAL_FAILED, SYSTEM, personal={"reason": reason[:300]})


def _as_signed(act: AcceptedAct) -> Act:
    """Without addresses or browser."""
    record = act.record
    return Act(
        place=act.place.key,
        reference=record.reference,
        organisation=record.organisation,
        person_name=record.person.name,
        function=record.person.function,
        signed_at=act.signed_at,
        method=record.method,
        image_png=act.image,
        typed_text=record.typed or None,
        face=record.face or FACES[0],  # older records have none
        document_sha256=act.document_sha256,
        statements=record.statements,
        record_sha256=act.record_sha256,
        mandate_of=record.mandate.given_on if record.mandate else None,
    )


def with_present_keys(deps: Deps, make: Callable[[Sealer], T]) -> T:
    """The result of ``make`` with the current sealer; repeated if the keys were replaced meanwhile,
    because the old certificate may have been revoked. Raises AuthorityError."""
    while True:
        try:
            return make(deps.sealer())
        except AuthorityError as error:
            if error.code != "superseded":
                raise
