"""All families of templates with their versions, for who manages them."""

from __future__ import annotations

from service.agreement.permissions import Permission, Principal, require
from service.agreement.template_family import INSTALLED, Family, Version
from service.database.agreement.own_templates import FamilyRow
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.offered import among, installed_name


def families(deps: Deps, by: Principal) -> list[Family]:
    """All families with their versions: the installed template first, then from the oldest."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.look() as tx:
        rows, current = tx.own_templates.families(), tx.own_templates.current()
        versions = tx.own_templates.versions()
    known = {each.family_id: each for each in among(deps, current, rows)}
    own = [each for each in rows if each.id != INSTALLED]
    first = FamilyRow(
        INSTALLED,
        installed_name(),
        is_default=not any(each.is_default for each in own),
        offered=INSTALLED in known,
    )
    return [
        Family(
            each.id,
            each.name,
            each.is_default,
            each.offered,
            tuple(version for version in versions if version.family_id == each.id),
            known.get(each.id),
        )
        for each in (first, *own)
    ]


def of_file(deps: Deps, given: bytes, by: Principal) -> Version | None:
    """The newest version imported from exactly this file."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.look() as tx:
        return tx.own_templates.of_given(given)


def family(deps: Deps, family_id: str, by: Principal) -> Family:
    """Raises NotFound."""
    for each in families(deps, by):
        if each.id == family_id:
            return each
    raise NotFound(ErrorCode.NOT_FOUND)
