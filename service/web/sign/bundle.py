"""The page of a person who signs several agreements.

As with one link, a GET changes nothing and a POST exchanges the mailed address. Each agreement is
opened from here with its own link, and leads back.
"""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from service.errors import LinkUnusable
from service.texts import text
from service.web.again import shown_at
from service.web.context import client, deps, public, security, signer
from service.web.sign.blueprint import (
    blueprint,
    bundle_secret,
    remember,
    remember_bundle,
    show,
    to,
)
from service.web.sign.link_ended import unusable
from service.web.visits import VISIT, name_of, signer_cookie
from service.workflow.signing import bundle as bundles
from service.workflow.signing.bundle import Bundle, Entry
from service.workflow.signing.open_link import request_new_link


@blueprint.get("/tekenen/bundel/<token>")
@public("whoever holds the link may see who sent it to which organisations; no contract data")
def bundle_landing(token: str) -> ResponseReturnValue:
    """What the link opens. Changes nothing: mail scanners follow links."""
    found = bundles.landing(deps(), token)
    if found is None:
        return unusable("unknown", None)
    return _page(found, open_url=url_for("sign.enter_bundle", token=token))


@blueprint.post("/tekenen/bundel/<token>")
@public("exchanges the link for a session; the link itself is the right to do so")
def enter_bundle(token: str) -> ResponseReturnValue:
    """Exchange the link for a session, and begin with the first that can be signed."""
    try:
        opened = bundles.enter(deps(), token, known=bundle_secret())
    except LinkUnusable:
        return to("sign.bundle_landing", token=token)
    waiting, name = bundles.bundle(deps(), opened).open, name_of(token)
    response = _open(opened, waiting[0], name) if waiting else to("sign.bundle", **{VISIT: name})
    remember_bundle(response, name, opened)
    return response


@blueprint.get("/tekenen/samen")
@signer
def bundle() -> ResponseReturnValue:
    found = bundles.bundle(deps(), bundle_secret())
    asked = request.args.get("gevraagd") == "ja"
    return _page(found, can_leave=True, requested=asked)


@blueprint.post("/tekenen/samen/overeenkomst")
@signer
@shown_at("sign.bundle")
def open_bundled() -> ResponseReturnValue:
    """Open one agreement; the list says which cannot be opened."""
    return _open(bundle_secret(), _asked())


@blueprint.post("/tekenen/samen/nieuwe-link")
@signer
@shown_at("sign.bundle")
def ask_bundled_link() -> ResponseReturnValue:
    try:
        request_new_link(deps(), bundles.token_of_entry(deps(), _asked()), client())
    except LinkUnusable:
        return to("sign.bundle")
    return to("sign.bundle", gevraagd="ja")


def _asked() -> Entry:
    return bundles.bundle(deps(), bundle_secret()).of(request.form.get("reference", ""))


def _open(secret: str, entry: Entry, bundle_name: str = "") -> Response:
    name = name_of(bundles.token_of_entry(deps(), entry))
    known = security().cookie(signer_cookie(name))
    try:
        opened = bundles.open_one(deps(), secret, entry.agreement.reference, client(), known=known)
    except LinkUnusable:
        return to("sign.bundle", **({VISIT: bundle_name} if bundle_name else {}))
    response = to("sign.resume", **{VISIT: name})
    remember(response, name, opened)
    return response


def _page(found: Bundle, **context: Any) -> ResponseReturnValue:
    waiting = found.open
    first = waiting[0] if waiting else found.entries[0]
    known = {
        "open_url": "",
        "requested": False,
        "sender": found.sender.name,
        "message": first.agreement.message if waiting else "",
        "lines": [_line(each) for each in found.entries],
        "waiting": len(waiting),
        "first": first.agreement.controller.name if waiting else "",
        "begun": first.link.opened_at is not None,
    }
    return show("bundle", first.agreement, **{**known, **context})


def _line(entry: Entry) -> dict[str, Any]:
    agreement = entry.agreement
    return {
        "organisation": agreement.controller.name,
        "reference": agreement.reference,
        "status": entry.status,
        "words": text(f"sign.bundle.{entry.status}", agreement.language),
        "until": agreement.expires_at if entry.status in ("open", "expired") else None,
        "since": agreement.effective_date if entry.status == "completed" else None,
        "can_enter": entry.can_enter,
        "begun": entry.link.opened_at is not None,
    }
