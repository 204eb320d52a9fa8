"""What people see of imports: how far one is, its rows, and the rows with a fault as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.agreement.bulk.states import LineState
from service.agreement.permissions import Permission, Staff, require
from service.agreement.states import MailState
from service.database.bulk.imports import Import
from service.database.bulk.lines import Line
from service.deps import Deps

PAGE = 50


@dataclass(frozen=True)
class Progress:
    """An import with the number of its lines in each state, and of the mails with the first link of
    its agreements; ``doubtful`` of the good lines have a warning."""

    found: Import
    counts: Mapping[LineState, int]
    doubtful: int
    mails: Mapping[MailState, int]

    def of(self, state: LineState) -> int:
        return self.counts.get(state, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def all_imports(deps: Deps, by: Staff, *, before: int | None = None) -> list[Import]:
    """The newest imports, or those before a number."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        return tx.imports.newest(limit=PAGE, before=before)


def progress(deps: Deps, number: int, by: Staff) -> Progress:
    """How far an import is. Raises NotFound."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        return Progress(
            found,
            tx.imports.counts(found.id),
            tx.imports.doubtful(found.id),
            tx.imports.mails(found.id),
        )


def lines(
    deps: Deps,
    number: int,
    by: Staff,
    *,
    states: Sequence[LineState] = (),
    doubtful: bool = False,
    after: int = 0,
    limit: int | None = PAGE,
) -> list[Line]:
    """Lines in the order of the file: of some states (or all), after a row. Raises NotFound."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        return tx.lines.page(found.id, states, doubtful=doubtful, after=after, limit=limit)
