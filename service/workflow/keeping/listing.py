"""Lists of agreements and of the archive, and counts of those awaiting a person."""

from __future__ import annotations

from dataclasses import dataclass

from service.agreement.lists import PAGE, Search, Summary, too_short
from service.agreement.permissions import Permission, Principal, Staff, require
from service.database.engine import Transaction
from service.deps import Deps


@dataclass(frozen=True)
class Page:
    """One page of a list; ``next`` is the cursor of the next page, empty at the end.

    In ``counts``, ``COUNTED + 1`` means any larger number. ``too_short``: the typed text is too
    short to search for.
    """

    lines: list[Summary]
    counts: dict[str, int]
    next: str
    too_short: bool = False


def listing(deps: Deps, search: Search, by: Principal) -> Page:
    """A page of agreements with the counts of all groups."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.look() as tx:
        return _page(tx, search, tx.overview.counts())


def waiting_count(deps: Deps, staff: Staff) -> int:
    """The number of agreements awaiting this person's countersignature."""
    if not staff.may(Permission.COUNTERSIGN):
        return 0
    with deps.database.look() as tx:
        return tx.our_turn.fresh(staff.id)


def search_archive(deps: Deps, search: Search, by: Principal) -> Page:
    """A page of agreements signed by both parties."""
    require(by, Permission.SEE_ARCHIVE)
    with deps.database.look() as tx:
        return _page(tx, search, {})


def _page(tx: Transaction, search: Search, counts: dict[str, int]) -> Page:
    if too_short(search.words):
        return Page([], counts, "", too_short=True)
    lines = tx.overview.find(search, limit=PAGE + 1)
    more = len(lines) > PAGE
    lines = lines[:PAGE]
    return Page(lines, counts, search.behind(lines[-1]) if more else "")
