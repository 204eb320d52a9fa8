"""The pages of mailed account links, and the form for one. Nobody is signed in."""

from __future__ import annotations

from typing import Any

from flask import make_response, request

from service.agreement.capabilities import AccountPurpose
from service.errors import Refused
from service.web.again import again
from service.web.context import client, deps, known_browser, public, set_known_browser
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.people import account_links, forgotten

GONE = 410


@blueprint.get("/wachtwoord-vergeten")
@public("whoever cannot sign in must be able to ask for a link")
def forgotten_password() -> Any:
    typed = again()
    return show("staff/forgotten.html", values=typed.values, errors=typed.errors, asked=False)


@blueprint.post("/wachtwoord-vergeten")
@public("whoever cannot sign in must be able to ask for a link")
def ask_link() -> Any:
    """The answer is the same for every address."""
    values = request.form.to_dict()
    forgotten.ask(deps(), values.get("email", ""), values.get("purpose", ""), client())
    return show("staff/forgotten.html", values=values, errors={}, asked=True)


@blueprint.get("/account/link/<token>")
@public("whoever holds the link may see what it is for; nothing changes")
def account_link(token: str) -> Any:
    try:
        link = account_links.look(deps(), token)
    except Refused:
        return show("staff/account_link_ended.html", GONE)
    return show("staff/account_link.html", link=link, token=token, errors=again().errors)


@blueprint.post("/account/link/<token>")
@public("the link itself is the right to choose a password, once")
def use_account_link(token: str) -> Any:
    """Choose a password, or let this browser in."""
    form = request.form
    if account_links.look(deps(), token).purpose == AccountPurpose.UNLOCK:
        known = account_links.unlock(deps(), token, browser=known_browser())
        done = "known"
    else:
        known = account_links.choose_password(
            deps(),
            token,
            new=form.get("new", ""),
            again=form.get("again", ""),
            browser=known_browser(),
        )
        done = "chosen"
    answer = make_response(to("staff.sign_in", done=done))
    set_known_browser(answer, known)
    return answer
