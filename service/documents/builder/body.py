"""Writes the parsed blocks as Word paragraphs and tables, and the footer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.document import Document as Docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from service.documents.builder.styles import MARK_STYLE, STYLES, TWIPS_PER_MM, twips
from service.documents.source import CONTROL, Block, SourceError, Table

SIGNATURE_ROW_MM = 29
"""Height reserved for a signature of at least 12 mm and the words below it. With more, an ordinary
agreement would take a sixth page."""

MARK_SCHEME = "zegel:"
"""The address of the links that mark the places of a signature and its date. They have no words,
and are removed before anybody sees a document (``marks``)."""

MARK_SPACE = "\u2007"
"""The text of such a link: the office keeps this space, but drops a no-break one."""

PAGE_MM = {"w": 210, "h": 297, "top": 23, "bottom": 24, "left": 25, "right": 25, "footer": 11}
SMALL_CELLS = {"~": "cell_small", "#": "cell_digest"}
RULE_BELOW = '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:color="B8BEC8"/></w:tcBorders>'
DATE = ".date"
MARK = re.compile(r'r:id="mark-([\w.]+)"')
BOLD = re.compile(r"\*\*(.+?)\*\*")


def write_body(docx: Docx, blocks: Sequence[Block | Table], footer: str) -> None:
    """Fill the empty document, as one section of A4 pages."""
    body = docx.element.body
    for child in list(body):
        body.remove(child)
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(block, Table):
            kept_on = isinstance(following, Block) and following.kind == "small"
            table = _table(block, kept_on=kept_on)
            for place in MARK.findall(table):
                docx.part.load_rel(
                    RELATIONSHIP_TYPE.HYPERLINK,
                    MARK_SCHEME + place,
                    f"mark-{place}",
                    is_external=True,
                )
            body.append(parse_xml(table))
        else:
            body.append(parse_xml(_root(_block(block))))
    body.append(parse_xml(_section()))
    _write_footer(docx, footer)


def _root(xml: str) -> str:
    """With its namespace declared, as the parser requires."""
    return re.sub(r"^<(w:\w+)", rf"<\1 {nsdecls('w')}", xml)


def _block(block: Block) -> str:
    if block.kind == "control":
        return _paragraph("paragraph", _statement(block.text, "p"))
    return _paragraph(
        block.kind, block.text, keep_next=block.keep_next, page_before=block.page_before
    )


def _statement(text: str, scope: str) -> str:
    """A Jinja statement that replaces its paragraph (``p``) or table row (``tr``)."""
    return "{%" + scope + text[2:]


def _paragraph(kind: str, text: str, *, keep_next: bool = False, page_before: bool = False) -> str:
    properties = f'<w:pStyle w:val="{STYLES[kind].id}"/>'
    if keep_next:
        properties += "<w:keepNext/>"
    if page_before:
        properties += "<w:pageBreakBefore/>"
    return f"<w:p><w:pPr>{properties}</w:pPr>{_runs(text)}</w:p>"


def _runs(text: str) -> str:
    runs = []
    for position, part in enumerate(BOLD.split(text)):
        if part:
            bold = "<w:rPr><w:b/></w:rPr>" if position % 2 else ""
            runs.append(f'<w:r>{bold}<w:t xml:space="preserve">{escape(part)}</w:t></w:r>')
    return "".join(runs)


def _table(table: Table, *, kept_on: bool) -> str:
    columns = [twips(width) for width in table.widths_mm]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    last = len(table.rows) - 1
    written = [
        _row(row, columns, keep_next=not table.flowing and (number < last or kept_on))
        for number, row in enumerate(table.rows)
    ]
    return (
        f'<w:tbl {nsdecls("w", "r")}><w:tblPr><w:tblW w:w="{sum(columns)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/>'
        '<w:right w:w="170" w:type="dxa"/></w:tblCellMar><w:tblLook w:firstRow="1" '
        'w:firstColumn="1" w:lastRow="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(written)}</w:tbl>"
    )


def _row(cells: tuple[str, ...], columns: list[int], *, keep_next: bool) -> str:
    if CONTROL.fullmatch(cells[0]):
        paragraph = _paragraph("cell", _statement(cells[0], "tr"), keep_next=keep_next)
        return f"<w:tr>{_cell(columns[0], paragraph)}</w:tr>"
    header = cells[0].startswith("!")
    properties = "<w:cantSplit/>"
    if any(cell.startswith("@") and not cell.endswith(DATE) for cell in cells):
        height = round(SIGNATURE_ROW_MM * TWIPS_PER_MM)
        properties += f'<w:trHeight w:val="{height}" w:hRule="exact"/>'
    if header:
        properties += "<w:tblHeader/>"
    written = "".join(
        _written_cell(cell, width, number, header=header, keep_next=keep_next)
        for number, (cell, width) in enumerate(zip(cells, columns, strict=True))
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{written}</w:tr>"


def _written_cell(cell: str, width: int, number: int, *, header: bool, keep_next: bool) -> str:
    mark = cell[:1]
    if mark == "@":
        rule = "" if cell.endswith(DATE) else RULE_BELOW
        return _cell(width, _mark(cell[1:], keep_next=keep_next), rule)
    if mark in SMALL_CELLS:
        return _cell(width, _paragraph(SMALL_CELLS[mark], cell[1:], keep_next=keep_next))
    kind = "cell_head" if header else "cell_label" if number == 0 else "cell"
    parts = cell.removeprefix("!").strip().split(" // ")
    return _cell(
        width, "".join(_cell_part(kind, part.strip(), keep_next=keep_next) for part in parts)
    )


def _mark(place: str, *, keep_next: bool) -> str:
    """A paragraph with only the link that marks a place.

    The link has its own style: the office exports no link in the default one.
    """
    kept = "<w:keepNext/>" if keep_next else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{STYLES["cell"].id}"/>{kept}</w:pPr>'
        f'<w:hyperlink r:id="mark-{place}"><w:r><w:rPr><w:rStyle w:val="{MARK_STYLE}"/></w:rPr>'
        f'<w:t xml:space="preserve">{MARK_SPACE}</w:t></w:r></w:hyperlink></w:p>'
    )


def _cell_part(kind: str, text: str, *, keep_next: bool) -> str:
    if not text:
        raise SourceError("a table cell is empty; an empty tag in the PDF is a defect")
    text = _statement(text, "p") if CONTROL.fullmatch(text) else text
    return _paragraph(kind, text, keep_next=keep_next)


def _cell(width: int, content: str, properties: str = "") -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def _section() -> str:
    margins = " ".join(
        f'w:{side}="{twips(PAGE_MM[side])}"'
        for side in ("top", "bottom", "left", "right", "footer")
    )
    return (
        f"<w:sectPr {nsdecls('w')}>"
        f'<w:pgSz w:w="{twips(PAGE_MM["w"])}" w:h="{twips(PAGE_MM["h"])}"/>'
        f'<w:pgMar {margins} w:header="{twips(11)}" w:gutter="0"/></w:sectPr>'
    )


def _write_footer(docx: Docx, text: str) -> None:
    footer = docx.sections[0].footer
    footer.is_linked_to_previous = False
    element = footer._element
    for child in list(element):
        element.remove(child)
    right = twips(PAGE_MM["w"] - PAGE_MM["left"] - PAGE_MM["right"])
    fields = (
        f'<w:r><w:tab/><w:t xml:space="preserve">Pagina </w:t></w:r>{_field("PAGE")}'
        f'<w:r><w:t xml:space="preserve"> van </w:t></w:r>{_field("NUMPAGES")}'
    )
    element.append(
        parse_xml(
            f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{STYLES["footer"].id}"/>'
            f'<w:tabs><w:tab w:val="right" w:pos="{right}"/></w:tabs></w:pPr>'
            f"{_runs(text)}{fields}</w:p>"
        )
    )


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
