"""Tests when a worker starts whether LibreOffice can be isolated on its machine.

The log records changes, because another machine may serve the page that shows them.
"""

from __future__ import annotations

import logging

from service.agreement.events import Event
from service.agreement.permissions import SYSTEM
from service.deps import Deps
from service.documents.office_isolation import missing_walls
from service.error_codes import StartCode
from service.errors import ZegelError

log = logging.getLogger(__name__)


class OfficeOpen(ZegelError):
    """LibreOffice could reach the network or the service's files, and no setting allows that."""


def probe_office(deps: Deps) -> tuple[str, ...]:
    """Test the protections, record the missing ones and return their names.

    Raises OfficeOpen outside development if one is missing and no setting gives a reason.
    """
    missing = missing_walls()
    with deps.database.begin() as tx:
        found = tx.audit.newest(Event.OFFICE_PROBED)
        if found is None or found[1] != {"missing": list(missing)}:
            tx.audit.append(None, Event.OFFICE_PROBED, SYSTEM, missing=list(missing))
    if missing:
        log.warning("LibreOffice is not isolated from: %s", ", ".join(missing))
        if not deps.settings.development and not deps.settings.office_not_isolated_reason:
            raise OfficeOpen(StartCode.OFFICE_OPEN, missing=", ".join(missing))
    return missing


def open_walls(deps: Deps) -> tuple[str, ...]:
    """The protections missing at the most recently started worker."""
    with deps.database.begin() as tx:
        found = tx.audit.newest(Event.OFFICE_PROBED)
    return tuple(found[1]["missing"]) if found else ()
