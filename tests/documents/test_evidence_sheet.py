"""The evidence sheet: readable, ready for sealing, and nothing overflows its cell."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from service.documents.check import compact
from service.documents.pdf_text import read_pdf_text
from service.documents.placeholders import printed_strings
from service.documents.produce import DocumentMaker
from service.documents.sheet.faces import Faces, Measure
from service.documents.sheet.layout import on_pages
from service.documents.sheet.text import SheetTemplate
from service.errors import GenerationFailed
from signatures.acts.prepare_fields import PlaceOnPage, prepare_fields
from tests.documents.samples import evidence

DATED = datetime(2026, 3, 2, 10, tzinfo=UTC)
RIGHT_MARGIN = 595.3 - 60


@pytest.fixture(scope="module")
def sheet(document_maker: DocumentMaker) -> bytes:
    return document_maker.evidence_sheet(evidence(), evidence_json=b'{"acts":3}', dated=DATED)


def test_it_says_everything_it_was_given(sheet: bytes) -> None:
    text = compact(read_pdf_text(sheet).text)
    for path, value in printed_strings(evidence()):
        assert compact(value) in text, path


def test_it_carries_the_evidence_and_one_field_for_the_seal(sheet: bytes) -> None:
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        assert pdf.attachments["bewijs.json"].get_file().read_bytes() == b'{"acts":3}'
        assert [str(field.T) for field in pdf.Root.AcroForm.Fields] == ["service_seal"]
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "3B"
            assert metadata["dc:title"] == "Bewijsblad VO-2026-00042"


def test_digests_stay_within_the_margin(sheet: bytes) -> None:
    digest = evidence()["chain_head"][:16]
    right_ends = []
    with pypdfium2.PdfDocument(sheet) as document:
        for page in document:
            text = page.get_textpage()
            found = text.search(digest, match_case=True)
            while place := found.get_next():
                start, count = place
                right_ends += [text.get_charbox(start + n)[2] for n in range(count)]
    assert right_ends
    assert max(right_ends) < RIGHT_MARGIN


def test_the_same_evidence_gives_the_same_bytes(
    document_maker: DocumentMaker, sheet: bytes
) -> None:
    again = document_maker.evidence_sheet(evidence(), evidence_json=b'{"acts":3}', dated=DATED)
    assert again == sheet


def test_a_look_is_decoration_only(document_maker: DocumentMaker, sheet: bytes) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (280, 80), "#7b2cbf80").save(out, "PNG")
    bare = {"evidence_json": b'{"acts":3}', "dated": DATED}
    shown = document_maker.evidence_sheet(evidence(), **bare, colour="#7b2cbf", logo=out.getvalue())
    assert read_pdf_text(shown).text == read_pdf_text(sheet).text
    assert len(shown) - len(sheet) < 2_000
    with pikepdf.open(io.BytesIO(shown)) as pdf, pikepdf.open(io.BytesIO(sheet)) as plain:
        assert [page.get("/Resources").get("/XObject") is not None for page in pdf.pages] == [
            number == 0 for number in range(len(plain.pages))
        ]
        image = pikepdf.PdfImage(pdf.pages[0].Resources.XObject.Logo)
        assert image.as_pil_image().convert("RGB").getpixel((9, 9)) == (0xBD, 0x95, 0xDF)
        before = pdf.pages[0].Contents.read_bytes().split(b"EMC")[0]
        assert before.startswith(b"/Artifact BMC")
        assert b"0.482 0.173 0.749 rg" in before
    with pypdfium2.PdfDocument(shown) as document:
        page = document[0].render(scale=2).to_pil()
    ink = [page.getpixel((x, y)) for x in range(page.width) for y in range(120)]
    assert any(abs(red - 0xBD) + abs(green - 0x95) < 6 for red, green, _ in ink)


@pytest.mark.parametrize("logo", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_a_logo_that_cannot_be_read_keeps_nothing_from_completing(
    document_maker: DocumentMaker, sheet: bytes, logo: bytes
) -> None:
    made = document_maker.evidence_sheet(
        evidence(), evidence_json=b'{"acts":3}', dated=DATED, logo=logo
    )
    assert read_pdf_text(made).text == read_pdf_text(sheet).text


@pytest.mark.parametrize("key", ["effective_date", "acts", "chain_head", "not_proven"])
def test_evidence_that_lacks_something_is_no_evidence(
    document_maker: DocumentMaker, key: str
) -> None:
    context: dict[str, Any] = evidence()
    del context[key]
    with pytest.raises(GenerationFailed) as failure:
        document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
    assert failure.value.reason == "missing_value"


def test_without_delegations_the_heading_goes_too(document_maker: DocumentMaker) -> None:
    context = {**evidence(), "delegations": []}
    made = document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
    assert "Overdracht" not in read_pdf_text(made).text


def test_no_value_keeps_a_sheet_from_being_made(document_maker: DocumentMaker) -> None:
    """Both parties have signed, so every recorded value must print, if necessary as a mark."""
    context: dict[str, Any] = evidence()
    first, second, third = context["acts"]
    first |= {"ip": "", "browser": "  ", "function": None}
    first["in_short"] = "nul \x00 en \ud800 en \u202e en \u200b en 陳 en 🙂"
    second["organisation"] = "{{ organisation }} " + "{%" * 300 + "}}" * 300
    second["browser"] = "w" * 50_000
    third["email"] = ""
    context["events"][-1]["sentence"] = "ŵ" * 3_990 + " {{ é" + "é" * 90_000
    second["document_sha256"] = "f" * 3_000
    made = document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
    text = read_pdf_text(made).text
    assert "nul ? en ? en ? en ? en ? en ?" in " ".join(text.split())
    assert compact("IP-adres onbekend Browser onbekend") in compact(text)
    assert compact("E-mailadres onbekend") in compact(text)
    assert text.count("ŵ") == 3_990  # a row higher than a page continues on the next ones


def test_a_value_is_printed_as_it_is_and_marks_nothing(document_maker: DocumentMaker) -> None:
    context: dict[str, Any] = evidence()
    values = [
        "# Kop",
        "- streep",
        "::end",
        "**vet** | kolom",
        "{{ reference }} {% if %}",
        "[seal] x",
    ]
    context["story"] = values
    context["acts"][0]["function"] = "a | b **c**"
    made = document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
    text = " ".join(read_pdf_text(made).text.split())
    assert " ".join(values) in text
    assert "a | b **c**" in text


def test_it_is_made_where_there_is_no_office(templates_dir: Path, sheet: bytes) -> None:
    maker = DocumentMaker(templates_dir, workers=1, soffice="/nonexistent/soffice")
    assert maker.evidence_sheet(evidence(), evidence_json=b'{"acts":3}', dated=DATED) == sheet


def test_threads_never_see_each_others_data(document_maker: DocumentMaker) -> None:
    def make(number: int) -> bool:
        context = {**evidence(), "reference": f"VO-2026-{number:05}"}
        made = document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
        text = read_pdf_text(made).text
        return context["reference"] in text and "VO-2026-00042" not in text

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(make, range(100, 112)))


def test_its_tags_say_what_each_thing_is(sheet: bytes) -> None:
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        (document,) = pdf.Root.StructTreeRoot.K
        blocks = [str(each.S) for each in document.K]
        assert blocks[0] == "/H1"
        assert (blocks.count("/H2"), blocks.count("/H3"), blocks.count("/Table")) == (8, 3, 11)
        lists = [each for each in document.K if each.S == "/L"]
        items = lists[0].K[0].K
        assert [len(each.K) for each in lists[:2]] == [2, 2]
        assert [str(each.S) for each in items] == ["/Lbl", "/LBody"]
        events = [each for each in document.K if each.S == "/Table"][-1]
        head, *rows = events.K
        assert [(str(cell.S), str(cell.A.Scope)) for cell in head.K] == [("/TH", "/Column")] * 3
        assert len(rows) == 60  # over several pages, which repeat the head without a tag
        assert [str(cell.S) for cell in rows[-1].K] == ["/TH", "/TD", "/TD"]
        assert str(rows[-1].K[0].A.Scope) == "/Row"


def test_a_head_stands_above_its_table_on_every_page(sheet: bytes) -> None:
    pages = read_pdf_text(sheet).pages
    events = [page for page in pages if "De ondertekenaar opende de uitnodiging" in page]
    assert len(events) > 2
    assert all("Gebeurtenis" in page for page in events)
    assert events[-1].startswith("Tijdstip")


@pytest.mark.parametrize("rows", range(1, 40, 2))
def test_nothing_is_left_behind_at_the_foot_of_a_page(templates_dir: Path, rows: int) -> None:
    """No heading and no head of a table, wherever a page ends."""
    context: dict[str, Any] = evidence()
    context["annex"], context["story"] = context["annex"][:rows], ["Een zin."] * rows
    measure = Measure(Faces.load(templates_dir / "fonts"))
    pages, document = on_pages(SheetTemplate(templates_dir / "evidence").blocks(context), measure)
    assert len(pages.all) > 5
    for page in pages.all[:-1]:
        last = page.owners[-1]
        assert not last.role.startswith("H")
        assert (last.role, last.attributes) != ("TH", "column")
    assert pages.seal
    assert pages.seal.element in document.kids
    above = document.kids[document.kids.index(pages.seal.element) - 1]
    assert [kid.page for kid in above.kids] == [pages.seal.page]  # the sentence that announces it


def test_the_field_is_as_the_signatures_prepare_it(sheet: bytes) -> None:
    """What is written here directly equals what ``prepare_fields`` adds to an existing file."""

    def facts(pdf: pikepdf.Pdf) -> Iterator[Any]:
        (field,) = pdf.Root.AcroForm.Fields
        yield int(pdf.Root.AcroForm.SigFlags)
        yield sorted(field.keys())
        yield [str(field[key]) for key in ("/Type", "/Subtype", "/FT", "/T", "/TU", "/F")]
        yield [float(edge) for edge in field.Rect]
        yield {key: str(value) for key, value in field.Lock.items()}
        yield {key: repr(field.AP.N[key]) for key in ("/Type", "/Subtype", "/BBox", "/Resources")}
        yield field.AP.N.read_bytes()
        form = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)[int(field.StructParent)]
        yield [sorted(form.keys()), str(form.S), str(form.Alt), sorted(form.K.keys())]
        yield [form.K.Obj.objgen == field.objgen, form.P.S == "/Document"]
        page = pdf.pages[0].obj
        yield [field.P.objgen == page.objgen == form.Pg.objgen, page.Annots.is_indirect]
        yield [int(pdf.Root.StructTreeRoot.ParentTreeNextKey) > int(field.StructParent)]

    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        ours = list(facts(pdf))
        (field,) = pdf.Root.AcroForm.Fields
        rect = tuple(float(edge) for edge in field.Rect)
        place = PlaceOnPage(str(field.T), 0, rect, str(field.TU))
        del pdf.Root.AcroForm, pdf.pages[0].obj.Annots
        prepare_fields(pdf, [place], [place.place])
        assert ours == list(facts(pdf))


def test_it_carries_only_the_letters_that_it_prints(sheet: bytes) -> None:
    """It is kept for every agreement: a font of 2,782 letters would be most of it."""
    assert len(sheet) < 130_000


def test_every_declared_placeholder_is_used(templates_dir: Path) -> None:
    template = SheetTemplate(templates_dir / "evidence")
    assert {placeholder.path for placeholder in template.placeholders} - template.used == set()


@pytest.mark.parametrize(
    ("old", "new"), [("{{ binding }}", "{{ bindings }}"), ("[seal] ", ""), ("::end", "")]
)
def test_a_template_that_is_wrong_is_refused(
    templates_dir: Path, tmp_path: Path, old: str, new: str
) -> None:
    for name in ("template.toml", "evidence.md"):
        text = (templates_dir / "evidence" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(GenerationFailed) as failure:
        SheetTemplate(tmp_path)
    assert failure.value.reason == "template_invalid"
