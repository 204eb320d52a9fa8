"""Step 2, Bijlage 1: suggestions, a catalogue and own lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from service.agreement.annex import LISTS, MOST_ITEMS, Category, ListName, categories
from service.agreement.drafting import Input
from service.agreement.model import Agreement
from service.errors import Invalid
from service.web.again import ask_again
from service.web.context import client, deps, signer
from service.web.forms import tidy
from service.web.mistakes import sentences
from service.web.sign.blueprint import blueprint, current_open, editable, secret, show, step_of, to
from service.web.sign.drafts import goes_back, keep, said_kept, sent, typed_before
from service.workflow.signing import complete

_APART = ("special", "criminal", "national_number")
_DPO = ("dpo_answer", "dpo_name", "dpo_phone", "dpo_email")


@dataclass(frozen=True)
class Picker:
    """One list: suggested or ticked items, and, ``folded``, the others.

    ``apart`` are the others in special legal categories; ``lines`` ends with empty ones.
    """

    shown: list[Category]
    folded: list[Category]
    apart: list[Category]
    chosen: list[str]
    suggested: list[str]
    lines: list[str]


@dataclass(frozen=True)
class Filled:
    """The form as typed: the DPO's fields, and per list codes and own lines."""

    values: dict[str, str]
    chosen: dict[ListName, list[str]]
    typed: dict[ListName, list[str]]

    @property
    def fields(self) -> dict[str, str | list[str]]:
        fields: dict[str, str | list[str]] = {**self.values}
        for name in LISTS:
            fields |= {name: self.chosen[name], f"{name}_own": self.typed[name]}
        return fields


@blueprint.get("/tekenen/bijlage")
@signer
def annex() -> ResponseReturnValue:
    found = current_open()
    if not editable(found.agreement):
        return to(step_of(found))
    if not found.agreement.details_confirmed:
        return to("sign.details")
    typed = typed_before("annex", found)
    filled = _typed(typed.form) if typed else _of(found.agreement)
    return _page(found.agreement, filled, typed.errors, typed.kept_at)


@blueprint.post("/tekenen/bijlage")
@signer
def save_annex() -> ResponseReturnValue:
    """Keep Bijlage 1, as ticked and written, and continue; ``add`` offers one more line."""
    filled = _typed(request.form)
    adds = request.form.get("add", "")
    if goes_back():
        keep("annex", current_open())
        return to("sign.details")
    if adds in LISTS:
        keep("annex", current_open())
        return _add_line(filled, adds)
    given = Input(filled.values, chosen=filled.chosen, typed=filled.typed)
    try:
        complete.save_annex(deps(), secret(), given, client(), sent=sent("annex"))
    except Invalid as wrong:
        errors = sentences(wrong)
        if "details" in errors:
            return to("sign.details")
        return ask_again(errors, fields=filled.fields)
    return to("sign.resume")


def _add_line(filled: Filled, name: ListName) -> ResponseReturnValue:
    """The page with one more empty line, with the cursor in it."""
    typed = {each: [*_written(lines), *_blank(lines)] for each, lines in filled.typed.items()}
    typed[name] = [*typed[name], ""]
    number = len(typed[name])
    line = f"f-{name}_own-{number}" if number > 1 else f"f-{name}_own"
    more = Filled(filled.values, filled.chosen, typed)
    return ask_again({}, 200, at=url_for("sign.annex", _anchor=line), fields=more.fields)


def _typed(form: MultiDict[str, str]) -> Filled:
    return Filled(
        values={name: tidy(form.get(name, "")) for name in _DPO},
        chosen={name: form.getlist(name) for name in LISTS},
        typed={
            name: [tidy(line) for line in form.getlist(f"{name}_own")[: 2 * MOST_ITEMS]]
            for name in LISTS
        },
    )


def _of(agreement: Agreement) -> Filled:
    annex, officer = agreement.annex, agreement.annex.dpo
    return Filled(
        values={
            "dpo_answer": annex.dpo_answer,
            "dpo_name": officer.name if officer else "",
            "dpo_phone": officer.phone if officer else "",
            "dpo_email": officer.email if officer else "",
        },
        chosen={name: [item.code for item in annex.of(name) if item.code] for name in LISTS},
        typed={name: [item.label for item in annex.of(name) if not item.code] for name in LISTS},
    )


def _written(lines: list[str]) -> list[str]:
    return [line for line in lines if line]


def _blank(lines: list[str]) -> list[str]:
    return [line for line in lines if not line]


def _page(
    agreement: Agreement,
    filled: Filled,
    errors: Mapping[str, str],
    kept_at: datetime | None,
) -> ResponseReturnValue:
    return show(
        "annex",
        agreement,
        values=filled.values,
        errors=errors,
        kept=said_kept(kept_at),
        **{name: _picker(agreement, filled, name) for name in LISTS},
    )


def _picker(agreement: Agreement, filled: Filled, name: ListName) -> Picker:
    lines, chosen = filled.typed[name], filled.chosen[name]
    items = agreement.annex.of(name)
    suggested = [item.code for item in items if item.code and item.entered_by == "processor"]
    in_sight = {*suggested, *chosen}
    rest = [each for each in categories(name) if each.code not in in_sight]
    apart = [each for each in rest if name == "personal_data" and each.flag in _APART]
    return Picker(
        shown=[each for each in categories(name) if each.code in in_sight],
        folded=[each for each in rest if each not in apart],
        apart=apart,
        chosen=chosen,
        suggested=suggested,
        lines=[*_written(lines), *_blank(lines)],
    )
