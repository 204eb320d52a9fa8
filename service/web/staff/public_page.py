"""The public page's settings, and its link with a QR code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for

from service.agreement.permissions import Permission
from service.agreement.public_page import CUSTOMER, MOST_A_DAY
from service.qr_code import png, svg
from service.texts import OURS, catalogue
from service.web.again import again, shown_at
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.files import file
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.applying import page as workflow

LONGEST = 40  # of a customer number


@blueprint.get("/beheer/openbare-pagina")
@require_staff(Permission.MANAGE_PUBLIC_PAGE)
def public_page() -> Any:
    """The setting, and how much the page is used."""
    found, typed = workflow.setting(deps(), current_staff()), again()
    page = found.page
    values = {
        "opened": "yes" if page.opened else "no",
        "owner": page.owner_id,
        "countersigner": page.countersigner_id,
        "per_day": str(page.per_day),
    }
    return show(
        "staff/public_page.html",
        shown=found,
        values=typed.values or values,
        chosen=typed.form.getlist("services") if typed else list(page.services),
        errors=typed.errors,
        services=list(catalogue("service_names", OURS).items()),
        owners=[(each.id, each.name) for each in found.owners],
        able=[(each.id, each.name) for each in found.able],
        most=MOST_A_DAY,
        ask_password=asks_password(),
    )


@blueprint.post("/beheer/openbare-pagina")
@require_staff(Permission.MANAGE_PUBLIC_PAGE)
def save_public_page() -> Any:
    form = request.form
    workflow.save(deps(), form.to_dict(), form.getlist("services"), current_staff(), proof())
    return to("staff.public_page", done="public_page")


@blueprint.post("/beheer/openbare-pagina/sluiting")
@require_staff(Permission.MANAGE_PUBLIC_PAGE)
@shown_at("staff.public_page")
def close_public_page() -> Any:
    workflow.close(deps(), current_staff())
    return to("staff.public_page", done="public_page_closed")


@blueprint.get("/openbare-pagina/link")
@require_staff(Permission.PREPARE)
def public_link() -> Any:
    """The link for a website, an invoice or a portal, also as QR code."""
    customer = _customer()
    address, opened = workflow.address(deps(), customer, current_staff())
    given: dict[str, Any] = {CUSTOMER: customer} if customer else {}
    return show(
        "staff/public_link.html",
        address=address,
        opened=opened,
        customer=customer,
        svg_url=url_for("staff.public_qr_svg", **given),
        png_url=url_for("staff.public_qr_png", **given),
    )


@blueprint.get("/openbare-pagina/qr.svg")
@require_staff(Permission.PREPARE)
def public_qr_svg() -> Response:
    """With ``als=bestand`` to save it; so too the next."""
    return _drawn(svg, "image/svg+xml", "aanvragen.svg")


@blueprint.get("/openbare-pagina/qr.png")
@require_staff(Permission.PREPARE)
def public_qr_png() -> Response:
    return _drawn(png, "image/png", "aanvragen.png")


def _drawn(draw: Callable[[str], bytes], media_type: str, name: str) -> Response:
    address, _ = workflow.address(deps(), _customer(), current_staff())
    saved = request.args.get("als") == "bestand"
    return file(draw(address), media_type, name, show=not saved)


def _customer() -> str:
    return " ".join(request.args.get(CUSTOMER, "").split())[:LONGEST]
