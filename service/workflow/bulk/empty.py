"""Removes the customers' data from lists that are no longer needed; a nightly job.

The agreements and the digests that recognise its rows stay.
"""

from __future__ import annotations

from service.agreement.permissions import SYSTEM
from service.deps import Deps
from service.workflow.bulk.decide import end


def empty(deps: Deps) -> int:
    """Empty imports that nobody started in 90 days, and those older than 400 days that a newer list
    replaced. Returns how many."""
    with deps.database.begin() as tx:
        for number in tx.imports.unused():
            end(tx, number, SYSTEM)
        return tx.imports.drop_old()
