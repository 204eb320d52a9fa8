"""What a new agreement or a draft may have as its template: one version of each family that is
offered."""

from __future__ import annotations

from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Principal, require
from service.agreement.template_family import INSTALLED, Choice, TemplateState
from service.agreement.template_version import TemplateVersion
from service.database.agreement.own_templates import FamilyRow
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.texts import OURS, text


def installed_name() -> str:
    return text("labels.installed_template", OURS)


def offered(deps: Deps, tx: Transaction) -> list[Choice]:
    """The default first, then the installed template and the other families from the oldest."""
    return among(deps, tx.own_templates.current(), tx.own_templates.families())


def choices(deps: Deps, by: Principal) -> list[Choice]:
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        return offered(deps, tx)


def choices_for(deps: Deps, draft: Agreement, by: Principal) -> list[Choice]:
    """What a draft may have: the same, with its own first if that is not offered any more."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        return offered_for(deps, tx, draft)


def offered_for(deps: Deps, tx: Transaction, draft: Agreement) -> list[Choice]:
    """The same in a transaction."""
    found, own = offered(deps, tx), draft.template_sha256
    if not own or any(each.sha256 == own for each in found):
        return found
    version = tx.own_templates.of_digest(own)
    if version is not None:
        name, number, family_id = version.name, str(version.number), version.family_id
    else:
        name, number, family_id = installed_name(), tx.templates.shown(own), INSTALLED
    return [Choice(family_id, name, number, own, is_default=False), *found]


def same_family(deps: Deps, template_sha256: str, by: Principal) -> str:
    """The digest of the current version of the template's family; empty if no longer offered."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        own = tx.own_templates.of_digest(template_sha256)
        family_id = own.family_id if own else INSTALLED
        found = (each.sha256 for each in offered(deps, tx) if each.family_id == family_id)
        return next(found, "")


def template_for(deps: Deps, tx: Transaction, sha256: str) -> TemplateVersion:
    """The template of a choice; stored, so that an agreement can name it. Raises Refused."""
    if sha256 == deps.template.sha256:
        return deps.template
    found = tx.templates.get(sha256)
    if found is None:
        raise Refused(ErrorCode.TEMPLATE_MISSING)
    return found


def still_there(deps: Deps, tx: Transaction, sha256: str) -> TemplateVersion | None:
    """The template with this digest; None if it was withdrawn, or its file is not there any
    more."""
    own = tx.own_templates.of_digest(sha256)
    if own is not None and own.state is TemplateState.WITHDRAWN:
        return None
    try:
        return template_for(deps, tx, sha256)
    except Refused:
        return None


def among(deps: Deps, own: list[Choice], rows: list[FamilyRow]) -> list[Choice]:
    """The same of what is known already."""
    default = any(each.is_default for each in own)
    hidden = any(each.id == INSTALLED and not each.offered for each in rows)
    if default and hidden:
        return own
    ours = Choice(
        INSTALLED,
        installed_name(),
        deps.template.version,
        deps.template.sha256,
        is_default=not default,
    )
    return [*own[:1], ours, *own[1:]] if default else [ours, *own]
