"""The database and its transactions: the only access to stored data.

``with database.begin() as tx:`` opens a transaction that commits at the end of the block and rolls
back on any exception; all stored data are accessed through ``tx``. State, audit entry and follow-up
work are written through the same ``tx``, so they commit together (DESIGN.md §1.7).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.exc import OperationalError

from service.database.agreement.agreements import Agreements
from service.database.agreement.documents import Documents
from service.database.agreement.drafts import Drafts
from service.database.agreement.openings import Openings
from service.database.agreement.questions import Questions
from service.database.agreement.reminders import Reminders
from service.database.agreement.samples import Samples
from service.database.agreement.seals import Seals
from service.database.agreement.signing import Signing
from service.database.agreement.templates import Templates
from service.database.agreement.visits import Visits
from service.database.keeping.archive import ArchiveRecords
from service.database.keeping.archive_round import ArchiveRound
from service.database.keeping.document_stamps import DocumentStamps
from service.database.keeping.recovery import Recovery
from service.database.keeping.renewals import Renewals
from service.database.keeping.shedding import Shedding
from service.database.lists.alarms import Alarms
from service.database.lists.lagging import Lagging
from service.database.lists.our_turn import OurTurn
from service.database.lists.overview import Overview
from service.database.log.anchors import Anchors
from service.database.log.audit_chains import Chains
from service.database.log.audit_log import AuditLog
from service.database.people.account_links import AccountLinks
from service.database.people.accounts import Accounts
from service.database.people.activity import StaffActivity
from service.database.people.kept_forms import KeptForms
from service.database.people.logos import Logos
from service.database.people.profiles import Profiles
from service.database.people.role_requests import RoleRequests
from service.database.people.sessions import StaffSessions
from service.database.people.sign_in_tries import SignInTries
from service.database.queue.failing_jobs import FailingJobs
from service.database.queue.idempotency import IdempotencyKeys
from service.database.queue.jobs import Jobs
from service.database.queue.messages import Messages
from service.database.queue.sign_requests import SignRequests
from service.database.rested import tried_when_rested
from service.database.roles import may_switch_off_guards
from service.error_codes import ErrorCode
from service.errors import Unavailable

_CLOCK = select(func.clock_timestamp())


class Transaction:
    """One open transaction; each attribute gives access to one kind of data."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> datetime:
        """The database's clock at this moment, aware UTC, used for all decisions and dates.

        ``clock_timestamp()``, not ``now()``: a transaction that waited for a row lock must not date
        its act before the one it waited for.
        """
        return cast(datetime, self._connection.execute(_CLOCK).scalar())

    @cached_property
    def accounts(self) -> Accounts:
        """Staff, and their browsers."""
        return Accounts(self._connection)

    @cached_property
    def profiles(self) -> Profiles:
        """The processor's profile."""
        return Profiles(self._connection)

    @cached_property
    def tries(self) -> SignInTries:
        """Failed sign-in attempts."""
        return SignInTries(self._connection)

    @cached_property
    def sign_requests(self) -> SignRequests:
        """Agreements for the next mails to countersigners."""
        return SignRequests(self._connection)

    @cached_property
    def drafts(self) -> Drafts:
        """Signers' unsubmitted input."""
        return Drafts(self._connection)

    @cached_property
    def forms(self) -> KeptForms:
        """Forms to show again."""
        return KeptForms(self._connection)

    @cached_property
    def sessions(self) -> StaffSessions:
        return StaffSessions(self._connection)

    @cached_property
    def account_links(self) -> AccountLinks:
        """Mailed links to accounts."""
        return AccountLinks(self._connection)

    @cached_property
    def role_requests(self) -> RoleRequests:
        """Roles awaiting a second administrator."""
        return RoleRequests(self._connection)

    @cached_property
    def activity(self) -> StaffActivity:
        """Staff activity outside the log."""
        return StaffActivity(self._connection)

    @cached_property
    def agreements(self) -> Agreements:
        """Complete agreements."""
        return Agreements(self._connection)

    @cached_property
    def our_turn(self) -> OurTurn:
        """Agreements awaiting our signature."""
        return OurTurn(self._connection)

    @cached_property
    def overview(self) -> Overview:
        """Lists, counts and search."""
        return Overview(self._connection)

    @cached_property
    def lagging(self) -> Lagging:
        """Stalled and overdue agreements."""
        return Lagging(self._connection)

    @cached_property
    def signing(self) -> Signing:
        """Links, their sessions, and codes."""
        return Signing(self._connection)

    @cached_property
    def visits(self) -> Visits:
        """The sessions of signers, with their agreements."""
        return Visits(self._connection)

    @cached_property
    def documents(self) -> Documents:
        """Documents, acts and originals."""
        return Documents(self._connection)

    @cached_property
    def templates(self) -> Templates:
        """The templates of agreements."""
        return Templates(self._connection)

    @cached_property
    def seals(self) -> Seals:
        """Sealed revisions."""
        return Seals(self._connection)

    @cached_property
    def logos(self) -> Logos:
        return Logos(self._connection)

    @cached_property
    def samples(self) -> Samples:
        """Texts to read before filling anything in."""
        return Samples(self._connection)

    @cached_property
    def openings(self) -> Openings:
        """Texts shown to people before signing."""
        return Openings(self._connection)

    @cached_property
    def archive(self) -> ArchiveRecords:
        """The records of the archive."""
        return ArchiveRecords(self._connection)

    @cached_property
    def recovery(self) -> Recovery:
        """Records that agreements recovered from the archive need."""
        return Recovery(self._connection)

    @cached_property
    def shedding(self) -> Shedding:
        """Texts to drop because the archive has them."""
        return Shedding(self._connection)

    @cached_property
    def archive_round(self) -> ArchiveRound:
        """Progress of reading the archive back."""
        return ArchiveRound(self._connection)

    @cached_property
    def stamps(self) -> DocumentStamps:
        """The expiry of the time stamps of sealed files."""
        return DocumentStamps(self._connection)

    @cached_property
    def renewals(self) -> Renewals:
        """The status of time-stamp renewals."""
        return Renewals(self._connection)

    @cached_property
    def messages(self) -> Messages:
        """Mails and their delivery."""
        return Messages(self._connection)

    @cached_property
    def alarms(self) -> Alarms:
        """Stalled work, and the alarms sent about it."""
        return Alarms(self._connection)

    @cached_property
    def failing_jobs(self) -> FailingJobs:
        """Jobs whose last run failed."""
        return FailingJobs(self._connection)

    @cached_property
    def idempotency(self) -> IdempotencyKeys:
        """Answered requests."""
        return IdempotencyKeys(self._connection)

    @cached_property
    def questions(self) -> Questions:
        """Questions asked before signing."""
        return Questions(self._connection)

    @cached_property
    def reminders(self) -> Reminders:
        """Signatories who may get a reminder."""
        return Reminders(self._connection)

    @cached_property
    def audit(self) -> AuditLog:
        """The hash-chained log."""
        return AuditLog(self._connection)

    @cached_property
    def chains(self) -> Chains:
        """The whole log, for audits."""
        return Chains(self._connection)

    @cached_property
    def anchors(self) -> Anchors:
        """Time-stamped heads of the log."""
        return Anchors(self._connection)

    @cached_property
    def jobs(self) -> Jobs:
        """Follow-up work, deferred in this transaction."""
        return Jobs(self._connection)


class Database:
    """A PostgreSQL database with its pool of connections."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self._engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            hide_parameters=True,  # keeps personal data out of logged errors
            connect_args={"options": "-c timezone=UTC", "connect_timeout": 5},
        )
        tried_when_rested(self._engine)
        self._looking = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """One transaction. Raises Unavailable if the database does not answer."""
        with self._connected(self._engine) as connection, connection.begin():
            yield Transaction(connection)

    @contextmanager
    def look(self) -> Iterator[Transaction]:
        """For reading only: no statements begin or end a transaction.

        Each statement sees the data committed when it begins, as in our transactions. Raises
        Unavailable if the database does not answer.
        """
        with self._connected(self._looking) as connection:
            yield Transaction(connection)

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            connection = engine.connect()
        except (OperationalError, TimeoutError) as error:
            raise Unavailable(ErrorCode.UNAVAILABLE) from error
        with connection:
            yield connection

    def ping(self) -> None:
        """Raises Unavailable if the database does not answer."""
        with self.begin() as tx:
            tx.now()

    def owns_its_tables(self) -> bool:
        """Whether the role of the service could disable the guards of signed data.

        Raises Unavailable if the database does not answer.
        """
        try:
            with self._engine.connect() as connection:
                return may_switch_off_guards(connection)
        except OperationalError as error:
            raise Unavailable(ErrorCode.UNAVAILABLE) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
