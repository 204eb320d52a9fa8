"""Who works here and what they may do."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.permissions import Permission, Role
from service.database.accounts import Account
from service.database.role_requests import RoleRequest
from service.errors import Invalid, NotFound, Refused
from service.texts import text
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.mistakes import sentences
from service.web.staff.blueprint import blueprint, show, to
from service.workflow import people as workflow
from service.workflow import role_grants

ROLES = [(role.value, text(f"labels.role.{role.value}")) for role in Role]


@blueprint.get("/medewerkers")
@require_staff(Permission.MANAGE_STAFF)
def people() -> Any:
    """Everybody, what waits for a second administrator, and a form for one more."""
    return _everybody({}, {})


@blueprint.post("/medewerkers")
@require_staff(Permission.MANAGE_STAFF)
def add_person() -> Any:
    """Invite somebody by mail."""
    form = request.form
    try:
        workflow.invite(
            deps(),
            name=form.get("name", ""),
            email=form.get("email", ""),
            function=form.get("function", ""),
            roles=form.getlist("roles"),
            by=current_staff(),
            proof=proof(),
        )
    except Invalid as wrong:
        return _everybody(form.to_dict(), sentences(wrong), form.getlist("roles"), status=422)
    return to("staff.people", done="invited")


@blueprint.get("/medewerkers/<staff_id>")
@require_staff(Permission.MANAGE_STAFF)
def person(staff_id: str) -> Any:
    """One account; roles that wait for a second administrator are ticked as well."""
    account = _account(staff_id)
    found = account.person
    values = {"name": found.name, "function": found.function}
    wanted = [role.value for role in found.roles] + [each.role.value for each in _waiting(staff_id)]
    return _one(account, values, wanted, account.active, {})


@blueprint.post("/medewerkers/<staff_id>")
@require_staff(Permission.MANAGE_STAFF)
def change_person(staff_id: str) -> Any:
    """Change name, function, roles, access."""
    form = request.form
    roles, active = form.getlist("roles"), form.get("active") == "yes"
    try:
        waits = workflow.change(
            deps(),
            staff_id,
            name=form.get("name", ""),
            function=form.get("function", ""),
            roles=roles,
            active=active,
            by=current_staff(),
            proof=proof(),
        )
    except Invalid as wrong:
        found = _account(staff_id)
        return _one(found, form.to_dict(), roles, active, sentences(wrong), status=422)
    except Refused as refusal:
        errors = {"form": refusal.sentence()}
        return _one(_account(staff_id), form.to_dict(), roles, active, errors, status=409)
    return to("staff.people", done="person_waits" if waits else "person")


@blueprint.get("/medewerkers/<staff_id>/link")
@require_staff(Permission.MANAGE_STAFF)
def ask_link_for(staff_id: str) -> Any:
    """Before a link is mailed: to whom, and what it does."""
    return _link(staff_id, {})


@blueprint.post("/medewerkers/<staff_id>/link")
@require_staff(Permission.MANAGE_STAFF)
def send_link_to(staff_id: str) -> Any:
    """Mail a new invitation, or a link to choose another password."""
    try:
        workflow.send_link(deps(), staff_id, current_staff(), proof())
    except Invalid as wrong:
        return _link(staff_id, sentences(wrong), status=422)
    return to("staff.people", done="link_sent")


@blueprint.get("/medewerkers/rollen/<request_id>")
@require_staff(Permission.MANAGE_STAFF)
def role_request(request_id: str) -> Any:
    """A role that waits for a second administrator."""
    return _request(request_id, {})


@blueprint.post("/medewerkers/rollen/<request_id>")
@require_staff(Permission.MANAGE_STAFF)
def decide_role(request_id: str) -> Any:
    """Grant, refuse or withdraw it."""
    grant = request.form.get("decision") == "grant"
    try:
        role_grants.decide(deps(), request_id, grant=grant, by=current_staff(), proof=proof())
    except Invalid as wrong:
        return _request(request_id, sentences(wrong), status=422)
    return to("staff.people", done="role_granted" if grant else "role_refused")


def _account(staff_id: str) -> Account:
    for account in workflow.everyone(deps(), current_staff()):
        if account.person.id == staff_id:
            return account
    raise NotFound("not_found")


def _waiting(staff_id: str) -> list[RoleRequest]:
    waiting = role_grants.waiting(deps(), current_staff())
    return [each for each in waiting if each.staff_id == staff_id]


def _everybody(
    values: dict[str, str],
    errors: dict[str, str],
    chosen: list[str] | None = None,
    *,
    status: int = 200,
) -> tuple[str, int]:
    return show(
        "staff/people.html",
        status,
        accounts=workflow.everyone(deps(), current_staff()),
        waiting=role_grants.waiting(deps(), current_staff()),
        values=values,
        errors=errors,
        chosen=chosen or [],
        roles=ROLES,
        ask_password=asks_password(),
    )


def _one(
    account: Account,
    values: dict[str, str],
    chosen: list[str],
    active: bool,
    errors: dict[str, str],
    *,
    status: int = 200,
) -> tuple[str, int]:
    return show(
        "staff/person.html",
        status,
        account=account,
        values=values,
        chosen=chosen,
        active=active,
        errors=errors,
        roles=ROLES,
        waiting=_waiting(account.person.id),
        mailed=workflow.newest_link(deps(), account.person.id, current_staff()),
        ask_password=asks_password(),
    )


def _link(staff_id: str, errors: dict[str, str], *, status: int = 200) -> tuple[str, int]:
    return show(
        "staff/ask_link.html",
        status,
        account=_account(staff_id),
        errors=errors,
        ask_password=asks_password(),
    )


def _request(request_id: str, errors: dict[str, str], *, status: int = 200) -> tuple[str, int]:
    for each in role_grants.waiting(deps(), current_staff()):
        if each.id == request_id:
            return show(
                "staff/role_request.html",
                status,
                asked=each,
                own=each.asked_by == current_staff().id,
                errors=errors,
                ask_password=asks_password(),
            )
    raise NotFound("not_found")
