"""What a paragraph or table may have besides its words."""

from __future__ import annotations

from typing import Any

from service.documents.template import W

KEPT = (
    *("ins", "del", "moveFrom", "moveTo", "commentReference", "footnoteReference"),
    *("endnoteReference", "drawing", "pict", "object", "txbxContent"),
)


def holds_more(changed: Any) -> bool:
    """Whether there is more than words: a tracked change, a comment, a note, a picture. It would be
    lost with its paragraph, and nobody would know."""
    return next(changed.iter(*(W + each for each in KEPT)), None) is not None
