"""What is noted of staff beside the hash-chained log: often, and erased after a while."""

from __future__ import annotations

from enum import StrEnum

KEPT_DAYS = 400  # as long as a lock of the archive: a year and the time to notice


class Activity(StrEnum):
    """Each kind; its sentence stands under ``log.what`` in ``staff.toml``."""

    SIGN_IN_FAILED = "sign_in_failed"
    REFUSED = "refused"
    LINK_ASKED = "link_asked"
    DOSSIER_VIEWED = "dossier_viewed"
    TEXT_VIEWED = "text_viewed"
    FILE_FETCHED = "file_fetched"
    LOG_READ = "log_read"
