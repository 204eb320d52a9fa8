"""Export the list of agreements, or what its filters leave, with the chosen columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.agreement.batch import MOST
from service.agreement.events import Event
from service.agreement.list_columns import cells, chosen_columns, headings
from service.agreement.lists import Search, Summary, too_short
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
    deps: Deps,
    search: Search,
    columns: Sequence[str],
    kind: Kind,
    by: Staff,
    client: Client,
    *,
    references: Sequence[str] = (),
) -> ListFile:
    """The agreements that a search finds, newest first, or those with these references; logged
    first.

    ``columns`` are names of ``COLUMNS``; empty means all. Raises NotAllowed, or Invalid for words
    that are too short.
    """
    require(by, Permission.SEE_AGREEMENTS)
    if references:
        search = Search()
    _check(search)
    with deps.database.begin() as tx:
        day = local_date(tx.now())
        chosen = tx.overview.these(references[:MOST]) if references else None
        tx.audit.append(
            None,
            Event.LIST_EXPORTED,
            by,
            personal=client.personal(**by.with_name(words=search.words)),
            kind=kind.value,
            filter=search.list_filters if chosen is None else {"chosen": str(len(chosen))},
        )
    language, names = by.language, chosen_columns(columns)
    head = headings(names, language)
    found = everything(deps, search) if chosen is None else chosen
    rows = (cells(line, names, language) for line in found)
    name = text("list.file_name", language, day=day.isoformat(), kind=kind.value)
    if kind is Kind.WORKBOOK:
        return ListFile(name, workbook_parts(head, rows, text("list.sheet", language)))
    return ListFile(name, csv_parts(_with(head, rows)))


def count_list(deps: Deps, search: Search, by: Staff, *, references: Sequence[str] = ()) -> int:
    """How many agreements ``export_list`` would give; ``MOST + 1`` means any larger number."""
    require(by, Permission.SEE_AGREEMENTS)
    if not references:
        _check(search)
    with deps.database.look() as tx:
        return tx.chosen.count(references[:MOST] or search, MOST + 1)


def _check(search: Search) -> None:
    if too_short(search.words):
        raise Invalid([FieldError("zoek", FieldCode.SEARCH_SHORT)])


def everything(deps: Deps, search: Search) -> Iterator[Summary]:
    """All that a search finds, read in parts. Between two parts no connection is held."""
    wanted = search.whole
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
