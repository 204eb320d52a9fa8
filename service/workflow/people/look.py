"""The processor's look: its colour and logo, and its own words in the mails to customers.

A person sees a ``Proposal`` before it is saved; the saved look applies to all agreements at once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.agreement.changes import LOOK, Change, What
from service.agreement.events import Event
from service.agreement.look import INTRODUCED, Look, parse_look
from service.agreement.parties import Processor
from service.agreement.permissions import Permission, Staff, require
from service.agreement.sheet_example import example_sheet
from service.deps import Deps
from service.documents.sheet.shown import first_page
from service.errors import Invalid
from service.texts import OURS
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.logo import small_logo
from service.workflow.people.reauthenticate import Proof, must_prove
from service.workflow.turns import NoTurn, Turns

PATIENCE_SECONDS = 5.0
_DRAWING = Turns(1, 1)


@dataclass(frozen=True)
class Proposal:
    """A look that is not saved yet. ``png`` is a new logo; empty keeps the present one, if ``look``
    has a logo."""

    look: Look
    png: bytes = b""


def look(deps: Deps) -> Look:
    with deps.database.look() as tx:
        return tx.looks.newest()


def proposed(
    deps: Deps, form: Mapping[str, Any], picture: bytes, *, without_logo: bool, staff: Staff
) -> Proposal:
    """The look in a form; without a picture the present logo stays. Raises Invalid with all
    mistakes."""
    require(staff, Permission.MANAGE_PROFILE)
    errors, found = [], (None if without_logo else look(deps).logo)
    png = b""
    if picture:
        try:
            found, png = small_logo(picture)
        except Invalid as wrong:
            errors += wrong.errors
    try:
        made = parse_look(form, found)
    except Invalid as wrong:
        raise Invalid([*errors, *wrong.errors]) from wrong
    if errors:
        raise Invalid(errors)
    return Proposal(made, png)


def sheet_picture(processor: Processor, new: Proposal, staff: Staff) -> bytes:
    """The first page of an invented evidence sheet with this look, as a PNG; empty if not made in
    time. ``new.png`` is its logo."""
    require(staff, Permission.MANAGE_PROFILE)
    contents = example_sheet(processor, staff.name, OURS)
    try:
        with _DRAWING.turn(PATIENCE_SECONDS):
            return first_page(contents, colour=new.look.accent, logo=new.png)
    except NoTurn:
        return b""


def change_look(deps: Deps, new: Proposal, staff: Staff, proof: Proof) -> None:
    """Notifies every administrator. Raises Invalid."""
    require(staff, Permission.MANAGE_PROFILE)
    must_prove(deps, staff, proof)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        before = tx.looks.newest()
        said = _changes(before, new.look)
        if not said:
            return
        if new.look.logo and new.png:
            tx.looks.add_png(new.look.logo, new.png, staff.id)
        tx.looks.add(new.look, staff.id)
        once = tx.audit.append(None, Event.PROFILE_LOOK_CHANGED, staff, sha256=_digest(new.look))
        tell_of_change(tx, said, about=LOOK, by=staff.name, once=once)


def _changes(before: Look, after: Look) -> list[Change]:
    found = []
    if after.logo != before.logo:
        found.append(Change(What.LOGO if after.logo else What.LOGO_GONE))
    for what, name in (
        (What.COLOUR, "accent"),
        (What.REPLY_TO, "reply_to"),
        (What.SIGNATURE_LINE, "signature_line"),
        (What.PUBLIC_INTRODUCTION, "public_introduction"),
    ):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(Change(what, {"old": old, "new": new}))
    for what, gone, name in (
        (What.SUBJECT, What.SUBJECT_GONE, "subjects"),
        (What.INTRODUCTION, What.INTRODUCTION_GONE, "introductions"),
    ):
        old, new = getattr(before, name), getattr(after, name)
        for kind in INTRODUCED:
            own = new.get(kind, "")
            if own != old.get(kind, ""):
                values = {"mail": kind, **({"new": own} if own else {})}
                found.append(Change(what if own else gone, values))
    return found


def _digest(saved: Look) -> str:
    """Of the whole look, so that the log says which one without repeating what was typed."""
    whole = json.dumps(dataclasses.asdict(saved), sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
