"""All that follows from a signature, as far as it can go now: seal, close, archive. A job.

One job and not three: the next step waits for no queue. Each looks at the state, so whatever was
killed or failed goes on where it stopped, by a retry or by the sweep.
"""

from __future__ import annotations

from service.deps import Deps
from service.workflow.keeping import archive
from service.workflow.sealing import close, seal


def finish(deps: Deps, agreement_id: str) -> None:
    """Seal what was signed; after the last act close it and bring it to the archive.

    Raises what the steps raise; the job is then tried again, for ever.
    """
    if seal.seal(deps, agreement_id):
        close.close(deps, agreement_id)
        archive.archive(deps, agreement_id)


def note_failure(deps: Deps, agreement_id: str, reason: str) -> None:
    """Make visible that the step fails at which the agreement stands; the others note nothing."""
    seal.note_failure(deps, agreement_id, reason)
    archive.note_failure(deps, agreement_id, reason)
