"""Finds the fields in a Word part that would make the office do something.

A field may print the page number, but also read a file or start a program, and it may be spread
over many runs. So the part is read as Word does, and only fields that print a number of the
document itself are accepted (ECMA-376 part 1, 17.16).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

KNOWN = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
WITHIN = frozenset(
    {
        *("TOC", "INDEX", "TOA", "TC", "XE", "TA"),
        *("REF", "NOTEREF", "PAGEREF", "SEQ", "HYPERLINK"),
        *("MERGEFIELD", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN"),
        *("DOCPROPERTY", "TITLE", "SUBJECT"),
        *("DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE"),
    }
)
"""Fields that fetch nothing: they show text of the document itself, or a place to fill in. Refused
like others, but a person's file can be kept without them (``service.documents.own.prepare``)."""

SIMPLE, MARK = "fldSimple", "fldChar"
TEXTS = ("instrText", "delInstrText")
# In any namespace, as two exist.
OF_FIELDS = tuple("{*}" + name for name in (SIMPLE, MARK, *TEXTS))
BEGIN, SEPARATE, END = "begin", "separate", "end"


class Unknown(NamedTuple):
    """The element where an unacceptable field was found, what is wrong with it, and its name if it
    is a field by itself."""

    element: etree._Element
    wrong: str
    name: str = ""


def unknown_fields(part: etree._Element) -> Iterator[str]:
    """A short description of each unacceptable field in ``part``."""
    return (each.wrong for each in unknown_fields_with_places(part))


def unknown_fields_with_places(part: etree._Element) -> Iterator[Unknown]:
    """The same, each with the element where it was found."""
    open_fields: list[list[str]] = []  # the instruction of each, innermost last
    shown: list[bool] = []  # whether each has reached its result
    for element in part.iter(*OF_FIELDS):
        kind = etree.QName(element).localname
        if kind == SIMPLE:
            yield from _judged(element, _attribute(element, "instr"))
        elif kind in TEXTS:
            text = "".join(element.itertext())
            if not open_fields or shown[-1]:
                yield Unknown(element, f"an instruction outside a field: {text.strip()[:40]}")
            else:
                open_fields[-1].append(text)
        elif kind == MARK:
            mark = _attribute(element, "fldCharType")
            if mark == BEGIN:
                if open_fields and not shown[-1]:
                    yield Unknown(element, "a field inside the instruction of another")
                open_fields.append([])
                shown.append(False)
            elif mark == SEPARATE and open_fields and not shown[-1]:
                shown[-1] = True
            elif mark == END and open_fields:
                shown.pop()
                instruction = "".join(open_fields.pop())
                yield from _judged(element, instruction)
            else:
                yield Unknown(element, f"a field mark {mark!r} in the wrong place")
    if open_fields:
        yield Unknown(part, "a field without an end")


def _judged(element: etree._Element, instruction: str) -> Iterator[Unknown]:
    name = field_name(instruction)
    if name not in KNOWN:
        yield Unknown(element, f"a field {name[:40] or 'without a name'}", name)


def field_name(instruction: str) -> str:
    """The first word of an instruction, as Word reads it."""
    words = instruction.split()
    return words[0].upper() if words else ""


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
