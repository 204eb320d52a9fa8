"""Why a drawing cannot be used."""

from __future__ import annotations


class DrawingRefused(ValueError):
    """The drawing cannot be used; ``code`` is unreadable, too_much, text or element (with its
    name)."""

    def __init__(self, code: str, element: str = "") -> None:
        super().__init__(f"{code} {element}".strip())
        self.code, self.element = code, element
