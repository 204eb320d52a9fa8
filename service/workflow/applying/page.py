"""The public page: an administrator opens and closes it; everybody else sees whether it is open. It
needs somebody who can sign its agreements for us."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.agreement.changes import PUBLIC_PAGE, Change, What
from service.agreement.events import Event
from service.agreement.parties import Processor
from service.agreement.permissions import Permission, Principal, Role, Staff, require
from service.agreement.public_page import (
    PublicPage,
    Usage,
    parse_public_page,
    public_address,
    who_signs,
)
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.reauthenticate import Proof, must_prove
from service.workflow.telling.notify import PRODUCT


@dataclass(frozen=True)
class Opened:
    """Who offers the page, and who signs for us and owns what is made."""

    page: PublicPage
    processor: Processor
    countersigner: Staff
    owner: Staff


@dataclass(frozen=True)
class Shown:
    """``usable``: with it, the page is open; ``suggested`` signs for us if nobody is chosen."""

    page: PublicPage
    usable: bool
    usage: Usage
    owners: Sequence[Staff]
    able: Sequence[Staff]


def opened_in(tx: Transaction) -> Opened | None:
    """None if the page is closed."""
    _, page = tx.public_pages.newest()
    if not page.opened:
        return None
    known = tx.profiles.newest()
    signs = who_signs(page, tx.accounts.with_role(Role.SIGNATORY), known[1] if known else None)
    if known is None or signs is None:
        return None
    account = tx.accounts.by_id(page.owner_id) if page.owner_id else None
    owner = account.person if account and account.active else signs
    return Opened(page, known[1], signs, owner)


def must_be_opened(tx: Transaction) -> Opened:
    """Raises Refused if the page is closed."""
    found = opened_in(tx)
    if found is None:
        raise Refused(ErrorCode.PAGE_CLOSED)
    return found


def visible(deps: Deps) -> Opened:
    """What the page shows. Raises Refused if it is closed."""
    with deps.database.look() as tx:
        return must_be_opened(tx)


def setting(deps: Deps, by: Principal) -> Shown:
    require(by, Permission.MANAGE_PUBLIC_PAGE)
    with deps.database.look() as tx:
        _, page = tx.public_pages.newest()
        return Shown(page, opened_in(tx) is not None, usage_in(tx, page), _owners(tx), _able(tx))


def usage_in(tx: Transaction, page: PublicPage) -> Usage:
    return Usage(tx.applications.asked_in_a_day(), page.per_day)


def full(deps: Deps, by: Principal) -> Usage | None:
    """The usage of the open page if its limit is reached."""
    require(by, Permission.SEE_OPERATIONS)
    with deps.database.look() as tx:
        _, page = tx.public_pages.newest()
        usage = usage_in(tx, page)
        return usage if page.opened and usage.full else None


def address(deps: Deps, customer: str, by: Principal) -> tuple[str, bool]:
    """The page's address with this customer number, and whether the page is open."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        return public_address(deps.settings.base_url, customer), opened_in(tx) is not None


def save(
    deps: Deps, form: Mapping[str, str], services: Sequence[str], staff: Staff, proof: Proof
) -> PublicPage:
    """Save the setting, and notify every administrator. Raises Invalid naming the field."""
    require(staff, Permission.MANAGE_PUBLIC_PAGE)
    with deps.database.look() as tx:
        _parsed(tx, form, services)
    must_prove(deps, staff, proof)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        wanted = _parsed(tx, form, services)
        _change(tx, wanted, staff)
        return wanted


def close(deps: Deps, by: Principal) -> None:
    """Close it at once, without a password, because it can be opened again. Repeatable."""
    require(by, Permission.MANAGE_PUBLIC_PAGE)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        _, before = tx.public_pages.newest()
        _change(tx, dataclasses.replace(before, opened=False), by)


def reopen(deps: Deps, by: Principal) -> None:
    """Open it as it was set before. Repeatable. Raises Invalid if something is missing."""
    require(by, Permission.MANAGE_PUBLIC_PAGE)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        _, before = tx.public_pages.newest()
        said = {
            "opened": "yes",
            "owner": before.owner_id,
            "countersigner": before.countersigner_id,
            "per_day": str(before.per_day),
        }
        _change(tx, _parsed(tx, said, before.services), by)


def _parsed(tx: Transaction, form: Mapping[str, str], services: Sequence[str]) -> PublicPage:
    known = tx.profiles.newest()
    return parse_public_page(
        form,
        services,
        owners=_owners(tx),
        able=_able(tx),
        processor=known[1] if known else None,
    )


def _change(tx: Transaction, wanted: PublicPage, by: Principal) -> None:
    """Record a change, if it is one; the caller holds the lock on staff."""
    version, before = tx.public_pages.newest()
    if wanted == before:
        return
    version = tx.public_pages.add(wanted, by.id if isinstance(by, Staff) else None)
    what = What.PAGE_OPENED if wanted.opened else What.PAGE_CLOSED
    once = tx.audit.append(None, Event.PROFILE_PAGE_CHANGED, by, version=version, what=what.value)
    values = {"services": list(wanted.services), "per_day": str(wanted.per_day)}
    said, teller = [Change(what, values)], by.name or PRODUCT
    tell_of_change(tx, said, about=PUBLIC_PAGE, by=teller, once=once)


def _owners(tx: Transaction) -> list[Staff]:
    everybody = [each.person for each in tx.accounts.everyone() if each.active]
    return [each for each in everybody if each.may(Permission.PREPARE)]


def _able(tx: Transaction) -> list[Staff]:
    return tx.accounts.with_role(Role.SIGNATORY)
