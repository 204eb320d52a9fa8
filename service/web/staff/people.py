"""The members of staff and their roles."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.accounts import Account, RoleRequest
from service.agreement.permissions import Permission, Role
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.texts import OURS, text
from service.web.again import again
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.people import role_grants
from service.workflow.people import staff as workflow

ROLES = [(role.value, text(f"labels.role.{role.value}", OURS)) for role in Role]


@blueprint.get("/medewerkers")
@require_staff(Permission.MANAGE_STAFF)
def people() -> Any:
    """Everybody, role requests for a second administrator, a form."""
    typed = again()
    return show(
        "staff/people.html",
        accounts=workflow.everyone(deps(), current_staff()),
        waiting=role_grants.waiting(deps(), current_staff()),
        values=typed.values,
        errors=typed.errors,
        chosen=typed.form.getlist("roles"),
        roles=ROLES,
        ask_password=asks_password(),
    )


@blueprint.post("/medewerkers")
@require_staff(Permission.MANAGE_STAFF)
def add_person() -> Any:
    form = request.form
    workflow.invite(
        deps(),
        name=form.get("name", ""),
        email=form.get("email", ""),
        function=form.get("function", ""),
        roles=form.getlist("roles"),
        by=current_staff(),
        proof=proof(),
    )
    return to("staff.people", done="invited")


@blueprint.get("/medewerkers/<staff_id>")
@require_staff(Permission.MANAGE_STAFF)
def person(staff_id: str) -> Any:
    """One account; requested roles are ticked too."""
    account = _account(staff_id)
    found, waiting, typed = account.person, _waiting(staff_id), again()
    roles = [role.value for role in found.roles] + [each.role.value for each in waiting]
    return show(
        "staff/person.html",
        account=account,
        values=typed.values or {"name": found.name, "function": found.function},
        chosen=typed.form.getlist("roles") if typed else roles,
        active=typed.values.get("active") == "yes" if typed else account.active,
        errors=typed.errors,
        roles=ROLES,
        waiting=waiting,
        mailed=workflow.newest_link(deps(), found.id, current_staff()),
        ask_password=asks_password(),
    )


@blueprint.post("/medewerkers/<staff_id>")
@require_staff(Permission.MANAGE_STAFF)
def change_person(staff_id: str) -> Any:
    form = request.form
    waits = workflow.change(
        deps(),
        staff_id,
        name=form.get("name", ""),
        function=form.get("function", ""),
        roles=form.getlist("roles"),
        active=form.get("active") == "yes",
        by=current_staff(),
        proof=proof(),
    )
    return to("staff.people", done="person_waits" if waits else "person")


@blueprint.get("/medewerkers/<staff_id>/link")
@require_staff(Permission.MANAGE_STAFF)
def ask_link_for(staff_id: str) -> Any:
    """A confirmation before a link is mailed."""
    return show(
        "staff/ask_link.html",
        account=_account(staff_id),
        errors=again().errors,
        ask_password=asks_password(),
    )


@blueprint.post("/medewerkers/<staff_id>/link")
@require_staff(Permission.MANAGE_STAFF)
def send_link_to(staff_id: str) -> Any:
    """Mail an invitation, or a link to choose another password."""
    workflow.send_link(deps(), staff_id, current_staff(), proof())
    return to("staff.people", done="link_sent")


@blueprint.get("/medewerkers/rollen/<request_id>")
@require_staff(Permission.MANAGE_STAFF)
def role_request(request_id: str) -> Any:
    """A role awaiting a second administrator."""
    for each in role_grants.waiting(deps(), current_staff()):
        if each.id == request_id:
            return show(
                "staff/role_request.html",
                asked=each,
                own=each.asked_by == current_staff().id,
                errors=again().errors,
                ask_password=asks_password(),
            )
    raise NotFound(ErrorCode.NOT_FOUND)


@blueprint.post("/medewerkers/rollen/<request_id>")
@require_staff(Permission.MANAGE_STAFF)
def decide_role(request_id: str) -> Any:
    grant = request.form.get("decision") == "grant"
    role_grants.decide(deps(), request_id, grant=grant, by=current_staff(), proof=proof())
    return to("staff.people", done="role_granted" if grant else "role_refused")


def _account(staff_id: str) -> Account:
    for account in workflow.everyone(deps(), current_staff()):
        if account.person.id == staff_id:
            return account
    raise NotFound(ErrorCode.NOT_FOUND)


def _waiting(staff_id: str) -> list[RoleRequest]:
    waiting = role_grants.waiting(deps(), current_staff())
    return [each for each in waiting if each.staff_id == staff_id]
