"""Why a drawing cannot be used."""

from __future__ import annotations


class DrawingRefused(ValueError):
    """The drawing is unusable; ``code``: unreadable, too_much, text or element (named)."""

    def __init__(self, code: str, element: str = "") -> None:
        super().__init__(f"{code} {element}".strip())
        self.code, self.element = code, element
