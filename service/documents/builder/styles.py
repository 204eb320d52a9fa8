"""The look of a template: paragraph styles, written as Word styles. Lengths are in points.

Carlito has the metrics of Calibri, so a copy keeps its page breaks in Word. Text is left aligned,
as hyphenation differs per machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

FONT = "Carlito"
INK = "1A1F2B"
MUTED = "5B6472"
LANGUAGE = "nl-BE"
MARK_STYLE = "SignatureMark"
TWIPS_PER_POINT = 20
TWIPS_PER_MM = 1440 / 25.4

CLAUSE_INDENT_MM = 11.0
BULLET_INDENT_MM = 5.0


@dataclass(frozen=True)
class Style:
    """A paragraph style; ``line`` is a multiple of the font's line height."""

    id: str
    name: str
    size: float = 10
    bold: bool = False
    colour: str = INK
    before: float = 0
    after: float = 5
    line: float = 1.12
    keep_next: bool = False
    outline: int | None = None
    numbered: tuple[int, int] | None = None
    indent_mm: float = 0
    hanging_mm: float = 0
    contextual: bool = False


ARTICLES = 1
BULLETS = 2
CLAUSE_BULLETS = 3

STYLES: dict[str, Style] = {
    "paragraph": Style("Normal", "Normal"),
    "title": Style("Title", "Title", size=23, bold=True, after=14, line=1.0),
    "article": Style(
        "Heading1", "heading 1", size=12, bold=True, before=13, after=4, line=1.0,
        keep_next=True, outline=0, numbered=(ARTICLES, 0),
    ),
    "heading": Style(
        "HeadingUnnumbered", "Heading Unnumbered", size=17, bold=True, after=12, line=1.0,
        keep_next=True, outline=0,
    ),
    "section": Style(
        "HeadingSection", "Heading Section", size=12.5, bold=True, before=17, after=5, line=1.0,
        keep_next=True, outline=0,
    ),
    "subheading": Style(
        "Heading2", "heading 2", size=11.5, bold=True, before=13, after=4, line=1.0,
        keep_next=True, outline=1,
    ),
    "clause": Style(
        "Clause", "Clause", numbered=(ARTICLES, 1),
        indent_mm=CLAUSE_INDENT_MM, hanging_mm=CLAUSE_INDENT_MM,
    ),
    "clause_bullet": Style(
        "ClauseBullet", "Clause Bullet", after=5, numbered=(CLAUSE_BULLETS, 0), contextual=True,
        indent_mm=CLAUSE_INDENT_MM + BULLET_INDENT_MM, hanging_mm=BULLET_INDENT_MM,
    ),
    "bullet": Style(
        "ListBullet", "List Bullet", after=6, numbered=(BULLETS, 0), contextual=True,
        indent_mm=BULLET_INDENT_MM, hanging_mm=BULLET_INDENT_MM,
    ),
    "closing": Style("Closing", "Closing", before=16, after=8),
    "statements": Style("Statements", "Statements", before=8, after=3),
    "small": Style("Small", "Small", size=8.5, colour=MUTED, before=6, after=4, line=1.05),
    "cell": Style("Cell", "Cell", size=10, before=2, after=2, line=1.05, contextual=True),
    "cell_head": Style("CellHead", "Cell Head", size=10, bold=True, before=2, after=3, line=1.05),
    "cell_label": Style("CellLabel", "Cell Label", size=9.5, colour=MUTED, before=2.4, after=2),
    "cell_small": Style("CellSmall", "Cell Small", size=8, colour=MUTED, before=3, after=2),
    "cell_digest": Style("CellDigest", "Cell Digest", size=8.5, before=3, after=2),
    "footer": Style("Footer", "footer", size=8, colour=MUTED, after=0, line=1.0),
}  # fmt: skip


def apply_styles(docx: Docx) -> None:
    """Replace python-docx's stock styles, so that no hidden style has an effect."""
    styles = docx.styles.element
    for child in list(styles):
        styles.remove(child)
    styles.append(parse_xml(_defaults()))
    for style in STYLES.values():
        styles.append(parse_xml(_style(style)))
    styles.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="character" w:default="1" '
            'w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
        )
    )
    styles.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="character" w:styleId="{MARK_STYLE}">'
            '<w:name w:val="Signature Mark"/></w:style>'
        )
    )
    styles.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal">'
            '<w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
            "</w:tblPr></w:style>"
        )
    )


def _defaults() -> str:
    fonts = " ".join(f'w:{part}="{FONT}"' for part in ("ascii", "hAnsi", "cs", "eastAsia"))
    return (
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr><w:rFonts {fonts}/>"
        f'<w:sz w:val="20"/><w:szCs w:val="20"/><w:lang w:val="{LANGUAGE}" '
        f'w:eastAsia="{LANGUAGE}" w:bidi="{LANGUAGE}"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>"
    )


def _style(style: Style) -> str:
    default = ' w:default="1"' if style.id == "Normal" else ""
    based_on = "" if style.id == "Normal" else '<w:basedOn w:val="Normal"/>'
    bold = "<w:b/>" if style.bold else ""
    size = round(style.size * 2)
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph"{default} w:styleId="{style.id}">'
        f'<w:name w:val="{style.name}"/>{based_on}<w:qFormat/>'
        f"<w:pPr>{_paragraph_properties(style)}</w:pPr>"
        f'<w:rPr>{bold}<w:color w:val="{style.colour}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _paragraph_properties(style: Style) -> str:
    """In the order that the schema requires."""
    parts = []
    if style.keep_next:
        parts.append("<w:keepNext/><w:keepLines/>")
    parts.append("<w:widowControl/>")
    if style.numbered:
        list_id, level = style.numbered
        parts.append(f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')
    parts.append(
        f'<w:spacing w:before="{round(style.before * TWIPS_PER_POINT)}" '
        f'w:after="{round(style.after * TWIPS_PER_POINT)}" '
        f'w:line="{round(style.line * 240)}" w:lineRule="auto"/>'
    )
    if style.indent_mm:
        parts.append(
            f'<w:ind w:left="{twips(style.indent_mm)}" w:hanging="{twips(style.hanging_mm)}"/>'
        )
    if style.contextual:
        parts.append("<w:contextualSpacing/>")
    parts.append('<w:jc w:val="left"/>')
    if style.outline is not None:
        parts.append(f'<w:outlineLvl w:val="{style.outline}"/>')
    return "".join(parts)


def twips(millimetres: float) -> int:
    """Millimetres in Word's unit, a twentieth of a point."""
    return round(millimetres * TWIPS_PER_MM)
