"""The reading view: the agreement as semantic HTML, from the same filled Word file.

Escaped, without styles or scripts. Articles and clauses have anchors (``#artikel-12-1``) and their
own numbers.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

from service.documents.docx_blocks import Cell, Paragraph, TableBlock
from service.texts import OURS, text

TITLE_STYLE = "Title"
SOFT_HYPHEN = "\u00ad"


def reading_view(blocks: list[Paragraph | TableBlock], *, title_level: int = 2) -> str:
    """The blocks as HTML; the title becomes ``h<title_level>``, articles one level lower.

    ASCII only, so that the bytes work in any page, and as a file (``leesweergave.html`` of the
    package).
    """
    writer = _Writer(title_level)
    for block in blocks:
        if isinstance(block, TableBlock):
            writer.table(block)
        else:
            writer.paragraph(block)
    writer.close_section()
    return "\n".join(writer.parts).encode("ascii", "xmlcharrefreplace").decode()


class _Writer:
    def __init__(self, title_level: int) -> None:
        self.parts: list[str] = []
        self._level = title_level
        self._open: list[str] = []
        self._in_section = False
        self._word = "artikel"

    def paragraph(self, paragraph: Paragraph) -> None:
        if paragraph.bullet:
            self._bullet(paragraph)
        elif paragraph.style == TITLE_STYLE:
            self._close_lists()
            self.parts.append(_element(f"h{self._level}", _inline(paragraph)))
        elif paragraph.outline is not None:
            self._heading(paragraph, paragraph.outline)
        elif paragraph.label:
            self._clause(paragraph)
        else:
            self._close_lists()
            self.parts.append(_element("p", _inline(paragraph)))

    def table(self, table: TableBlock) -> None:
        self._close_lists()
        head = "".join(_row(row, header=True) for row in table.rows[: table.headers])
        body = "".join(_row(row, header=False) for row in table.rows[table.headers :])
        head = f"<thead>{head}</thead>" if head else ""
        self.parts.append(f"<table>{head}<tbody>{body}</tbody></table>")

    def close_section(self) -> None:
        self._close_lists()
        if self._in_section:
            self.parts.append("</section>")
        self._in_section = False

    def _heading(self, paragraph: Paragraph, outline: int) -> None:
        tag = f"h{min(6, self._level + 1 + outline)}"
        if outline:
            self._close_lists()
            self.parts.append(_element(tag, _inline(paragraph)))
            return
        self.close_section()
        if paragraph.label:
            self._word = _slug(re.sub(r"\d.*", "", paragraph.label)) or self._word
        anchor = _slug(paragraph.label or paragraph.text.split(":")[0])
        self._in_section = True
        self.parts.append(f'<section id="{anchor}" aria-labelledby="{anchor}-titel">')
        self.parts.append(f'<{tag} id="{anchor}-titel">{_inline(paragraph)}</{tag}>')

    def _clause(self, paragraph: Paragraph) -> None:
        while self._open and self._open[-1] != "ol":
            self._close_one()
        if not self._open:
            self._open.append("ol")
            self.parts.append('<ol class="clauses">')
        else:
            self.parts.append("</li>")
        anchor = f"{self._word}-{_slug(paragraph.label)}"
        self.parts.append(f'<li id="{anchor}"><p>{_inline(paragraph)}</p>')

    def _bullet(self, paragraph: Paragraph) -> None:
        if not self._open or self._open[-1] != "ul":
            self._open.append("ul")
            self.parts.append("<ul>")
        self.parts.append(_element("li", _inline(paragraph)))

    def _close_lists(self) -> None:
        while self._open:
            self._close_one()

    def _close_one(self) -> None:
        tag = self._open.pop()
        self.parts.append("</li></ol>" if tag == "ol" else "</ul>")


def _row(row: tuple[Cell, ...], *, header: bool) -> str:
    cells = []
    for cell in row:
        span = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        content = _breakable("<br>".join(_inline(paragraph) for paragraph in cell.paragraphs))
        if header:
            cells.append(f'<th scope="col"{span}>{content}</th>')
        elif cell.column == 0:
            cells.append(f'<th scope="row"{span}>{content}</th>')
        else:
            cells.append(f"<td{span}>{content}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _breakable(content: str) -> str:
    """A cell's words with soft hyphens: some are wider than a phone's column."""
    for word in text("labels.broken", OURS).split():
        content = content.replace(word.replace("|", ""), word.replace("|", SOFT_HYPHEN))
    return content


def _inline(paragraph: Paragraph) -> str:
    number = ""
    if paragraph.label and not paragraph.bullet:
        number = f'<span class="number">{escape(paragraph.label)}</span> '
    words = "".join(
        f"<strong>{escape(run.text)}</strong>" if run.bold else escape(run.text)
        for run in paragraph.runs
    )
    return number + words


def _element(tag: str, content: str) -> str:
    return f"<{tag}>{content}</{tag}>"


def _slug(words: str) -> str:
    """An anchor: ``Artikel 12.`` becomes ``artikel-12``."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))
