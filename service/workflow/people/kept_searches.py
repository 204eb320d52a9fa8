"""A member of staff keeps filters of the list under a name, for themselves alone; not logged."""

from __future__ import annotations

from service.agreement.fields import Checker
from service.agreement.permissions import Permission, Staff, require
from service.deps import Deps
from service.error_codes import FieldCode

MOST = 20  # of one person
LONGEST_NAME = 60


def keep(deps: Deps, name: str, query: str, by: Staff) -> None:
    """Keep the filters of an address under a name; replaces what had it.

    Raises Invalid naming ``naam`` for a missing or long name, no filters, or more than ``MOST``.
    """
    require(by, Permission.SEE_AGREEMENTS)
    check = Checker()
    given = check.line("naam", name, most=LONGEST_NAME)
    if not query:
        check.refuse("naam", FieldCode.KEEP_NOTHING)
    check.raise_if_wrong()
    with deps.database.begin() as tx:
        tx.accounts.by_id(by.id, lock=True)  # so that two at once are counted too
        kept = dict(tx.kept_searches.of(by.id))
        if given not in kept and len(kept) >= MOST:
            check.refuse("naam", FieldCode.KEEP_MOST, most=MOST)
            check.raise_if_wrong()
        tx.kept_searches.keep(by.id, given, query)


def drop(deps: Deps, name: str, by: Staff) -> None:
    """Repeatable."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.begin() as tx:
        tx.kept_searches.drop(by.id, name)


def kept(deps: Deps, by: Staff) -> list[tuple[str, str]]:
    """Names, and the addresses' arguments."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.look() as tx:
        return tx.kept_searches.of(by.id)
