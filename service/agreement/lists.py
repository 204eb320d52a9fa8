"""Lists of agreements: the search, the contents of a line, and the groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from service.agreement.facets import Facets, words_for
from service.agreement.fields import belgian_number, fold, kvk_number
from service.agreement.states import RUNNING, State

PAGE = 25
MOST_WORDS = 8
SHORTEST = 2
# In the order of the process.
GROUPS: dict[str, tuple[State, ...]] = {
    "draft": (State.DRAFT,),
    "waiting": (State.SENT, State.PREPARING, State.READY, State.IN_SIGNING),
    "awaits_us": (State.READY, State.IN_SIGNING),
    "completed": (State.FULLY_SIGNED, State.SEALING, State.COMPLETED, State.REGISTERED),
    "trouble": (State.GENERATION_FAILED, State.SEAL_FAILED),
    "ended": (State.DECLINED, State.EXPIRED, State.VOIDED, State.SUPERSEDED, State.WITHDRAWN),
}
NO_FACETS = Facets()
# The filters of the archive, besides the facets; all have names in ``labels.filter``.
DATES = ("signed_from", "signed_until", "in_force_on")
DATES_AND_STATE = ("state", *DATES)
# Those of the list for staff, likewise.
LIST_FILTERS = (
    "group", "owner", "state", "template", "service", "imported", "origin", "sent", "stage",
    "state_days", "idle_days",
)  # fmt: skip
COUNTED = 1000
"""Beyond this number they are not counted: the exact number is of no use, and counting reads each
of them."""


@dataclass(frozen=True)
class Summary:
    """One line of a list; ``number`` as printed. ``template`` is the shown version of its text;
    empty in old agreements."""

    id: str
    reference: str
    state: State
    organisation: str
    number: str
    signatory_name: str
    signatory_email: str
    created_at: datetime
    last_activity_at: datetime
    state_since: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    expires_at: datetime | None
    effective_date: date | None
    awaits_processor: bool
    flags: tuple[str, ...]
    archive_state: str
    archive_looked_at: datetime | None
    mail_trouble: bool
    question_waits: bool
    sender_id: str
    sender_name: str
    countersigner_name: str
    countersigner_gone: bool
    template: str

    @property
    def running(self) -> bool:
        return self.state in RUNNING


@dataclass(frozen=True)
class ToSign:
    """One line of a countersigner's queue; ``number`` as printed.

    ``flags`` are the reasons for review, each with its lines of Bijlage 1. ``opened_at`` is when
    this person first opened the text; it cannot be signed before.
    """

    id: str
    reference: str
    organisation: str
    number: str
    signatory_name: str
    signatory_function: str
    frozen_sha256: str
    flags: Mapping[str, tuple[str, ...]]
    opened_at: datetime | None


@dataclass(frozen=True)
class OfColleague:
    """What a colleague is to sign. ``signed``: somebody has signed, so that nobody can take it
    over; ``gone``: the colleague may no longer sign."""

    reference: str
    organisation: str
    countersigner_name: str
    gone: bool
    signed: bool


class Order(StrEnum):
    """Latest activity first, latest made first, organisations from a to z, or what expires first
    (only agreements that can still be signed)."""

    ACTIVITY = "activity"
    CREATED = "created"
    ORGANISATION = "organisation"
    EXPIRY = "expiry"


@dataclass(frozen=True)
class Narrowing:
    """Filters that combine, and the order; empty values do not filter.

    ``owner`` is an account's id, ``template`` a SHA-256, ``service`` a code, ``imported`` the
    number of an import, ``origin`` SELF_STARTED or empty. ``state_days``: waiting, at least so long
    in its state. ``idle_days``: so long without an event. ``running_only``: can still be signed.
    """

    owner: str = ""
    state: str = ""
    template: str = ""
    service: str = ""
    imported: int = 0
    origin: str = ""
    state_days: int = 0
    idle_days: int = 0
    running_only: bool = False
    order: Order = Order.ACTIVITY

    def __bool__(self) -> bool:
        return self != Narrowing()


@dataclass(frozen=True)
class Search:
    """The search; empty values do not filter.

    ``in_force_on``: in force on this Brussels calendar date, even if superseded since. ``lately``:
    that is about today, so the order of the last activity serves it too.
    """

    words: str = ""
    group: str = ""
    state: str = ""
    signed_from: date | None = None
    signed_until: date | None = None
    in_force_on: date | None = None
    lately: bool = False
    facets: Facets = NO_FACETS
    archived_only: bool = False
    after: str = ""
    narrowed: Narrowing = Narrowing()

    @property
    def by_date(self) -> bool:
        """Whether to sort by effective date, newest first, so that one index serves the date filter
        and the order."""
        former = self.in_force_on and not self.lately
        return any((self.signed_from, self.signed_until, former))

    @property
    def facet_words(self) -> tuple[str, ...]:
        """The search words of all that it is filtered by."""
        narrowed = self.narrowed
        return (
            *words_for(self.facets.chosen),
            *words_for({"state": self.state}),
            *words_for(
                {
                    "owner": narrowed.owner,
                    "state": narrowed.state,
                    "template": narrowed.template,
                    "service": narrowed.service,
                    "imported": str(narrowed.imported or ""),
                    "origin": narrowed.origin,
                }
            ),
        )

    @property
    def by_words(self) -> bool:
        """Whether search words are looked up: typed ones, or those of filters."""
        return bool(self.words or self.facet_words)

    @property
    def filters(self) -> dict[str, str]:
        """What narrows an export, besides words, as its log entry names it."""
        given = {name: getattr(self, name) for name in DATES_AND_STATE} | asdict(self.facets)
        return {name: str(value) for name, value in given.items() if value}

    @property
    def list_filters(self) -> dict[str, str]:
        """What narrows the list, besides words, as the log entry of its export names it."""
        given = {"group": self.group, **asdict(self.facets), **vars(self.narrowed)}
        return {name: str(given[name]) for name in LIST_FILTERS if given[name]}

    @property
    def whole(self) -> Search:
        """The same from its first page on, in the order of making: that one never changes, so that
        nothing is left out or read twice when it is read in parts."""
        by_age = replace(self.narrowed, order=Order.CREATED)
        if self.narrowed.order is Order.EXPIRY:
            by_age = replace(by_age, running_only=True)
        return replace(self, narrowed=by_age, after="")

    def behind(self, line: Summary) -> str:
        """The cursor ``after`` for the page that begins after this line."""
        if self.narrowed.order is not Order.ACTIVITY:
            return f"|{line.id}"  # the database knows its place in this order
        place = line.effective_date if self.by_date else line.last_activity_at
        return f"{place.isoformat() if place else ''}|{line.id}"


@dataclass(frozen=True)
class SameNumber:
    """Another agreement with the same customer; ``stage`` is draft, running or effective."""

    reference: str
    stage: str


@dataclass(frozen=True)
class MailedWith:
    """Another agreement of the same mail; ``left``: it, or this one, has another link by now."""

    reference: str
    organisation: str
    state: State
    effective_date: date | None
    left: bool


def words_in(typed: str) -> tuple[str, ...]:
    """The words of a search; an enterprise number in any notation is one word."""
    number = belgian_number(typed) or kvk_number(typed)
    return (number,) if number else tuple(dict.fromkeys(fold(typed).split()[:MOST_WORDS]))


def too_short(typed: str) -> bool:
    """Whether the search has only single letters and digits: a third of all agreements match any of
    them."""
    found = words_in(typed)
    return bool(found) and all(len(each) < SHORTEST for each in found)
