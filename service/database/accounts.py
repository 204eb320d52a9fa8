"""Staff, their browsers and sessions, and the processor's profile with its versions.

Wrong passwords are counted in two places: per account for all browsers that nobody signed in from
before, and per known browser. So whoever keeps the first one locked locks no known browser
(OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    any_,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from service.agreement.parties import Processor
from service.agreement.permissions import Role, Staff
from service.database.account_tables import (
    known_browsers,
    processor_profiles,
    staff,
    staff_sessions,
)

SESSION_IDLE_HOURS = 12
TRIES_BEFORE_LOCK = 5
LOCK_MINUTES = 15
KNOWN_BROWSER_DAYS = 365
MOST_KNOWN_BROWSERS = 20


@dataclass(frozen=True)
class Account:
    """A member of staff with what signing in needs.

    ``locked_minutes`` is for unknown browsers, 0 when they are not locked.
    """

    person: Staff
    password_hash: str
    active: bool
    locked_minutes: int


class Accounts:
    """The accounts of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def any_staff(self) -> bool:
        """Whether there is any account yet."""
        return self._connection.execute(select(staff.c.id).limit(1)).scalar() is not None

    def lock_staff(self) -> None:
        """Keep others from adding or changing accounts until this transaction ends."""
        self._connection.execute(text("lock table staff in share row exclusive mode"))

    def add(self, person: Staff, password_hash: str) -> None:
        """A new member of staff."""
        self._connection.execute(
            insert(staff).values(
                id=person.id,
                email=person.email,
                name=person.name,
                function=person.function,
                roles=sorted(role.value for role in person.roles),
                password_hash=password_hash,
            )
        )

    def change(self, person: Staff, *, active: bool) -> None:
        """Name, function, roles and whether the account may be used."""
        self._connection.execute(
            update(staff)
            .where(staff.c.id == person.id)
            .values(
                name=person.name,
                function=person.function,
                roles=sorted(role.value for role in person.roles),
                active=active,
            )
        )

    def change_password(self, staff_id: str, password_hash: str) -> None:
        """A new password; every session of the account ends and no browser is known any more."""
        self._connection.execute(
            update(staff).where(staff.c.id == staff_id).values(password_hash=password_hash)
        )
        self.end_all_sessions(staff_id)
        self.forget_browsers(staff_id)

    def by_email(self, email: str, *, lock: bool = False) -> Account | None:
        """The account with this address, in any case of letters."""
        if "\x00" in email:  # PostgreSQL takes none in a text
            return None
        return self._account(func.lower(staff.c.email) == email.lower(), lock=lock)

    def by_id(self, staff_id: str, *, lock: bool = False) -> Account | None:
        """The account with this id."""
        try:
            uuid.UUID(staff_id)
        except ValueError:  # an address with something else in it is simply no id of ours
            return None
        return self._account(staff.c.id == staff_id, lock=lock)

    def _account(self, where: Any, *, lock: bool) -> Account | None:
        statement = select(staff, _minutes_locked(staff).label("minutes")).where(where)
        if lock:
            statement = statement.with_for_update()
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            return None
        return Account(_person(row), row.password_hash, row.active, int(row.minutes))

    def everyone(self) -> list[Account]:
        """All accounts by name."""
        rows = self._connection.execute(select(staff).order_by(staff.c.active.desc(), staff.c.name))
        return [Account(_person(row), "", row.active, 0) for row in rows]

    def with_role(self, role: Role) -> list[Staff]:
        """Active members of staff who hold a role."""
        rows = self._connection.execute(
            select(staff)
            .where(staff.c.active, literal(role.value) == any_(staff.c.roles))
            .order_by(staff.c.name)
        )
        return [_person(row) for row in rows]

    def count_failure(self, staff_id: str, browser_id: str = "") -> bool:
        """Count a wrong password; True when this one locked the account.

        With ``browser_id`` it is counted for, and locks, that known browser alone.
        """
        counter, one = _counter(staff_id, browser_id)
        tries = self._connection.execute(
            update(counter)
            .where(counter.c.id == one)
            .values(
                failed_tries=counter.c.failed_tries + 1,
                locked_until=case(
                    (
                        (counter.c.failed_tries + 1) % TRIES_BEFORE_LOCK == 0,
                        func.clock_timestamp() + text(f"interval '{LOCK_MINUTES} minutes'"),
                    ),
                    else_=counter.c.locked_until,
                ),
            )
            .returning(counter.c.failed_tries)
        ).scalar_one()
        return bool(tries % TRIES_BEFORE_LOCK == 0)

    def clear_failures(self, staff_id: str, browser_id: str = "") -> None:
        """A right password was given, in a known browser or in one that was not."""
        counter, one = _counter(staff_id, browser_id)
        self._connection.execute(
            update(counter).where(counter.c.id == one).values(failed_tries=0, locked_until=None)
        )

    def browser_locked(self, staff_id: str, browser_id: str) -> int | None:
        """For how many minutes a browser known to this account is locked; None when unknown.

        Under its row lock, so that it is still there when a failure is counted.
        """
        minutes = self._connection.execute(
            select(_minutes_locked(known_browsers))
            .where(
                known_browsers.c.id == browser_id,
                known_browsers.c.staff_id == staff_id,
                known_browsers.c.expires_at > func.clock_timestamp(),
            )
            .with_for_update()
        ).scalar()
        return None if minutes is None else int(minutes)

    def remember_browser(self, staff_id: str, browser_id: str) -> None:
        """Somebody signed in from a browser; beyond twenty the oldest is forgotten."""
        self._connection.execute(
            insert(known_browsers).values(
                id=browser_id,
                staff_id=staff_id,
                expires_at=func.clock_timestamp() + text(f"interval '{KNOWN_BROWSER_DAYS} days'"),
            )
        )
        newest = (
            select(known_browsers.c.id)
            .where(known_browsers.c.staff_id == staff_id)
            .order_by(known_browsers.c.created_at.desc())
            .limit(MOST_KNOWN_BROWSERS)
        )
        self._connection.execute(
            delete(known_browsers).where(
                known_browsers.c.staff_id == staff_id, known_browsers.c.id.not_in(newest)
            )
        )

    def forget_browser(self, browser_id: str) -> None:
        """One browser is known no more."""
        self._connection.execute(delete(known_browsers).where(known_browsers.c.id == browser_id))

    def forget_browsers(self, staff_id: str) -> None:
        """No browser of the account is known any more."""
        self._connection.execute(
            delete(known_browsers).where(known_browsers.c.staff_id == staff_id)
        )

    def start_session(self, staff_id: str, secret_hash: bytes) -> None:
        """A new session."""
        self._connection.execute(
            insert(staff_sessions).values(
                secret_hash=secret_hash,
                staff_id=staff_id,
                expires_at=func.clock_timestamp() + text(f"interval '{SESSION_IDLE_HOURS} hours'"),
            )
        )

    def by_session(self, secret_hash: bytes) -> Staff | None:
        """The person behind a cookie, if the session has not run out and the account is active."""
        row = self._connection.execute(
            select(staff)
            .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
            .where(
                staff_sessions.c.secret_hash == secret_hash,
                staff_sessions.c.expires_at > func.clock_timestamp(),
                staff.c.active,
            )
        ).one_or_none()
        return _person(row) if row else None

    def prolong_session(self, secret_hash: bytes) -> None:
        """Count the idle time anew; written at most once in five minutes."""
        self._connection.execute(
            update(staff_sessions)
            .where(
                staff_sessions.c.secret_hash == secret_hash,
                staff_sessions.c.last_seen_at
                < func.clock_timestamp() - text("interval '5 minutes'"),
            )
            .values(
                last_seen_at=func.clock_timestamp(),
                expires_at=func.clock_timestamp() + text(f"interval '{SESSION_IDLE_HOURS} hours'"),
            )
        )

    def end_session(self, secret_hash: bytes) -> None:
        """Sign out."""
        self._connection.execute(
            delete(staff_sessions).where(staff_sessions.c.secret_hash == secret_hash)
        )

    def end_all_sessions(self, staff_id: str) -> None:
        """Sign out everywhere."""
        self._connection.execute(
            delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id)
        )

    def drop_ended(self) -> None:
        """Delete sessions and known browsers that have run out."""
        for each in (staff_sessions, known_browsers):
            self._connection.execute(delete(each).where(each.c.expires_at < func.clock_timestamp()))

    def profile(self) -> tuple[int, Processor] | None:
        """The newest version of the processor's profile."""
        row = self._connection.execute(
            select(processor_profiles).order_by(processor_profiles.c.version.desc()).limit(1)
        ).one_or_none()
        return (row.version, Processor(**row.profile)) if row else None

    def add_profile(self, version: int, processor: Processor, by: str | None) -> None:
        """A next version; two people who save at once collide on its number."""
        self._connection.execute(
            insert(processor_profiles).values(
                version=literal(version), profile=dataclasses.asdict(processor), created_by=by
            )
        )

    def session_started(self, secret_hash: bytes) -> datetime | None:
        """When a session began."""
        return self._connection.execute(
            select(staff_sessions.c.created_at).where(staff_sessions.c.secret_hash == secret_hash)
        ).scalar()


def _counter(staff_id: str, browser_id: str) -> tuple[Table, str]:
    """Where failures are counted: the table and the id in it."""
    return (known_browsers, browser_id) if browser_id else (staff, staff_id)


def _minutes_locked(counter: Table) -> ColumnElement[Any]:
    left = func.ceil(func.extract("epoch", counter.c.locked_until - func.clock_timestamp()) / 60)
    return case((counter.c.locked_until > func.clock_timestamp(), left), else_=0)


def _person(row: Any) -> Staff:
    return Staff(
        id=row.id,
        name=row.name,
        email=row.email,
        function=row.function,
        roles=frozenset(Role(role) for role in row.roles),
    )
