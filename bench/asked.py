"""A filled database, and values from its rows to query for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from service.agreement.lists import Search
from service.agreement.permissions import Staff
from service.database.engine import Transaction
from service.deps import Deps

GOAL, SEARCH = 10, 20  # milliseconds
Question = tuple[str, float, Callable[["Asked"], object]]


class _Undone(Exception):
    """Rolls back a transaction."""


@dataclass(frozen=True)
class Asked:
    """A filled database, a member of staff with all permissions, and values from some rows.
    ``served_by`` returns the answering processes."""

    deps: Deps
    staff: Staff
    id: str
    completed: str
    template: str
    running: str
    number: str
    email: str
    name: str
    sha256: str
    deep: str
    day: date
    texts: list[str]
    served_by: Callable[[], list[int]]

    @classmethod
    def of(cls, deps: Deps, served_by: Callable[[], list[int]] = list) -> Asked:
        """Find an agreement in the middle of the past, and a running one."""
        with deps.database.begin() as tx:
            account = tx.accounts.by_email("m1@it4professionals.example")
            middle = tx.now() - timedelta(days=900)
            after = f"{middle.isoformat()}|{'0' * 8}-0000-4000-8000-{'0' * 12}"
            lines = tx.overview.find(Search(group="completed", archived_only=True, after=after))
            running = tx.overview.find(Search(group="waiting"))[0]
            line = lines[0]
            original = tx.documents.original(line.id)
            found = tx.agreements.get_by_id(line.id)
            texts = [sha256 for sha256, _ in tx.templates.versions()]
        if account is None or original is None or line.effective_date is None:
            raise LookupError("this database is not filled")
        return cls(
            deps,
            account.person,
            line.id,
            line.reference,
            found.template_sha256,
            running.reference,
            line.number,
            line.signatory_email,
            line.organisation,
            original.sha256,
            after,
            line.effective_date,
            texts,
            served_by,
        )

    def undone(self, step: Callable[[Transaction], object]) -> None:
        """Run ``step`` in a transaction that is rolled back."""
        with suppress(_Undone), self.deps.database.begin() as tx:
            step(tx)
            raise _Undone
