"""Finds the fields in a Word part that would make the office do something.

A field may print the page number, but also read a file or start a program, and it may be spread
over many runs. So the part is read as Word does, and only fields that print a number of the
document itself are accepted (ECMA-376 part 1, 17.16).
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

KNOWN = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
SIMPLE, MARK = "fldSimple", "fldChar"
TEXTS = ("instrText", "delInstrText")
# In any namespace, as two exist.
OF_FIELDS = tuple("{*}" + name for name in (SIMPLE, MARK, *TEXTS))
BEGIN, SEPARATE, END = "begin", "separate", "end"


def unknown_fields(part: etree._Element) -> Iterator[str]:
    """A short description of each unacceptable field in ``part``."""
    return (wrong for _, wrong in unknown_fields_with_places(part))


def unknown_fields_with_places(part: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """The same, each with the element where it was found."""
    open_fields: list[list[str]] = []  # the instruction of each, innermost last
    shown: list[bool] = []  # whether each has reached its result
    for element in part.iter(*OF_FIELDS):
        kind = etree.QName(element).localname
        if kind == SIMPLE:
            yield from ((element, wrong) for wrong in _judged(_attribute(element, "instr")))
        elif kind in TEXTS:
            text = "".join(element.itertext())
            if not open_fields or shown[-1]:
                yield element, f"an instruction outside a field: {text.strip()[:40]}"
            else:
                open_fields[-1].append(text)
        elif kind == MARK:
            mark = _attribute(element, "fldCharType")
            if mark == BEGIN:
                if open_fields and not shown[-1]:
                    yield element, "a field inside the instruction of another"
                open_fields.append([])
                shown.append(False)
            elif mark == SEPARATE and open_fields and not shown[-1]:
                shown[-1] = True
            elif mark == END and open_fields:
                shown.pop()
                instruction = "".join(open_fields.pop())
                yield from ((element, wrong) for wrong in _judged(instruction))
            else:
                yield element, f"a field mark {mark!r} in the wrong place"
    if open_fields:
        yield part, "a field without an end"


def _judged(instruction: str) -> Iterator[str]:
    words = instruction.split()
    name = words[0].upper() if words else ""
    if name not in KNOWN:
        yield f"a field {name[:40] or 'without a name'}"


def _attribute(element: etree._Element, name: str) -> str:
    """The value in any namespace: transitional, strict, or none."""
    return next(
        (
            str(value)
            for key, value in element.attrib.items()
            if str(key).rpartition("}")[2] == name
        ),
        "",
    )
