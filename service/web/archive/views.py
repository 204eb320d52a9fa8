"""The archive's pages. The workflow logs every download."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from service.agreement.deadlines import show_date
from service.agreement.fields import Checker
from service.agreement.permissions import Permission
from service.agreement.states import EFFECTIVE
from service.error_codes import FieldCode
from service.error_words import words_of
from service.texts import OURS, table, text
from service.web.again import shown_at
from service.web.archive.asking import (
    NARROWING,
    asked_search,
    facet_choices,
    kept_fields,
    typed_fields,
)
from service.web.context import client, current_staff, deps, require_staff
from service.web.files import file
from service.web.staff.blueprint import show
from service.workflow.keeping import reread, retrieve
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.examine import ArchiveCheck
from service.workflow.keeping.export_register import RegisterKind
from service.workflow.keeping.history import history_of
from service.workflow.keeping.listing import search_archive, versions_of_text
from service.workflow.keeping.probe import last_probe
from storage.manifest import BUNDLE
from storage.renewed import FOLDER, original_of

blueprint = Blueprint("archive", __name__)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@blueprint.get("/archief")
@require_staff(Permission.SEE_ARCHIVE)
def search() -> Any:
    typed, check = typed_fields(), Checker()
    wanted = asked_search(typed, check)
    staff = current_staff()
    page = search_archive(deps(), wanted, staff)
    errors = {error.field: words_of(error) for error in check.errors}
    if page.too_short:
        errors["zoek"] = text(f"errors.{FieldCode.SEARCH_SHORT}", OURS)
    kept = kept_fields(typed)
    return show(
        "staff/archive_list.html",
        422 if errors else 200,
        page=page,
        probed=last_probe(deps(), staff),
        values=typed,
        errors=errors,
        states=[(s.value, text(f"states.agreement.{s.value}", OURS)) for s in sorted(EFFECTIVE)],
        originals=url_for("archive.originals", **kept),
        choices=facet_choices(versions_of_text(deps())),
        narrowed=not NARROWING.isdisjoint(kept),
        searched=bool(kept),
        registers=_registers(kept, errors) if staff.may(Permission.EXPORT_ARCHIVE) else [],
        older=page.next and url_for("archive.search", **kept, na=page.next),
    )


def _registers(kept: dict[str, Any], errors: dict[str, str]) -> list[tuple[str, str]]:
    """Kinds of file with addresses; none for a search with a mistake."""
    return (
        []
        if errors
        else [
            (kind.upper(), url_for("archive.register", kind=kind, **kept)) for kind in RegisterKind
        ]
    )


@blueprint.get("/archief/<reference>")
@require_staff(Permission.SEE_ARCHIVE)
def item(reference: str) -> Any:
    return _page(reference, None)


@blueprint.get("/archief/<reference>/klant")
@require_staff(Permission.SEE_ARCHIVE)
def customer(reference: str) -> Any:
    """The agreements of the same customer; no number or name is in the address."""
    after = request.args.get("na", "")
    after = after if _ID.fullmatch(after) else ""
    found = history_of(deps(), reference, current_staff(), after=after)
    return show("staff/customer.html", history=found, customer=found.chosen.controller, after=after)


@blueprint.get("/archief/<reference>/bestand/<path:name>")
@require_staff(Permission.SEE_ARCHIVE)
def download(reference: str, name: str) -> Response:
    data, media_type = retrieve.open_file(deps(), reference, name, current_staff(), client())
    return file(data, media_type, retrieve.file_name(deps(), reference, name, current_staff()))


@blueprint.get("/archief/<reference>/pakket.zip")
@require_staff(Permission.SEE_EVIDENCE)
def package(reference: str) -> Response:
    data = retrieve.package(deps(), reference, current_staff(), client())
    return file(data, "application/zip", f"{reference}.zip")


@blueprint.post("/archief/<reference>/controle")
@require_staff(Permission.SEE_ARCHIVE)
@shown_at("archive.item")
def check(reference: str) -> Any:
    """Read everything back and compare; answers with the findings."""
    return _page(reference, reread.check(deps(), reference, current_staff()))


def _page(reference: str, found_now: ArchiveCheck | None) -> tuple[str, int]:
    staff = current_staff()
    found = dossier_of(deps(), reference, staff)
    evidence = staff.may(Permission.SEE_EVIDENCE)
    return show(
        "staff/archive_item.html",
        dossier=found,
        agreement=found.agreement,
        files=sorted(found.files, key=lambda each: (_rank(each.name), each.name)),
        file_names={name: _called(name) for name in (BUNDLE, *(each.name for each in found.files))},
        report=found_now.stored if found_now else None,
        verdict=found_now.verdict if found_now else None,
        sheet=found_now.sheet if found_now else None,
        renewed=found_now.renewed if found_now else (),
        intact=found_now.intact if found_now else False,
        evidence=evidence,
        open_to_all=retrieve.open_to_all,
    )


def _called(name: str) -> str:
    """A file's name for readers; a renewed copy has a date."""
    of = original_of(name)
    if of:
        stamped = date.fromisoformat(name.removeprefix(FOLDER)[:10])
        return text(
            f"staff.archive_renewed.{of.removesuffix('.pdf')}", OURS, date=show_date(stamped, OURS)
        )
    return str(table("staff", OURS)["archive_file"].get(name, name))


def _rank(name: str) -> int:
    """The order of the catalogue; unknown files come last."""
    names = list(table("staff", OURS)["archive_file"])
    return names.index(name) if name in names else len(names)
