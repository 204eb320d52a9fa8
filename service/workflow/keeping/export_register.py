"""Export the register of article 30(2) GDPR, for all signed agreements or a selection of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.agreement import register
from service.agreement.lists import Search
from service.agreement.permissions import Principal
from service.agreement.register import OwnFacts, Value
from service.deps import Deps
from service.settings.table import Settings
from service.spreadsheets.streamed import csv_parts, workbook_parts
from service.texts import OURS, text
from service.workflow.actors import Client
from service.workflow.keeping.exports import begun, selected
from signatures.effective_date import local_date


class RegisterKind(StrEnum):
    """The kinds of file, by the ends of their names."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True)
class Export:
    """A file as it is made; ``parts`` can be read once."""

    name: str
    count: int
    parts: Iterator[bytes]


def export_register(
    deps: Deps,
    search: Search,
    kind: RegisterKind,
    by: Principal,
    client: Client | None = None,
) -> Export:
    """The register of the signed agreements that a search finds, as on ``in_force_on`` or today;
    logged.

    Raises NotAllowed, or Invalid for words that are too short.
    """
    exact, count = begun(deps, search, by, client, what="register", kind=kind.value)
    with deps.database.look() as tx:
        now = tx.now()
    on = search.in_force_on or local_date(now)
    own = _own_facts(deps.settings)
    entries = (register.entry(each, own, on, OURS) for each in selected(deps, exact))
    name = text("register.file_name", OURS, day=on.isoformat(), kind=kind.value)
    return Export(name, count, _parts(kind, entries, now, exact, count))


def _own_facts(settings: Settings) -> OwnFacts:
    return OwnFacts(settings.register_dpo, settings.register_transfers, settings.register_security)


def _parts(
    kind: RegisterKind,
    entries: Iterator[dict[str, Value]],
    now: datetime,
    search: Search,
    count: int,
) -> Iterator[bytes]:
    headings = register.headings(OURS)
    rows = (register.cells(each) for each in entries)
    if kind is RegisterKind.JSON:
        return _json_parts(entries, now, search, count)
    if kind is RegisterKind.CSV:
        return csv_parts(_with(headings, rows))
    return workbook_parts(headings, rows, text("register.sheet", OURS))


def _with(headings: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield headings
    yield from rows


def _json_parts(
    entries: Iterator[dict[str, Value]], now: datetime, search: Search, count: int
) -> Iterator[bytes]:
    """One object, with one entry on each line; the end tells a whole file from one cut off."""
    head = {"register": "GDPR 30(2)", "made_at": now.isoformat(timespec="seconds")}
    head |= {"words": search.words} if search.words else {}
    about = json.dumps(head | search.filters | {"count": count}, ensure_ascii=False)
    yield f'{about[:-1]}, "agreements": ['.encode()
    separator = "\n"
    for each in entries:
        yield (separator + json.dumps(each, ensure_ascii=False)).encode()
        separator = ",\n"
    yield b"\n]}\n"
