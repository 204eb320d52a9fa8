"""Accounts of staff, their sessions, and roles that wait for a second administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.agreement.permissions import Role, Staff


@dataclass(frozen=True)
class Account:
    """A member of staff with what signing in needs; ``invited`` until a password was chosen."""

    person: Staff
    password_hash: str
    active: bool
    invited: bool = False


@dataclass(frozen=True)
class Session:
    """One session. Instants are aware UTC; ``proved_by`` says what the proof was: ``password``."""

    id: str
    person: Staff
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    proved_at: datetime
    proved_by: str


@dataclass(frozen=True)
class RoleRequest:
    """A role that waits for a decision. ``asked_at`` is aware UTC."""

    id: str
    staff_id: str
    name: str
    email: str
    role: Role
    asked_by: str
    asked_by_name: str
    asked_at: datetime
