"""Known attacks on signed PDFs, each as a function from a sealed file to a changed one.

``IN_THE_FILE`` changes the closed original. ``BEFORE_THE_CLOSE`` changes it after the last act, by
an attacker who gets the file closed again with a perfect document time stamp, which anyone can get
from a public time stamp authority. Each is listed with the rule that must detect it.
"""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject

from signatures.pdf.revision_writer import RevisionWriter
from signatures.verdict.report import FAILS, Report

Attack = Callable[[bytes], bytes]
Change = Callable[[IncrementalPdfFileWriter], None]
name = generic.pdf_name


def failing(report: Report) -> set[str]:
    """The rules that detected an attack."""
    return {answer.rule for answer in report.answers if answer.state == FAILS}


def incremental(change: Change) -> Attack:
    """A well-formed incremental update, as a PDF library writes it; the metadata stay unchanged, so
    that only the change itself can be detected."""

    def attack(pdf: bytes) -> bytes:
        writer = RevisionWriter(pdf)
        change(writer)
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()

    return attack


def writing(change: Change) -> Callable[[io.BytesIO], RevisionWriter]:
    """Our writer, with an additional change in each revision."""

    class Meddling(RevisionWriter):
        meddled = False

        def _update_meta(self) -> None:
            if not self.meddled:  # it is called more than once, and some changes undo themselves
                self.meddled = True
                change(self)

    return Meddling


def _pages(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]


def add_page(writer: IncrementalPdfFileWriter) -> None:
    content = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 200, 200)))


def remove_page(writer: IncrementalPdfFileWriter) -> None:
    pages = _pages(writer)
    del pages["/Kids"][-1]
    pages["/Count"] = generic.NumberObject(len(pages["/Kids"]))
    writer.update_container(pages)


def reorder_pages(writer: IncrementalPdfFileWriter) -> None:
    pages = _pages(writer)
    pages["/Kids"].reverse()
    writer.update_container(pages)


def annotate(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0]
    note = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/FreeText"),
            name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (9, 9, 99, 99))),
            name("/Contents"): generic.pdf_string("En nog iets"),
        }
    )
    writer.register_annotation(page, writer.add_object(note))


def replace_content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.update_container(page)


def show_what_was_hidden(writer: IncrementalPdfFileWriter) -> None:
    """Hide and replace: a page shows another stream that was already in the file when signed."""
    first = writer.find_page_for_modification(0)[0].get_object()
    second = writer.find_page_for_modification(1)[0].get_object()
    first["/Contents"] = second.raw_get("/Contents")
    writer.update_container(first)


def change_title(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(
        writer.add_object(generic.DictionaryObject({name("/Title"): generic.pdf_string("Ander")}))
    )


def change_info(writer: IncrementalPdfFileWriter) -> None:
    info = writer.trailer["/Info"]
    info["/Title"] = generic.pdf_string("Een andere titel")
    writer.update_container(info)


def change_xmp(writer: IncrementalPdfFileWriter) -> None:
    metadata = writer.root["/Metadata"]
    metadata._data = metadata.data.replace(b"Overeenkomst", b"Ongeldig")
    metadata._encoded_data = None
    writer.update_container(metadata)


def change_appearance(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    stream = field["/AP"].raw_get("/N").get_object()
    stream._data = b"q 1 0 0 rg 0 0 50 50 re f Q"
    stream._encoded_data = None
    writer.update_container(stream)


def redefine_font(writer: IncrementalPdfFileWriter) -> None:
    fonts = _pages(writer)["/Kids"][0]["/Resources"]["/Font"]
    font = fonts[next(iter(fonts))]
    font["/BaseFont"] = name("/Ander")
    writer.update_container(font)


def swap_signatures(writer: IncrementalPdfFileWriter) -> None:
    one, other = (writer.root["/AcroForm"]["/Fields"][n].get_object() for n in (0, 1))
    one["/V"], other["/V"] = other.raw_get("/V"), one.raw_get("/V")
    writer.update_container(one)
    writer.update_container(other)


def remove_signature(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    field.pop("/V", None)
    writer.update_container(field)


def run_a_script(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    )
    writer.update_root()


def nothing_at_all(writer: IncrementalPdfFileWriter) -> None:
    writer.update_root()


CHANGES: dict[str, Change] = {
    "page added": add_page,
    "page removed": remove_page,
    "pages reordered": reorder_pages,
    "annotation": annotate,
    "content replaced": replace_content,
    "hide and replace": show_what_was_hidden,
    "Info exchanged": change_title,
    "Info changed": change_info,
    "XMP changed": change_xmp,
    "appearance changed": change_appearance,
    "font redefined": redefine_font,
    "signatures swapped": swap_signatures,
    "signature removed": remove_signature,
    "script added": run_a_script,
}


def by_pypdf(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_metadata({"/Title": "Een andere titel"})
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def table_alone(pdf: bytes) -> bytes:
    """A table without objects: the first page's number points to the second page's bytes."""
    last = int(re.findall(rb"startxref\n(\d+)", pdf)[-1])
    offset = pdf.index(b" 0 obj\n<< /Annots")
    start = pdf.rindex(b"\n", 0, offset) + 1
    number = int(pdf[start:offset])
    trailer = pdf[pdf.rindex(b"trailer") : pdf.rindex(b"startxref")]
    trailer = re.sub(rb"/Prev \d+", b"/Prev %d" % last, trailer)
    section = b"xref\n%d 1\n%010d 00000 n \n" % (number - 1, start)
    return pdf + section + trailer + b"startxref\n%d\n%%%%EOF\n" % len(pdf)


def rewritten_by_pikepdf(pdf: bytes) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(output)
    return output.getvalue()


def rewritten_by_pypdf(pdf: bytes) -> bytes:
    output = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(pdf)).write(output)
    return output.getvalue()


def rewritten_by_qpdf(*options: str) -> Attack:
    def attack(pdf: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "a.pdf"), Path(folder, "b.pdf")
            source.write_bytes(pdf)
            subprocess.run(["qpdf", *options, str(source), str(target)], check=True)
            return target.read_bytes()

    return attack


def page_taken_out_by_pikepdf(pdf: bytes) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.pages[-1]
        opened.save(output)
    return output.getvalue()


def byte_range(which: int, replacement: Callable[[list[int]], bytes]) -> Attack:
    """Replace one ByteRange by something that fits in its place."""

    def attack(pdf: bytes) -> bytes:
        found = list(re.finditer(rb"/ByteRange \[([\d ]+)\] *", pdf))[which]
        numbers = [int(number) for number in found[1].split()]
        made = b"/ByteRange " + replacement(numbers)
        assert len(made) <= len(found[0])
        return pdf[: found.start()] + made.ljust(len(found[0])) + pdf[found.end() :]

    return attack


def _listed(*numbers: int) -> bytes:
    return b"[%s]" % b" ".join(b"%d" % number for number in numbers)


def wrapped(pdf: bytes) -> bytes:
    """Signature wrapping: the second signed part moves back, with the attacker's bytes in
    between."""
    found = list(re.finditer(rb"/ByteRange \[([\d ]+)\] *", pdf))[-1]
    _, first, second, rest = (int(number) for number in found[1].split())
    between = b"\n% iets anders\n"
    moved = b"/ByteRange " + _listed(0, first, second + len(between), rest)
    changed = pdf[: found.start()] + moved.ljust(len(found[0])) + pdf[found.end() :]
    return changed[:second] + between + changed[second:]


def lower_case_container(pdf: bytes) -> bytes:
    start, end = _container(pdf, -1)
    return pdf[:start] + pdf[start:end].swapcase() + pdf[end:]


def container_of_another_act(pdf: bytes) -> bytes:
    """The first act's seal is replaced by the second's."""
    (one, end), (other, other_end) = _container(pdf, 0), _container(pdf, 1)
    return pdf[:one] + pdf[other:other_end] + pdf[end:]


def _container(pdf: bytes, which: int) -> tuple[int, int]:
    return list(re.finditer(rb"<[0-9A-Fa-f]{1000,}>", pdf))[which].span()


# Attacks on the closed original, with the rules of which at least one must detect it, with or
# without a ledger.
IN_THE_FILE: dict[str, tuple[Attack, set[str]]] = {
    **{what: (incremental(change), {"closed"}) for what, change in CHANGES.items()},
    "an empty update": (incremental(nothing_at_all), {"closed"}),
    "Info changed by pypdf": (by_pypdf, {"closed"}),
    "a table that points elsewhere": (table_alone, {"closed"}),
    "bytes behind the end": (lambda pdf: pdf + b"\n% iets", {"closed"}),
    "a second file behind the end": (lambda pdf: pdf + pdf, {"closed"}),
    "the last byte gone": (lambda pdf: pdf[:-1], {"closed"}),
    "the end mark gone": (lambda pdf: pdf[:-7], {"readable", "fields"}),
    "bytes before the beginning": (lambda pdf: b"MZ\n" + pdf, {"readable"}),
    "rewritten by pikepdf": (rewritten_by_pikepdf, {"intact", "readable"}),
    "rewritten by pypdf": (rewritten_by_pypdf, {"intact", "readable"}),
    "rewritten by qpdf": (rewritten_by_qpdf(), {"intact", "readable"}),
    "with object streams by qpdf": (rewritten_by_qpdf("--object-streams=generate"), {"readable"}),
    "linearized by qpdf": (rewritten_by_qpdf("--linearize"), {"readable"}),
    "page taken out by pikepdf": (page_taken_out_by_pikepdf, {"intact", "readable"}),
    "ByteRange null": (byte_range(-1, lambda _: b"null"), {"intact", "closed"}),
    "ByteRange empty": (byte_range(-1, lambda _: b"[]"), {"intact", "closed"}),
    "ByteRange of nothing": (byte_range(-1, lambda _: _listed(0, 0, 0, 0)), {"intact"}),
    "ByteRange negative": (byte_range(-1, lambda _: b"[0 -9 9 -1]"), {"intact"}),
    "ByteRange of one part": (byte_range(-1, lambda n: _listed(*n[:2])), {"intact"}),
    "ByteRange of three parts": (byte_range(-1, lambda _: b"[0 1 2 3 4 5]"), {"intact"}),
    "ByteRange with a gap": (
        byte_range(-1, lambda n: _listed(0, n[1], n[2] + 9, n[3] - 9)),
        {"intact"},
    ),
    "ByteRange that overlaps": (
        byte_range(-1, lambda n: _listed(0, n[2], n[1], len("x") + n[3])),
        {"intact"},
    ),
    "ByteRange not from the start": (byte_range(-1, lambda n: _listed(9, *n[1:])), {"intact"}),
    "ByteRange of an act": (byte_range(0, lambda n: _listed(*n[:3], n[3] - 1)), {"intact"}),
    "ByteRange in fractions": (byte_range(-1, lambda n: b"[0 %d.5 %d %d]" % (*n[1:],)), {"intact"}),
    "wrapped": (wrapped, {"readable", "intact"}),
    "container in lower case": (lower_case_container, {"closed"}),
    "seal of another act": (container_of_another_act, {"intact"}),
}
# Changes within the revision of the close, by an attacker who makes the rest of it perfect, with
# the reason why rule ``changes`` refuses it. In a separate revision, each would be refused for
# that.
WITH_THE_CLOSE: dict[str, tuple[Change, str]] = {
    "page added": (add_page, "something_else"),
    "page removed": (remove_page, "something_else"),
    "pages reordered": (reorder_pages, "something_else"),
    "annotation": (annotate, "annotation"),
    "content replaced": (replace_content, "page"),
    "hide and replace": (show_what_was_hidden, "page"),
    "Info exchanged": (change_title, "trailer"),
    "Info changed": (change_info, "metadata"),
    "XMP changed": (change_xmp, "metadata"),
    "appearance changed": (change_appearance, "something_else"),
    "font redefined": (redefine_font, "something_else"),
    "signatures swapped": (swap_signatures, "something_else"),
    "signature removed": (remove_signature, "something_else"),
    "script added": (run_a_script, "catalog"),
}
