"""What was wrong with a form, in sentences that also make sense away from their field."""

from __future__ import annotations

from service.errors import FieldError, Invalid
from service.texts import has_text, text

# Their sentences say what is wrong but not with what; in a list of mistakes that is too little.
_UNNAMED = (
    "required",
    "choose",
    "yes_or_no",
    "length",
    "forbidden_characters",
    "unprintable",
    "angle_brackets",
)


def sentences(wrong: Invalid, **called: str) -> dict[str, str]:
    """The first sentence per field, in the order given; each names its field.

    ``called`` says under which name of the catalogue ``mistakes`` a field stands, where that
    differs from its own.
    """
    found: dict[str, str] = {}
    for error in wrong.errors:
        found.setdefault(error.field, _named(error, called.get(error.field, error.field)))
    return found


def _named(error: FieldError, name: str) -> str:
    own, label = f"mistakes.{error.code}.{name}", f"mistakes.field.{name}"
    if has_text(own):
        return text(own)
    if error.code in _UNNAMED and has_text(label):
        return text("mistakes.named", field=text(label), sentence=error.sentence())
    return error.sentence()
