"""Removes the customers' data from lists that are no longer needed; a nightly job.

A list is personal data of people who were never asked. What it made stays, and so do the digests by
which its rows are recognised.
"""

from __future__ import annotations

from service.agreement.permissions import SYSTEM
from service.deps import Deps
from service.workflow.bulk.decide import end


def empty(deps: Deps) -> int:
    """Stop the imports that nobody started in 90 days and empty them, and those of more than 400
    days ago of which a newer list was taken in. Returns how many were emptied."""
    with deps.database.begin() as tx:
        for number in tx.imports.unused():
            end(tx, number, SYSTEM)
        return tx.imports.drop_old()
