"""The filled signature fields of a file, in the order of signing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from signatures.pdf.objects import NotStrict, Parsed, Ref, text_of
from signatures.pdf.revisions import Revisions

ACT, STAMP = "act", "stamp"


@dataclass(frozen=True)
class Signed:
    """One filled signature field.

    ``revision`` counts from 0, the frozen document. ``container`` is the span of the value of
    ``/Contents``, angle brackets included.
    """

    field: str
    kind: str
    revision: int
    widget: dict[str, Any]
    signature: dict[str, Any]
    container: tuple[int, int]


def signed_fields(file: Revisions) -> list[Signed]:
    """The filled fields, in the order of their revisions. Raises NotStrict."""
    last = len(file.all) - 1
    found = []
    for reference in fields_in(file, last):
        widget = file.value(reference, last)
        if not isinstance(widget, dict) or "V" not in widget:
            continue
        target = widget["V"]
        if not isinstance(target, Ref):
            raise NotStrict("a signature inside its field")
        parsed = file.read(target.number, last)
        if not isinstance(parsed.value, dict) or "Contents" not in parsed.value:
            raise NotStrict("a field without signature")
        revision = max(
            number for number, each in enumerate(file.all) if target.number in each.offsets
        )
        kind = STAMP if parsed.value.get("Type") == "DocTimeStamp" else ACT
        container = _within(file.pdf, parsed)
        name = text_of(widget.get("T"))
        found.append(Signed(name, kind, revision, widget, parsed.value, container))
    return sorted(found, key=lambda each: each.revision)


def fields_in(file: Revisions, upto: int) -> list[Ref]:
    """The form's fields as of a revision, in order. Raises NotStrict."""
    root = file.value(file.all[0].trailer.get("Root"), upto)
    form = file.value(root.get("AcroForm"), upto) if isinstance(root, dict) else None
    fields = file.value(form.get("Fields"), upto) if isinstance(form, dict) else []
    if not isinstance(fields, list) or not all(isinstance(each, Ref) for each in fields):
        raise NotStrict("form")
    return fields


def _within(pdf: bytes, parsed: Parsed) -> tuple[int, int]:
    start, end = parsed.spans["Contents"]
    return pdf.index(b"<", start), end
