"""The signature places of a Word file, and the marks that the making of a PDF needs.

A secretary writes ``{{ handtekening.verwerker }}`` in a table cell and ``{{ datum.verwerker }}`` in
the cell above it. Each becomes a link without words (see ``service.documents.marks``), and the row
of the signature gets the height that a signature and its words need.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from service.agreement.places import Place, declared
from service.documents.builder.body import DATE, MARK_SCHEME, MARK_SPACE, SIGNATURE_ROW_MM
from service.documents.builder.styles import MARK_STYLE, twips
from service.documents.own import names
from service.documents.own.findings import Finding, Found
from service.documents.own.paragraphs import text_of
from service.documents.own.source import RELATIONSHIPS, Source, value
from service.documents.own.words import PlaceToken
from service.documents.template import R_ID, W

NARROWEST_MM = 45
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
SIGNATURE, DATED = "signature", "date"


def links_to_placeholders(source: Source) -> None:
    """Write the marks of a file that was made ready before as placeholders again, and every other
    link as its words: a contract is read on paper, and no link may imitate a mark."""
    targets = {each.get("Id"): str(each.get("Target")) for each in source.parts[RELATIONSHIPS]}
    for link in list(source.document.iter(f"{W}hyperlink")):
        target = targets.get(link.get(R_ID), "")
        if target.startswith(MARK_SCHEME):
            place = target.removeprefix(MARK_SCHEME)
            mark, key = (DATED, place.removesuffix(DATE)) if place.endswith(DATE) else (
                SIGNATURE, place,
            )  # fmt: skip
            for text in link.iter(f"{W}t"):
                text.text = "{{ " + f"{mark}.{key}" + " }}"
    for part in source.texts.values():
        for link in list(part.iter(f"{W}hyperlink")):
            unwrap(link)
    for name, part in source.parts.items():
        if name.endswith(".rels"):
            for each in list(part):
                if str(each.get("Type", "")).endswith("/hyperlink"):
                    part.remove(each)


def unwrap(element: Any) -> None:
    """Replace an element by its children."""
    parent = element.getparent()
    at = parent.index(element)
    for child in reversed(list(element)):
        parent.insert(at, child)
    parent.remove(element)


def check_places(found: list[PlaceToken]) -> tuple[list[Finding], tuple[str, ...]]:
    """What is wrong with the places, and the places there are, in the order of the text."""
    findings: list[Finding] = []
    keys = tuple(dict.fromkeys(each.key for each in found if each.mark == SIGNATURE))
    for key in dict.fromkeys(each.key for each in found):
        findings += _one_place(key, found)
    for expected in (names.PLACES[0], names.PLACES[1]):
        if all(each.key != expected for each in found):
            shown = {mark: names.shown_place(expected, mark) for mark in (SIGNATURE, DATED)}
            values = {"name": shown[SIGNATURE], "date": shown[DATED]}
            findings.append(Finding(Found.PLACE_MISSING, values=values))
    if not findings:
        findings += _together(keys)
    return findings, keys


def _together(keys: tuple[str, ...]) -> list[Finding]:
    try:
        declared(keys)
    except ValueError:
        key = max(keys, key=lambda each: Place.named(each).signatory)
        values = {"name": names.shown_place(key), "nearest": ""}
        return [Finding(Found.PLACE_UNKNOWN, values=values)]
    return []


def _one_place(key: str, found: list[PlaceToken]) -> list[Finding]:
    """Everything that is wrong with one place, so that nobody mends one thing to find the next."""
    signatures = [each for each in found if each.key == key and each.mark == SIGNATURE]
    dates = [each for each in found if each.key == key and each.mark == DATED]
    findings = [
        _finding(Found.PLACE_REPEATED, marks[1], **_elsewhere(marks[1], found))
        for marks in (signatures, dates)
        if len(marks) > 1
    ]
    for each in (*signatures, *dates):
        for code, wrong in (
            (Found.PLACE_CONDITIONAL, each.conditional),
            (Found.PLACE_OUTSIDE, _cell(each) is None),
            (Found.PLACE_NOT_ALONE, _cell(each) is not None and not _alone(each)),
        ):
            if wrong:
                findings.append(_finding(code, each))
                break
    if not signatures:
        findings.append(_finding(Found.PLACE_MISSING, dates[0]))
    elif not dates:
        findings.append(_finding(Found.DATE_MISSING, signatures[0]))
    elif not findings:
        findings += _together_in_table(signatures[0], dates[0])
    return findings


def _elsewhere(mark: PlaceToken, found: list[PlaceToken]) -> dict[str, str]:
    """Which place is meant by a second one: that of the same person under Bijlage 1, if it is not
    there yet."""
    annex = names.UNDER_ANNEX.get(mark.key)
    if annex is None or any((each.key, each.mark) == (annex, mark.mark) for each in found):
        return {}
    return {"nearest": names.shown_place(annex, mark.mark)}


def _together_in_table(signature_mark: PlaceToken, date_mark: PlaceToken) -> list[Finding]:
    signature, date = _cell(signature_mark), _cell(date_mark)
    row, above = signature.getparent(), date.getparent()
    cells, cells_above = row.findall(f"{W}tc"), above.findall(f"{W}tc")
    before = next(row.itersiblings(f"{W}tr", preceding=True), None)
    if before is not above or cells.index(signature) != cells_above.index(date):
        return [_finding(Found.DATE_NOT_ABOVE, date_mark)]
    if _width(signature) < twips(NARROWEST_MM):
        return [_finding(Found.PLACE_NARROW, signature_mark, least=NARROWEST_MM)]
    return []


def _finding(code: Found, mark: PlaceToken, **more: str | int) -> Finding:
    shown, date = names.shown_place(mark.key, mark.mark), names.shown_place(mark.key, DATED)
    name = names.shown_place(mark.key) if code is Found.PLACE_MISSING else shown
    values = {"name": name, "date": date, **more}
    return Finding(code, mark.part, mark.place, values, heading=mark.heading)


def _cell(mark: PlaceToken) -> Any:
    """The cell of the document's own table with this mark; None elsewhere."""
    if mark.part != "word/document.xml":
        return None
    cell = next(mark.paragraph.iterancestors(f"{W}tc"), None)
    return None if cell is None or cell.getparent().tag != f"{W}tr" else cell


def _alone(mark: PlaceToken) -> bool:
    whole = "".join(text_of(each) for each in _cell(mark).iter(f"{W}p"))
    return whole.count("{") == len("{{") and whole.strip().startswith("{{") and (
        whole.strip().endswith("}}")
    )  # fmt: skip


def _width(cell: Any) -> int:
    """The width of a cell, in twentieths of a point: its own, or that of its columns."""
    own = cell.find(f"{W}tcPr/{W}tcW")
    if own is not None and value(own, "type") == "dxa" and (value(own, "w") or "").isdecimal():
        return int(own.get(f"{W}w"))
    table = next(cell.iterancestors(f"{W}tbl"))
    columns = [int(value(each, "w") or 0) for each in table.findall(f"{W}tblGrid/{W}gridCol")]
    at = 0
    for each in cell.getparent().findall(f"{W}tc"):
        span = int(value(each.find(f"{W}tcPr/{W}gridSpan")) or 1)
        if each is cell:
            return sum(columns[at : at + span])
        at += span
    return 0


def write_marks(source: Source, found: list[PlaceToken]) -> None:
    """Replace the placeholders of good places by marks, and give their rows their height."""
    for mark in found:
        name = mark.key + (DATE if mark.mark == DATED else "")
        relationship = etree.SubElement(
            source.parts[RELATIONSHIPS], f"{{{PACKAGE}}}Relationship", Id=f"mark-{name}"
        )
        relationship.set("Type", HYPERLINK)
        relationship.set("Target", MARK_SCHEME + name)
        relationship.set("TargetMode", "External")
        cell = _cell(mark)
        width = _width(cell)
        for paragraph in cell.findall(f"{W}p"):
            cell.remove(paragraph)
        cell.append(_mark(name))
        properties = cell.find(f"{W}tcPr")
        if properties is None:
            properties = etree.Element(f"{W}tcPr")
            cell.insert(0, properties)
        for old in (*properties.findall(f"{W}tcW"), *properties.findall(f"{W}vAlign")):
            properties.remove(old)
        own = etree.Element(f"{W}tcW")
        own.set(f"{W}w", str(width))
        own.set(f"{W}type", "dxa")
        properties.insert(0, own)
        _shape_row(cell.getparent(), high=mark.mark == SIGNATURE)


def _mark(name: str) -> Any:
    """The paragraph of a mark, as the builder of our own template makes it."""
    word, link = W.strip("{}"), R_ID.partition("}")[0].strip("{")
    return etree.fromstring(
        f'<w:p xmlns:w="{word}" xmlns:r="{link}"><w:pPr><w:keepNext/>'
        '<w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/>'
        '<w:ind w:left="0" w:right="0" w:firstLine="0"/><w:jc w:val="left"/></w:pPr>'
        f'<w:hyperlink r:id="mark-{name}"><w:r><w:rPr><w:rStyle w:val="{MARK_STYLE}"/>'
        f'<w:sz w:val="20"/></w:rPr><w:t xml:space="preserve">{MARK_SPACE}</w:t></w:r>'
        "</w:hyperlink></w:p>"
    )


def _shape_row(row: Any, *, high: bool) -> None:
    """A row that stays on one page with the next, at its place among the elements of its table."""
    for child in list(row):  # the position of a cell counts in ``template``
        if child.tag not in (f"{W}trPr", f"{W}tc"):
            row.remove(child)
    properties = row.find(f"{W}trPr")
    if properties is None:
        properties = etree.Element(f"{W}trPr")
        row.insert(0, properties)
    for name in ("cantSplit", *(("trHeight",) if high else ())):
        for old in properties.findall(f"{W}{name}"):
            properties.remove(old)
    etree.SubElement(properties, f"{W}cantSplit")
    if high:
        height = etree.SubElement(properties, f"{W}trHeight")
        height.set(f"{W}val", str(twips(SIGNATURE_ROW_MM)))
        height.set(f"{W}hRule", "exact")
    else:
        for paragraph in row.iter(f"{W}p"):
            own = paragraph.find(f"{W}pPr")
            if own is None:
                own = etree.Element(f"{W}pPr")
                paragraph.insert(0, own)
            if own.find(f"{W}keepNext") is None:
                own.insert(1 if own.find(f"{W}pStyle") is not None else 0,
                           etree.Element(f"{W}keepNext"))  # fmt: skip
