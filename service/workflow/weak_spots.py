"""Shows the weak spots of this installation: the silent dangers that a setting allows, and
weaknesses found in the engines."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.settings.transport import in_the_clear
from service.texts import OURS, text
from service.workflow.keeping.probe import newest_probe
from service.workflow.probe_office import open_walls

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WeakSpot:
    """One weak spot; ``code`` names a sentence in ``staff.toml``, ``reason`` is the operator's."""

    code: str
    reason: str = ""

    def sentence(self) -> str:
        return text(f"staff.weak_spot.{self.code}", OURS)


def weak_spots(deps: Deps, by: Principal) -> list[WeakSpot]:
    """The weak spots to show to ``by``. Raises NotAllowed, Unavailable."""
    require(by, Permission.SEE_OPERATIONS)
    return _found(deps)


def log_weak_spots(deps: Deps) -> None:
    """Log them at the start of a process. Raises Unavailable."""
    for spot in _found(deps):
        log.warning("weak spot %s: %s", spot.code, spot.reason or "see the page Taken")


def _found(deps: Deps) -> list[WeakSpot]:
    found = []
    if not deps.settings.development:
        found += [WeakSpot(each.code, each.reason) for each in in_the_clear(vars(deps.settings))]
    if open_walls(deps):
        found.append(WeakSpot("office_open", deps.settings.office_not_isolated_reason))
    if deps.database.owns_its_tables():
        found.append(WeakSpot("database_role"))
    probed = newest_probe(deps)
    if probed and probed.report and probed.report.bypass_refused is False:
        found.append(WeakSpot("archive_bypass"))
    return found
