"""The verdict on every row of a list, beside the other rows and beside what the database has."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from service.agreement.bulk.columns import Columns
from service.agreement.bulk.listing import Listing, is_problem, listing_of
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
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.spreadsheets.table import MOST_ROWS, Dialect, Row, Table, refusal
from signatures.effective_date import local_date

AT_ONCE = 1000  # rows looked up in the database together


@dataclass(frozen=True)
class Found:
    """A list in a file, with the columns and choices of the last import with the same headings, or
    else guessed columns and no choices."""

    listing: Listing
    dialect: Dialect
    columns: Columns
    options: Options


@dataclass(frozen=True)
class Checked(Found):
    """The same with the verdict on each row, in the order of the file."""

    verdicts: tuple[Verdict, ...]

    def count(self, state: LineState) -> int:
        return sum(each.state is state for each in self.verdicts)


def find(
    deps: Deps,
    table: Table,
    by: Staff,
    *,
    targets: Sequence[str] = (),
    options: Options | None = None,
) -> Found:
    """The list in a table, with the given columns and choices.

    Raises Invalid naming ``file`` (no rows or too many) or ``owner``.
    """
    require(by, Permission.PREPARE)
    found = _found(deps, table, targets, options)
    with deps.database.look() as tx:
        require_owner(tx, found.options)
    return found


def remembered(deps: Deps, table: Table, by: Staff) -> Found:
    """The same for a person who will look at the choices of last time before they count."""
    require(by, Permission.PREPARE)
    return _found(deps, table, (), None)


def _found(deps: Deps, table: Table, targets: Sequence[str], options: Options | None) -> Found:
    listing = listing_of(table.rows)
    if not listing.rows:
        raise refusal(FieldCode.FILE_EMPTY)
    if len(listing.rows) > MOST_ROWS:
        raise refusal(FieldCode.FILE_ROWS, most=MOST_ROWS)
    with deps.database.look() as tx:
        columns, chosen = _as_before(tx, listing, targets, options)
    return Found(listing, table.dialect, columns, chosen)


def check(deps: Deps, found: Found, by: Staff) -> Checked:
    """Judge a list and store nothing."""
    require(by, Permission.PREPARE)
    listing, columns, options = found.listing, found.columns, found.options
    with deps.database.look() as tx:
        verdicts = verdicts_on(deps, tx, listing.rows, columns, options, listing.shape)
    return Checked(listing, found.dialect, columns, options, tuple(verdicts))


def require_owner(tx: Transaction, options: Options) -> None:
    """Raises Invalid, naming ``owner``, if these choices name somebody who may own no agreement."""
    if options.owner_id and options.owner_id not in {each.id for each in people(tx).sellers}:
        raise Invalid([FieldError("owner", FieldCode.CHOOSE)])


def _as_before(
    tx: Transaction, listing: Listing, targets: Sequence[str], options: Options | None
) -> tuple[Columns, Options]:
    """The given columns and choices, or those of the list's last import. Our own column with
    problems holds nothing."""
    before = tx.imports.like(listing.shape) if not targets or options is None else None
    columns, width = listing.columns, len(listing.headings)
    # Lists without headings all look the same, but their columns differ.
    if before and not targets and any(listing.headings):
        targets = (*before.targets[:width], *columns.targets[len(before.targets) :])
    kept = [
        "" if is_problem(heading) else target
        for heading, target in zip(listing.headings, targets or columns.targets, strict=True)
    ]
    columns = Columns(tuple(kept), columns.heading)
    if options is None:
        # To make something a second time is decided each time.
        options = dataclasses.replace(before.options, again=False) if before else Options()
    return columns, options


def people(tx: Transaction) -> People:
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
        known = tx.known.of(some, shape, today)
        judged += beside_what_is_known(some, known, again=options.again)
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
