"""Staff, their browsers and sessions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from service.agreement.accounts import Account
from service.agreement.permissions import Role, Staff
from service.agreement.terms import KNOWN_BROWSER_DAYS, MOST_KNOWN_BROWSERS
from service.database.tables.accounts import known_browsers, staff, staff_sessions
from service.database.tables.columns import is_id
from service.database.tables.records import Records, record

_BY_EMAIL = select(staff).where(func.lower(staff.c.email) == bindparam("wanted"))
_BY_ID = select(staff).where(staff.c.id == bindparam("wanted"))
_WITH_ROLE = (
    select(staff)
    .where(staff.c.active, bindparam("role") == any_(staff.c.roles))
    .order_by(staff.c.name)
)


class Accounts(Records):
    def any_staff(self) -> bool:
        return self._connection.execute(select(staff.c.id).limit(1)).scalar() is not None

    def lock_staff(self) -> None:
        """Block others from adding or changing accounts until this transaction ends."""
        self._connection.execute(text("lock table staff in share row exclusive mode"))

    def add(self, person: Staff, password_hash: str, *, credential: str = "own") -> None:
        """Add a member of staff; ``credential`` is own, printed or none (see the table)."""
        self._connection.execute(
            insert(staff).values(
                id=person.id,
                email=person.email,
                name=person.name,
                function=person.function,
                roles=sorted(role.value for role in person.roles),
                password_hash=password_hash,
                credential=credential,
            )
        )

    def change(self, person: Staff, *, active: bool) -> None:
        self._change(
            person.id,
            name=person.name,
            function=person.function,
            roles=sorted(role.value for role in person.roles),
            active=active,
        )

    def change_password(self, staff_id: str, password_hash: str) -> None:
        """Save a password chosen by its owner, end all sessions and forget all known browsers."""
        self._change(staff_id, password_hash=password_hash, credential="own")
        self._connection.execute(
            delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id)
        )
        self.forget_browsers(staff_id)

    def by_email(self, email: str) -> Account | None:
        """Ignoring case."""
        if "\x00" in email:  # PostgreSQL does not accept it in text
            return None
        return self._one(_BY_EMAIL, email.lower())

    def by_id(self, staff_id: str, *, lock: bool = False) -> Account | None:
        if not is_id(staff_id):
            return None
        return self._one(_BY_ID, staff_id, lock=lock)

    def _one(self, statement: Select[Any], wanted: str, *, lock: bool = False) -> Account | None:
        if lock:
            statement = statement.with_for_update()
        row = self._connection.execute(statement, {"wanted": wanted}).one_or_none()
        return _account(row) if row else None

    def everyone(self) -> list[Account]:
        """By name."""
        rows = self._connection.execute(select(staff).order_by(staff.c.active.desc(), staff.c.name))
        return [_account(row) for row in rows]

    def with_role(self, role: Role) -> list[Staff]:
        """Active members of staff."""
        rows = self._connection.execute(_WITH_ROLE, {"role": role.value})
        return [person_of(row) for row in rows]

    def to_judge(self, email: str, seed: str) -> tuple[Account, bool] | None:
        """The active account with this address and True, or another one and False; None without
        accounts.

        One query for both, so that an unknown address takes as long. The same ``seed`` gives the
        same other account.
        """
        asked = and_(func.lower(staff.c.email) == email.replace("\0", "").lower(), staff.c.active)
        shuffled = func.md5(func.concat(staff.c.id, literal(seed)))
        row = self._connection.execute(
            select(staff, asked.label("asked")).order_by(asked.desc(), shuffled).limit(1)
        ).one_or_none()
        return None if row is None else (_account(row), bool(row.asked))

    def renew_hash(self, staff_id: str, old: str, new: str) -> None:
        """Replace the hash of the same password, unless it was changed meanwhile."""
        self._connection.execute(
            update(staff)
            .where(staff.c.id == staff_id, staff.c.password_hash == old)
            .values(password_hash=new)
        )

    def to_tell_of_lock(self) -> list[Staff]:
        """Active members of staff not notified of a lock within a day, under their row locks."""
        rows = self._connection.execute(
            select(staff)
            .where(
                staff.c.active,
                staff.c.credential != "none",
                func.coalesce(staff.c.lock_told_at, text("'-infinity'"))
                < func.clock_timestamp() - text("interval '1 day'"),
            )
            .order_by(staff.c.id)
            .with_for_update(skip_locked=True)
        )
        return [person_of(row) for row in rows]

    def note_told_of_lock(self, staff_id: str) -> None:
        self._change(staff_id, lock_told_at=func.clock_timestamp())

    def _change(self, staff_id: str, **values: Any) -> None:
        self._connection.execute(update(staff).where(staff.c.id == staff_id).values(values))

    def knows_browser(self, staff_id: str, browser_id: str) -> bool:
        found = self._connection.execute(
            select(known_browsers.c.id).where(
                known_browsers.c.id == (browser_id or None),
                known_browsers.c.staff_id == staff_id,
                known_browsers.c.expires_at > func.clock_timestamp(),
            )
        )
        return found.scalar() is not None

    def remember_browser(self, staff_id: str, browser_id: str) -> None:
        """Record a browser from which somebody signed in; keeps the newest twenty."""
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
        self._connection.execute(delete(known_browsers).where(known_browsers.c.id == browser_id))

    def forget_browsers(self, staff_id: str) -> None:
        self._connection.execute(
            delete(known_browsers).where(known_browsers.c.staff_id == staff_id)
        )

    def drop_ended(self) -> None:
        """Delete expired sessions and known browsers."""
        now = func.clock_timestamp()
        for ends in (
            known_browsers.c.expires_at,
            staff_sessions.c.expires_at,
            staff_sessions.c.ends_at,
        ):
            self._connection.execute(delete(ends.table).where(ends < now))


def may_sign(accounts: FromClause) -> ColumnElement[bool]:
    """Whether an account may sign for the processor: the same rule as in ``with_role``."""
    return accounts.c.active & (literal(Role.SIGNATORY.value) == any_(accounts.c.roles))


def _account(row: Any) -> Account:
    invited = row.credential == "none"
    return Account(person_of(row), row.password_hash, row.active, invited)


def person_of(row: Any) -> Staff:
    return record(
        Staff,
        row,
        roles=frozenset(Role(role) for role in row.roles),
        first_password=row.credential == "printed",
    )
