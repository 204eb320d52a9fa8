"""Roles that bind the processor: one administrator asks, a second one grants, so that one stolen
session cannot appoint a signer.

Without another active administrator they are given at once, and everybody is told so.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from service.agreement.accounts import RoleRequest
from service.agreement.changes import Change, What, of_roles
from service.agreement.events import Event
from service.agreement.permissions import NEEDS_A_SECOND, Permission, Role, Staff, require
from service.agreement.subjects import Subject
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound, Refused
from service.mail.account_kinds import RoleAsked
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.reauthenticate import Proof, must_prove
from service.workflow.telling.notify import tell_staff


@dataclass(frozen=True)
class Given:
    """The roles held ``now``, those ``waiting`` for a second administrator, and the changes
    ``said`` to everybody."""

    now: frozenset[Role]
    waiting: frozenset[Role]
    said: list[Change]


def give(tx: Transaction, person: Staff, wanted: frozenset[Role], by: Staff) -> Given:
    """Decide which roles are given now, and request the others.

    The caller holds ``lock_staff`` and stores the roles.
    """
    weighty = (wanted - person.roles) & NEEDS_A_SECOND
    said = _withdraw(tx, person, NEEDS_A_SECOND - wanted, by)
    if not weighty:
        return Given(wanted, frozenset(), said)
    others = [each for each in tx.accounts.with_role(Role.ADMIN) if each.id != by.id]
    if not others:
        tx.role_requests.end(person.id, weighty, "granted", by.id)
        tx.audit.append(
            None,
            Event.STAFF_ROLE_GRANTED,
            by,
            staff=person.id,
            roles=sorted(weighty),
            alone=True,
        )
        said.append(of_roles(What.ALONE, weighty))
        return Given(wanted, frozenset(), said)
    new = [role for role in sorted(weighty) if tx.role_requests.ask(person.id, role, by.id)]
    if not new:
        return Given(wanted - weighty, weighty, said)
    once = tx.audit.append(None, Event.STAFF_ROLE_ASKED, by, staff=person.id, roles=new)
    for other in others:
        tell_staff(
            tx,
            other,
            RoleAsked(person.name, new, by.name),
            Subject.account(person.id),
            once=once,
            page="/medewerkers",
        )
    said.append(of_roles(What.ASKED, new))
    return Given(wanted - weighty, weighty, said)


def _withdraw(tx: Transaction, person: Staff, roles: frozenset[Role], by: Staff) -> list[Change]:
    """Withdraw open requests for roles no longer wanted; returns the changes to report."""
    waiting = [each.role for each in tx.role_requests.waiting(person.id) if each.role in roles]
    if not waiting:
        return []
    tx.role_requests.end(person.id, frozenset(waiting), "withdrawn", by.id)
    tx.audit.append(
        None,
        Event.STAFF_ROLE_WITHDRAWN,
        by,
        staff=person.id,
        roles=sorted(waiting),
    )
    return [of_roles(What.WITHDRAWN, waiting)]


def waiting(deps: Deps, by: Staff) -> list[RoleRequest]:
    """Oldest first."""
    require(by, Permission.MANAGE_STAFF)
    with deps.database.begin() as tx:
        return tx.role_requests.waiting()


def decide(deps: Deps, request_id: str, *, grant: bool, by: Staff, proof: Proof) -> None:
    """Grant or refuse a role; the administrator who asked for it can only withdraw.

    Raises Invalid for a wrong password, Refused for who asked, NotFound if decided meanwhile.
    """
    require(by, Permission.MANAGE_STAFF)
    must_prove(deps, by, proof)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        request = tx.role_requests.lock(request_id)
        account = tx.accounts.by_id(request.staff_id, lock=True) if request else None
        if request is None or account is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        own = request.asked_by == by.id
        if grant and own:
            raise Refused(ErrorCode.SECOND_ADMINISTRATOR)
        person, role = account.person, request.role
        how = "granted" if grant else "withdrawn" if own else "refused"
        if grant:
            roles = person.roles | {role}
            tx.accounts.change(dataclasses.replace(person, roles=roles), active=account.active)
        tx.role_requests.end(person.id, frozenset({role}), how, by.id)
        once = tx.audit.append(
            None,
            Event(f"staff.role_{how}"),
            by,
            staff=person.id,
            roles=[role.value],
            asked_by=f"staff:{request.asked_by}",
        )
        said = of_roles(What(how), [role], asked_by=request.asked_by_name)
        tell_of_change(tx, [said], about=person, by=by.name, once=once)
