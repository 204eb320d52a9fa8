"""The signer's blueprint: the visit behind the cookie, its step, how its pages are shown."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from service.agreement.model import Agreement
from service.agreement.states import State
from service.error_codes import ErrorCode
from service.errors import Invalid, LinkUnusable
from service.texts import OURS, text
from service.web.again import ask_again
from service.web.context import deps, security
from service.web.mistakes import sentences
from service.web.visits import (
    BUNDLE_COOKIE,
    MOST_OF_A_BROWSER,
    SIGNER_COOKIE,
    VISIT,
    bundle_cookie,
    signer_cookie,
    visit_name,
)
from service.workflow.signing.open_link import Visit, visit
from service.workflow.signing.read import bundle_behind

blueprint = Blueprint("sign", __name__)
OF_THE_LOOK = ("sign.logo", "sign.colour")  # equal for everybody, and cached
# A mistake comes back on its form's page, unless a view does otherwise.
blueprint.register_error_handler(Invalid, lambda wrong: ask_again(sentences(wrong)))

# What ?melding=code may show. Who is too late gets another page.
NOTICES = (
    ErrorCode.CHANGED,
    ErrorCode.NOT_YOUR_TURN,
    ErrorCode.SIGNATURE_MISSING,
    ErrorCode.CODE_FIRST,
)


def secret() -> str:
    """The secret of this request's session, or ''.

    An address that names its link uses only that; another address, the link opened last.
    """
    return security().cookie(signer_cookie())


def bundle_secret() -> str:
    """The secret of the named bundle's session, or of the link opened through it, or ''."""
    return security().cookie(bundle_cookie()) or secret()


def remember(response: Response, name: str, opened: str) -> None:
    """Keep this link's session in the browser, beside those of other links."""
    security().set_cookie(response, SIGNER_COOKIE, opened)
    _keep(response, SIGNER_COOKIE, name, opened)


def remember_bundle(response: Response, name: str, opened: str) -> None:
    _keep(response, BUNDLE_COOKIE, name, opened)


def _keep(response: Response, kind: str, name: str, opened: str) -> None:
    security().set_cookie(response, f"{kind}-{name}", opened)
    prefix = security().cookie_name(f"{kind}-")
    others = [each for each in request.cookies if each.startswith(prefix)]  # oldest first
    for each in others[: -MOST_OF_A_BROWSER + 1 or None]:
        if each != prefix + name:
            security().clear_cookie(response, kind + each.removeprefix(prefix[:-1]))


def forget(response: Response) -> None:
    """Remove this session's cookie, also as the last opened."""
    if security().cookie(SIGNER_COOKIE) == secret():
        security().clear_cookie(response, SIGNER_COOKIE)
    security().clear_cookie(response, signer_cookie())
    security().clear_cookie(response, bundle_cookie())


@blueprint.url_defaults
def _same_visit(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses on a signer's page keep its link."""
    if endpoint in OF_THE_LOOK:
        return
    if (name := visit_name()) and request.blueprint == "sign" and "token" not in values:
        values.setdefault(VISIT, name)


def current() -> Visit:
    """The visit behind the cookie. Raises LinkUnusable."""
    return noted(visit(deps(), secret()))


def noted(found: Visit) -> Visit:
    """The visit, with its page's look, and the bundle through which it was opened."""
    g.shown_look = found.look
    g.bundle_id = found.link.bundle_id if found.session.browser else None
    return found


def note_bundle() -> None:
    """The same for a link that has ended."""
    g.bundle_id = bundle_behind(deps(), secret())


def bundle_url() -> str:
    """The list of what this person signs together, or ''."""
    return url_for("sign.bundle") if g.get("bundle_id") else ""


def current_open() -> Visit:
    """The same, for a page from before signing. Raises LinkUnusable."""
    found = current()
    if found.status != "open":
        raise LinkUnusable(found.status)
    return found


def step_of(found: Visit) -> str:
    agreement, session = found.agreement, found.session
    if found.status != "open":
        return "sign.done"
    if agreement.state in (State.PREPARING, State.GENERATION_FAILED):
        return "sign.document"
    if agreement.state is State.SENT:
        return "sign.annex" if agreement.details_confirmed else "sign.details"
    if not agreement.awaits_controller or session.shown_sha256 != agreement.frozen_sha256:
        return "sign.read"
    if found.authenticated and prepared(found):
        return "sign.sign_annex"
    return "sign.sign"


def prepared(found: Visit) -> bool:
    """Whether the first signature is for the current text."""
    pending = found.session.pending
    return pending is not None and pending.document_sha256 == found.agreement.frozen_sha256


def editable(agreement: Agreement) -> bool:
    """Whether details and Bijlage 1 can still change (going back starts a new edition)."""
    unsigned = agreement.state in (State.SENT, State.READY, State.GENERATION_FAILED)
    return unsigned and not agreement.annex_locked


def show(page: str, agreement: Agreement, **context: Any) -> ResponseReturnValue:
    known = {
        "processor": agreement.processor,
        "organisation": agreement.controller.name,
        "pdf_available": bool(agreement.frozen_sha256),
        "can_leave": bool(secret()) and "token" not in (request.view_args or {}),
        "bundle_url": bundle_url(),
        "sample_url": "" if agreement.annex_locked else url_for("sign.sample_of_visit"),
    }
    return render_template(f"sign/{page}.html", **{**known, **context})


def to(endpoint: str, **values: Any) -> Response:
    """303 See Other, after a POST or to the visit's own step."""
    return redirect(url_for(endpoint, **values), 303)


def notice() -> str:
    """The sentence for the code in a redirect."""
    code = request.args.get("melding", "")
    return text(f"errors.{code}", OURS) if code in NOTICES else ""
