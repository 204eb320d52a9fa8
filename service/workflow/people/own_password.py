"""Choosing one's own password: the first one, or another."""

from __future__ import annotations

from service.agreement.accounts import Session
from service.agreement.changes import Change, What
from service.agreement.events import Event
from service.agreement.permissions import Staff
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotAllowed
from service.workflow.people import passwords
from service.workflow.people.account_links import check_new, keep_password, words_about
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.accounts import confirm_password, remember_browser
from service.workflow.people.sessions import begin


def change(deps: Deps, staff: Staff, *, old: str, new: str, again: str, browser: str = "") -> str:
    """Choose another password; ends every session and forgets every browser except this one.

    Returns this browser's new cookie, so that a stranger cannot lock out the owner. Raises Invalid
    naming the field, TooMany.
    """
    with deps.database.begin() as tx:
        about = words_about(tx, staff)
    check_new(about, new, again)
    try:
        confirm_password(deps, staff, old, browser)
    except Invalid as wrong:
        raise Invalid([FieldError("old", FieldCode.PASSWORD_WRONG)]) from wrong
    _keep(deps, staff, new, "own")
    with deps.database.begin() as tx:
        return remember_browser(deps, tx, staff.id)


def choose_first(
    deps: Deps, session: Session, *, new: str, again: str, browser: str = ""
) -> tuple[str, str]:
    """Replace the printed password; returns the cookies of a new session and of this browser.

    Raises Invalid naming the field, NotAllowed if the password was chosen before.
    """
    staff = session.person
    if not staff.first_password:
        raise NotAllowed(ErrorCode.NOT_ALLOWED)
    with deps.database.begin() as tx:
        about = words_about(tx, staff)
    check_new(about, new, again)
    _keep(deps, staff, new, "first")
    with deps.database.begin() as tx:
        secret = begin(tx, staff, former="", user_agent=session.user_agent)
        return secret, remember_browser(deps, tx, staff.id, instead_of=browser)


def _keep(deps: Deps, staff: Staff, new: str, how: str) -> None:
    password_hash = passwords.hashed(new)
    with deps.database.begin() as tx:
        if how == "first":
            now = tx.accounts.by_id(staff.id, lock=True)
            if now is None or not now.person.first_password:
                raise NotAllowed(ErrorCode.NOT_ALLOWED)  # one was chosen meanwhile
        keep_password(tx, staff, password_hash)
        once = tx.audit.append(None, Event.STAFF_PASSWORD, staff, how=how)
        said = [Change(What(f"password.{how}"))]
        tell_of_change(tx, said, about=staff, by=staff.name, once=once)
