"""What administrators decide about own templates: publishing, withdrawing, what is offered."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.permissions import Permission
from service.web.again import again, shown_at
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.templates import look as looking
from service.workflow.templates import publish, try_out
from service.workflow.templates.families import family


@blueprint.get("/beheer/sjablonen/versies/<version_id>/publicatie")
@require_staff(Permission.MANAGE_TEMPLATES)
def ask_publish_template(version_id: str) -> Any:
    """What publishing means, and who may."""
    found = looking.look(deps(), version_id, current_staff())
    return _asked("publish", found=found, version=found.version)


@blueprint.post("/beheer/sjablonen/versies/<version_id>/publicatie")
@require_staff(Permission.MANAGE_TEMPLATES)
def publish_template(version_id: str) -> Any:
    publish.publish(deps(), version_id, current_staff(), proof())
    return to("staff.template_version", version_id=version_id, done="template_published")


@blueprint.get("/beheer/sjablonen/versies/<version_id>/intrekking")
@require_staff(Permission.MANAGE_TEMPLATES)
def ask_withdraw_template(version_id: str) -> Any:
    """What withdrawing means."""
    found = looking.look(deps(), version_id, current_staff())
    return _asked("withdraw", found=found, version=found.version)


@blueprint.post("/beheer/sjablonen/versies/<version_id>/intrekking")
@require_staff(Permission.MANAGE_TEMPLATES)
def withdraw_template(version_id: str) -> Any:
    publish.withdraw(deps(), version_id, current_staff(), proof())
    return to("staff.template_version", version_id=version_id, done="template_withdrawn")


@blueprint.post("/beheer/sjablonen/versies/<version_id>/verwijdering")
@require_staff(Permission.MANAGE_TEMPLATES)
@shown_at("staff.template_version")
def remove_template(version_id: str) -> Any:
    publish.remove(deps(), version_id, current_staff())
    return to("staff.templates", done="template_removed")


@blueprint.post("/beheer/sjablonen/versies/<version_id>/nieuwe-poging")
@require_staff(Permission.MANAGE_TEMPLATES)
@shown_at("staff.template_version")
def try_template_again(version_id: str) -> Any:
    """Have the sample made once more."""
    try_out.try_again(deps(), version_id, current_staff())
    return to("staff.template_version", version_id=version_id)


@blueprint.get("/beheer/sjablonen/<family_id>/standaard")
@require_staff(Permission.MANAGE_TEMPLATES)
def ask_default_template(family_id: str) -> Any:
    """What it means to be the default."""
    return _asked("default", family=family(deps(), family_id, current_staff()))


@blueprint.post("/beheer/sjablonen/<family_id>/standaard")
@require_staff(Permission.MANAGE_TEMPLATES)
def make_default_template(family_id: str) -> Any:
    publish.make_default(deps(), family_id, current_staff(), proof())
    return to("staff.templates", done="template_preferred")


@blueprint.get("/beheer/sjablonen/<family_id>/aanbod")
@require_staff(Permission.MANAGE_TEMPLATES)
def ask_offer_template(family_id: str) -> Any:
    """What it means not to be offered any more, or to be offered again."""
    return _asked("offer", family=family(deps(), family_id, current_staff()))


@blueprint.post("/beheer/sjablonen/<family_id>/aanbod")
@require_staff(Permission.MANAGE_TEMPLATES)
def offer_template(family_id: str) -> Any:
    offered = request.form.get("offered") == "yes"
    publish.offer(deps(), family_id, current_staff(), proof(), offered=offered)
    return to("staff.templates", done="template_offered" if offered else "template_hidden")


def _asked(step: str, *, found: Any = None, version: Any = None, family: Any = None) -> Any:
    """A page that says what a step means, with the password."""
    return show(
        "staff/template_step.html",
        step=step,
        found=found,
        version=version,
        family=family,
        errors=again().errors,
        ask_password=asks_password(),
    )
