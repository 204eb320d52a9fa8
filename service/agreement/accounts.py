"""Staff accounts, their sessions, and roles awaiting a second administrator's approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.agreement.permissions import Role, Staff


@dataclass(frozen=True)
class Account:
    """A member of staff with the data for signing in; ``invited`` until a password is chosen."""

    person: Staff
    password_hash: str
    active: bool
    invited: bool = False


@dataclass(frozen=True)
class Session:
    """One session. Instants are aware UTC."""

    id: str
    person: Staff
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    proved_at: datetime


@dataclass(frozen=True)
class RoleRequest:
    """A role awaiting a decision. ``asked_at`` is aware UTC."""

    id: str
    staff_id: str
    name: str
    email: str
    role: Role
    asked_by: str
    asked_by_name: str
    asked_at: datetime
