"""Makes members of staff with a password but without an invitation: the shortest way for a test."""

from __future__ import annotations

import uuid
from functools import cache

from argon2 import PasswordHasher

from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.people.reauthenticate import Proof
from service.workflow.people.sessions import begin

PASSWORD = "een heel lang geheim"


@cache
def password_hash() -> str:
    """Of ``PASSWORD``, made once and as cheaply as in ``quick_passwords``."""
    return PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)


def add_colleague(
    deps: Deps, email: str, *roles: Role, name: str = "Jan Claes", function: str = ""
) -> Staff:
    """A member of staff with these roles who signs in with ``PASSWORD``; the id is derived from the
    address."""
    known_by = str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{email}"))
    person = Staff(known_by, name, email, function, frozenset(roles))
    with deps.database.begin() as tx:
        tx.accounts.add(person, password_hash())
    return person


def proof_of(deps: Deps, person: Staff) -> Proof:
    """The proof of a session that just began, as from a browser."""
    with deps.database.begin() as tx:
        return Proof(begin(tx, person, former="", user_agent="Firefox"))
