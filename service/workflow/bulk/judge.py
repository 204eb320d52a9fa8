"""The verdict on every row of a list, beside the other rows and beside what the database has."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from service.agreement.bulk.columns import Columns
from service.agreement.bulk.listing import Listing, listing_of
from service.agreement.bulk.options import Options, People, sellers_of
from service.agreement.bulk.states import ImportState, LineState
from service.agreement.bulk.verdicts import (
    Verdict,
    beside_each_other,
    beside_what_is_known,
    judge,
)
from service.agreement.permissions import Permission, Role, Staff, require
from service.database.engine import Transaction
from service.deps import Deps
from service.spreadsheets.read import read_table
from service.spreadsheets.table import Dialect, Row
from signatures.effective_date import local_date

AT_ONCE = 1000  # rows looked up in the database together


@dataclass(frozen=True)
class Checked:
    """A list with the verdict on each of its rows, in the order of the file."""

    listing: Listing
    dialect: Dialect
    columns: Columns
    options: Options
    verdicts: tuple[Verdict, ...]

    def count(self, state: LineState) -> int:
        return sum(each.state is state for each in self.verdicts)


def check(
    deps: Deps,
    data: bytes,
    by: Staff,
    *,
    targets: Sequence[str] = (),
    options: Options | None = None,
) -> Checked:
    """Judge a file and store nothing. Raises Invalid, naming ``file``, if it is no list.

    Without ``targets`` and ``options`` those of the last import of a list with the same headings
    are used, or else the guessed columns and no choices.
    """
    require(by, Permission.PREPARE)
    table = read_table(data)
    listing = listing_of(table.rows)
    with deps.database.look() as tx:
        columns, chosen = as_before(tx, listing, targets, options)
        verdicts = verdicts_on(deps, tx, listing.rows, columns, chosen, listing.shape)
    return Checked(listing, table.dialect, columns, chosen, tuple(verdicts))


def choices_before(deps: Deps, data: bytes, by: Staff) -> Options:
    """The choices of the last import of a list with the headings of this file, or none."""
    require(by, Permission.PREPARE)
    listing = listing_of(read_table(data).rows)
    with deps.database.look() as tx:
        return as_before(tx, listing, (), None)[1]


def as_before(
    tx: Transaction, listing: Listing, targets: Sequence[str], options: Options | None
) -> tuple[Columns, Options]:
    """The columns and choices that were given, or else those of the list's last import."""
    before = tx.imports.like(listing.shape) if not targets or options is None else None
    columns, width = listing.columns, len(listing.headings)
    if before and not targets:
        targets = (*before.targets[:width], *columns.targets[len(before.targets) :])
    if targets:
        columns = Columns(tuple(targets), columns.heading)
    if options is None:
        # To make something a second time is decided each time.
        options = dataclasses.replace(before.options, again=False) if before else Options()
    return columns, options


def people(tx: Transaction) -> People:
    """The members of staff whom a list may name."""
    everybody = [each.person for each in tx.accounts.everyone() if each.active]
    return People(tx.accounts.with_role(Role.SIGNATORY), sellers_of(everybody))


def verdicts_on(
    deps: Deps,
    tx: Transaction,
    rows: Sequence[Row],
    columns: Columns,
    options: Options,
    shape: str,
) -> list[Verdict]:
    """The verdicts on these rows, which are all of a list."""
    named, profile = people(tx), tx.profiles.newest()
    today = local_date(tx.now())
    alone = [
        judge(
            row.number,
            row.cells,
            columns,
            options,
            named,
            default_days=deps.settings.link_days,
            today=today,
            processor=profile[1] if profile else None,
        )
        for row in rows
    ]
    together = beside_each_other(alone)
    judged: list[Verdict] = []
    for start in range(0, len(together), AT_ONCE):
        some = together[start : start + AT_ONCE]
        judged += beside_what_is_known(some, tx.known.of(some, shape), again=options.again)
    return judged


def judge_import(deps: Deps, number: int) -> bool:
    """Judge the lines of an import that waits for it; returns whether it did. Repeatable."""
    with deps.database.begin() as tx:
        found = tx.imports.lock(number)
        if found.state is not ImportState.JUDGING:
            return False
        rows = tx.lines.rows(found.id)
        columns = Columns(found.targets)
        verdicts = verdicts_on(deps, tx, rows, columns, found.options, found.shape)
        tx.lines.judged(found.id, verdicts)
        tx.imports.set_state(found.id, ImportState.READY)
    return True
