"""The queries of pages and jobs, on a database with many agreements.

Changes are rolled back, so that every query sees the same rows. For a job only the search for due
work is timed; the rest is work per agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from service.agreement.activity import Wanted
from service.agreement.alarms import AlarmKind
from service.agreement.facets import Facets
from service.agreement.lists import GROUPS, Narrowing, Order, Search
from service.agreement.permissions import Staff
from service.agreement.states import State
from service.database.engine import Transaction
from service.deps import Deps
from service.workflow.keeping import listing, renew_stamps, reread, retain
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import remind
from service.workflow.signing import countersign
from service.workflow.sweep import PATIENCE_SECONDS
from service.workflow.telling import alarm
from storage.retention import EXTEND_BELOW_DAYS

GOAL, SEARCH = 10, 20  # milliseconds
Question = tuple[str, float, Callable[["Asked"], object]]


class _Undone(Exception):
    """Rolls back a transaction."""


@dataclass(frozen=True)
class Asked:
    """A filled database, a member of staff with all permissions, and values from some rows.

    ``served_by`` returns the processes that answer.
    """

    deps: Deps
    staff: Staff
    id: str
    completed: str
    template: str
    running: str
    number: str
    email: str
    name: str
    sha256: str
    deep: str
    day: date
    texts: list[str]
    served_by: Callable[[], list[int]]

    @classmethod
    def of(cls, deps: Deps, served_by: Callable[[], list[int]] = list) -> Asked:
        """Find an agreement in the middle of the past, and a running one."""
        with deps.database.begin() as tx:
            account = tx.accounts.by_email("m1@it4professionals.example")
            middle = tx.now() - timedelta(days=900)
            after = f"{middle.isoformat()}|{'0' * 8}-0000-4000-8000-{'0' * 12}"
            lines = tx.overview.find(Search(group="completed", archived_only=True, after=after))
            running = tx.overview.find(Search(group="waiting"))[0]
            line = lines[0]
            original = tx.documents.original(line.id)
            found = tx.agreements.get_by_id(line.id)
            texts = [sha256 for sha256, _ in tx.templates.versions()]
        if account is None or original is None or line.effective_date is None:
            raise LookupError("this database is not filled")
        return cls(
            deps,
            account.person,
            line.id,
            line.reference,
            found.template_sha256,
            running.reference,
            line.number,
            line.signatory_email,
            line.organisation,
            original.sha256,
            after,
            line.effective_date,
            texts,
            served_by,
        )

    def undone(self, step: Callable[[Transaction], object]) -> None:
        """Run ``step`` in a transaction that is rolled back."""
        with suppress(_Undone), self.deps.database.begin() as tx:
            step(tx)
            raise _Undone


def questions() -> list[Question]:
    """Each with its name and its goal in milliseconds."""
    return [*_lists(), *_searches(), *_dossiers(), *_jobs()]


def _lists() -> Iterator[Question]:
    def page(search: Search) -> Callable[[Asked], object]:
        return lambda asked: listing.listing(asked.deps, search, asked.staff)

    def archive(search: Search) -> Callable[[Asked], object]:
        return lambda asked: listing.search_archive(
            asked.deps, replace(search, archived_only=True), asked.staff
        )

    yield "list: first page, with the counts", GOAL, page(Search())
    yield "list: a page far behind", GOAL, lambda a: page(Search(after=a.deep))(a)
    for group in GROUPS:
        yield f"list: {group}", GOAL, page(Search(group=group))
    yield (
        "list: completed, far behind",
        GOAL,
        lambda a: page(Search(group="completed", after=a.deep))(a),
    )
    yield "archive: first page", GOAL, archive(Search())
    yield "archive: one state", GOAL, archive(Search(state="completed"))
    yield "archive: what is not sealed", GOAL, archive(Search(state="seal_failed"))
    yield (
        "archive: signed in a month",
        GOAL,
        lambda a: archive(Search(signed_from=a.day - timedelta(days=30), signed_until=a.day))(a),
    )
    yield "archive: signed before a date", GOAL, lambda a: archive(Search(signed_until=a.day))(a)
    yield "archive: signed since a date", GOAL, lambda a: archive(Search(signed_from=a.day))(a)
    yield from _narrowed()
    yield from _archive_filters(archive)
    yield "queue: what I sign", GOAL, lambda a: countersign.queue(a.deps, a.staff)
    yield "queue: what colleagues sign", GOAL, lambda a: countersign.of_colleagues(a.deps, a.staff)
    yield "queue: the number in the menu", GOAL, lambda a: listing.waiting_count(a.deps, a.staff)
    yield "tasks: what is stalled", GOAL, lambda a: alarm.stalled_items(a.deps, a.staff)
    yield "tasks: how far the round is", GOAL, lambda a: reread.progress(a.deps, a.staff)
    yield "staff log: first page", GOAL, lambda a: a.undone(lambda tx: tx.activity.read(Wanted()))
    yield (
        "staff log: one person",
        GOAL,
        lambda a: a.undone(lambda tx: tx.activity.read(Wanted(staff_id=a.staff.id))),
    )


def _narrowed() -> Iterator[Question]:
    def ask(name: str, given: Callable[[Asked], Narrowing], **more: str) -> Question:
        def page(asked: Asked) -> object:
            narrowed = given(asked)
            deep = asked.deep if narrowed.order is Order.ACTIVITY else f"|{asked.id}"
            after = {"after": deep} if "after" in more else {}
            search = Search(**(more | after), narrowed=narrowed)  # type: ignore[arg-type]
            return listing.listing(asked.deps, search, asked.staff)

        return f"filter: {name}", GOAL, page

    yield ask("owner", lambda a: Narrowing(owner=a.staff.id))
    yield ask("owner, far behind", lambda a: Narrowing(owner=a.staff.id), after="any")
    yield ask("owner and group", lambda a: Narrowing(owner=a.staff.id), group="completed")
    yield ask("owner, of those that wait", lambda a: Narrowing(owner=a.staff.id), group="waiting")
    yield ask("owner and words", lambda a: Narrowing(owner=a.staff.id), words="bakkerij")
    yield ask("template, former", lambda a: Narrowing(template=a.template))
    yield ask("template and state", lambda a: Narrowing(template=a.template, state="voided"))
    yield ask("service, usual", lambda _: Narrowing(service="cloud_storage"))
    yield ask("service, rare", lambda _: Narrowing(service="dynamic_dns"))
    yield ask("import, former", lambda _: Narrowing(imported=1))
    yield ask("import, new", lambda _: Narrowing(imported=2))
    yield ask("nothing happened", lambda _: Narrowing(idle_days=30), group="waiting")
    yield ask(
        "four at once",
        lambda a: Narrowing(owner=a.staff.id, service="support", idle_days=7, state="sent"),
    )
    for order in Order:
        everyone, own = partial(_ordered, order, False), partial(_ordered, order, True)
        yield ask(f"by {order.value}, far behind", everyone, after="any")
        yield ask(f"by {order.value}, of an owner", own)


def _ordered(order: Order, own: bool, asked: Asked) -> Narrowing:
    return Narrowing(owner=asked.staff.id if own else "", order=order)


def _archive_filters(archive: Callable[[Search], Callable[[Asked], object]]) -> Iterator[Question]:
    """What the archive is filtered by, alone and together."""

    def facets(**chosen: str) -> Callable[[Asked], object]:
        return archive(Search(facets=Facets(**chosen)))

    yield (
        "archive filter: in force long ago",
        GOAL,
        lambda a: archive(Search(in_force_on=a.day))(a),
    )
    yield "archive filter: in force today", GOAL, archive(Search(in_force_on=_TODAY))
    yield "archive filter: the present text", GOAL, lambda a: facets(template=a.texts[0])(a)
    yield "archive filter: a former text", GOAL, lambda a: facets(template=a.texts[-1])(a)
    yield "archive filter: a service of many", GOAL, facets(service="support")
    yield "archive filter: a rare service", GOAL, facets(service="dynamic_dns")
    yield "archive filter: special categories", GOAL, facets(flag="special")
    yield "archive filter: criminal data", GOAL, facets(flag="criminal")
    yield "archive filter: a country of many", GOAL, facets(country="NL")
    yield "archive filter: a rare country", GOAL, facets(country="LU")
    yield (
        "archive filter: three together",
        GOAL,
        facets(country="NL", service="support", flag="special"),
    )
    yield "archive filter: two rare ones", GOAL, facets(country="LU", service="dynamic_dns")
    yield (
        "archive filter: a former text in force today",
        GOAL,
        lambda a: archive(Search(in_force_on=_TODAY, facets=Facets(template=a.texts[-1])))(a),
    )
    yield (
        "archive filter: a rare service in force long ago",
        GOAL,
        lambda a: archive(Search(in_force_on=a.day, facets=Facets(service="dynamic_dns")))(a),
    )
    yield (
        "search: a word of many with a rare service",
        SEARCH,
        archive(Search(words="bakkerij", facets=Facets(service="dynamic_dns"))),
    )
    yield (
        "search: a word of many with a country, in force today",
        SEARCH,
        archive(Search(words="bakkerij", in_force_on=_TODAY, facets=Facets(country="NL"))),
    )


def _searches() -> Iterator[Question]:
    def words(typed: Callable[[Asked], str], group: str = "") -> Callable[[Asked], object]:
        return lambda asked: listing.listing(
            asked.deps, Search(words=typed(asked), group=group), asked.staff
        )

    yield "search: reference", SEARCH, words(lambda a: a.completed)
    yield "search: number", SEARCH, words(lambda a: a.number)
    yield "search: e-mail address", SEARCH, words(lambda a: a.email)
    yield "search: whole name", SEARCH, words(lambda a: a.name)
    yield "search: family name", SEARCH, words(lambda a: a.name.split()[1])
    yield "search: a word of many", SEARCH, words(lambda a: "bakkerij")
    yield "search: a word of all", SEARCH, words(lambda a: "example")
    yield "search: our own name", SEARCH, words(lambda a: "it4professionals zenner")
    yield "search: two words of many", SEARCH, words(lambda a: "bakkerij antwerpen")
    yield "search: two letters", SEARCH, words(lambda a: "ba")
    yield "search: two rare letters", SEARCH, words(lambda a: "oo")
    yield "search: two digits", SEARCH, words(lambda a: "27")
    yield "search: four digits", SEARCH, words(lambda a: "2745")
    yield "search: a year long ago", SEARCH, words(lambda a: a.completed[3:7])
    yield "search: reference of that year", SEARCH, words(lambda a: a.completed[:7])
    yield "search: nothing like it", SEARCH, words(lambda a: "zwavelzuur")
    yield "search: one that is there, one that is not", SEARCH, words(lambda a: "bakkerij zwavel")
    yield "search: of those that wait", SEARCH, words(lambda a: "bakkerij", group="waiting")
    yield "search: rare of those that wait", SEARCH, words(lambda a: a.name, group="waiting")


def _dossiers() -> Iterator[Question]:
    yield "dossier: completed", GOAL, lambda a: dossier_of(a.deps, a.completed, a.staff)
    yield "dossier: running", GOAL, lambda a: dossier_of(a.deps, a.running, a.staff)
    yield (
        "dossier: other with this number",
        GOAL,
        lambda a: a.undone(lambda tx: tx.overview.same_number(a.number.replace(".", ""), "")),
    )
    yield (
        "verify: by SHA-256",
        GOAL,
        lambda a: a.undone(
            lambda tx: (
                tx.documents.by_original_sha256(a.sha256),
                tx.documents.by_evidence_sha256(a.sha256),
                tx.archive.renewed_with_sha256(a.sha256),
            )
        ),
    )


def _jobs() -> Iterator[Question]:
    def job(name: str, step: Callable[[Transaction], object]) -> Question:
        return f"job: {name}", GOAL, lambda asked: asked.undone(step)

    seconds = PATIENCE_SECONDS
    yield job(
        "sweep, texts and seals",
        lambda tx: (
            tx.lagging.in_state_since((State.PREPARING,), seconds),
            tx.lagging.unsealed(seconds),
        ),
    )
    yield job("sweep, not archived", lambda tx: tx.lagging.not_archived(seconds))
    yield job(
        "sweep, mails and requests",
        lambda tx: (tx.messages.waiting(seconds), tx.account_links.waiting_requests(seconds)),
    )
    yield job("alarm, what recovered", lambda tx: tx.alarms.forget_recovered())
    for kind in (AlarmKind.SEAL, AlarmKind.REREAD, AlarmKind.MAIL, AlarmKind.UNDELIVERED):
        yield job(f"alarm, {kind.value}", partial(_alarms, kind))
    yield job("alarm, counted", lambda tx: tx.alarms.count(AlarmKind.ARCHIVE, alarm.PATIENCE))
    yield job("expire", lambda tx: tx.lagging.overdue())
    yield job("remind, a part", lambda tx: _remind(tx, None))
    yield job("remind, a later part", lambda tx: _remind(tx, tx.now() + timedelta(days=15)))
    yield job("locked accounts", lambda tx: tx.accounts.to_tell_of_lock())
    yield job("tidy, working copies", lambda tx: tx.archive.verified_for(retain.WORKING_COPY_HOURS))
    yield job("shed, shown texts", lambda tx: tx.shedding.due(30, retain.SHED_AT_ONCE))
    yield job("tidy, sessions and codes", lambda tx: tx.signing.drop_ended())
    yield job("tidy, a part of the drafts", lambda tx: tx.drafts.drop_ended())
    yield job("tidy, repeated requests", lambda tx: tx.idempotency.drop_ended())
    yield job("tidy, staff log", lambda tx: tx.activity.drop_old())
    yield job("anchor, what waits", lambda tx: (tx.anchors.newest(), tx.anchors.not_stored()))
    yield job("anchor, chains that grew", lambda tx: tx.anchors.grown())
    yield job("anchor, locks", lambda tx: tx.anchors.locked_for_less_than(60))
    yield job("round, how many", lambda tx: tx.archive_round.total())
    yield job(
        "round, what is due",
        lambda tx: tx.archive_round.due(reread.DUE_AFTER, reread.DAMAGED_AFTER, reread.AT_ONCE),
    )
    yield job("probe, some originals", lambda tx: tx.archive_round.some_originals(5))
    yield job("stamps, not read yet", lambda tx: tx.stamps.unread(renew_stamps.AT_ONCE))
    yield job(
        "stamps, due",
        lambda tx: tx.stamps.due(
            now := tx.now(), now + timedelta(days=180), _LONG_AGO, renew_stamps.AT_ONCE
        ),
    )
    yield job("stamps, late", lambda tx: tx.stamps.late(tx.now(), _LONG_AGO))
    yield job("stamps, in trouble", lambda tx: tx.renewals.troubled())
    yield job(
        "locks, a part",
        lambda tx: tx.archive.locks_ending(_soon(tx), after=None, limit=retain.AT_ONCE),
    )
    yield job("locks, of other years", lambda tx: tx.archive.reopen_locks(10, 10_000))
    yield job("locks, what recovered", lambda tx: tx.archive.forget_lock_failures(_soon(tx)))


_TODAY = date.today()  # noqa: DTZ011  near enough
_LONG_AGO = date.today() - timedelta(days=4000)  # noqa: DTZ011  what ended before is not kept


def _soon(tx: Transaction) -> datetime:
    return tx.now() + timedelta(days=EXTEND_BELOW_DAYS)


def _alarms(kind: AlarmKind, tx: Transaction) -> object:
    return tx.alarms.due(kind, alarm.PATIENCE, alarm.AGAIN, limit=alarm.AT_MOST)


def _remind(tx: Transaction, after: datetime | None) -> object:
    part = tx.reminders.waiting(remind.AT_ONCE, (after, str(UUID(int=0))) if after else None)
    return tx.reminders.situations([each for _, each in part])
