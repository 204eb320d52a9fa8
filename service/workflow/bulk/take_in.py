"""Sales takes in a list of customers: its rows are stored, and judged before anything is made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from service.agreement.bulk.listing import is_problem, listing_of
from service.agreement.bulk.options import Options
from service.agreement.events import Event
from service.agreement.pasted import clean
from service.agreement.permissions import Permission, Staff, require
from service.database.bulk.imports import Import, NewImport
from service.deps import Deps
from service.error_codes import FieldCode
from service.spreadsheets.read import read_pasted, read_table
from service.spreadsheets.table import MOST_ROWS, Table, refusal
from service.workflow.bulk.judge import as_before, judge_import
from service.workflow.tasks import IMPORT

LONGEST_NAME = 200
JUDGED_NOW = 1000  # rows; more of them are judged by the worker, since a page cannot wait for it


def take_in(
    deps: Deps,
    data: bytes,
    name: str,
    by: Staff,
    *,
    targets: Sequence[str] = (),
    options: Options | None = None,
    judge_now: bool = False,
) -> Import:
    """Store the list in a file; ``name`` is the file's. Returns the import, *ready* or *judging*.

    Columns and choices that are not given are those of the last import of a list with the same
    headings. A long list is judged by the worker unless ``judge_now``. Raises Invalid, naming
    ``file``, if it is no list.
    """
    require(by, Permission.PREPARE)
    return _store(deps, read_table(data), name, by, targets, options, judge_now=judge_now)


def take_in_pasted(
    deps: Deps,
    block: str,
    name: str,
    by: Staff,
    *,
    targets: Sequence[str] = (),
    options: Options | None = None,
) -> Import:
    """The same for rows pasted from a spreadsheet or a mail."""
    require(by, Permission.PREPARE)
    return _store(deps, read_pasted(block), name, by, targets, options, judge_now=False)


def _store(
    deps: Deps,
    table: Table,
    name: str,
    by: Staff,
    targets: Sequence[str],
    options: Options | None,
    *,
    judge_now: bool,
) -> Import:
    listing = listing_of(table.rows)
    if not listing.rows:
        raise refusal(FieldCode.FILE_EMPTY)
    if len(listing.rows) > MOST_ROWS:
        raise refusal(FieldCode.FILE_ROWS, most=MOST_ROWS)
    with deps.database.begin() as tx:
        columns, chosen = as_before(tx, listing, targets, options)
        import_id = str(uuid.uuid4())
        new = NewImport(
            id=import_id,
            name=clean(name.replace("\x00", ""))[:LONGEST_NAME],
            by_id=by.id,
            dialect=table.dialect,
            headings=listing.headings,
            targets=tuple(
                "" if is_problem(heading) else target
                for heading, target in zip(listing.headings, columns.targets, strict=True)
            ),
            shape=listing.shape,
            options=chosen,
        )
        number = tx.imports.add(new)
        tx.lines.add(import_id, listing.rows)
        tx.audit.append(
            None,
            Event.IMPORT_BEGUN,
            by,
            personal={"name": by.name},
            number=number,
            count=len(listing.rows),
        )
        tx.jobs.defer(IMPORT)
    if judge_now or len(listing.rows) <= JUDGED_NOW:
        judge_import(deps, number)
    with deps.database.look() as tx:
        return tx.imports.get(number)
