"""Why the controller declines."""

from __future__ import annotations

from enum import StrEnum


class DeclineReason(StrEnum):
    """What can be chosen, in the order shown; the names stand in ``labels.decline_reason``."""

    CONTENT = "content"
    NO_CUSTOMER = "no_customer"
    OTHER = "other"  # asks for an explanation
