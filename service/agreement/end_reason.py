"""The reasons for which an agreement ends."""

from __future__ import annotations

from enum import StrEnum


class EndReason(StrEnum):
    """The choices, in display order; their names are in ``labels.end_reason``."""

    MAIN_AGREEMENT = "main_agreement"  # it lasts as long as the main agreement (clause 12.2)
    CONTROLLER = "controller"
    PROCESSOR = "processor"
    REPLACED = "replaced"
    OTHER = "other"
