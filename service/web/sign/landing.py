"""The page of the mailed link; a GET shows its state, only the POST exchanges it."""

from __future__ import annotations

from typing import cast

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.agreement.model import Agreement
from service.agreement.permissions import Staff
from service.error_codes import ErrorCode
from service.errors import LinkUnusable, NotFound
from service.web.again import forget_this_browser, notice_again, shown_at
from service.web.context import client, deps, public, signer
from service.web.sign.blueprint import (
    blueprint,
    bundle_secret,
    current,
    forget,
    notice,
    remember,
    secret,
    show,
    step_of,
    to,
)
from service.web.sign.link_ended import unusable
from service.web.visits import VISIT, name_of
from service.workflow.offer import sample
from service.workflow.people.profile import profile
from service.workflow.signing import open_link
from service.workflow.signing.read import ending


@blueprint.get("/tekenen/link/<token>")
@public("whoever holds the link may see who sent it to which organisation; no contract data")
def landing(token: str) -> ResponseReturnValue:
    """The state of the link. Changes nothing: mail scanners follow links."""
    found = open_link.landing(deps(), token)
    if found.agreement is None:
        return unusable("unknown", None)
    g.shown_look = found.look
    here = url_for("sign.enter", token=token)
    if found.status == "open":
        return _sent_by(found, token, here)
    expired = found.status == "expired"
    return unusable(
        found.status,
        ending(deps(), found.agreement, found.status),
        new_link_url=url_for("sign.ask_new_link", token=token) if expired else "",
        open_url=here if found.can_enter else "",
        requested=expired and request.args.get("gevraagd") == "ja",
    )


def _sent_by(found: open_link.Landing, token: str, here: str) -> ResponseReturnValue:
    """The sender's page; no sample if the whole text is visible."""
    agreement, sender = cast(Agreement, found.agreement), cast(Staff, found.sender)
    locked = agreement.annex_locked
    return show(
        "landing",
        agreement,
        sender=sender.name,
        message=agreement.message,
        locked=locked,
        sample_url="" if locked else url_for("sign.sample_behind_link", token=token),
        sample_there=not locked and sample.there(deps(), agreement),
        open_url=here,
    )


@blueprint.post("/tekenen/link/<token>")
@public("exchanges the link for a session; the link itself is the right to do so")
def enter(token: str) -> ResponseReturnValue:
    """Exchange the link for a session, at an address without the token."""
    try:
        opened = open_link.enter(deps(), token, client(), known=secret())
    except LinkUnusable:
        return to("sign.landing", token=token)
    response = to("sign.resume", **{VISIT: name_of(token)})
    remember(response, name_of(token), opened)
    return response


@blueprint.post("/tekenen/link/<token>/nieuwe-link")
@public("whoever holds an expired link may ask its sender for another")
@shown_at("sign.landing")
def ask_new_link(token: str) -> ResponseReturnValue:
    try:
        open_link.request_new_link(deps(), token, client())
    except LinkUnusable:
        return to("sign.landing", token=token)
    return to("sign.landing", token=token, gevraagd="ja")


@blueprint.post("/tekenen/afsluiten")
@signer
@shown_at("sign.resume")
def leave() -> ResponseReturnValue:
    """Sign out: nobody can continue in this browser without the link."""
    open_link.leave(deps(), bundle_secret())
    forget_this_browser()
    response = to("sign.left")
    forget(response)
    return response


@blueprint.get("/tekenen/afgesloten")
@public("says that the signer has left; it shows nothing of an agreement")
def left() -> ResponseReturnValue:
    return unusable("left", None)


@blueprint.get("/tekenen")
@signer
def resume() -> ResponseReturnValue:
    step, said = step_of(current()), request.args.get("melding", "")
    return to(step, melding=said) if notice() or notice_again() else to(step)


@blueprint.get("/privacy")
@public("says what is kept of people before they give it")
def privacy() -> ResponseReturnValue:
    """The privacy statement, in the processor's current name."""
    known = profile(deps())
    if known is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return render_template(
        "sign/privacy.html",
        processor=known[1],
        retention_years=deps().settings.retention_years,
    )
