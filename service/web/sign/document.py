"""Between steps 2 and 3: the document is being made, or failed."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from service.agreement.states import State
from service.errors import LinkUnusable
from service.web.context import deps, signer
from service.web.sign.blueprint import blueprint, current, current_open, show, step_of, to
from service.workflow.offer.generate import retry_generation


@blueprint.get("/tekenen/document")
@signer
def document() -> ResponseReturnValue:
    """A page that polls until the document is ready."""
    found = current()
    step = step_of(found)
    if step != "sign.document":
        return to(step)
    failed = found.agreement.state is State.GENERATION_FAILED
    return show("preparing", found.agreement, failed=failed)


@blueprint.post("/tekenen/document")
@signer
def retry_document() -> ResponseReturnValue:
    found = current_open()
    retry_generation(deps(), found.agreement.reference, found.signer)
    return to("sign.document")


@blueprint.get("/tekenen/document/stand")
@signer
def status() -> ResponseReturnValue:
    """For the waiting page, which reloads at anything but ``preparing``."""
    try:
        state = current().agreement.state.value
    except LinkUnusable as error:
        state = error.reason
    return jsonify(state=state)
