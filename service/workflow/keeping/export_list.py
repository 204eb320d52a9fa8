"""Export the list of agreements, or what its filters leave, with the chosen columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.agreement.events import Event
from service.agreement.list_columns import cells, chosen_columns, headings
from service.agreement.lists import Order, Search, Summary, too_short
from service.agreement.permissions import Permission, Staff, require
from service.deps import Deps
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.spreadsheets.streamed import csv_parts, workbook_parts
from service.spreadsheets.table import Kind
from service.texts import text
from service.workflow.actors import Client
from signatures.effective_date import local_date

AT_ONCE = 500  # agreements per statement


@dataclass(frozen=True)
class ListFile:
    """A file as it is made; ``parts`` can be read once."""

    name: str
    parts: Iterator[bytes]


def export_list(
    deps: Deps, search: Search, columns: Sequence[str], kind: Kind, by: Staff, client: Client
) -> ListFile:
    """The agreements that a search finds, the latest made first. Each export is logged, before its
    first byte leaves.

    ``columns`` are names of ``COLUMNS``; all of them if it is empty. Raises NotAllowed, or Invalid
    for words that are too short to search for.
    """
    require(by, Permission.SEE_AGREEMENTS)
    if too_short(search.words):
        raise Invalid([FieldError("zoek", FieldCode.SEARCH_SHORT)])
    with deps.database.begin() as tx:
        day = local_date(tx.now())
        tx.audit.append(
            None,
            Event.LIST_EXPORTED,
            by,
            personal=client.personal(**by.with_name(words=search.words)),
            kind=kind.value,
            filter=search.list_filters,
        )
    language, names = by.language, chosen_columns(columns)
    head = headings(names, language)
    rows = (cells(line, names, language) for line in everything(deps, search))
    name = text("list.file_name", language, day=day.isoformat(), kind=kind.value)
    if kind is Kind.WORKBOOK:
        return ListFile(name, workbook_parts(head, rows, text("list.sheet", language)))
    return ListFile(name, csv_parts(_with(head, rows)))


def everything(deps: Deps, search: Search) -> Iterator[Summary]:
    """All that a search finds, read in parts; between two parts no connection is held.

    In the order in which they were made, which never changes: an agreement that changes meanwhile
    is neither left out nor read twice.
    """
    by_age = replace(search.narrowed, order=Order.CREATED)
    if search.narrowed.order is Order.EXPIRY:
        by_age = replace(by_age, running_only=True)
    wanted = replace(search, narrowed=by_age, after="")
    while True:
        with deps.database.look() as tx:
            lines = tx.overview.find(wanted, limit=AT_ONCE)
        yield from lines
        if len(lines) < AT_ONCE:
            return
        wanted = replace(wanted, after=wanted.behind(lines[-1]))


def _with(head: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield head
    yield from rows
