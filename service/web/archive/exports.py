"""Files of a whole selection, sent while they are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, url_for

from service.agreement.fields import Checker
from service.agreement.lists import Search
from service.agreement.permissions import Permission
from service.errors import Invalid
from service.spreadsheets.table import Kind
from service.spreadsheets.write import CONTENT_TYPES
from service.web.archive.asking import asked_search, kept_fields, typed_fields
from service.web.archive.views import blueprint
from service.web.context import client, current_staff, deps, require_staff
from service.web.files import streamed
from service.workflow.keeping.export_originals import Originals, export_originals
from service.workflow.keeping.export_register import Export, RegisterKind, export_register

MEDIA_TYPES = {
    RegisterKind.XLSX: CONTENT_TYPES[Kind.WORKBOOK],
    RegisterKind.CSV: "text/csv; charset=utf-8",
    RegisterKind.JSON: "application/json",
}


@blueprint.get("/archief/register.<any(xlsx,csv,json):kind>")
@require_staff(Permission.EXPORT_ARCHIVE)
def register(kind: str) -> Any:
    wanted = RegisterKind(kind)
    return _sent(
        lambda search: export_register(deps(), search, wanted, current_staff(), client()),
        MEDIA_TYPES[wanted],
    )


@blueprint.get("/archief/originelen.zip")
@require_staff(Permission.EXPORT_ARCHIVE)
def originals() -> Any:
    return _sent(
        lambda search: export_originals(deps(), search, current_staff(), client()),
        "application/zip",
    )


def _sent(export: Callable[[Search], Export | Originals], media_type: str) -> Any:
    """The file; the page shows a mistake in the search."""
    typed, check = typed_fields(), Checker()
    search = asked_search(typed, check)
    try:
        check.raise_if_wrong()
        found = export(search)
    except Invalid:
        return redirect(url_for("archive.search", **kept_fields(typed)), 303)
    return streamed(found.parts, media_type, found.name)
