"""Sales takes in a list of customers: its rows are stored, and judged before anything is made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from service.agreement.bulk.options import Options
from service.agreement.bulk.states import ImportState
from service.agreement.events import Event
from service.agreement.pasted import clean
from service.agreement.permissions import Permission, Staff, require
from service.database.bulk.imports import Import, NewImport
from service.deps import Deps
from service.spreadsheets.read import read_pasted, read_table
from service.spreadsheets.table import Table
from service.workflow.bulk.judge import Checked, Found, find, judge_import
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
) -> Import:
    """Store the list in a file; ``name`` is the file's. Returns the import, *ready* or *judging*.

    Columns and choices that are not given are those of the last import of a list with the same
    headings. A long list is judged by the worker. Raises Invalid, naming ``file`` if it is no list,
    ``columns`` or ``owner``.
    """
    require(by, Permission.PREPARE)
    return _take_in(deps, read_table(data), name, by, targets, options)


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
    return _take_in(deps, read_pasted(block), name, by, targets, options)


def take_in_checked(deps: Deps, checked: Checked, name: str, by: Staff) -> Import:
    """The same for a list that was judged just now, by who looked at the verdicts."""
    require(by, Permission.PREPARE)
    return _store(deps, checked, name, by, checked)


def _take_in(
    deps: Deps,
    table: Table,
    name: str,
    by: Staff,
    targets: Sequence[str],
    options: Options | None,
) -> Import:
    found = find(deps, table, by, targets=targets, options=options)
    stored = _store(deps, found, name, by, None)
    if len(found.listing.rows) > JUDGED_NOW:
        return stored
    judge_import(deps, stored.number)
    with deps.database.look() as tx:
        return tx.imports.get(stored.number)


def _store(deps: Deps, found: Found, name: str, by: Staff, checked: Checked | None) -> Import:
    import_id, rows = str(uuid.uuid4()), found.listing.rows
    new = NewImport(
        id=import_id,
        # The name of a file may be no valid text.
        name=clean(name.encode("utf-8", "replace").decode().replace("\x00", ""))[:LONGEST_NAME],
        by_id=by.id,
        dialect=found.dialect,
        headings=found.listing.headings,
        targets=found.columns.targets,
        shape=found.listing.shape,
        options=found.options,
    )
    with deps.database.begin() as tx:
        number = tx.imports.add(new)
        tx.lines.add(import_id, rows)
        said = {"number": number, "count": len(rows)}
        tx.audit.append(None, Event.IMPORT_BEGUN, by, personal={"name": by.name}, **said)
        if checked is None:
            tx.jobs.defer(IMPORT)
        else:
            tx.lines.judged(import_id, checked.verdicts)
            tx.imports.set_state(import_id, ImportState.READY)
        return tx.imports.get(number)
