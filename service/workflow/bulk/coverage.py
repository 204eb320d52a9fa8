"""Against a list of customers: who has an agreement, who was asked, and who never was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from service.agreement.bulk.coverage import WITHOUT, Cover, Covered
from service.agreement.bulk.listing import is_problem
from service.agreement.bulk.states import ImportState
from service.agreement.events import Event
from service.agreement.permissions import Permission, Staff, require
from service.database.bulk.imports import Import
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound, Refused
from service.spreadsheets.streamed import csv_parts, workbook_parts
from service.spreadsheets.table import Kind
from service.texts import Language, named, text
from service.workflow.actors import Client
from service.workflow.bulk.take_in import receive_rows
from service.workflow.keeping.export_list import ListFile
from signatures.effective_date import local_date

AT_ONCE = 500  # rows per statement
SHOWN = 50  # rows of a page
LISTS = 20  # the newest


@dataclass(frozen=True)
class Shown:
    """A list with its number of customers per cover, and at most ``SHOWN`` of those in one; the
    last's number if more follow, else 0."""

    found: Import
    counts: Mapping[Cover, int]
    lines: Sequence[Covered]
    next: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def lists(deps: Deps, by: Staff) -> list[Import]:
    """The newest lists that can be compared: judged, and not emptied."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.look() as tx:
        return [each for each in tx.imports.newest(limit=LISTS) if _comparable(each)]


def _comparable(found: Import) -> bool:
    judged = found.state not in (ImportState.CHOOSING, ImportState.JUDGING)
    return judged and any(found.targets)


def coverage(deps: Deps, number: int, by: Staff, cover: Cover, *, after: int = 0) -> Shown:
    """The customers in one cover behind a row. Raises NotFound."""
    require(by, Permission.SEE_AGREEMENTS)
    found = _list(deps, number)
    counts, lines, following = Counter[Cover](), list[Covered](), 0
    for each in _compared(deps, found):
        counts[each.cover] += 1
        if each.cover is cover and each.row > after:
            if len(lines) < SHOWN:
                lines.append(each)
            else:
                following = lines[-1].row
    return Shown(found, counts, lines, following)


def _list(deps: Deps, number: int) -> Import:
    with deps.database.look() as tx:
        found = tx.imports.get(number)
    if not _comparable(found):
        raise NotFound(ErrorCode.NOT_FOUND)
    return found


def _compared(deps: Deps, found: Import) -> Iterator[Covered]:
    """All rows, read in parts; between two parts no connection is held."""
    after = 0
    while True:
        with deps.database.look() as tx:
            today = local_date(tx.now())
            part = tx.coverage.part(found.id, found.shape, after, today=today, most=AT_ONCE)
        yield from part
        if len(part) < AT_ONCE:
            return
        after = part[-1].row


def export_coverage(
    deps: Deps, number: int, by: Staff, client: Client, kind: Kind, cover: Cover | None
) -> ListFile:
    """The customers of a list, or those in one cover, as a file; logged before its first byte
    leaves. Raises NotFound."""
    require(by, Permission.SEE_AGREEMENTS)
    found = _list(deps, number)
    with deps.database.begin() as tx:
        day = local_date(tx.now())
        tx.audit.append(
            None,
            Event.LIST_EXPORTED,
            by,
            personal=client.personal(name=by.name),
            kind=kind.value,
            filter={"customers": str(number), **({"cover": cover.value} if cover else {})},
        )
    language = by.language
    head = [text(f"bulk.coverage.{name}", language) for name in _COLUMNS]
    rows = (
        _cells(each, language)
        for each in _compared(deps, found)
        if cover is None or each.cover is cover
    )
    name = text("bulk.coverage.file_name", language, day=day.isoformat(), kind=kind.value)
    if kind is Kind.WORKBOOK:
        return ListFile(name, workbook_parts(head, rows, text("list.sheet", language)))
    return ListFile(name, csv_parts(_with(head, rows)))


_COLUMNS = (
    "row",
    "organisation",
    "number",
    "customer",
    "cover",
    "reference",
    "state",
    "effective_date",
    "match",
)


def _with(head: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield head
    yield from rows


def _cells(line: Covered, language: Language) -> list[str]:
    return [
        str(line.row),
        line.organisation,
        line.number,
        line.customer,
        named("bulk.cover", line.cover, language),
        line.reference,
        named("states.agreement", line.state, language) if line.state else "",
        line.effective_date.isoformat() if line.effective_date else "",
        named("bulk.match", line.match, language) if line.match else "",
    ]


def take_in_missing(deps: Deps, number: int, by: Staff, covers: Collection[Cover]) -> Import:
    """Take in, as a new list, the customers in these covers without an agreement.

    Returns the import, *choosing*. Raises NotFound, or Refused if there are none.
    """
    require(by, Permission.PREPARE)
    found, wanted = _list(deps, number), set(covers) & set(WITHOUT)
    own = [place for place, heading in enumerate(found.headings) if not is_problem(heading)]
    rows = [
        [each.cells[place] for place in own]
        for each in _compared(deps, found)
        if each.cover in wanted and len(each.cells) == len(found.headings)
    ]
    if not rows:
        raise Refused(ErrorCode.IMPORT_NOTHING)
    stem, kind = PurePath(found.name).stem, found.dialect.kind.value
    name = text("bulk.coverage.missing_name", by.language, stem=stem, kind=kind)
    headings = [found.headings[place] for place in own]
    return receive_rows(deps, headings, rows, found.dialect, name, by)
