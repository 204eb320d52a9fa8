"""The numbering of articles and clauses, and the two bullet lists."""

from __future__ import annotations

from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from service.documents.builder.styles import (
    ARTICLES,
    BULLET_INDENT_MM,
    BULLETS,
    CLAUSE_BULLETS,
    CLAUSE_INDENT_MM,
    FONT,
    twips,
)


def apply_numbering(docx: Docx) -> None:
    """Replace the stock lists. Word numbers, so the numbers are in the PDF's text."""
    numbering = docx.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    lists = {
        ARTICLES: _article_levels(),
        BULLETS: _bullet_level("ListBullet", BULLET_INDENT_MM),
        CLAUSE_BULLETS: _bullet_level("ClauseBullet", CLAUSE_INDENT_MM + BULLET_INDENT_MM),
    }
    for list_id, levels in lists.items():
        numbering.append(
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{list_id}">'
                f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
            )
        )
    for list_id in lists:
        numbering.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/>'
                "</w:num>"
            )
        )


def _article_levels() -> str:
    indent = twips(CLAUSE_INDENT_MM)
    return (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:pStyle w:val="Heading1"/><w:suff w:val="space"/><w:lvlText w:val="Artikel %1."/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:pStyle w:val="Clause"/><w:suff w:val="tab"/><w:lvlText w:val="%1.%2"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:tabs><w:tab w:val="num" w:pos="{indent}"/></w:tabs>'
        f'<w:ind w:left="{indent}" w:hanging="{indent}"/></w:pPr></w:lvl>'
    )


def _bullet_level(style_id: str, indent_mm: float) -> str:
    # the text's own typeface: Word's usual Symbol would be substituted
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:hint="default"/>'
    indent, hanging = twips(indent_mm), twips(BULLET_INDENT_MM)
    return (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/>'
        f'<w:pStyle w:val="{style_id}"/><w:suff w:val="tab"/><w:lvlText w:val="•"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:tabs><w:tab w:val="num" w:pos="{indent}"/></w:tabs>'
        f'<w:ind w:left="{indent}" w:hanging="{hanging}"/></w:pPr>'
        f"<w:rPr>{fonts}</w:rPr></w:lvl>"
    )
