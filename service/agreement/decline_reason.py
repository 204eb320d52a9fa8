"""The reasons for which a controller declines."""

from __future__ import annotations

from enum import StrEnum


class DeclineReason(StrEnum):
    """The choices, in display order; their names are in ``labels.decline_reason``."""

    CONTENT = "content"
    NO_CUSTOMER = "no_customer"
    OTHER = "other"  # requires an explanation
