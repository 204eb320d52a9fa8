"""Administration of staff: invite, change, block, and send a link for a new password.

Each requires the administrator's own password again and is mailed to the person and to every
administrator. Some roles need a second one (``service/workflow/people/role_grants.py``).
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

from service.agreement.accounts import Account
from service.agreement.capabilities import AccountPurpose
from service.agreement.changes import Change, What, of_roles
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.permissions import Permission, Role, Staff, require
from service.agreement.subjects import Subject
from service.database.engine import Transaction
from service.database.people.account_links import LinkMail
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotFound, Refused
from service.mail.account_kinds import StaffInvitation
from service.workflow.people import passwords
from service.workflow.people.account_links import make
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.forgotten import mail_link
from service.workflow.people.mandate import end_with_account
from service.workflow.people.reauthenticate import Proof, must_prove
from service.workflow.people.role_grants import give
from service.workflow.telling.notify import tell_staff


def invite(
    deps: Deps,
    *,
    name: str,
    email: str,
    function: str,
    roles: Sequence[str],
    by: Staff,
    proof: Proof,
) -> None:
    """Mails a link for choosing a password. Raises Invalid naming the field."""
    require(by, Permission.MANAGE_STAFF)
    check = Checker()
    person = Staff(
        id=str(uuid.uuid4()),
        name=check.person("name", name),
        email=check.email("email", email),
        function=check.line("function", function, most=100, required=False),
        roles=frozenset(),
    )
    wanted = _roles(roles, check)
    check.raise_if_wrong()
    must_prove(deps, by, proof)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        own = tx.accounts.by_id(by.id)
        if own is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        # Matches no password until one is chosen; checking takes as long as for any other.
        nobodys = passwords.of_nobody(own.password_hash)
        if tx.accounts.by_email(person.email):
            raise Invalid([FieldError("email", FieldCode.EMAIL_TAKEN)])
        tx.accounts.add(person, nobodys, credential="none")
        kept = tx.audit.append(
            None,
            Event.STAFF_CREATED,
            by,
            personal={"email": person.email, "name": person.name},
            staff=person.id,
            roles=sorted(wanted),
        )
        given = give(tx, person, wanted, by)
        tx.accounts.change(dataclasses.replace(person, roles=given.now), active=True)
        _mail_invitation(tx, deps, person, by)
        said = [of_roles(What.INVITED, given.now), *given.said]
        tell_of_change(tx, said, about=person, by=by.name, once=kept, personally=False)


def change(
    deps: Deps,
    staff_id: str,
    *,
    name: str,
    function: str,
    roles: Sequence[str],
    active: bool,
    by: Staff,
    proof: Proof,
) -> bool:
    """Returns whether a role awaits a second administrator. Raises Invalid naming the field,
    Refused if no active administrator would be left, NotFound."""
    require(by, Permission.MANAGE_STAFF)
    check = Checker()
    new_name = check.person("name", name)
    new_function = check.line("function", function, most=100, required=False)
    wanted = _roles(roles, check)
    check.raise_if_wrong()
    must_prove(deps, by, proof)
    with deps.database.begin() as tx:
        tx.mandates.take_turns()
        mandate = tx.mandates.lock_current(staff_id)
        tx.accounts.lock_staff()
        account = tx.accounts.by_id(staff_id, lock=True)
        if account is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        before = account.person
        given = give(tx, before, wanted, by)
        after = dataclasses.replace(before, name=new_name, function=new_function, roles=given.now)
        tx.accounts.change(after, active=active)
        if not tx.accounts.with_role(Role.ADMIN):
            raise Refused(ErrorCode.LAST_ADMIN)
        changes = _differences(before, after, account.active, active) + given.said
        if not changes:
            return False
        if not active:
            tx.sessions.end_all(staff_id)
            tx.accounts.forget_browsers(staff_id)
            tx.account_links.end(staff_id)
        kept = tx.audit.append(
            None,
            Event.STAFF_CHANGED,
            by,
            personal={"email": before.email, "name": new_name, "function": new_function},
            staff=staff_id,
            roles=sorted(after.roles),
            active=active,
        )
        if mandate and not _may_keep(before, after, active):
            changes.append(end_with_account(tx, mandate, by))
        tell_of_change(tx, changes, about=before, by=by.name, once=kept)
        return bool(given.waiting)


def _may_keep(before: Staff, after: Staff, active: bool) -> bool:
    """Whether a mandate still stands: the same name, on an account that may sign."""
    return active and after.name == before.name and Role.SIGNATORY in after.roles


def send_link(deps: Deps, staff_id: str, by: Staff, proof: Proof) -> None:
    """Mail a new invitation, or a link for another password; until it is used the old one stays
    valid.

    Raises NotFound.
    """
    require(by, Permission.MANAGE_STAFF)
    must_prove(deps, by, proof)
    with deps.database.begin() as tx:
        account = tx.accounts.by_id(staff_id, lock=True)
        if account is None or not account.active:
            raise NotFound(ErrorCode.NOT_FOUND)
        if account.invited:
            _mail_invitation(tx, deps, account.person, by)
            purpose = AccountPurpose.INVITATION
        else:
            purpose = AccountPurpose.PASSWORD
            mail_link(tx, deps, account.person, purpose, asked=False, by_name=by.name)
        kept = tx.audit.append(
            None, Event.STAFF_LINK_SENT, by, purpose=purpose.value, staff=staff_id
        )
        said = [Change(What.INVITED_AGAIN if account.invited else What.PASSWORD_LINK)]
        tell_of_change(tx, said, about=account.person, by=by.name, once=kept, personally=False)


def everyone(deps: Deps, by: Staff) -> list[Account]:
    require(by, Permission.MANAGE_STAFF)
    with deps.database.begin() as tx:
        return tx.accounts.everyone()


def newest_link(deps: Deps, staff_id: str, by: Staff) -> LinkMail | None:
    require(by, Permission.MANAGE_STAFF)
    with deps.database.begin() as tx:
        return tx.account_links.newest_mail(staff_id)


def _mail_invitation(tx: Transaction, deps: Deps, person: Staff, by: Staff) -> None:
    link = make(tx, deps, person, AccountPurpose.INVITATION)
    tell_staff(
        tx,
        person,
        StaffInvitation(link.until, by.name, person.email),
        Subject.account(person.id),
        once=link.id,
        account_link_id=link.id,
    )


def _differences(before: Staff, after: Staff, was_active: bool, active: bool) -> list[Change]:
    changes = []
    if after.name != before.name:
        changes.append(Change(What.NAME, {"old": before.name, "new": after.name}))
    if after.function != before.function:
        changes.append(Change(What.FUNCTION, {"old": before.function, "new": after.function}))
    if after.roles - before.roles:
        changes.append(of_roles(What.GIVEN, after.roles - before.roles))
    if before.roles - after.roles:
        changes.append(of_roles(What.TAKEN, before.roles - after.roles))
    if active != was_active:
        changes.append(Change(What.UNBLOCKED if active else What.BLOCKED))
    return changes


def _roles(given: Sequence[str], check: Checker) -> frozenset[Role]:
    known = {role.value for role in Role}
    roles = frozenset(Role(role) for role in given if role in known)
    if not roles:
        check.refuse("roles", FieldCode.ROLES_EMPTY)
    return roles
