"""Sealing: each accepted act as its own PAdES revision, then the close. A job.

The database chooses the winner of each step: a worker that finds its step taken throws its own
bytes away and goes on from the winner's. So whatever is killed, repeated or run twice, there is
one chain of revisions, and it begins with the very bytes that were shown (DESIGN.md §1.1, §1.6).
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.states import SIGNED_NOT_SEALED, State, Step, after
from service.database.agreement.documents import CLOSING_STEP, ActRow, Seal
from service.database.engine import Transaction
from service.deps import Deps
from service.workflow.actors import SYSTEM
from service.workflow.sealing.present_keys import with_present_keys
from service.workflow.tasks import CLOSE
from signatures.acts.act import Act
from signatures.acts.font import FACES
from signatures.acts.statements import Statement

_SEALABLE = frozenset({State.IN_SIGNING, *SIGNED_NOT_SEALED})


def seal(deps: Deps, agreement_id: str) -> None:
    """Seal every accepted act that is not sealed yet; close the whole after the last one.

    Raises what the time stamp authority or the key store raises; the job is then tried again,
    for ever, and ``note_failure`` makes it visible.
    """
    while _next_step(deps, agreement_id):
        pass


def _next_step(deps: Deps, agreement_id: str) -> bool:
    """Do one step; False when there is nothing left to do now."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        if agreement.state not in _SEALABLE:
            return False
        acts = tx.documents.acts(agreement.id, agreement.revision)
        last = tx.documents.last_seal(agreement.id, agreement.revision)
        frozen = tx.documents.frozen_pdf(agreement.id, agreement.revision)
    done = last.step if last else 0
    if frozen is None:
        raise LookupError(agreement.reference)
    pdf = last.pdf if last else frozen[0]
    if done == CLOSING_STEP:
        _defer_close(deps, agreement)
        return False
    if done < len(acts):
        _seal_act(deps, agreement, acts[done], pdf)
        return True
    if agreement.state in SIGNED_NOT_SEALED:
        _close_revisions(deps, agreement, pdf)
        return True
    return False


def _seal_act(deps: Deps, agreement: Agreement, act: ActRow, pdf: bytes) -> None:
    last = act.ordinal == CLOSING_STEP - 1
    sealed = with_present_keys(deps, lambda one: one.seal_act(pdf, _as_signed(act), last=last))
    step = Seal(
        act.ordinal,
        sealed.pdf,
        hashlib.sha256(sealed.pdf).hexdigest(),
        sealed.token_time,
        sealed.token_quality,
    )
    _keep(
        deps,
        agreement,
        step,
        Event.ACT_SEALED,
        place=act.place.value,
        token_quality=step.token_quality,
    )


def _close_revisions(deps: Deps, agreement: Agreement, pdf: bytes) -> None:
    closed = with_present_keys(deps, lambda one: one.close(pdf))
    step = Seal(
        CLOSING_STEP,
        closed.pdf,
        hashlib.sha256(closed.pdf).hexdigest(),
        closed.token_time,
        closed.token_quality,
    )
    _keep(
        deps,
        agreement,
        step,
        Event.ORIGINAL_CLOSED,
        level=closed.level,
        token_quality=step.token_quality,
    )


def _keep(deps: Deps, agreement: Agreement, step: Seal, event: Event, **facts: Any) -> None:
    """Keep a step, unless another worker's came first or the agreement was withdrawn meanwhile.

    A step that succeeds ends a spell of failing.
    """
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement.id)
        if before.state not in _SEALABLE:
            return
        if not tx.documents.add_seal(agreement.id, agreement.revision, step):
            return
        if before.state in (State.FULLY_SIGNED, State.SEAL_FAILED):
            tx.agreements.save(
                before,
                dataclasses.replace(before, state=after(Step.SEAL, before.state), failure=""),
            )
        elif before.failure:
            tx.agreements.save(before, dataclasses.replace(before, failure=""))
        tx.audit.append(
            agreement.id,
            event,
            SYSTEM,
            sha256=step.sha256,
            token_time=step.token_time.isoformat(),
            **facts,
        )


def _defer_close(deps: Deps, agreement: Agreement) -> None:
    with deps.database.begin() as tx:
        tx.jobs.defer(CLOSE, agreement_id=agreement.id)


def note_failure(deps: Deps, agreement_id: str, reason: str) -> None:
    """Make a failed sealing visible; told once per spell of failing.

    While signatures are still awaited the state stays: nobody's signing waits for a seal.
    """
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        if before.state in (State.FULLY_SIGNED, State.SEALING):
            _mark_failed(tx, before, after(Step.FAIL_SEAL, before.state), reason)
        elif before.state is State.IN_SIGNING and not before.failure:
            _mark_failed(tx, before, before.state, reason)


def _mark_failed(tx: Transaction, before: Agreement, state: State, reason: str) -> None:
    tx.agreements.save(before, dataclasses.replace(before, state=state, failure=reason[:500]))
    tx.audit.append(before.id, Event.SEAL_FAILED, SYSTEM, personal={"reason": reason[:300]})


def _as_signed(act: ActRow) -> Act:
    """The act as it goes into the PDF: no address, no browser (DESIGN.md §5)."""
    record = act.record
    return Act(
        place=act.place.value,
        reference=record["reference"],
        organisation=record["organisation"],
        person_name=record["person"]["name"],
        function=record["person"]["function"],
        signed_at=act.signed_at,
        method=record["method"],
        image_png=act.image,
        typed_text=record["typed"] or None,
        face=record.get("face") or FACES[0],  # an older record has none
        document_sha256=act.document_sha256,
        statements=tuple(Statement(**said) for said in record["statements"]),
        record_sha256=act.record_sha256,
    )
