"""What in a Word file a reader, a screen reader or the check of the PDF cannot follow.

The reading view and the PDF must have the same words (``service.documents.check``), so what only
one of them can show is a fault here: a text box, a note, text in a header.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.documents.admission import MAIN_PART
from service.documents.own.findings import Finding, Found, shortened
from service.documents.own.paragraphs import text_of
from service.documents.own.source import NUMBERING, Source, is_on, said, value
from service.documents.own.styles import Styles
from service.documents.own.where import spots
from service.documents.template import W

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PER_PARAGRAPH = (
    (Found.TRACKED, ("ins", "del", "moveFrom", "moveTo", "pPrChange", "rPrChange")),
    (Found.COMMENT, ("commentReference",)),
    (Found.TEXT_BOX, ("txbxContent", "framePr")),
    (Found.FOOTNOTE, ("footnoteReference", "endnoteReference")),
    (Found.SYMBOL, ("sym",)),
)
NUMBER_KINDS = ("decimal", "lowerLetter", "upperLetter", "bullet", "none")
LONGEST_HEADING = 80


def check_layout(source: Source) -> Iterator[Finding]:
    """All findings about the shape of a file, each where it is."""
    styles = Styles(source)
    for name, paragraph in source.paragraphs():
        for code in _in_paragraph(paragraph, styles):
            yield Finding(code, name, shortened(text_of(paragraph)))
    yield from _headings(source, styles)
    yield from _tables(source)
    yield from _empty(source)
    yield from _edges(source)
    yield from _lists(source, styles)
    yield from _pictures(source)
    yield from _borders(source, styles)


def _in_paragraph(paragraph: Any, styles: Styles) -> Iterator[Found]:
    for code, tags in PER_PARAGRAPH:
        if next(paragraph.iter(*(W + tag for tag in tags)), None) is not None:
            yield code
    if next(paragraph.iter(f"{M}oMath"), None) is not None:
        yield Found.EQUATION
    runs = [run for run in paragraph.iter(f"{W}r") if run.find(f"{W}t") is not None]
    for code, tags in (
        (Found.HIDDEN, ("vanish", "webHidden")),
        (Found.CAPITALS, ("caps", "smallCaps")),
    ):
        if any(_looks(run, tag, paragraph, styles) for run in runs for tag in tags):
            yield code


def _looks(run: Any, tag: str, paragraph: Any, styles: Styles) -> bool:
    """Whether a run has this look: its own, its character style's, or its paragraph's."""
    own = run.find(f"{W}rPr/{W}{tag}")
    if own is not None:
        return is_on(own)
    character = value(run.find(f"{W}rPr/{W}rStyle")) or ""
    inherited = styles.inherited(character, f"rPr/{tag}")
    if inherited is None:
        inherited = styles.inherited(styles.of(paragraph), f"rPr/{tag}")
    return is_on(inherited)


def _headings(source: Source, styles: Styles) -> Iterator[Finding]:
    titles, deepest, headings = 0, -1, 0
    for paragraph in source.document.iter(f"{W}p"):
        words, style = said(paragraph), styles.of(paragraph)
        if not words:
            continue
        if styles.is_title(style):
            titles += 1
            if titles == 2:
                yield Finding(Found.TITLE_REPEATED, MAIN_PART, shortened(words))
            continue
        level = styles.outline(style)
        if level is None:
            if looks_like_heading(paragraph, words, styles):
                yield Finding(Found.HEADING_LOOKS, MAIN_PART, shortened(words))
            continue
        headings += 1
        if level > deepest + 1:
            values = {"level": level + 1, "expected": deepest + 2}
            yield Finding(Found.HEADING_SKIPS, MAIN_PART, shortened(words), values)
        deepest = level
    if not titles:
        yield Finding(Found.TITLE_MISSING)
    if not headings:
        yield Finding(Found.HEADINGS_MISSING)


def looks_like_heading(paragraph: Any, words: str, styles: Styles) -> bool:
    """A short bold paragraph by itself, which only eyes recognise as a heading."""
    if len(words) > LONGEST_HEADING or words.endswith((".", ":", ";", ",")) or "{" in words:
        return False
    if next(paragraph.iterancestors(f"{W}tbl"), None) is not None:
        return False
    runs = [run for run in paragraph.iter(f"{W}r") if run.find(f"{W}t") is not None]
    return bool(runs) and all(is_on(run.find(f"{W}rPr/{W}b")) for run in runs)


def _tables(source: Source) -> Iterator[Finding]:
    above = {spot.paragraph: spot.heading for spot in spots(source)}
    for table in source.document.iter(f"{W}tbl"):
        first = table.find(f"{W}tr")
        words = [said(each) for each in (table if first is None else first).iter(f"{W}p")]
        heading = above.get(next(table.iter(f"{W}p"), None), "")
        place = shortened(" ".join(words))
        header = None if first is None else first.find(f"{W}trPr/{W}tblHeader")
        if next(table.iterancestors(f"{W}tbl"), None) is not None:
            yield Finding(Found.NESTED_TABLE, MAIN_PART, place, heading=heading)
        elif not is_on(header):
            yield Finding(Found.TABLE_HEADER, MAIN_PART, place, heading=heading)


def _empty(source: Source) -> Iterator[Finding]:
    """Empty paragraphs between others, which are there only for their space."""
    count, before, place = 0, "", ""
    for paragraph in source.document.find(f"{W}body").findall(f"{W}p"):
        content = next(paragraph.iter(f"{W}drawing", f"{W}pict", f"{W}sectPr"), None)
        if said(paragraph) or content is not None:
            before = said(paragraph)
            continue
        count += 1
        place = place or before
    if count:
        values = {"count": count}
        yield Finding(Found.EMPTY_PARAGRAPHS, MAIN_PART, shortened(place), values)


def _edges(source: Source) -> Iterator[Finding]:
    """Headers must be without words; every page needs a footer, for its number and its name."""
    for name, part in source.texts.items():
        words = " ".join(said(each) for each in part.iter(f"{W}p")).strip()
        if "header" in name and words:
            yield Finding(Found.HEADER_TEXT, name, shortened(words))
    sections = list(source.document.iter(f"{W}sectPr"))
    kinds = {
        value(each, "type") for part in sections for each in part.findall(f"{W}footerReference")
    }
    first = any(is_on(each.find(f"{W}titlePg")) for each in sections)
    filled = [
        part for part in source.footers.values() if any(said(each) for each in part.iter(f"{W}p"))
    ]
    if "default" not in kinds or (first and "first" not in kinds) or not filled:
        yield Finding(Found.FOOTER_MISSING)


def _lists(source: Source, styles: Styles) -> Iterator[Finding]:
    """Numbers that the reading view cannot count as the office does."""
    root = source.parts.get(NUMBERING)
    if root is None:
        return
    levels = {
        (each.get(f"{W}abstractNumId"), value(level, "ilvl")): level
        for each in root.findall(f"{W}abstractNum")
        for level in each.findall(f"{W}lvl")
    }
    lists = {
        each.get(f"{W}numId"): value(each.find(f"{W}abstractNumId"))
        for each in root.findall(f"{W}num")
    }
    told: set[tuple[str, str]] = set()
    for paragraph in source.document.iter(f"{W}p"):
        number = paragraph.find(f"{W}pPr/{W}numPr")
        if number is None:
            number = styles.inherited(styles.of(paragraph), "pPr/numPr")
        if number is None or not said(paragraph):
            continue
        found = (
            value(number.find(f"{W}numId")) or "0",
            value(number.find(f"{W}ilvl")) or "0",
        )
        level = levels.get((lists.get(found[0]), found[1]))
        if level is None or found in told:
            continue
        kind = value(level.find(f"{W}numFmt")) or "decimal"
        start = value(level.find(f"{W}start")) or "1"
        if kind not in NUMBER_KINDS or (kind not in ("bullet", "none") and start != "1"):
            told.add(found)
            yield Finding(Found.NUMBERING, MAIN_PART, shortened(text_of(paragraph)))


def _pictures(source: Source) -> Iterator[Finding]:
    for name, part in source.texts.items():
        for drawn in part.iter(f"{DRAWN}docPr"):
            if not (drawn.get("descr") or "").strip():
                paragraph = next(drawn.iterancestors(f"{W}p"))
                yield Finding(Found.PICTURE_TEXT, name, shortened(text_of(paragraph)))


def _borders(source: Source, styles: Styles) -> Iterator[Finding]:
    for name, paragraph in source.paragraphs():
        own = paragraph.find(f"{W}pPr/{W}pBdr")
        inherited = styles.inherited(styles.of(paragraph), "pPr/pBdr")
        if said(paragraph) and (own is not None or inherited is not None):
            yield Finding(Found.BORDER, name, shortened(text_of(paragraph)))
    if next(source.document.iter(f"{W}pgBorders"), None) is not None:
        yield Finding(Found.BORDER)
