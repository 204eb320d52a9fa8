"""Signing in and out, and one's own password."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request, url_for

from service.agreement.permissions import Permission
from service.errors import Invalid, TooMany
from service.web.context import (
    client,
    current_staff,
    deps,
    drop_staff_cookie,
    known_browser,
    local_path,
    public,
    require_staff,
    set_known_browser,
    set_staff_cookie,
    staff_secret,
)
from service.web.errors import come_back
from service.web.staff.blueprint import blueprint, show, to
from service.workflow import accounts


@blueprint.get("/")
@require_staff()
def home() -> Any:
    """Everybody to where their work is."""
    staff = current_staff()
    if staff.may(Permission.SEE_AGREEMENTS):
        return to("staff.agreements")
    return to("archive.search")


@blueprint.get("/aanmelden")
@public("whoever is not signed in yet must be able to sign in")
def sign_in() -> Any:
    """The form."""
    return show(
        "staff/sign_in.html",
        values={},
        errors={},
        onward=local_path(request.args.get("verder", "")),
    )


@blueprint.post("/aanmelden")
@public("whoever is not signed in yet must be able to sign in")
def start_session() -> Any:
    """Check the password and begin a session."""
    email = request.form.get("email", "")
    onward = local_path(request.form.get("verder", ""))
    values = {"email": email}
    try:
        signed_in = accounts.sign_in(
            deps(), email, request.form.get("password", ""), known_browser(), client().ip
        )
    except Invalid as wrong:
        errors = wrong.by_field()
        return show("staff/sign_in.html", 422, values=values, errors=errors, onward=onward)
    except TooMany as refusal:
        errors = {"form": refusal.sentence()}
        page = show("staff/sign_in.html", 429, values=values, errors=errors, onward=onward)
        return come_back(make_response(page), refusal)
    answer = make_response(redirect(onward or url_for("staff.home"), 303))
    set_staff_cookie(answer, signed_in.session)
    set_known_browser(answer, signed_in.browser)
    return answer


@blueprint.post("/afmelden")
@public("ends the session of the cookie that comes with it, and nothing else")
def sign_out() -> Any:
    """End the session."""
    secret = staff_secret()
    if secret:
        accounts.sign_out(deps(), secret)
    answer = make_response(to("staff.sign_in", done="signed_out"))
    drop_staff_cookie(answer)
    return answer


@blueprint.get("/account")
@require_staff()
def account() -> Any:
    """Who I am here."""
    return show("staff/account.html", errors={})


@blueprint.post("/account")
@require_staff()
def change_password() -> Any:
    """Choose another password; every session ends, this one too."""
    form = request.form
    try:
        known = accounts.change_password(
            deps(),
            current_staff(),
            old=form.get("old", ""),
            new=form.get("new", ""),
            again=form.get("again", ""),
            browser=known_browser(),
        )
    except Invalid as wrong:
        return show("staff/account.html", 422, errors=wrong.by_field())
    except TooMany as locked:
        page = show("staff/account.html", 429, errors={"form": locked.sentence()})
        return come_back(make_response(page), locked)
    answer = make_response(to("staff.sign_in", done="password"))
    drop_staff_cookie(answer)
    set_known_browser(answer, known)
    return answer
