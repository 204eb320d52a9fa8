"""What the exports of the archive share: who may, the log entry, and reading the selection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service.agreement.events import Event
from service.agreement.lists import Search, too_short
from service.agreement.permissions import Permission, Principal, require
from service.agreement.register import Signed
from service.database.lists.selection import Place
from service.deps import Deps
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.workflow.actors import Client


def begun(
    deps: Deps, search: Search, by: Principal, client: Client | None, *, what: str, kind: str
) -> tuple[Search, int]:
    """Log an export before its first byte leaves; returns its exact search and number of
    agreements.

    ``what`` is a code of ``labels.exported``, ``kind`` the kind of file. Raises NotAllowed, or
    Invalid for words that are too short.
    """
    require(by, Permission.EXPORT_ARCHIVE)
    if too_short(search.words):
        raise Invalid([FieldError("zoek", FieldCode.SEARCH_SHORT)])
    exact = replace(search, archived_only=True, group="", after="")
    with deps.database.begin() as tx:
        count = tx.selection.count(exact)
        said = by.with_name(words=search.words)
        tx.audit.append(
            None,
            Event.ARCHIVE_EXPORTED,
            by,
            personal=client.personal(**said) if client else said,
            what=what,
            kind=kind,
            count=count,
            filter=exact.filters,
        )
    return exact, count


def selected(deps: Deps, search: Search) -> Iterator[Signed]:
    """All agreements of an exact search, read in parts; between two parts no connection is held."""
    after: Place | None = None
    while True:
        with deps.database.look() as tx:
            found, after = tx.selection.part(search, after)
        yield from found
        if after is None:
            return
