"""The processor's own profile: editable, versioned, copied into every agreement."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from service.agreement.annex import LISTS, ListName, categories
from service.agreement.changes import Change, What
from service.agreement.events import Event
from service.agreement.parties import Processor, parse_processor
from service.agreement.permissions import SYSTEM, Permission, Staff, require
from service.agreement.suggestions import Suggestions, parse_suggestions, suggestions
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.reauthenticate import Proof, must_prove


def profile(deps: Deps) -> tuple[int, Processor] | None:
    """The newest version."""
    with deps.database.begin() as tx:
        return tx.profiles.newest()


def change_profile(deps: Deps, form: Mapping[str, Any], staff: Staff, proof: Proof) -> int:
    """Save the next version and notify every administrator; existing agreements keep theirs.

    Raises Invalid naming the field.
    """
    require(staff, Permission.MANAGE_PROFILE)
    processor = parse_processor(form)
    must_prove(deps, staff, proof)
    return _save(deps, processor, staff)


def known_suggestions(deps: Deps) -> Suggestions:
    """The initial lines of Bijlage 1 per service: the processor's, else the defaults."""
    with deps.database.begin() as tx:
        return suggestions(tx.profiles.suggestions())


def change_suggestions(
    deps: Deps, chosen: Mapping[str, Sequence[str]], staff: Staff, proof: Proof
) -> int:
    """Save new suggestions as the next version; sent agreements keep theirs.

    Raises Invalid naming the field, NotFound if there is no profile yet.
    """
    require(staff, Permission.MANAGE_PROFILE)
    wanted = parse_suggestions(chosen)
    must_prove(deps, staff, proof)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        known = tx.profiles.newest()
        if known is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        before = suggestions(tx.profiles.suggestions())
        if before == wanted:
            return known[0]
        said = [_difference(service, before[service], wanted[service]) for service in wanted]
        return _add(tx, known[0] + 1, known[1], wanted, staff, [each for each in said if each])


def first_profile(deps: Deps, form: Mapping[str, Any]) -> None:
    """Save the first version at the first start, unless one exists."""
    if profile(deps) is None:
        _save(deps, parse_processor(form), None)


def _save(deps: Deps, processor: Processor, staff: Staff | None) -> int:
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        known = tx.profiles.newest()
        if known and known[1] == processor:
            return known[0]
        changes = _changes(known[1] if known else None, processor)
        version = known[0] + 1 if known else 1
        return _add(tx, version, processor, tx.profiles.suggestions(), staff, changes)


def _add(
    tx: Transaction,
    version: int,
    processor: Processor,
    own: Suggestions | None,
    staff: Staff | None,
    changes: list[Change],
) -> int:
    """Add the next version and its log entry, and mail every administrator."""
    tx.profiles.add(version, processor, staff.id if staff else None, own)
    once = tx.audit.append(None, Event.PROFILE_CHANGED, staff or SYSTEM, version=version)
    if staff:
        tell_of_change(tx, changes, about=None, by=staff.name, once=once)
    return version


def _difference(
    service: str, before: Mapping[ListName, Sequence[str]], after: Mapping[ListName, Sequence[str]]
) -> Change | None:
    """The lines added and removed for one service; None if unchanged."""
    codes = {
        sign: [
            f"{name}.{each.code}"
            for name in LISTS
            for each in categories(name)
            if each.code in one[name] and each.code not in other[name]
        ]
        for sign, one, other in (("added", after, before), ("gone", before, after))
    }
    if not any(codes.values()):
        return None
    return Change(What.SUGGESTIONS, {"service": service, **codes})


def _changes(before: Processor | None, after: Processor) -> list[Change]:
    if before is None:
        return [Change(What.PROFILE_FIRST)]
    old, new = dataclasses.asdict(before), dataclasses.asdict(after)
    return [
        Change(What.PROFILE, {"field": name, "old": old[name], "new": new[name]})
        for name in new
        if new[name] != old[name]
    ]
