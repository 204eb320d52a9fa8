"""Leaves out a table of contents: its pages are no longer true once a contract is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from service.documents.own.more import holds_more
from service.documents.own.prepare.changes import Change, What
from service.documents.own.source import is_on, said, value
from service.documents.own.where import Above
from service.documents.template import W
from service.texts import OURS, table

SHAPES = tuple(W + each for each in ("sectPr", "br", "drawing", "pict"))


def leave_out(begin: Any, end: Any, parts: Sequence[Any], above: Above) -> Iterator[Change]:
    """Remove the field between these marks, which has these parts, with its own heading; nothing if
    something else than paragraphs stands between."""
    first, last = (next(each.iterancestors(f"{W}p"), None) for each in (begin, end))
    inside = _between(first, last) if first is not None else []
    if not inside or any(map(holds_more, inside)):
        return
    before, after = _around(first, preceding=True), _around(last, preceding=False)
    heading = next((each for each in before if said(each)), None)
    if heading is not None and not _names_contents(heading):
        heading = None
    lines = inside if heading is None else [heading, *inside]
    change = Change.at(What.CONTENTS, above.heading(first), " / ".join(map(said, lines)), "")
    for each in parts:
        run = each.getparent()
        if run is not None:
            run.remove(each)
    for each in lines:
        if each is heading or not (said(each) or _shaped(each)):
            each.getparent().remove(each)
    _one_break([each for each in before if each is not heading], after)
    yield change


def _between(first: Any, last: Any) -> list[Any]:
    """The paragraphs from one to the other; [] if they do not follow each other."""
    found = [first]
    while found[-1] is not last:
        after = found[-1].getnext()
        if after is None or after.tag not in (f"{W}p", f"{W}bookmarkStart", f"{W}bookmarkEnd"):
            return []
        found.append(after)
    return [each for each in found if each.tag == f"{W}p"]


def _around(paragraph: Any, *, preceding: bool) -> list[Any]:
    """The paragraphs before (nearest first) or after it, also those outside its control."""
    found = list(paragraph.itersiblings(f"{W}p", preceding=preceding))
    control = paragraph.getparent().getparent()
    if control is not None and control.tag == f"{W}sdt":
        found += control.itersiblings(f"{W}p", preceding=preceding)
    return found


def _names_contents(paragraph: Any) -> bool:
    named: str = table("template_prepared", OURS)["fields"]["contents"]
    return re.fullmatch(named, said(paragraph)) is not None


def _shaped(paragraph: Any) -> bool:
    """Whether it ends a section, breaks a line or page, or holds a picture."""
    return next(paragraph.iter(*SHAPES), None) is not None


def _one_break(before: Sequence[Any], after: Sequence[Any]) -> None:
    """Remove the page break before if one follows as well: there would be an empty page."""
    near = [
        next((each for each in side if said(each) or _shaped(each)), None)
        for side in (before, after)
    ]
    if near[0] is None or near[1] is None or said(near[0]):
        return
    breaks = [each for each in near[0].iter(f"{W}br") if value(each, "type") == "page"]
    begins = is_on(near[1].find(f"{W}pPr/{W}pageBreakBefore")) or (
        not said(near[1]) and any(value(each, "type") == "page" for each in near[1].iter(f"{W}br"))
    )
    if begins and breaks and len(list(near[0].iter(*SHAPES))) == len(breaks):
        near[0].getparent().remove(near[0])
