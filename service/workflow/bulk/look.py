"""What people see of imports: how far one is, its rows, and the rows with a fault as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.agreement.bulk.states import ImportState, LineState
from service.agreement.permissions import Permission, Staff, require
from service.agreement.states import UNSENT, MailState
from service.database.bulk.imports import Import
from service.database.bulk.line_counts import Shared
from service.database.bulk.lines import Line
from service.deps import Deps
from service.workflow.offer.send_together import MOST

PAGE = 50
PAGE_OF_IMPORTS = 20


@dataclass(frozen=True)
class Progress:
    """An import with its lines per state, and the mails with the first link of its agreements.

    ``doubtful`` are good lines with a warning, ``made_of_stopped`` stopped lines with a draft.
    """

    found: Import
    counts: Mapping[LineState, int]
    doubtful: int
    mails: Mapping[MailState, int]
    made_of_stopped: int = 0

    def of(self, state: LineState) -> int:
        return self.counts.get(state, 0)

    @property
    def mails_waiting(self) -> int:
        return sum(self.mails.get(each, 0) for each in UNSENT)

    @property
    def mails_refused(self) -> int:
        return self.mails.get(MailState.REFUSED, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def all_imports(deps: Deps, by: Staff, *, before: int | None = None) -> list[Progress]:
    """The newest imports, or those before a number, without counts of doubtful lines and mails.

    One more than a page if there are more.
    """
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.newest(limit=PAGE_OF_IMPORTS + 1, before=before)
        counts = tx.imports.counts_of([each.id for each in found])
        return [Progress(each, counts[each.id], 0, {}) for each in found]


def progress(deps: Deps, number: int, by: Staff) -> Progress:
    """Raises NotFound."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        counts = tx.imports.counts(found.id)
        return Progress(
            found,
            counts,
            tx.imports.doubtful(found.id) if counts.get(LineState.GOOD) else 0,
            tx.imports.mails(found.id) if counts.get(LineState.SENT) else {},
            tx.imports.made_of_stopped(found.id) if counts.get(LineState.STOPPED) else 0,
        )


def others_sending(deps: Deps, number: int, by: Staff) -> list[int]:
    """The numbers of the other imports that are sending now; all share one pace."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        return [
            each.number
            for each in tx.imports.unfinished()
            if each.sending and each.state is ImportState.RUNNING and each.number != number
        ]


def shared(deps: Deps, number: int, by: Staff) -> Shared:
    """Who sign more than one of the agreements to be made or sent. Raises NotFound."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        return tx.line_counts.shared(tx.imports.get(number).id, most=MOST)


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
    """In the order of the file: of some states (or all), after a row. Raises NotFound."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        return tx.lines.page(found.id, states, doubtful=doubtful, after=after, limit=limit)
