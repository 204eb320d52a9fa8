"""The processor's look for its customers: the logo and the colour's sheet."""

from __future__ import annotations

from flask import Flask, Response, g, url_for

from service.agreement.colours import ZEGEL
from service.agreement.look import Look, paragraphs
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.web.context import deps, public
from service.web.pages import PageLook
from service.web.security import cacheable
from service.web.shades import sheet_name, sheet_named
from service.web.sign.blueprint import blueprint
from service.workflow.people.logo import logo_png
from service.workflow.people.look import look

A_YEAR = 365 * 24 * 3600  # another look has other addresses


def install(app: Flask) -> None:
    app.jinja_env.globals["look"] = _of_this_page


def _of_this_page() -> PageLook:
    """As read with the visit, or else once per request."""
    if "page_look" not in g:
        g.page_look = shown(g.get("shown_look") or look(deps()))
    found: PageLook = g.page_look
    return found


def shown(one: Look) -> PageLook:
    return PageLook(
        one.logo,
        url_for("sign.logo", sha256=one.logo.sha256) if one.logo else "",
        url_for("sign.colour", name=sheet_name(one.colour)) if one.colour != ZEGEL else "",
        paragraphs(one.public_introduction),
    )


@blueprint.get("/logo/<sha256>.png")
@public("a logo is there to be seen; its address is the hash of its bytes")
@cacheable(A_YEAR)
def logo(sha256: str) -> Response:
    return Response(logo_png(deps(), sha256), mimetype="image/png")


@blueprint.get("/kleur/<name>.css")
@public("a style sheet made from the colour in its address; it shows nothing of anybody")
@cacheable(A_YEAR)
def colour(name: str) -> Response:
    """The sheet of a readable colour. Raises NotFound."""
    sheet = sheet_named(name)
    if sheet is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return Response(sheet, mimetype="text/css")
