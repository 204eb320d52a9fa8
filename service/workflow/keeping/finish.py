"""The steps after a signature, as far as possible now: seal, close, archive. A job.

One job instead of three, so that no step waits in a queue. Each step checks the state, so after a
kill or failure a retry or the sweep continues where it stopped.
"""

from __future__ import annotations

from service.deps import Deps
from service.workflow.keeping import archive
from service.workflow.sealing import close, seal


def finish(deps: Deps, agreement_id: str) -> None:
    """Seal signed acts; after the last act close the agreement and archive it.

    Raises the errors of the steps; the job is then retried indefinitely.
    """
    if seal.seal(deps, agreement_id):
        close.close(deps, agreement_id)
        archive.archive(deps, agreement_id)


def note_failure(deps: Deps, agreement_id: str, reason: str) -> None:
    """Show the failure of the agreement's present step; the other steps record nothing."""
    seal.note_failure(deps, agreement_id, reason)
    archive.note_failure(deps, agreement_id, reason)
