"""Writes the parsed blocks as Word paragraphs and tables, and the footer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from service.documents.builder.styles import STYLES, TWIPS_PER_MM, twips
from service.documents.source import CONTROL, Block, SourceError, Table

SIGNATURE_ROW_MM = 25
"""Height kept free for a signature's appearance; 22 mm is the least that stays readable."""

CAPTION = "Handtekeningveld {}"
PAGE_MM = {"w": 210, "h": 297, "top": 23, "bottom": 24, "left": 25, "right": 25, "footer": 11}
SMALL_CELLS = {"~": "cell_small", "#": "cell_digest"}
RULE_ABOVE = '<w:tcBorders><w:top w:val="single" w:sz="4" w:color="B8BEC8"/></w:tcBorders>'
BOLD = re.compile(r"\*\*(.+?)\*\*")


def write_body(docx: Docx, blocks: Sequence[Block | Table], footer: str) -> None:
    """Fill the empty document with the blocks and one section of A4 pages."""
    body = docx.element.body
    for child in list(body):
        body.remove(child)
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(block, Table):
            kept_on = isinstance(following, Block) and following.kind == "small"
            body.append(parse_xml(_table(block, kept_on=kept_on)))
        else:
            body.append(parse_xml(_root(_block(block))))
    body.append(parse_xml(_section()))
    _write_footer(docx, footer)


def _root(xml: str) -> str:
    """The same element with its namespace declared, as the parser needs it."""
    return re.sub(r"^<(w:\w+)", rf"<\1 {nsdecls('w')}", xml)


def _block(block: Block) -> str:
    if block.kind == "control":
        return _paragraph("paragraph", _statement(block.text, "p"))
    return _paragraph(
        block.kind, block.text, keep_next=block.keep_next, page_before=block.page_before
    )


def _statement(text: str, scope: str) -> str:
    """A Jinja statement that swallows its paragraph (``p``) or table row (``tr``)."""
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
    rows = [row for source in table.rows for row in _signature_rows(source)]
    last = len(rows) - 1
    written = [
        _row(row, columns, keep_next=not table.flowing and (number < last or kept_on))
        for number, row in enumerate(rows)
    ]
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(columns)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/>'
        '<w:right w:w="170" w:type="dxa"/></w:tblCellMar><w:tblLook w:firstRow="1" '
        'w:firstColumn="1" w:lastRow="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(written)}</w:tbl>"
    )


def _signature_rows(cells: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A row with signature places becomes two: the room, then the captions under it."""
    if not any(cell.startswith("@") for cell in cells):
        return [cells]
    label, *places = cells
    return [
        (f"^{label}", *("_" for _ in places)),
        ("&", *(f"@{CAPTION.format(place[1:])}" for place in places)),
    ]


def _row(cells: tuple[str, ...], columns: list[int], *, keep_next: bool) -> str:
    if CONTROL.fullmatch(cells[0]):
        paragraph = _paragraph("cell", _statement(cells[0], "tr"), keep_next=keep_next)
        return f"<w:tr>{_cell(columns[0], paragraph)}</w:tr>"
    header = cells[0].startswith("!")
    properties = "<w:cantSplit/>"
    if cells[0].startswith("^"):
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
    if mark == "&":
        return _cell(width, _paragraph("cell_label", "", keep_next=keep_next), "<w:vMerge/>")
    if mark == "^":
        paragraph = _paragraph("cell_label", cell[1:], keep_next=keep_next)
        return _cell(width, paragraph, '<w:vMerge w:val="restart"/>')
    if mark == "_":
        # a no-break space: an empty paragraph would be an empty tag in the PDF
        return _cell(width, _paragraph("cell", "\u00a0", keep_next=keep_next))
    if mark == "@":
        return _cell(width, _paragraph("caption", cell[1:], keep_next=keep_next), RULE_ABOVE)
    if mark in SMALL_CELLS:
        return _cell(width, _paragraph(SMALL_CELLS[mark], cell[1:], keep_next=keep_next))
    kind = "cell_head" if header else "cell_label" if number == 0 else "cell"
    parts = cell.removeprefix("!").strip().split(" // ")
    return _cell(
        width, "".join(_cell_part(kind, part.strip(), keep_next=keep_next) for part in parts)
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
    """One line: what this is on the left, the page number at the right margin."""
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
