"""The processor's own profile: editable, versioned, copied into every agreement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.agreement.events import Event
from service.agreement.parties import Processor, parse_processor
from service.agreement.permissions import Permission, Staff, require
from service.deps import Deps
from service.workflow.actors import SYSTEM, staff_actor


def profile(deps: Deps) -> tuple[int, Processor] | None:
    """The newest version and its content, or None before the first one."""
    with deps.database.begin() as tx:
        return tx.accounts.profile()


def change_profile(deps: Deps, form: Mapping[str, Any], staff: Staff) -> int:
    """Save a next version; agreements made before keep theirs. Raises Invalid."""
    require(staff, Permission.MANAGE_PROFILE)
    return _save(deps, parse_processor(form), staff_actor(staff), staff.id)


def first_profile(deps: Deps, form: Mapping[str, Any]) -> None:
    """The first version at the first start, unless there is one."""
    if profile(deps) is None:
        _save(deps, parse_processor(form), SYSTEM, None)


def _save(deps: Deps, processor: Processor, actor: str, by: str | None) -> int:
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        known = tx.accounts.profile()
        if known and known[1] == processor:
            return known[0]
        version = known[0] + 1 if known else 1
        tx.accounts.add_profile(version, processor, by)
        tx.audit.append(None, Event.PROFILE_CHANGED, actor, version=version)
        return version
