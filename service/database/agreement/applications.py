"""Customers who begin by themselves: what waits for its code, and how their agreements began.

After that only keyed digests of the input stay, for counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement

from service.agreement.applying import Applied, Known, Listed, Recognised, SelfStarted
from service.agreement.bulk.states import ImportState
from service.agreement.subjects import SubjectKind
from service.agreement.terms import APPLICATION_HOURS, CODE_MINUTES, CODE_TRIES
from service.database.agreement.tries import Tried
from service.database.tables.agreements import agreements
from service.database.tables.applications import applications, self_started
from service.database.tables.columns import is_id, word, words
from service.database.tables.imports import import_lines, imports
from service.database.tables.messages import messages
from service.database.tables.records import columns
from service.database.tables.stored_words import BEGUN, with_words

_TURNS_LOCK = 7_403_152
MOST_LINES = 200  # of lists, with one number

_WAITS = (
    applications.c.details.is_not(None),
    applications.c.confirmed_at.is_(None),
    applications.c.expires_at > func.clock_timestamp(),
    applications.c.tries < CODE_TRIES,
)
# A person confirmed its columns, and did not stop it before anything was made of it.
_CONFIRMED = (ImportState.READY, ImportState.RUNNING, ImportState.PAUSED, ImportState.DONE)
_IS_LIST = or_(imports.c.state.in_(words(_CONFIRMED)), imports.c.started_at.is_not(None))


@dataclass(frozen=True)
class Application:
    """One application. ``applied`` is None once it is over; ``waits``: its code can be entered.
    Instants are aware UTC."""

    id: str
    applied: Applied | None
    waits: bool
    expired: bool
    tries: int
    asked_at: datetime
    agreement_id: str | None


@dataclass(frozen=True)
class Counted:
    """How many codes were asked for in an hour and a day: for a mailbox, from a network, and by all
    (only in a day)."""

    mailbox: tuple[int, int]
    network: tuple[int, int]
    all: int


class Applications(Tried):
    codes = applications
    usable = _WAITS

    def take_turns(self) -> None:
        """Let others who apply wait until this transaction ends, so that all are counted."""
        self._connection.execute(select(func.pg_advisory_xact_lock(_TURNS_LOCK)))

    def by_form(self, form_key: bytes) -> str | None:
        made = select(applications.c.id).where(applications.c.form_key == form_key)
        return self._connection.execute(made).scalar()

    def counted(self, mailbox_key: bytes, network_key: bytes) -> Counted:
        """The codes asked for; exact while the caller has its turn."""
        hour = applications.c.asked_at > _ago(hours=1)
        mailbox = applications.c.mailbox_key == mailbox_key
        network = applications.c.network_key == network_key
        row = self._connection.execute(
            select(
                func.count().filter(mailbox, hour),
                func.count().filter(mailbox),
                func.count().filter(network, hour),
                func.count().filter(network),
                func.count(),
            ).where(applications.c.asked_at > _ago(hours=APPLICATION_HOURS))
        ).one()
        return Counted((row[0], row[1]), (row[2], row[3]), row[4])

    def asked_in_a_day(self) -> int:
        counted = select(func.count()).where(
            applications.c.asked_at > _ago(hours=APPLICATION_HOURS)
        )
        return int(self._connection.execute(counted).scalar_one())

    def add(
        self,
        application_id: str,
        applied: Applied,
        *,
        form_key: bytes,
        mailbox_key: bytes,
        network_key: bytes,
    ) -> None:
        minutes = func.make_interval(0, 0, 0, 0, 0, CODE_MINUTES)
        self._connection.execute(
            insert(applications).values(
                id=application_id,
                details=applied.as_json(),
                form_key=form_key,
                mailbox_key=mailbox_key,
                network_key=network_key,
                expires_at=func.clock_timestamp() + minutes,
            )
        )

    def get(self, application_id: str, *, lock: bool = False) -> Application | None:
        if not is_id(application_id):
            return None
        expired = (applications.c.expires_at <= func.clock_timestamp()).label("expired")
        wanted = select(applications, expired).where(applications.c.id == application_id)
        row = self._connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
        return _application(row) if row else None

    def confirm(self, application_id: str, agreement_id: str) -> None:
        """It became this agreement, which has the input now. The caller has the lock."""
        self._connection.execute(
            update(applications)
            .where(applications.c.id == application_id)
            .values(agreement_id=agreement_id, confirmed_at=func.clock_timestamp(), details=None)
        )

    def forget(self, application_id: str) -> None:
        """Another one takes its place: its code stops working."""
        self._connection.execute(
            update(applications)
            .where(applications.c.id == application_id, applications.c.confirmed_at.is_(None))
            .values(details=None)
        )

    def drop_ended(self) -> int:
        """Empty those whose code expired, with their mails, and delete those no longer counted;
        returns how many were emptied."""
        emptied = self._column(
            update(applications)
            .where(
                applications.c.details.is_not(None),
                applications.c.expires_at <= func.statement_timestamp(),
            )
            .values(details=None)
            .returning(applications.c.id)
        )
        an_hour_ago = func.statement_timestamp() - func.make_interval(0, 0, 0, 0, 1)
        self._connection.execute(
            delete(messages).where(
                messages.c.subject == word(SubjectKind.APPLICATION),
                messages.c.subject_id.is_not(None),
                messages.c.queued_at < an_hour_ago,
            )
        )
        self._connection.execute(
            delete(applications).where(
                applications.c.asked_at
                <= func.statement_timestamp() - func.make_interval(0, 0, 0, 0, APPLICATION_HOURS)
            )
        )
        return len(emptied)

    def listed(self, applied: Applied) -> list[Listed]:
        """The lines of imported lists with this number or customer number, the newest list
        first."""
        numbers = select(import_lines.c.import_id, import_lines.c.row).where(
            import_lines.c.number == applied.number, import_lines.c.number != word("")
        )
        keys = [applied.customer_key] if applied.customer_key else []
        customers = select(import_lines.c.import_id, import_lines.c.row).where(
            import_lines.c.identities.op("&&")(bindparam("keys", keys, type_=ARRAY(Text)))
        )
        found = numbers.union(customers).subquery()
        rows = self._connection.execute(
            select(
                imports.c.number.label("number_of_import"),
                import_lines.c.organisation,
                import_lines.c.number,
                import_lines.c.mailbox,
                import_lines.c.customer,
            )
            .join(imports, imports.c.id == import_lines.c.import_id)
            .join(
                found,
                (found.c.import_id == import_lines.c.import_id)
                & (found.c.row == import_lines.c.row),
            )
            .where(_IS_LIST)
            .order_by(imports.c.number.desc(), import_lines.c.row)
            .limit(MOST_LINES)
        )
        return [Listed(*row) for row in rows]

    def any_list(self) -> bool:
        one = select(imports.c.id).where(_IS_LIST).limit(1)
        return self._connection.execute(one).first() is not None

    def note_start(self, agreement_id: str, applied: Applied, recognised: Recognised) -> None:
        self.restore_start(
            agreement_id,
            SelfStarted(
                recognised.known, recognised.number_of_import, applied.number, applied.customer
            ),
        )

    def restore_start(self, agreement_id: str, start: SelfStarted) -> None:
        """The same with the values themselves."""
        values: Mapping[str, Any] = columns(
            start, agreement_id=agreement_id, known=start.known.value
        )
        self._connection.execute(insert(self_started).values(**values))
        self._connection.execute(
            update(agreements)
            .where(agreements.c.id == agreement_id)
            .values(search=with_words(BEGUN))
        )

    def start_of(self, agreement_id: str) -> SelfStarted | None:
        """How an agreement began, if its customer began it."""
        row = self._connection.execute(
            select(self_started).where(self_started.c.agreement_id == agreement_id)
        ).one_or_none()
        if row is None:
            return None
        return SelfStarted(Known(row.known), row.number_of_import, row.number, row.customer)


def _ago(*, hours: int) -> ColumnElement[Any]:
    return func.clock_timestamp() - text(f"interval '{hours} hours'")


def _application(row: Any) -> Application:
    over = row.details is None or row.confirmed_at is not None
    return Application(
        id=row.id,
        applied=Applied(**row.details) if row.details else None,
        waits=not (over or row.expired or row.tries >= CODE_TRIES),
        expired=row.expired,
        tries=row.tries,
        asked_at=row.asked_at,
        agreement_id=row.agreement_id,
    )
