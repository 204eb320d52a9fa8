"""Gives a Word file the title, headings, header rows and footers that an accessible PDF needs."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from service.documents.own.layout import looks_like_heading
from service.documents.own.prepare.changes import Change, What, cut
from service.documents.own.prepare.new import element
from service.documents.own.prepare.new import paragraph as new_paragraph
from service.documents.own.source import RELATIONSHIPS, STYLES, Source, is_on, said
from service.documents.own.styles import Styles
from service.documents.template import R_ID, W
from service.texts import OURS, table

TITLE_ID, HEADING_ID = "Title", "Heading{}"
LONGEST_TITLE = 120
MOST_ABOVE_TITLE = 8
"""Lines that may stand above a title: a letterhead, a version, an article's number."""
CONTENT_TYPES = "[Content_Types].xml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_FOOTER = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"


def write_headings(source: Source) -> Iterator[Change]:
    """The title and headings, by which the rest of the text is understood."""
    yield from _title(source)
    yield from _headings(source)


def write_frame(source: Source) -> Iterator[Change]:
    """The rows that name columns, and the footers."""
    yield from _header_rows(source)
    lines = list(_words_of_headers(source))
    yield from lines
    yield from _footers(source, [each.before for each in lines])


def _title(source: Source) -> Iterator[Change]:
    """The first line that names such an agreement is the title if none is marked."""
    styles = Styles(source)
    written = [each for each in source.document.iter(f"{W}p") if said(each)]
    if not written or any(styles.is_title(styles.of(each)) for each in written):
        return
    named = re.compile(table("template_prepared", OURS)["titles"])
    few = [each for each in written[:MOST_ABOVE_TITLE] if len(said(each)) <= LONGEST_TITLE]
    first = next((each for each in few if named.search(said(each))), None)
    if first is None:
        return
    in_table = next(first.iterancestors(f"{W}tbl"), None) is not None
    if in_table or styles.outline(styles.of(first)) is not None:
        return
    _set_style(first, _style(source, "title", TITLE_ID))
    yield Change(What.TITLE, "", cut(said(first)))


def _headings(source: Source) -> Iterator[Change]:
    """Bold lines by themselves that are named or numbered like headings, or all of them if there
    is no heading at all, get the style of one."""
    styles = Styles(source)
    written = [each for each in source.document.iter(f"{W}p") if said(each)]
    none = all(styles.outline(styles.of(each)) is None for each in written)
    main, below = map(re.compile, table("template_prepared", OURS)["headings"])
    level, named = 0, any(main.match(said(each)) for each in written)
    for each in written:
        style, words = styles.of(each), said(each)
        if (own := styles.outline(style)) is not None:
            level = own + 1
            continue
        if styles.is_title(style) or not looks_like_heading(each, words, styles):
            continue
        if not (none or main.match(words) or below.match(words)):
            continue
        chapter = main.match(words) or not level or not named
        wanted = 1 if chapter and not below.match(words) else 2 if level else 1
        level = wanted
        _set_style(each, _style(source, f"heading {wanted}", HEADING_ID.format(wanted)))
        yield Change(What.HEADING, cut(words))


def _style(source: Source, name: str, made: str) -> str:
    """The id of the built-in style; made if the file does not have it."""
    styles = Styles(source)
    found = next((each for each in styles.by_id if styles.name(each) == name), None)
    if found:
        return found
    new = element("style", type="paragraph", styleId=made)
    new.append(element("name", val=name))
    new.append(element("basedOn", val=styles.default))
    new.append(element("qFormat"))
    properties, looks = element("pPr"), element("rPr")
    properties.append(element("keepNext"))
    if name != "title":
        properties.append(element("outlineLvl", val=str(int(name[-1]) - 1)))
    looks.append(element("b"))
    new.extend((properties, looks))
    source.parts[STYLES].append(new)
    return made


def _set_style(changed: Any, style: str) -> None:
    properties = changed.find(f"{W}pPr")
    if properties is None:
        properties = element("pPr")
        changed.insert(0, properties)
    for each in properties.findall(f"{W}pStyle"):
        properties.remove(each)
    properties.insert(0, element("pStyle", val=style))


def _header_rows(source: Source) -> Iterator[Change]:
    """The first row of each table names its columns."""
    for each in source.document.iter(f"{W}tbl"):
        first = each.find(f"{W}tr")
        nested = next(each.iterancestors(f"{W}tbl"), None) is not None
        if nested or first is None or is_on(first.find(f"{W}trPr/{W}tblHeader")):
            continue
        properties = first.find(f"{W}trPr")
        if properties is None:
            properties = element("trPr")
            exceptions = first.find(f"{W}tblPrEx")
            first.insert(0, properties) if exceptions is None else exceptions.addnext(properties)
        for old in properties.findall(f"{W}tblHeader"):
            properties.remove(old)
        properties.append(element("tblHeader"))
        words = " / ".join(filter(None, map(said, first.iter(f"{W}p"))))
        yield Change(What.HEADER_ROW, cut(words))


def _words_of_headers(source: Source) -> Iterator[Change]:
    """Move the words of headers to the footer: a screen reader does not read headers."""
    told = set()
    for name, part in source.texts.items():
        if "header" not in name:
            continue
        for tab in list(part.iter(f"{W}tab")):
            if tab.getparent().tag == f"{W}r":
                tab.addprevious(new_paragraph(" - ").find(f"{W}r/{W}t"))
        words = " - ".join(filter(None, map(said, part.iter(f"{W}p"))))
        for each in list(part.iter(f"{W}t", f"{W}fldSimple", f"{W}tab")):
            if each.getparent().tag != f"{W}tabs":
                each.getparent().remove(each)
        if words and words not in told:
            told.add(words)
            yield Change(What.HEADER, cut(words), "")


def _footers(source: Source, lines: list[str]) -> Iterator[Change]:
    """A footer with the page's number where pages have none, and the words of the headers."""
    kinds = {"default"}
    sections = list(source.document.iter(f"{W}sectPr"))
    if any(is_on(each.find(f"{W}titlePg")) for each in sections):
        kinds.add("first")
    if not any(said(each) for part in source.footers.values() for each in part.iter(f"{W}p")):
        for section in sections:
            for each in section.findall(f"{W}footerReference"):
                section.remove(each)
    has = {
        each.get(f"{W}type") for part in sections for each in part.findall(f"{W}footerReference")
    }
    missing = kinds - has
    if missing and sections:
        _add_footer(source, sections[0], sorted(missing), lines)
        page = f"{table('template_prepared', OURS)['written']['page']} 1"
        yield Change(What.FOOTER, "", " / ".join((*lines, page)))
    for part in source.footers.values():
        known = " ".join(map(said, part.iter(f"{W}p")))
        first = next(part.iter(f"{W}p"), None)
        for line in lines:
            if first is not None and known and line not in known:
                properties = first.find(f"{W}pPr")
                copied = [] if properties is None else copy.deepcopy(list(properties))
                first.addprevious(new_paragraph(line, *copied))


def _add_footer(source: Source, section: Any, kinds: list[str], lines: list[str]) -> None:
    number = 1 + sum("footer" in name for name in source.raw)
    name = f"footer{number}x.xml"
    page = new_paragraph(f"{table('template_prepared', OURS)['written']['page']} ")
    field = element("fldSimple", instr=" PAGE ")
    field.append(new_paragraph("1").find(f"{W}r"))
    page.append(field)
    footer = etree.Element(f"{W}ftr", nsmap={"w": W.strip("{}")})
    footer.extend([*map(new_paragraph, lines), page])
    source.parts[f"word/{name}"] = footer
    source.raw[f"word/{name}"] = b""
    types = etree.fromstring(source.raw[CONTENT_TYPES])
    etree.SubElement(types, f"{_TYPES}Override", PartName=f"/word/{name}", ContentType=_FOOTER)
    source.raw[CONTENT_TYPES] = etree.tostring(
        types, xml_declaration=True, encoding="UTF-8", standalone=True
    )
    relationship = etree.SubElement(source.parts[RELATIONSHIPS], _RELATIONSHIP, Id=f"made{number}")
    relationship.set("Type", _OFFICE)
    relationship.set("Target", name)
    for at, kind in enumerate(kinds):
        reference = element("footerReference", type=kind)
        reference.set(R_ID, f"made{number}")
        section.insert(at, reference)
