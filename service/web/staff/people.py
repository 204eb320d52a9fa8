"""Who works here and what they may do."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.permissions import Permission, Role
from service.database.accounts import Account
from service.errors import Invalid, NotFound, Refused
from service.texts import text
from service.web.context import current_staff, deps, require_staff
from service.web.mistakes import sentences
from service.web.staff.blueprint import blueprint, show, to
from service.workflow import accounts

ROLES = [(role.value, text(f"labels.role.{role.value}")) for role in Role]


@blueprint.get("/medewerkers")
@require_staff(Permission.MANAGE_STAFF)
def people() -> Any:
    """Everybody, and a form for one more."""
    return _everybody({}, {})


@blueprint.post("/medewerkers")
@require_staff(Permission.MANAGE_STAFF)
def add_person() -> Any:
    """Add somebody; the first password is in the answer and nowhere else, so nothing redirects."""
    form = request.form
    try:
        password = accounts.add_staff(
            deps(),
            name=form.get("name", ""),
            email=form.get("email", ""),
            function=form.get("function", ""),
            roles=form.getlist("roles"),
            by=current_staff(),
        )
    except Invalid as wrong:
        return _everybody(form.to_dict(), sentences(wrong), form.getlist("roles"), status=422)
    return _everybody({}, {}, password=password, password_for=form.get("name", ""))


@blueprint.get("/medewerkers/<staff_id>")
@require_staff(Permission.MANAGE_STAFF)
def person(staff_id: str) -> Any:
    """One account."""
    account = _account(staff_id)
    found = account.person
    values = {"name": found.name, "function": found.function}
    return _one(account, values, [role.value for role in found.roles], account.active, {})


@blueprint.post("/medewerkers/<staff_id>")
@require_staff(Permission.MANAGE_STAFF)
def change_person(staff_id: str) -> Any:
    """Change name, function, roles, access."""
    form = request.form
    roles, active = form.getlist("roles"), form.get("active") == "yes"
    try:
        accounts.change_staff(
            deps(),
            staff_id,
            name=form.get("name", ""),
            function=form.get("function", ""),
            roles=roles,
            active=active,
            by=current_staff(),
        )
    except Invalid as wrong:
        found = _account(staff_id)
        return _one(found, form.to_dict(), roles, active, sentences(wrong), status=422)
    except Refused as refusal:
        errors = {"form": refusal.sentence()}
        return _one(_account(staff_id), form.to_dict(), roles, active, errors, status=409)
    return to("staff.people", done="person")


@blueprint.post("/medewerkers/<staff_id>/wachtwoord")
@require_staff(Permission.MANAGE_STAFF)
def new_password(staff_id: str) -> Any:
    """A new first password, shown once."""
    password = accounts.reset_password(deps(), staff_id, current_staff())
    name = _account(staff_id).person.name
    return _everybody({}, {}, password=password, password_for=name)


def _account(staff_id: str) -> Account:
    for account in accounts.everyone(deps(), current_staff()):
        if account.person.id == staff_id:
            return account
    raise NotFound("not_found")


def _everybody(
    values: dict[str, str],
    errors: dict[str, str],
    chosen: list[str] | None = None,
    *,
    password: str = "",
    password_for: str = "",
    status: int = 200,
) -> tuple[str, int]:
    return show(
        "staff/people.html",
        status,
        accounts=accounts.everyone(deps(), current_staff()),
        values=values,
        errors=errors,
        chosen=chosen or [],
        roles=ROLES,
        password=password,
        password_for=password_for,
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
    )
