"""The mistakes in a form, in sentences that are clear away from their field."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.error_words import words_of
from service.errors import FieldError, Invalid
from service.texts import OURS, has_text, text

# These sentences do not name their field, as a list of mistakes needs.
_UNNAMED = (
    "required",
    "choose",
    "yes_or_no",
    "length",
    "forbidden_characters",
    "unprintable",
    "angle_brackets",
)


def sentences(
    wrong: Invalid, names: Mapping[str, str] = MappingProxyType({}), **called: str
) -> dict[str, str]:
    """The first sentence per field; a sentence about no single field is named ``form``.

    ``names`` maps the core's field names to the page's; ``called`` gives a field's name in the
    catalogue ``mistakes`` if it is another.
    """
    found: dict[str, str] = {}
    for error in wrong.errors:
        name = names.get(error.field, error.field)
        found.setdefault(name, _named(error, called.get(error.field, error.field)))
    return found


def _named(error: FieldError, name: str) -> str:
    own, label = f"mistakes.{error.code}.{name}", f"mistakes.field.{name}"
    if has_text(own, OURS):
        return text(own, OURS)
    if error.code in _UNNAMED and has_text(label, OURS):
        return text("mistakes.named", OURS, field=text(label, OURS), sentence=words_of(error))
    return words_of(error)
