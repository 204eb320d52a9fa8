"""A document's whole production with the real office: data in, frozen PDF and reading view out."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from usual import FIELDS

from service.documents.check import check_text, compact
from service.documents.docx_blocks import Cell, Paragraph, Run, TableBlock
from service.documents.pdf_text import PDFIUM, PdfText, read_pdf_text
from service.documents.produce import DocumentMaker, ProducedDocument
from service.documents.template import DocumentTemplate
from service.errors import GenerationFailed
from service.wiring.build import installed_template
from tests.documents.samples import full, hard, ordinary
from tests.variants import some

TEMPLATE = installed_template()
DATED = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def make(
    maker: DocumentMaker,
    context: dict[str, Any],
    *,
    order: str = "controller_first",
    preview: bool = False,
) -> ProducedDocument:
    return maker.agreement(TEMPLATE, context, fields=FIELDS[order], dated=DATED, preview=preview)


def paragraph(words: str) -> Paragraph:
    return Paragraph((Run(words),), "Normal")


@pytest.fixture(scope="module", params=[ordinary, hard], ids=["ordinary", "hard"])
def context(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param()


@pytest.fixture(scope="module")
def document(document_maker: DocumentMaker, context: dict[str, Any]) -> ProducedDocument:
    return make(document_maker, context)


class _Text(HTMLParser):
    """The text of the reading view, bullets included as on paper."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self._lists: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in ("ul", "ol"):
            self._lists.append(tag)
        elif tag == "li" and self._lists[-1] == "ul":
            self.words += "•"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._lists.pop()

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_reading_view_says_exactly_what_the_pdf_says(document: ProducedDocument) -> None:
    view = _Text()
    view.feed(document.reading_html)
    pages = [compact(page) for page in read_pdf_text(document.pdf).pages]
    footers = [f"VO-2026-00042·sjabloon1.1Pagina{n + 1}van{len(pages)}" for n in range(len(pages))]
    assert all(
        page.startswith(footer) or page.endswith(footer)
        for page, footer in zip(pages, footers, strict=True)
    )
    without = (page.replace(footer, "", 1) for page, footer in zip(pages, footers, strict=True))
    assert compact(view.words.replace("\u00ad", "")) == "".join(without)


def test_the_reading_view_is_semantic(document: ProducedDocument) -> None:
    html = document.reading_html
    assert html.count("<h2") == 1
    assert len(re.findall(r'<section id="artikel-\d+"', html)) == 14
    anchors = re.findall(r'<li id="(artikel-\d+-\d+)">', html)
    assert len(anchors) == len(set(anchors)) == 40
    assert "artikel-12-1" in anchors
    assert '<section id="bijlage-1"' in html
    assert '<th scope="col">' in html
    assert '<th scope="row">' in html
    assert '<th scope="col">Verwerkings&#173;verantwoordelijke</th>' in html
    assert "<script" not in html
    assert "style=" not in html


def test_the_pdf_declares_what_it_is(document: ProducedDocument) -> None:
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        assert str(pdf.docinfo.CreationDate) == "D:20260301233000Z" == str(pdf.docinfo.ModDate)
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "3B"
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert metadata["dc:title"] == str(pdf.docinfo.Title)
            assert metadata["xmp:CreateDate"] == "2026-03-01T23:30:00Z"
        assert str(pdf.Root.Lang) == "nl-BE"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert all(page.obj.Tabs == pikepdf.Name.S for page in pdf.pages)
        assert "/DocChecksum" not in pdf.trailer


def test_the_data_travel_with_it_as_printed(
    document: ProducedDocument, context: dict[str, Any]
) -> None:
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        attached = pdf.attachments["overeenkomst.json"]
        assert json.loads(attached.get_file().read_bytes()) == context
        assert pdf.Root.AF[0].AFRelationship == pikepdf.Name.Data


def boxes(pdf: bytes, text: str) -> list[tuple[int, tuple[float, ...]]]:
    """Where this text is: the page, and left, bottom, right, top."""
    places = []
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            text_page = page.get_textpage()
            searcher = text_page.search(text, match_case=True)
            while occurrence := searcher.get_next():
                start, count = occurrence
                each = [text_page.get_charbox(start + offset) for offset in range(count)]
                lefts, bottoms, rights, tops = zip(*each, strict=True)
                places.append((number, (min(lefts), min(bottoms), max(rights), max(tops))))
    return places


def test_every_place_is_a_field_over_its_rows_of_the_table(document: ProducedDocument) -> None:
    """From the row *Datum*, on whose line the date is drawn, to the foot of the signature's row."""
    found = {label: boxes(document.pdf, label) for label in ("Datum", "Handtekening")}
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        names = [str(field.T) for field in pdf.Root.AcroForm.Fields]
        dates = {str(field.T): float(field["/Zegel_Date"]) for field in pdf.Root.AcroForm.Fields}
    assert names == ["controller_agreement", "controller_annex", "processor_agreement"]
    for place in document.places:
        ((date,), (signature,)) = (
            [
                each
                for page, each in found[label]
                if page == place.page and each[0] < 75 and each[1] < place.rect[3]
            ]
            for label in ("Datum", "Handtekening")
        )
        left, bottom, right, top = place.rect
        assert abs(bottom + dates[place.place] - date[1]) < 0.2
        assert date[3] <= top < date[3] + 5
        assert 60 < signature[3] - bottom < 80
        assert 595 - 60 > right > left + 170


def test_nothing_of_the_marks_is_left_and_each_field_is_part_of_its_cell(
    document: ProducedDocument,
) -> None:
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        assert b"zegel:" not in pdf_objects(pdf)
        kinds = [str(each.Subtype) for page in pdf.pages for each in page.get("/Annots", [])]
        assert kinds == ["/Widget"] * 3
        for field in pdf.Root.AcroForm.Fields:
            form = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)[int(field.StructParent)]
            assert str(form.S) == "/Form"
            assert form.K.Obj.objgen == field.objgen
            assert [str(each.S) for each in around(form)][1:4] == ["/TD", "/TR", "/Table"]
            assert form.P.K[-1].objgen == form.objgen
    assert not re.search(r"\[H\d\]|[Hh]andtekeningveld", read_pdf_text(document.pdf).text)


def around(element: pikepdf.Object) -> list[pikepdf.Object]:
    """The ancestors of a structure element, nearest first."""
    found = []
    while "/S" in (element := element.get("/P", {})):
        found.append(element)
    return found


def pdf_objects(pdf: pikepdf.Pdf) -> bytes:
    """Every object but the data of streams."""
    return b"".join(each.unparse() for each in pdf.objects)


def test_every_place_is_locked_before_anybody_signs(document: ProducedDocument) -> None:
    """The controller's two fields lock only themselves; after the processor's nothing may
    change."""
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        locks = {str(field.T): field.Lock for field in pdf.Root.AcroForm.Fields}
        assert all(field.get("/V") is None for field in pdf.Root.AcroForm.Fields)
        for place in ("controller_agreement", "controller_annex"):
            lock = locks[place]
            assert (lock.Action, lock.P) == (pikepdf.Name.Include, 2)
            assert [str(name) for name in lock.Fields] == [place]
        last = locks["processor_agreement"]
        assert (last.Action, last.P) == (pikepdf.Name.All, 1)


def test_an_independent_reader_finds_no_fault(document: ProducedDocument, tmp_path: Path) -> None:
    path = tmp_path / "overeenkomst.pdf"
    path.write_bytes(document.pdf)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    rows = fonts.splitlines()[2:]
    assert rows
    assert all("+Carlito" in row for row in rows)


def test_no_element_of_the_structure_is_empty(document: ProducedDocument) -> None:
    def walk(element: Any) -> None:
        kids = element.get("/K")
        children = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
        assert kids is not None or element.S == "/TD", str(element.S)
        for child in children:
            if isinstance(child, pikepdf.Dictionary) and "/S" in child:
                walk(child)

    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        walk(pdf.Root.StructTreeRoot)


@pytest.mark.parametrize("context", some([hard, ordinary]), indirect=True)
def test_the_same_data_give_the_same_bytes_from_a_fresh_office(
    document: ProducedDocument, context: dict[str, Any], templates_dir: Path
) -> None:
    maker = DocumentMaker(templates_dir, workers=1)
    try:
        again = make(maker, context)
    finally:
        maker.close()
    assert again == document
    assert hashlib.sha256(again.pdf).hexdigest() == document.sha256


def test_other_data_another_date_or_another_order_give_other_bytes(
    document_maker: DocumentMaker,
) -> None:
    hashes = {
        make(document_maker, ordinary()).sha256,
        make(document_maker, {**ordinary(), "reference": "VO-2026-00043"}).sha256,
        make(document_maker, ordinary(), order="processor_first").sha256,
        document_maker.agreement(
            TEMPLATE,
            ordinary(),
            fields=FIELDS["controller_first"],
            dated=datetime(2026, 3, 2, tzinfo=UTC),
        ).sha256,
    }
    assert len(hashes) == 4


def test_a_document_made_before_costs_a_look_up(document_maker: DocumentMaker) -> None:
    first = make(document_maker, ordinary())
    assert make(document_maker, ordinary()) is first


def test_a_preview_says_so_on_every_page_and_cannot_be_signed(
    document_maker: DocumentMaker,
) -> None:
    preview = make(document_maker, ordinary(), preview=True)
    assert all("VOORBEELD" in page for page in read_pdf_text(preview.pdf).pages)
    assert preview.places == ()
    with pikepdf.open(io.BytesIO(preview.pdf)) as pdf:
        assert "/AcroForm" not in pdf.Root
    assert "VOORBEELD" not in read_pdf_text(make(document_maker, ordinary()).pdf).text


def test_a_revision_is_named_in_the_footer(document_maker: DocumentMaker) -> None:
    revised = make(document_maker, {**ordinary(), "revision": 2})
    assert "VO-2026-00042 (herziening 2)" in read_pdf_text(revised.pdf).pages[0]


def test_hard_names_print_as_typed(document_maker: DocumentMaker) -> None:
    document = make(document_maker, hard())
    text = compact(read_pdf_text(document.pdf).text)
    assert "(Jansen&Zn<test>BVBA)" in text
    assert "'tHofvanÓBrien-Łódź" in text
    assert compact(hard()["controller"]["name"]) in text
    assert "{{naam}}" in text
    assert "Jansen &amp; Zn &lt;test&gt; BVBA" in document.reading_html


def test_every_field_at_its_full_length_prints(document_maker: DocumentMaker) -> None:
    """The table of the parties then spans pages, each repeating its head."""
    document = make(document_maker, full("W"))
    pages = [compact(page) for page in read_pdf_text(document.pdf).pages]
    heads = sum("PartijVerwerkingsverantwoordelijkeVerwerker" in page for page in pages)
    assert heads > 1


def test_only_a_repeated_head_is_left_out(agreement_template: DocumentTemplate) -> None:
    head, row = paragraph("Head"), paragraph("row")
    table = TableBlock(tuple((Cell((each,), 0),) for each in (head, row, row, row)), headers=1)
    blocks = [paragraph("before"), table, paragraph("after")]

    def refused(*pages: str) -> bool:
        try:
            check_text(PdfText(pages), agreement_template.docx, blocks, {})
        except GenerationFailed as failure:
            return failure.reason == "text_differs"
        return False

    assert not refused("beforeHeadrowrowrowafter")
    assert not refused("before Head row", "Head row row after")
    assert not refused("before Head row", "Head row", "Head row after")
    assert refused("before Head row", "Head row row Head after")
    assert refused("before Head row", "Head Head row row after")
    assert refused("before Head row", "row Head row after")
    assert refused("before Head row row row", "Head after")
    assert refused("before", "Head Head row row row after")
    assert refused("before Head row", "Head row row after", "Head")


def test_a_party_named_after_a_signature_place_moves_nothing(document_maker: DocumentMaker) -> None:
    context = ordinary()
    usual = make(document_maker, context).places
    context["controller"]["representative"]["name"] = "zegel:controller_agreement"
    assert make(document_maker, context).places == usual


def test_a_character_the_fonts_lack_is_refused_by_name(document_maker: DocumentMaker) -> None:
    context = ordinary()
    context["controller"]["name"] = "Bakkerij 🍞"
    with pytest.raises(GenerationFailed) as failure:
        make(document_maker, context)
    assert failure.value.reason == "unprintable_value"
    assert failure.value.detail.startswith("controller.name: U+1F35E BREAD")
    assert document_maker.fonts.unprintable("Łódź 🍞 ’t Hof €") == "🍞"


def test_another_template_version_than_ours_is_refused(document_maker: DocumentMaker) -> None:
    context = {**ordinary(), "template": {"version": "0.9"}}
    with pytest.raises(GenerationFailed) as failure:
        make(document_maker, context)
    assert failure.value.reason == "template_version"


def test_a_date_without_time_zone_is_a_mistake(document_maker: DocumentMaker) -> None:
    with pytest.raises(ValueError, match="time zone"):
        document_maker.agreement(
            TEMPLATE,
            ordinary(),
            fields=FIELDS["controller_first"],
            dated=datetime(2026, 3, 1),  # noqa: DTZ001
        )


def test_many_at_once_never_mix_parties(document_maker: DocumentMaker) -> None:
    def made_for(number: int) -> bool:
        context = ordinary()
        context["controller"]["name"] = f"Partij {number:04}"
        text = read_pdf_text(make(document_maker, context).pdf).text
        return set(re.findall(r"Partij \d{4}", text)) == {f"Partij {number:04}"}

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(made_for, range(12)))


@pytest.mark.parametrize("services", some(range(1, 13)))
def test_signature_blocks_stay_whole_wherever_the_page_ends(
    document_maker: DocumentMaker, services: int
) -> None:
    context = ordinary()
    context["services"] = [f"dienst {number} " + "met uitleg " * 14 for number in range(services)]
    context["annex"]["data_subjects"] *= services * 3
    document = make(document_maker, context)
    pages = read_pdf_text(document.pdf).pages
    by_place = {place.place: pages[place.page] for place in document.places}
    assert "Aldus overeengekomen en getekend," in by_place["controller_agreement"]
    assert "Aldus overeengekomen en getekend," in by_place["processor_agreement"]
    for words in ("Waarborg", "Naam An Peeters", "Einde van"):
        assert words in by_place["controller_annex"]
