"""Lists of agreements and of the archive, and counts of those awaiting a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from service.agreement.lists import PAGE, Search, Summary, too_short
from service.agreement.permissions import Permission, Principal, Staff, require
from service.database.engine import Transaction
from service.deps import Deps
from service.workflow.keeping.overview import sent_months
from signatures.effective_date import local_date

LATELY = timedelta(days=31)
NEWEST = 100  # imports to choose from


@dataclass(frozen=True)
class Page:
    """One page of a list; ``next`` is the cursor of the next one, empty at the end.

    In ``counts``, ``COUNTED + 1`` means any larger number. ``too_short``: too short to search for.
    """

    lines: list[Summary]
    counts: dict[str, int]
    next: str
    too_short: bool = False


@dataclass(frozen=True)
class Choices:
    """The filters of the list, as pairs of value and name: accounts by name; templates, imports and
    months of sending (2026-11) newest first."""

    owners: list[tuple[str, str]]
    templates: list[tuple[str, str]]
    imports: list[tuple[int, str]]
    months: list[str]


def choices(deps: Deps, by: Principal) -> Choices:
    """The values of the filters that are data of this installation."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.look() as tx:
        people = [each.person for each in tx.accounts.everyone()]
        return Choices(
            owners=sorted(((each.id, each.name) for each in people), key=lambda pair: pair[1]),
            templates=tx.templates.versions(),
            imports=[(each.number, each.name) for each in tx.imports.newest(limit=NEWEST)],
            months=sent_months(tx),
        )


def listing(deps: Deps, search: Search, by: Principal) -> Page:
    """With the counts of all groups."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.look() as tx:
        return _page(tx, search, tx.overview.counts())


def waiting_count(deps: Deps, staff: Staff) -> int:
    if not staff.may(Permission.COUNTERSIGN):
        return 0
    with deps.database.look() as tx:
        return tx.our_turn.fresh(staff.id)


def search_archive(deps: Deps, search: Search, by: Principal) -> Page:
    """Agreements signed by both parties."""
    require(by, Permission.SEE_ARCHIVE)
    with deps.database.look() as tx:
        if search.in_force_on and search.by_words:
            # Words are searched by fortnights of the last activity if need be.
            since = local_date(tx.now()) - LATELY
            search = replace(search, lately=search.in_force_on >= since)
        return _page(tx, search, {})


def versions_of_text(deps: Deps) -> list[tuple[str, str]]:
    """The templates of agreements, the newest first: SHA-256 and version. No secret."""
    with deps.database.look() as tx:
        return tx.templates.versions()


def _page(tx: Transaction, search: Search, counts: dict[str, int]) -> Page:
    if too_short(search.words):
        return Page([], counts, "", too_short=True)
    lines = tx.overview.find(search, limit=PAGE + 1)
    more = len(lines) > PAGE
    lines = lines[:PAGE]
    return Page(lines, counts, search.behind(lines[-1]) if more else "")
