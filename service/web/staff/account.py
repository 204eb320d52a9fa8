"""Signing in and out, one's own password and sessions."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request, url_for

from service.agreement.permissions import Permission
from service.web.again import again, forget_this_browser, shown_at
from service.web.context import (
    client,
    current_session,
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
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.people import accounts, own_password, sessions


@blueprint.get("/")
@require_staff()
def home() -> Any:
    """Send everybody to the page of their work."""
    staff = current_staff()
    if staff.may(Permission.SEE_AGREEMENTS):
        return to("staff.agreements")
    return to("archive.search" if staff.may(Permission.SEE_ARCHIVE) else "staff.account")


@blueprint.get("/aanmelden")
@public("whoever is not signed in yet must be able to sign in")
def sign_in() -> Any:
    typed = again()
    onward = typed.values.get("verder", "") or request.args.get("verder", "")
    return show(
        "staff/sign_in.html", values=typed.values, errors=typed.errors, onward=local_path(onward)
    )


@blueprint.post("/aanmelden")
@public("whoever is not signed in yet must be able to sign in")
def start_session() -> Any:
    """Check the password and begin a session; ends this browser's former one."""
    email = request.form.get("email", "")
    onward = local_path(request.form.get("verder", ""))
    signed_in = accounts.sign_in(
        deps(),
        email,
        request.form.get("password", ""),
        known_browser(),
        client().ip,
        former=staff_secret(),
        user_agent=client().user_agent,
    )
    answer = make_response(redirect(onward or url_for("staff.home"), 303))
    set_staff_cookie(answer, signed_in.session)
    set_known_browser(answer, signed_in.browser)
    return answer


@blueprint.post("/afmelden")
@public("ends the session of the cookie that comes with it, and nothing else")
@shown_at("staff.account")
def sign_out() -> Any:
    secret = staff_secret()
    if secret:
        sessions.sign_out(deps(), secret)
    forget_this_browser()
    answer = make_response(to("staff.sign_in", done="signed_out"))
    drop_staff_cookie(answer)
    return answer


@blueprint.get("/account")
@require_staff()
def account() -> Any:
    own = sessions.own_sessions(deps(), current_staff(), current_session().id)
    return show("staff/account.html", errors=again().errors, sessions=own)


@blueprint.post("/account")
@require_staff()
def change_password() -> Any:
    """Choose another password; every session ends, including this one."""
    form = request.form
    known = own_password.change(
        deps(),
        current_staff(),
        old=form.get("old", ""),
        new=form.get("new", ""),
        again=form.get("again", ""),
        browser=known_browser(),
    )
    answer = make_response(to("staff.sign_in", done="password"))
    drop_staff_cookie(answer)
    set_known_browser(answer, known)
    return answer


@blueprint.get("/account/eerste-wachtwoord")
@require_staff(first_password=True)
def first_password() -> Any:
    if not current_staff().first_password:
        return to("staff.account")
    return show("staff/first_password.html", errors=again().errors)


@blueprint.post("/account/eerste-wachtwoord")
@require_staff(first_password=True)
def choose_first_password() -> Any:
    form = request.form
    secret, known = own_password.choose_first(
        deps(),
        current_session(),
        new=form.get("new", ""),
        again=form.get("again", ""),
        browser=known_browser(),
    )
    answer = make_response(to("staff.account", done="own_chosen"))
    set_staff_cookie(answer, secret)
    set_known_browser(answer, known)
    return answer


@blueprint.post("/account/sessies/<session_id>")
@require_staff()
@shown_at("staff.account")
def end_session(session_id: str) -> Any:
    sessions.end_own(deps(), current_staff(), session_id)
    return to("staff.account", done="session_ended")


@blueprint.post("/account/sessies")
@require_staff()
@shown_at("staff.account")
def end_other_sessions() -> Any:
    sessions.end_others(deps(), current_staff(), staff_secret())
    return to("staff.account", done="others_ended")
