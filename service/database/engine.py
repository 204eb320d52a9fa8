"""The database and its transactions: the only access to stored data.

``with database.begin() as tx:`` commits at the end of the block and rolls back on any exception, so
that state, audit entry and follow-up work commit together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Generic, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.exc import OperationalError

from service.database.agreement.agreements import Agreements
from service.database.agreement.applications import Applications
from service.database.agreement.bundles import Bundles
from service.database.agreement.codes import Codes
from service.database.agreement.contract_lives import ContractLives
from service.database.agreement.documents import Documents
from service.database.agreement.drafts import Drafts
from service.database.agreement.end_records import EndRecords
from service.database.agreement.openings import Openings
from service.database.agreement.own_templates import OwnTemplates
from service.database.agreement.questions import Questions
from service.database.agreement.registered_files import RegisteredFiles
from service.database.agreement.reminders import Reminders
from service.database.agreement.samples import Samples
from service.database.agreement.seals import Seals
from service.database.agreement.signing import Signing
from service.database.agreement.template_samples import TemplateSamples
from service.database.agreement.templates import Templates
from service.database.agreement.visits import Visits
from service.database.bulk.batches import Batches
from service.database.bulk.coverage import Coverage
from service.database.bulk.imports import Imports
from service.database.bulk.known import KnownCustomers
from service.database.bulk.line_counts import LineCounts
from service.database.bulk.lines import ImportLines
from service.database.driver import Cursor
from service.database.keeping.archive import ArchiveRecords
from service.database.keeping.archive_round import ArchiveRound
from service.database.keeping.document_stamps import DocumentStamps
from service.database.keeping.recovery import Recovery
from service.database.keeping.renewals import Renewals
from service.database.keeping.shedding import Shedding
from service.database.lists.alarms import Alarms
from service.database.lists.chosen import Chosen
from service.database.lists.customers import Customers
from service.database.lists.lagging import Lagging
from service.database.lists.our_turn import OurTurn
from service.database.lists.overview import Overview
from service.database.lists.progress import Progress
from service.database.lists.selection import Selection
from service.database.lists.waiting import Waiting
from service.database.log.anchors import Anchors
from service.database.log.audit_chains import Chains
from service.database.log.audit_log import AuditLog
from service.database.people.account_links import AccountLinks
from service.database.people.accounts import Accounts
from service.database.people.activity import StaffActivity
from service.database.people.kept_forms import KeptForms
from service.database.people.kept_searches import KeptSearches
from service.database.people.list_columns import ListColumns
from service.database.people.looks import Looks
from service.database.people.mandates import Mandates
from service.database.people.profiles import Profiles
from service.database.people.public_pages import PublicPages
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

Kind = TypeVar("Kind")

_CLOCK = select(func.clock_timestamp())
# Our answers read few rows: parallel processes and compilation cost more than they save, but
# PostgreSQL uses both when it expects many rows.
_OPTIONS = "-c timezone=UTC -c max_parallel_workers_per_gather=0 -c jit=off"


class Part(Generic[Kind]):
    """One kind of data of a transaction, made at its first use."""

    def __init__(self, make: Callable[[Connection], Kind]) -> None:
        self._make = make

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, transaction: Transaction, _owner: type) -> Kind:
        made = self._make(transaction._connection)
        vars(transaction)[self._name] = made  # where it is found the next time
        return made


class Transaction:
    """One open transaction; each attribute gives access to one kind of data."""

    accounts = Part(Accounts)  # staff, and their browsers
    profiles = Part(Profiles)
    public_pages = Part(PublicPages)  # the setting of the public page
    tries = Part(SignInTries)  # failed sign-in attempts
    sign_requests = Part(SignRequests)  # agreements for the next mails to countersigners
    drafts = Part(Drafts)  # signers' unsubmitted input
    forms = Part(KeptForms)  # forms to show again
    list_columns = Part(ListColumns)  # of one person's list
    sessions = Part(StaffSessions)
    account_links = Part(AccountLinks)
    role_requests = Part(RoleRequests)  # roles awaiting a second administrator
    mandates = Part(Mandates)  # standing mandates, and what was tried under them
    activity = Part(StaffActivity)  # staff activity outside the log
    agreements = Part(Agreements)
    our_turn = Part(OurTurn)
    overview = Part(Overview)  # lists, counts and search
    progress = Part(Progress)  # counts for the overview
    waiting = Part(Waiting)  # since when, likewise
    coverage = Part(Coverage)  # lists of customers beside their agreements
    customers = Part(Customers)  # all agreements of one
    selection = Part(Selection)  # all that a search of the archive finds
    lagging = Part(Lagging)  # stalled and overdue agreements
    applications = Part(Applications)  # who began on the public page
    signing = Part(Signing)  # links and their sessions
    codes = Part(Codes)  # that prove a mailbox
    bundles = Part(Bundles)  # links that were mailed as one
    lives = Part(ContractLives)  # recorded ends of agreements
    registered_files = Part(RegisteredFiles)  # what was signed elsewhere
    end_records = Part(EndRecords)  # what the archive keeps of them
    visits = Part(Visits)  # the sessions of signers, with their agreements
    documents = Part(Documents)  # acts and originals too
    templates = Part(Templates)
    template_samples = Part(TemplateSamples)
    own_templates = Part(OwnTemplates)  # families and versions of the processor's own
    seals = Part(Seals)
    looks = Part(Looks)
    samples = Part(Samples)  # texts to read before filling anything in
    openings = Part(Openings)  # texts shown to people before signing
    archive = Part(ArchiveRecords)
    recovery = Part(Recovery)  # records that agreements recovered from the archive need
    shedding = Part(Shedding)  # texts to drop because the archive has them
    archive_round = Part(ArchiveRound)  # progress of reading the archive back
    stamps = Part(DocumentStamps)  # the expiry of the time stamps of sealed files
    renewals = Part(Renewals)
    messages = Part(Messages)
    alarms = Part(Alarms)  # stalled work, and the alarms sent about it
    failing_jobs = Part(FailingJobs)
    idempotency = Part(IdempotencyKeys)  # answered requests
    batches = Part(Batches)
    chosen = Part(Chosen)  # what decides about agreements chosen in the list
    kept_searches = Part(KeptSearches)  # filters that people kept under a name
    imports = Part(Imports)
    line_counts = Part(LineCounts)
    lines = Part(ImportLines)
    known = Part(KnownCustomers)  # what the database has of the customers in a list
    questions = Part(Questions)
    reminders = Part(Reminders)
    audit = Part(AuditLog)  # the hash-chained log
    chains = Part(Chains)  # the whole log, for audits
    anchors = Part(Anchors)  # time-stamped heads of the log
    jobs = Part(Jobs)  # follow-up work, deferred in this transaction

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> datetime:
        """The database's clock at this moment, aware UTC, for all decisions and dates.

        ``clock_timestamp()``, not ``now()``: a transaction that waited for a row lock must not date
        its act before the one it waited for.
        """
        return cast(datetime, self._connection.execute(_CLOCK).scalar())


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
            connect_args={
                "options": _OPTIONS,
                "connect_timeout": 5,
                "cursor_factory": Cursor,
            },
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
        """For reading only, without a transaction: each statement sees the data committed when it
        begins. Raises Unavailable."""
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
        """Whether the service's role could disable the guards of signed data. Raises
        Unavailable."""
        try:
            with self._engine.connect() as connection:
                return may_switch_off_guards(connection)
        except OperationalError as error:
            raise Unavailable(ErrorCode.UNAVAILABLE) from error

    def close(self) -> None:
        self._engine.dispose()
