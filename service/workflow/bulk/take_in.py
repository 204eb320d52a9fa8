"""Sales takes in a list of customers: its rows are stored, and judged before anything is made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from service.agreement.bulk.options import Options
from service.agreement.bulk.states import ImportState
from service.agreement.bulk.verdicts import Verdict
from service.agreement.events import Event
from service.agreement.pasted import clean
from service.agreement.permissions import Permission, Staff, require
from service.database.bulk.imports import Import, NewImport
from service.deps import Deps
from service.spreadsheets.read import read_pasted, read_table
from service.spreadsheets.table import Dialect, Table, tidied
from service.workflow.bulk.judge import Checked, Found, find, judge_import, remembered
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
    """Store the list in the file called ``name``; returns the import, *ready* or *judging*.

    Columns and choices default to those of the last import with the same headings. Raises Invalid
    naming ``file`` if it is no list, ``columns`` or ``owner``.
    """
    require(by, Permission.PREPARE)
    found = find(deps, read_table(data), by, targets=targets, options=options)
    stored = _store(deps, found, name, by, ImportState.JUDGING)
    if len(found.listing.rows) > JUDGED_NOW:
        return stored
    judge_import(deps, stored.number)
    with deps.database.look() as tx:
        return tx.imports.get(stored.number)


def receive(deps: Deps, data: bytes, name: str, by: Staff) -> Import:
    """Store the list so that a person can set its columns and choices; returns the import,
    *choosing*. Raises Invalid naming ``file`` if it is no list."""
    require(by, Permission.PREPARE)
    return _receive(deps, read_table(data), name, by)


def receive_pasted(deps: Deps, block: str, name: str, by: Staff) -> Import:
    """The same for rows pasted from a spreadsheet or a mail."""
    require(by, Permission.PREPARE)
    return _receive(deps, read_pasted(block), name, by)


def receive_rows(
    deps: Deps,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    dialect: Dialect,
    name: str,
    by: Staff,
) -> Import:
    """The same for rows of a list that was taken in before; ``headings`` are empty if it had
    none."""
    require(by, Permission.PREPARE)
    table = [list(headings)] if any(headings) else []
    table += [list(each) for each in rows]
    return _receive(deps, tidied(list(enumerate(table, 1)), dialect), name, by)


def _receive(deps: Deps, table: Table, name: str, by: Staff) -> Import:
    return _store(deps, remembered(deps, table, by), name, by, ImportState.CHOOSING)


def take_in_checked(deps: Deps, checked: Checked, name: str, by: Staff) -> Import:
    """As ``take_in``, for a list whose verdicts ``by`` has just seen."""
    require(by, Permission.PREPARE)
    return _store(deps, checked, name, by, ImportState.READY, checked.verdicts)


def _store(
    deps: Deps,
    found: Found,
    name: str,
    by: Staff,
    state: ImportState,
    verdicts: Sequence[Verdict] = (),
) -> Import:
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
        left_out=found.listing.left_out,
        state=state,
    )
    with deps.database.begin() as tx:
        number = tx.imports.add(new)
        tx.lines.add(import_id, rows)
        said = {"number": number, "count": len(rows)}
        tx.audit.append(None, Event.IMPORT_BEGUN, by, personal={"name": by.name}, **said)
        tx.lines.judged(import_id, verdicts)
        if state is ImportState.JUDGING:
            tx.jobs.defer(IMPORT)
        return tx.imports.get(number)
