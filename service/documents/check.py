"""The final check of a finished PDF, by its contents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from lxml import etree

from service.documents.docx_blocks import Paragraph, TableBlock, printed_paragraphs
from service.documents.pdf_memory import open_pdf
from service.documents.pdf_text import PdfText
from service.documents.placeholders import printed_strings
from service.documents.template import W, parts_that_begin
from service.errors import GenerationFailed

JINJA = ("{{", "}}", "{%", "%}")
BRACES = ("{", "}")
MARKERS = (
    b"<pdfaid:part>3</pdfaid:part>",
    b"<pdfaid:conformance>B</pdfaid:conformance>",
    b"<pdfuaid:part>1</pdfuaid:part>",
)


def check_text(
    text: PdfText, docx: bytes, blocks: list[Paragraph | TableBlock], context: Mapping[str, Any]
) -> None:
    """The PDF must contain exactly the text of the filled Word file.

    The reading view has that text too. Raises GenerationFailed ``no_pages``, ``text_differs`` or
    ``unfilled``.
    """
    check_pages(text)
    expected, tables = _expected(blocks)
    printed = _joined(pages_without_footer(text, docx), tables)
    if printed != expected:
        raise GenerationFailed("text_differs", _first_difference(expected, printed))
    check_filled(blocks, context)


@dataclass(frozen=True)
class _Table:
    """The span in the compacted text of a table's rows below its head, and the text of the head."""

    start: int
    end: int
    head: str


def _expected(blocks: list[Paragraph | TableBlock]) -> tuple[str, list[_Table]]:
    expected, tables = "", []
    for block in blocks:
        whole = _said([block])
        if isinstance(block, TableBlock) and block.headers:
            head = _said([replace(block, rows=block.rows[: block.headers])])
            start = len(expected) + len(head)
            tables.append(_Table(start, len(expected) + len(whole), head))
        expected += whole
    return expected, tables


def _said(blocks: list[Paragraph | TableBlock]) -> str:
    return "".join(
        compact(paragraph.label + paragraph.text) for paragraph in printed_paragraphs(blocks)
    )


def _joined(pages: list[str], tables: list[_Table]) -> str:
    """The pages as one text. A page that begins inside a table repeats its head, which is left
    out."""
    printed = ""
    for page in pages:
        head = next((each.head for each in tables if each.start < len(printed) < each.end), "")
        printed += page.removeprefix(head)
    return printed


def check_pages(text: PdfText) -> None:
    """Raises GenerationFailed ``no_pages`` without any."""
    if not text.pages:
        raise GenerationFailed("no_pages")


def check_filled(blocks: list[Paragraph | TableBlock], context: Mapping[str, Any]) -> None:
    """No placeholder may remain in a filled Word file, except in a party's own data that look like
    one.

    Checks paragraphs, because such data may span pages. Raises GenerationFailed ``unfilled``.
    """
    own = {compact(value) for _, value in printed_strings(context)}
    alike = sorted((each for each in own if _looks_unfilled(each)), key=len, reverse=True)
    for paragraph in printed_paragraphs(blocks):
        if not any(brace in paragraph.text for brace in BRACES):
            continue  # as nearly all; compacting makes none
        printed = compact(paragraph.text)
        for value in alike:
            printed = printed.replace(value, " ")
        if _looks_unfilled(printed):
            raise GenerationFailed("unfilled")


def _looks_unfilled(words: str) -> bool:
    return any(mark in words for mark in JINJA)


def check_format(pdf: bytes, fonts: Iterable[str]) -> None:
    """Tags, language, PDF/A-3b and PDF/UA-1 are declared, and only our fonts are used, embedded.

    Raises GenerationFailed ``format_missing`` or ``font_not_allowed``.
    """
    with open_pdf(pdf) as opened:
        root = opened.Root
        if "/StructTreeRoot" not in root or "/Lang" not in root or "/OutputIntents" not in root:
            raise GenerationFailed("format_missing", "tags, language or colour profile")
        metadata = root.Metadata.read_bytes()
        for marker in MARKERS:
            if marker not in metadata:
                raise GenerationFailed("format_missing", marker.decode())
        allowed = frozenset(fonts)
        for font in _fonts(opened):
            name = str(font.BaseFont).lstrip("/").split("+")[-1]
            described = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            descriptor = described.get("/FontDescriptor", {})
            if name not in allowed or "/FontFile2" not in descriptor:
                raise GenerationFailed("font_not_allowed", name)


def pages_without_footer(text: PdfText, docx: bytes) -> list[str]:
    """The compacted text of each page without its footer, which the office writes before or after
    the text, depending on the version."""
    pages = []
    footers = _footers(docx)
    for number, page in enumerate(text.pages, 1):
        printed = compact(page)
        counts = {"PAGE": str(number), "NUMPAGES": str(len(text.pages))}
        for parts in footers:
            footer = compact("".join(counts.get(field, own) for field, own in parts))
            if not footer:
                continue
            if printed.startswith(footer):
                printed = printed.removeprefix(footer)
                break
            if printed.endswith(footer):
                printed = printed.removesuffix(footer)
                break
        pages.append(printed)
    return pages


def compact(text: str) -> str:
    """NFC without white space, as lines break differently on paper."""
    return "".join(unicodedata.normalize("NFC", text).split())


def _footers(docx: bytes) -> list[list[tuple[str, str]]]:
    """Each footer's texts, with the name of the field if one is a field."""
    found = []
    for part in parts_that_begin(docx, "word/footer"):
        footer = etree.fromstring(part)
        parts = []
        for text in footer.iter(f"{W}t"):
            field = next(text.iterancestors(f"{W}fldSimple"), None)
            instruction = (field.get(f"{W}instr", "") if field is not None else "").split()
            parts.append((instruction[0] if instruction else "", text.text or ""))
        found.append(parts)
    return found


def _fonts(pdf: pikepdf.Pdf) -> Iterable[Any]:
    for page in pdf.pages:
        yield from (font for _, font in page.resources.get("/Font", {}).items())


def _first_difference(expected: str, printed: str) -> str:
    length = min(len(expected), len(printed))
    at = next((i for i in range(length) if expected[i] != printed[i]), length)
    return f"at {at}: …{expected[max(0, at - 20) : at + 30]}… / …{printed[at : at + 30]}…"
