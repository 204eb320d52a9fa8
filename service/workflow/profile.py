"""The processor's own profile: editable, versioned, copied into every agreement."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from service.agreement.events import Event
from service.agreement.parties import Processor, parse_processor
from service.agreement.permissions import Permission, Staff, require
from service.deps import Deps
from service.texts import text
from service.workflow.account_mail import tell_of_change
from service.workflow.actors import SYSTEM, staff_actor
from service.workflow.reauthenticate import Proof, must_prove


def profile(deps: Deps) -> tuple[int, Processor] | None:
    """The newest version and its content, or None before the first one."""
    with deps.database.begin() as tx:
        return tx.accounts.profile()


def change_profile(deps: Deps, form: Mapping[str, Any], staff: Staff, proof: Proof) -> int:
    """Save a next version and tell every administrator; agreements made before keep theirs.

    Raises Invalid naming the field.
    """
    require(staff, Permission.MANAGE_PROFILE)
    processor = parse_processor(form)
    must_prove(deps, staff, proof)
    return _save(deps, processor, staff)


def first_profile(deps: Deps, form: Mapping[str, Any]) -> None:
    """The first version at the first start, unless there is one."""
    if profile(deps) is None:
        _save(deps, parse_processor(form), None)


def _save(deps: Deps, processor: Processor, staff: Staff | None) -> int:
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        known = tx.accounts.profile()
        if known and known[1] == processor:
            return known[0]
        version = known[0] + 1 if known else 1
        tx.accounts.add_profile(version, processor, staff.id if staff else None)
        actor = staff_actor(staff) if staff else SYSTEM
        once = tx.audit.append(None, Event.PROFILE_CHANGED, actor, version=version)
        if staff:
            changes = _changes(known[1] if known else None, processor)
            tell_of_change(tx, changes, about=None, by=staff.name, at=tx.now(), once=once)
        return version


def _changes(before: Processor | None, after: Processor) -> list[str]:
    if before is None:
        return [text("staff.change.profile_first")]
    old, new = dataclasses.asdict(before), dataclasses.asdict(after)
    return [
        text(
            "staff.change.profile",
            field=text(f"mistakes.field.{name}"),
            old=old[name] or "–",
            new=new[name] or "–",
        )
        for name in new
        if new[name] != old[name]
    ]
