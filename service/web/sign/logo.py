"""The processor's logo, for everybody who sees a page with it."""

from __future__ import annotations

from flask import Response

from service.web.context import deps, public
from service.web.security import cacheable
from service.web.sign.blueprint import blueprint
from service.workflow.people.logo import logo_png

A_YEAR = 365 * 24 * 3600  # another logo has another address


@blueprint.get("/logo/<sha256>.png")
@public("a logo is there to be seen; its address is the hash of its bytes")
@cacheable(A_YEAR)
def logo(sha256: str) -> Response:
    return Response(logo_png(deps(), sha256), mimetype="image/png")
