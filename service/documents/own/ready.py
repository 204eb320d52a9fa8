"""Makes a Word file plain: what only Word needs goes, what our reader needs is written out.

``tidy`` comes first, so that placeholders are found wherever Word put them; ``finish`` comes last.
Neither changes a word of the text, but for the notice of an example in the footer.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from service.documents.builder.styles import MARK_STYLE
from service.documents.fields import BEGIN, END, SEPARATE
from service.documents.own.looks import use_our_looks
from service.documents.own.names import written
from service.documents.own.paragraphs import XML_SPACE, text_of
from service.documents.own.places import unwrap
from service.documents.own.source import SETTINGS, STYLES, Source, value
from service.documents.own.styles import Styles
from service.documents.template import W

UNWRAPPED = ("smartTag", "customXml", "sdtContent", "sdt")
DROPPED = (
    "sdtPr",
    "sdtEndPr",
    "customXmlPr",
    "smartTagPr",
    "proofErr",
    "bookmarkStart",
    "bookmarkEnd",
    "lastRenderedPageBreak",
    "softHyphen",
    "permStart",
    "permEnd",
    "noProof",
)
UNSET = ("autoHyphenation", "documentProtection", "trackRevisions", "attachedTemplate")
# The order in which the schema wants them (ECMA-376 part 1, 17.3.1.26).
BEFORE_NUMBERS = ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl")
UNTAGGED = ("pBdr", "pgBorders")
"""Lines that the office draws outside the tagged content (ISO 14289-1, 7.1)."""

AFTER_OUTLINE = ("divId", "cnfStyle", "rPr", "sectPr", "pPrChange")


def tidy(source: Source) -> None:
    """Remove what stands between the text and its reader."""
    for part in source.texts.values():
        for tag in DROPPED:
            for element in list(part.iter(W + tag)):
                _drop(element)
        for tag in UNWRAPPED:
            for element in list(part.iter(W + tag)):
                unwrap(element)
        for hyphen in list(part.iter(f"{W}noBreakHyphen")):
            text = etree.Element(f"{W}t")
            text.text = "-"
            hyphen.getparent().replace(hyphen, text)
        for paragraph in part.iter(f"{W}p"):
            _simple_fields(paragraph)
    settings = source.parts.get(SETTINGS)
    for element in [] if settings is None else list(settings):
        if element.tag in {W + tag for tag in UNSET}:
            element.getparent().remove(element)
    _drop_unknown_styles(source)
    _use_english_ids(source)


def _drop_unknown_styles(source: Source) -> None:
    """A style that the file does not have is the default one (ECMA-376 part 1, 17.7.4.17). Of a
    table with such paragraphs, copied from another file, the office loses the columns."""
    known = Styles(source).by_id
    for part in source.texts.values():
        for tag in ("pStyle", "rStyle", "tblStyle"):
            for each in list(part.iter(W + tag)):
                if str(value(each)) not in known:
                    _drop(each)


def _drop(element: Any) -> None:
    """Remove an element; a text after it cannot be: Word has text only in ``w:t``."""
    element.getparent().remove(element)


def _simple_fields(paragraph: Any) -> None:
    """Write a page number that Word spread over runs as one element, as our reader expects."""
    field: list[Any] = []
    shown, instruction = False, ""
    for run in list(paragraph.findall(f"{W}r")):
        mark = value(run.find(f"{W}fldChar"), "fldCharType")
        if mark == BEGIN:
            field, shown, instruction = [run], False, ""
            continue
        if not field:
            continue
        field.append(run)
        instruction += "".join(each.text or "" for each in run.findall(f"{W}instrText"))
        shown = shown or mark == SEPARATE
        if mark == END:
            simple = etree.Element(f"{W}fldSimple")
            simple.set(f"{W}instr", f" {instruction.split()[0] if instruction.split() else ''} ")
            result = etree.SubElement(simple, f"{W}r")
            looks = run.find(f"{W}rPr")
            if looks is not None:
                result.append(looks)
            etree.SubElement(result, f"{W}t").text = "1"
            paragraph.replace(field[0], simple)
            for each in field[1:]:
                paragraph.remove(each)
            field = []


def _use_english_ids(source: Source) -> None:
    """Give built-in styles the ids that the reading view knows, whatever Word's language was."""
    renamed = Styles(source).canonical()
    for name, part in source.parts.items():
        for style in part.iter(f"{W}style") if name == STYLES else ():
            old = str(style.get(f"{W}styleId"))
            style.set(f"{W}styleId", renamed.get(old, old))
        for tag in ("pStyle", "basedOn", "next", "link"):
            for each in part.iter(W + tag):
                old = str(value(each))
                each.set(f"{W}val", renamed.get(old, old))


def finish(source: Source) -> None:
    """Write out what styles inherit, use our font, and announce an example in every footer."""
    styles = Styles(source)
    for style, element in styles.by_id.items():
        if element.get(f"{W}type") == "paragraph":
            _write_out(styles, style, element)
    _title_is_title(source, styles)
    root = source.parts[STYLES]
    mark = etree.SubElement(root, f"{W}style")
    mark.set(f"{W}type", "character")
    mark.set(f"{W}styleId", MARK_STYLE)
    etree.SubElement(mark, f"{W}name").set(f"{W}val", "Signature Mark")
    for each in root.findall(f"{W}style")[:-1]:
        if each.get(f"{W}styleId") == MARK_STYLE:
            root.remove(each)
    for part in (root, *source.texts.values()):
        for lines in list(part.iter(*(W + tag for tag in UNTAGGED))):
            lines.getparent().remove(lines)
    use_our_looks(source)
    for footer in source.footers.values():
        _announce_example(footer)


def _write_out(styles: Styles, style: str, element: Any) -> None:
    """The list and the level of a style that has them from another one."""
    outline, list_of = styles.outline(style), styles.inherited(style, "pPr/numPr")
    if outline is None and list_of is None:
        return
    properties = element.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
        rest = element.find(f"{W}rPr")
        element.append(properties) if rest is None else rest.addprevious(properties)
    if list_of is not None and properties.find(f"{W}numPr") is None:
        copied = etree.fromstring(etree.tostring(list_of))
        before = [each for each in properties if each.tag in {W + tag for tag in BEFORE_NUMBERS}]
        properties.insert(len(before), copied)
    if outline is not None and properties.find(f"{W}outlineLvl") is None:
        level = etree.Element(f"{W}outlineLvl")
        level.set(f"{W}val", str(outline))
        after = next(
            (each for each in properties if each.tag in {W + tag for tag in AFTER_OUTLINE}), None
        )
        properties.append(level) if after is None else after.addprevious(level)


def _title_is_title(source: Source, styles: Styles) -> None:
    """A title in a style made from the built-in one is a title for the reading view too."""
    for paragraph in source.document.iter(f"{W}p"):
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        if named is not None and styles.is_title(str(value(named))):
            named.set(f"{W}val", "Title")


def _announce_example(footer: Any) -> None:
    """Begin the first line of a footer with the notice, for previews and samples only."""
    if any("preview" in text_of(each) for each in footer.iter(f"{W}p")):
        return
    first = next((each for each in footer.iter(f"{W}p") if text_of(each).strip()), None)
    if first is None:
        return
    notice = etree.Element(f"{W}r")
    text = etree.SubElement(notice, f"{W}t")
    text.text = "{% if preview %}" + written("preview") + "{% endif %}"
    text.set(XML_SPACE, "preserve")
    properties = first.find(f"{W}pPr")
    first.insert(0, notice) if properties is None else properties.addnext(notice)


def title_of(source: Source) -> str:
    """The words of the title, with its placeholders; '' without one."""
    styles = Styles(source)
    for paragraph in source.document.iter(f"{W}p"):
        words = " ".join(text_of(paragraph).split())
        if words and styles.is_title(styles.of(paragraph)):
            return words
    return ""
