"""The reasons for which an agreement ends."""

from __future__ import annotations

from enum import StrEnum


class EndReason(StrEnum):
    """In display order; their names are in ``labels.end_reason``."""

    MAIN_AGREEMENT = "main_agreement"  # it lasts as long as the main agreement (clause 12.2)
    CONTROLLER = "controller"
    PROCESSOR = "processor"
    REPLACED = "replaced"
    OTHER = "other"
    WITHDRAWN = "withdrawn"  # a registration that was a mistake: the agreement never was


CHOICES = tuple(each for each in EndReason if each is not EndReason.WITHDRAWN)
