"""What the service is still busy with, and what needs a person."""

from __future__ import annotations

from typing import Any

from service.agreement.permissions import Permission
from service.database.overview import Search
from service.web.context import current_staff, deps, require_staff
from service.web.staff.blueprint import blueprint, show
from service.workflow.retrieve import listing


@blueprint.get("/taken")
@require_staff(Permission.SEE_OPERATIONS)
def operations() -> Any:
    """Agreements that stand still, with the counts of all."""
    page = listing(deps(), Search(group="trouble"), current_staff())
    return show("staff/operations.html", page=page)
