"""Links and sessions that open nothing more, and refused steps."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.error_codes import ErrorCode
from service.error_words import words_of
from service.errors import LinkUnusable, Refused, TooMany
from service.web.again import ask_again, shown_at
from service.web.context import client, deps, signer
from service.web.errors import answer, status_of
from service.web.security import SAFE
from service.web.sign.blueprint import NOTICES, blueprint, bundle_url, note_bundle, secret, to
from service.workflow.signing.open_link import request_new_link
from service.workflow.signing.read import Ending, ending_of, token_of

STATUSES = {"unknown": 404, "session": 403, "signed": 200, "completed": 200, "left": 200}
GONE = 410


def unusable(
    reason: str,
    ending: Ending | None,
    *,
    new_link_url: str = "",
    open_url: str = "",
    requested: bool = False,
) -> ResponseReturnValue:
    """The page for a link that no longer opens the agreement, or not for signing."""
    html = render_template(
        "sign/unusable.html",
        reason=reason,
        processor=ending.agreement.processor if ending else None,
        since=ending.since if ending else None,
        effective_date=ending.agreement.effective_date if ending else None,
        new_link_url=new_link_url,
        open_url=open_url,
        requested=requested,
        bundle_url=bundle_url(),
    )
    return html, STATUSES.get(reason, GONE)


@blueprint.errorhandler(LinkUnusable)
def of_session(error: LinkUnusable) -> ResponseReturnValue:
    """A session that ended; somebody who signed goes to the receipt."""
    if error.reason in ("signed", "completed"):
        return to("sign.done")
    if error.reason == "open":  # a new link was requested, but the present one works
        return to("sign.resume")
    ending = ending_of(deps(), secret(), error.reason)
    if ending is None:
        return unusable("session", None)
    expired = error.reason == "expired"
    note_bundle()
    return unusable(
        error.reason,
        ending,
        new_link_url=url_for("sign.new_link") if expired else "",
        requested=expired and request.args.get("gevraagd") == "ja",
    )


@blueprint.errorhandler(Refused)
def refused(error: Refused) -> ResponseReturnValue:
    """A step out of turn: the current step shows the reason."""
    if isinstance(error, TooMany):  # said on the page of the form
        said = {"form": words_of(error)}
        return ask_again(said, status_of(error), wait_seconds=error.wait_seconds)
    if error.code == ErrorCode.MAILBOX_FIRST:  # that page itself refuses nothing
        return to("sign.my_agreement")
    if request.method in SAFE:  # no redirect, so that no redirect loop can occur
        return answer(status_of(error), words_of(error), code=error.code)
    if error.code == ErrorCode.CHANGED:
        return to("sign.read", melding=ErrorCode.CHANGED)
    if error.code in NOTICES:
        return to("sign.resume", melding=error.code)
    return to("sign.resume")


@blueprint.post("/tekenen/nieuwe-link")
@signer
@shown_at("sign.resume")
def new_link() -> ResponseReturnValue:
    """Ask for a new link from a page whose link expired meanwhile."""
    token = token_of(deps(), secret())
    request_new_link(deps(), token, client())
    return to("sign.resume", gevraagd="ja")
