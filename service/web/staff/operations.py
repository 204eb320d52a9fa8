"""Work in progress, what needs a person, the archive's promises."""

from __future__ import annotations

from typing import Any

from service.agreement import archive_round, lists
from service.agreement.lists import Search
from service.agreement.permissions import Permission
from service.error_words import words_of
from service.errors import KeysUnusable
from service.web.context import current_staff, deps, require_staff
from service.web.staff.blueprint import blueprint, show
from service.workflow.applying.page import full
from service.workflow.keeping.listing import listing
from service.workflow.keeping.probe import last_probe
from service.workflow.keeping.reread import progress
from service.workflow.sealing.keys import Keys, keys
from service.workflow.telling.alarm import stalled_items, what_fails
from service.workflow.weak_spots import weak_spots


@blueprint.get("/taken")
@require_staff(Permission.SEE_OPERATIONS)
def operations() -> Any:
    staff = current_staff()
    stalled, unsent = stalled_items(deps(), staff)
    found, problem = _keys()
    probed = last_probe(deps(), staff)
    read_back = progress(deps(), staff)
    return show(
        "staff/operations.html",
        page=listing(deps(), Search(group="trouble"), staff),
        counted=lists.COUNTED,
        keys=found,
        keys_problem=problem,
        stalled=stalled,
        what_fails=what_fails,
        unsent=unsent,
        round=read_back,
        round_counted=archive_round.COUNTED,
        probed=probed,
        in_doubt=bool(read_back.failing) or (probed is not None and not probed.good),
        weak_spots=weak_spots(deps(), staff),
        page_full=full(deps(), staff),
    )


def _keys() -> tuple[Keys | None, str]:
    """The keys, or why they are unreadable: the rest of the page is then needed most."""
    try:
        return keys(deps()), ""
    except KeysUnusable as unusable:
        return None, words_of(unusable)
