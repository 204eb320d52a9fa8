"""The list, a new agreement, its dossier, and editing a draft."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import redirect, request, url_for

from service.agreement.batch import MOST as AT_ONCE
from service.agreement.deadlines import end_of_day_after
from service.agreement.list_columns import COLUMNS, SHOWN
from service.agreement.lists import COUNTED, GROUPS
from service.agreement.mailboxes import meant
from service.agreement.model import Agreement
from service.agreement.permissions import Permission
from service.agreement.reminders import MOST
from service.agreement.states import RUNNING
from service.error_codes import FieldCode
from service.error_words import words_of
from service.errors import Invalid, KeyReused, Outdated, Refused
from service.spreadsheets.table import Kind
from service.spreadsheets.write import CONTENT_TYPES
from service.texts import OURS, text
from service.web.again import again, ask_again
from service.web.context import client, current_staff, deps, require_staff
from service.web.errors import status_of
from service.web.files import streamed
from service.web.mistakes import sentences
from service.web.pages import amount
from service.web.staff import filters, forms
from service.web.staff.batches import KINDS
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.next_step import allowed, next_step
from service.workflow.bulk.batch import newest
from service.workflow.keeping.dossier import agreement_of, dossier_of
from service.workflow.keeping.export_list import count_list, export_list
from service.workflow.keeping.listing import choices, listing
from service.workflow.offer.create import able, create
from service.workflow.offer.edit import edit
from service.workflow.offer.preview import request_preview
from service.workflow.offered import choices as choices_of_template
from service.workflow.offered import choices_for, same_family
from service.workflow.people.kept_searches import kept
from service.workflow.people.list_columns import columns_of
from signatures.effective_date import local_date


@blueprint.get("/overeenkomsten")
@require_staff(Permission.SEE_AGREEMENTS)
def agreements() -> Any:
    """Most recent activity first, unless ordered otherwise."""
    asked = filters.asked(choices(deps(), current_staff()))
    search = asked.search
    words, group = search.words, search.group
    page = listing(deps(), search, current_staff())
    address = asked.address
    tabs = [
        {
            "label": text(f"staff.group.{name or 'all'}", OURS),
            "count": amount(page.counts[name], COUNTED),
            "url": url_for("staff.agreements", **(address | {"groep": name or None})),
            "current": name == group,
        }
        for name in ("", *GROUPS)
    ]
    errors = dict(again().errors)
    if page.too_short:
        errors["zoek"] = text(f"errors.{FieldCode.SEARCH_SHORT}", OURS)
    return show(
        "staff/list.html",
        422 if errors else 200,
        page=page,
        errors=errors,
        filters=tabs,
        asked=asked,
        words=words,
        group=group,
        kept=[
            (name, f"{url_for('staff.agreements')}?{query}", query == asked.query)
            for name, query in kept(deps(), current_staff())
        ],
        typed=again().values,
        kinds=KINDS,
        most=amount(AT_ONCE, AT_ONCE),
        batches=newest(deps(), current_staff()),
        columns=_named(COLUMNS),
        shown=columns_of(deps(), current_staff()),
        can_show=_named(SHOWN),
        older=page.next and url_for("staff.agreements", **address, na=page.next),
        first=url_for("staff.agreements", **address) if request.args.get("na") else "",
    )


def _named(columns: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, text(f"list.column.{name}", OURS)) for name in columns]


@blueprint.get("/overeenkomsten/lijst")
@require_staff(Permission.SEE_AGREEMENTS)
def export() -> Any:
    """What the filters leave, as a file; the list shows a search that is too short."""
    asked = filters.asked(choices(deps(), current_staff()))
    kind = Kind.WORKBOOK if request.args.get("als") == Kind.WORKBOOK.value else Kind.DELIMITED
    columns = request.args.getlist("kolom")
    try:
        found = export_list(
            deps(),
            asked.search,
            columns,
            kind,
            current_staff(),
            client(),
            references=request.args.getlist("kies"),
        )
    except Invalid:
        return redirect(url_for("staff.agreements", **asked.address), 303)
    return streamed(found.parts, CONTENT_TYPES[kind], found.name)


@blueprint.get("/overeenkomsten/gekozen")
@require_staff(Permission.SEE_AGREEMENTS)
def export_chosen() -> Any:
    """What was ticked, or all that the filters leave, counted before it is fetched."""
    asked = filters.asked(choices(deps(), current_staff()))
    every = bool(request.args.get("alles"))
    references = [] if every else request.args.getlist("kies")
    count, errors = 0, {}
    if every or references:
        try:
            count = count_list(deps(), asked.search, current_staff(), references=references)
        except Invalid as wrong:
            errors = {"form": next(iter(sentences(wrong).values()))}
    else:
        errors = {"form": text("staff.batch.nothing", OURS)}
    return show(
        "staff/list_fetch.html",
        422 if errors else 200,
        count=min(count, AT_ONCE),
        more=count > AT_ONCE,
        references=references,
        all=every,
        asked=asked,
        columns=_named(COLUMNS),
        errors=errors,
        back=url_for("staff.agreements", **asked.address),
    )


@blueprint.get("/overeenkomsten/nieuw")
@require_staff(Permission.PREPARE)
def new() -> Any:
    """The form; with ``kopie`` another agreement's data."""
    if typed := again():
        return _form(forms.typed_again(typed.form), typed.errors)
    if reference := request.args.get("kopie", ""):
        found = agreement_of(deps(), reference, current_staff())
        template = same_family(deps(), found.template_sha256, current_staff())
        return _form(forms.copy_of(found, template), {})
    return _form(forms.blank(deps().settings.link_days), {})


@blueprint.post("/overeenkomsten/nieuw")
@require_staff(Permission.PREPARE)
def add() -> Any:
    form = request.form
    try:
        reference = create(
            deps(),
            forms.given(form),
            current_staff(),
            idempotency_key=form.get("key", "")[:64] or None,
        )
    except Invalid as wrong:
        return ask_again(sentences(wrong, name="organisation"))
    except KeyReused as refusal:
        # With a new key, sending it again creates another agreement.
        fields = forms.typed_with(form, "key", forms.new_key())
        return ask_again({"form": words_of(refusal)}, 409, fields=fields)
    return _saved(reference, "created")


@blueprint.get("/overeenkomsten/<reference>/bewerken")
@require_staff(Permission.PREPARE)
def edit_form(reference: str) -> Any:
    found, typed = agreement_of(deps(), reference, current_staff()), again()
    filled = forms.typed_again(typed.form) if typed else forms.of(found)
    return _form(filled, typed.errors, draft=found)


@blueprint.post("/overeenkomsten/<reference>/bewerken")
@require_staff(Permission.PREPARE)
def change(reference: str) -> Any:
    try:
        seen = forms.version_seen(request.form)
        edit(deps(), reference, forms.given(request.form), current_staff(), seen=seen)
    except Invalid as wrong:
        return ask_again(sentences(wrong, name="organisation"))
    except Outdated as refusal:
        return changed_meanwhile(refusal)
    return _saved(reference, "edited")


@blueprint.get("/overeenkomsten/<reference>")
@require_staff(Permission.SEE_AGREEMENTS)
def dossier_page(reference: str) -> Any:
    """One agreement, and why a requested action did not happen."""
    staff = current_staff()
    found = dossier_of(deps(), reference, staff)
    can = allowed(found, staff, copying=deps().settings.staff_may_copy_link)
    return show(
        "staff/dossier.html",
        dossier=found,
        agreement=found.agreement,
        can=can,
        next=next_step(found, staff),
        running=found.agreement.state in RUNNING,
        ends=local_date(end_of_day_after(datetime.now(UTC), found.agreement.link_days)),
        most_reminders=MOST,
        problem=again().errors.get("form", ""),
        meant=meant(found.agreement.signatory.email) if can & {"edit", "address"} else "",
    )


def refused_at_dossier(reference: str, refusal: Refused) -> Any:
    """The dossier, which shows why this cannot be done."""
    at = url_for("staff.dossier_page", reference=reference)
    return ask_again({"form": words_of(refusal)}, 409, at=at, fields={})


def changed_meanwhile(refusal: Outdated) -> Any:
    """The form with the new version: sending it again overrides the change."""
    fields = forms.typed_with(request.form, "version", str(refusal.values["version"]))
    return ask_again({"form": words_of(refusal)}, status_of(refusal), fields=fields)


def _form(
    filled: forms.Filled, errors: dict[str, str], *, draft: Agreement | None = None
) -> tuple[str, int]:
    editing, staff = draft.reference if draft else "", current_staff()
    offered = choices_for(deps(), draft, staff) if draft else choices_of_template(deps(), staff)
    return show(
        "staff/new.html",
        filled=filled,
        values=filled.values,
        errors=errors,
        editing=editing,
        choices=forms.choices(),
        able=able(deps(), staff, editing),
        templates=offered,
    )


def _saved(reference: str, done: str) -> Any:
    if request.form.get("then") == "preview":
        request_preview(deps(), reference)
        return to("staff.preview", reference=reference)
    return to("staff.dossier_page", reference=reference, done=done)
