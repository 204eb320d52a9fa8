"""The keys and certificates behind the seals, and what must be renewed."""

from __future__ import annotations

from typing import Any

from service.agreement.permissions import Permission
from service.web.context import deps, require_staff
from service.web.staff.blueprint import blueprint, show
from service.workflow.sealing.keys import keys


@blueprint.get("/sleutels")
@require_staff(Permission.SEE_OPERATIONS)
def certificates() -> Any:
    return show("staff/keys.html", keys=keys(deps()))
