"""What was wrong with a form, in sentences that also make sense away from their field."""

from __future__ import annotations

from service.errors import Invalid
from service.texts import has_text, text


def sentences(wrong: Invalid, **names: str) -> dict[str, str]:
    """The first sentence per field; what is missing is named.

    ``names`` says under which name of the catalogue ``staff.required`` a field stands, where that
    differs from its own.
    """
    found: dict[str, str] = {}
    for error in wrong.errors:
        key = f"staff.required.{names.get(error.field, error.field)}"
        named = error.code == "required" and has_text(key)
        found.setdefault(error.field, text(key) if named else error.sentence())
    return found
