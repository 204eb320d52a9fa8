"""The first account, made at the first start, with a printed password."""

from __future__ import annotations

import secrets
import uuid

from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Role, Staff
from service.deps import Deps
from service.workflow.people import passwords


def first_administrator(deps: Deps, email: str, name: str, function: str) -> str | None:
    """Make the first account with every role; returns its password, which must be replaced at once.
    None if an account exists."""
    password = secrets.token_urlsafe(15)
    with deps.database.begin() as tx:
        if tx.accounts.any_staff():
            return None
    password_hash = passwords.hashed(password)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        if tx.accounts.any_staff():
            return None
        person = Staff(str(uuid.uuid4()), name, email, function, frozenset(Role))
        tx.accounts.add(person, password_hash, credential="printed")
        tx.audit.append(
            None,
            Event.STAFF_CREATED,
            SYSTEM,
            personal={"email": email},
            staff=person.id,
            roles=sorted(person.roles),
        )
    return password
