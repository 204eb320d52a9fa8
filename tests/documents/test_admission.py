"""Files that must never reach an office, and what an office does with one that gets through."""

from __future__ import annotations

import http.server
import io
import shutil
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.documents import office
from service.documents.admission import LARGEST_FILE, admit
from service.documents.convert import EXPORT_OPTIONS
from service.documents.fill import CompiledTemplate
from service.documents.office_profile import find_office, make_seed, write_fonts_conf
from service.errors import GenerationFailed
from tests.documents.samples import ordinary
from tests.variants import some

RELATIONSHIPS = "word/_rels/document.xml.rels"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
LINKED_PICTURE = (
    f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{DRAWING}/wordprocessingDrawing">'
    '<wp:extent cx="99999" cy="99999"/><wp:docPr id="1" name="p"/>'
    f'<a:graphic xmlns:a="{DRAWING}/main"><a:graphicData uri="{DRAWING}/picture">'
    f'<pic:pic xmlns:pic="{DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/>'
    f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{TYPES}" r:link="rIdX"/>'
    "<a:stretch/></pic:blipFill><pic:spPr><a:xfrm><a:off x='0' y='0'/>"
    "<a:ext cx='99999' cy='99999'/></a:xfrm><a:prstGeom prst='rect'/></pic:spPr></pic:pic>"
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p><w:sectPr"
)


@pytest.fixture(scope="module")
def docx(compiled: CompiledTemplate) -> bytes:
    dated = datetime(2026, 3, 1, tzinfo=UTC)
    return compiled.fill({**ordinary(), "preview": False}, dated=dated)


def changed(
    docx: bytes, replaced: dict[str, tuple[bytes, bytes]], added: dict[str, bytes] | None = None
) -> bytes:
    """The same package with texts replaced in some parts, and added parts."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name in replaced:
                assert replaced[name][0] in content
                content = content.replace(*replaced[name], 1)
            new.writestr(name, content)
        for name, content in (added or {}).items():
            new.writestr(name, content)
    return result.getvalue()


def with_relationship(docx: bytes, kind: str, target: str) -> bytes:
    entry = (
        f'<Relationship Id="rIdX" Type="{TYPES}/{kind}" Target="{target}" TargetMode="External"/>'
    )
    end = b"</Relationships>"
    return changed(docx, {RELATIONSHIPS: (end, entry.encode() + end)})


def test_a_filled_template_is_admitted(docx: bytes) -> None:
    admit(docx)


def test_a_part_once_admitted_is_judged_anew_under_another_name(docx: bytes) -> None:
    linked = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{TYPES}/image" Target="http://a.example/" '
        f'TargetMode="External"/></Relationships>'
    ).encode()
    for _ in range(2):
        admit(changed(docx, {}, {"word/harmless.xml": linked}))
    for _ in range(2):
        with pytest.raises(GenerationFailed, match="external relationship"):
            admit(changed(docx, {}, {"word/_rels/harmless.xml.rels": linked}))


def test_a_hyperlink_may_point_outside(docx: bytes) -> None:
    admit(with_relationship(docx, "hyperlink", "https://example.org/"))


@pytest.mark.parametrize(
    "content",
    [b"", b"plain text", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04broken", b"x" * (LARGEST_FILE + 1)],
)
def test_what_is_no_word_file_is_refused(content: bytes) -> None:
    with pytest.raises(GenerationFailed) as failure:
        admit(content)
    assert failure.value.reason == "document_refused"


def test_a_truncated_file_is_refused(docx: bytes) -> None:
    with pytest.raises(GenerationFailed):
        admit(docx[: len(docx) // 2])


@pytest.mark.parametrize("kind", ["image", "attachedTemplate", "oleObject", "aFChunk", "frame"])
def test_what_points_outside_is_refused(docx: bytes, kind: str) -> None:
    with pytest.raises(GenerationFailed, match="relationship"):
        admit(with_relationship(docx, kind, "http://127.0.0.1:9/x"))


@pytest.mark.parametrize(
    "added", ["word/vbaProject.bin", "word/embeddings/oleObject1.bin", "word/activeX/activeX1.xml"]
)
def test_macros_and_objects_are_refused(docx: bytes, added: str) -> None:
    with pytest.raises(GenerationFailed, match="forbidden part"):
        admit(changed(docx, {}, {added: b"x"}))


def run(content: str) -> str:
    return f"<w:r>{content}</w:r>"


def mark(kind: str) -> str:
    return run(f'<w:fldChar w:fldCharType="{kind}"/>')


def instruction(*texts: str) -> str:
    return "".join(run(f'<w:instrText xml:space="preserve">{text}</w:instrText>') for text in texts)


def in_paragraph(content: str) -> str:
    return f"<w:p>{content}</w:p>"


def field(*texts: str, result: str = "") -> str:
    """A field spread over many runs."""
    shown = mark("separate") + (result or run("<w:t>1</w:t>"))
    return in_paragraph(mark("begin") + instruction(*texts) + shown + mark("end"))


FILE = "&quot;/etc/passwd&quot;"
SMUGGLED = {
    "whole": field(f" INCLUDETEXT {FILE} "),
    "in pieces": field("IN", "CLUDE", f"TEXT {FILE}"),
    "in small letters": field(f" includetext {FILE} "),
    "as entities": field(f" &#73;NCLUDE&#x54;EXT {FILE} "),
    "in one attribute": f'<w:fldSimple w:instr=" IncludeText {FILE} "/>',
    "in an attribute as entities": f'<w:fldSimple w:instr="&#73;NCLUDETEXT {FILE}"/>',
    "over two paragraphs": in_paragraph(mark("begin") + instruction("INCLUDE"))
    + in_paragraph(instruction(f"TEXT {FILE}") + mark("end")),
    "as the result of another": field(
        " PAGE ", result=mark("begin") + instruction(f" INCLUDETEXT {FILE} ") + mark("end")
    ),
    "made by another": in_paragraph(
        mark("begin")
        + mark("begin")
        + instruction(" PAGE ")
        + mark("end")
        + instruction(f"INCLUDETEXT {FILE}")
        + mark("end")
    ),
    "with a comment inside": field(f"INCLUDE<!-- -->TEXT {FILE}"),
    "as CDATA": field(f"<![CDATA[INCLUDETEXT]]> {FILE}"),
    "deleted": in_paragraph(
        mark("begin") + run(f"<w:delInstrText>INCLUDETEXT {FILE}</w:delInstrText>") + mark("end")
    ),
    "in the strict namespace": '<x:fldSimple xmlns:x="http://purl.oclc.org/ooxml/wordprocessingml'
    f'/main" x:instr="INCLUDETEXT {FILE}"/>',
    "without a mark": in_paragraph(instruction(f"INCLUDETEXT {FILE}")),
    "without an end": in_paragraph(mark("begin") + instruction(" PAGE ")),
    "after the result": in_paragraph(
        mark("begin") + instruction(" PAGE ") + mark("separate") + instruction(FILE) + mark("end")
    ),
    "with a strange mark": in_paragraph(mark("begin") + mark("middle") + mark("end")),
    "without a name": field("  "),
    **{
        name: field(f" {name} {FILE} ")
        for name in (
            "INCLUDEPICTURE",
            "INCLUDE",
            "IMPORT",
            "DDE",
            "DDEAUTO",
            "LINK",
            "EMBED",
            "DATABASE",
            "RD",
            "AUTOTEXT",
            "MACROBUTTON",
            "HYPERLINK",
            "FILENAME",
            "PAGEREF",
        )
    },
}
PULLING_IN = {
    "another file": '<w:altChunk r:id="rIdX"/>',
    "an object": "<w:object/>",
    "a picture by its address": '<v:imagedata xmlns:v="urn:schemas-microsoft-com:vml"'
    ' src="http://127.0.0.1:9/x"/>',
}


@pytest.mark.parametrize("markup", [*SMUGGLED.values(), *PULLING_IN.values()])
def test_markup_that_pulls_in_other_files_is_refused(docx: bytes, markup: str) -> None:
    part = {"word/document.xml": (b"<w:sectPr", markup.encode() + b"<w:sectPr")}
    with pytest.raises(GenerationFailed, match="forbidden markup"):
        admit(changed(docx, part))


@pytest.mark.parametrize(
    "markup",
    [field(" PAGE "), field(" Num", "Pages \\* MERGEFORMAT"), '<w:fldSimple w:instr="PAGE"/>'],
)
def test_a_number_of_the_document_itself_is_admitted(docx: bytes, markup: str) -> None:
    admit(changed(docx, {"word/document.xml": (b"<w:sectPr", markup.encode() + b"<w:sectPr")}))


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HIDDEN = f'<w:p xmlns:w="{WORD}"><w:fldSimple w:instr="INCLUDETEXT x"/></w:p>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Word/Other.XML", HIDDEN.encode()),
        ("elsewhere/part.xml", HIDDEN.encode()),
        ("customXml/item1.xml", HIDDEN.encode("utf-16")),
        (
            "word/header9.xml",
            f'<!DOCTYPE p [<!ENTITY a "INCLUDETEXT">]>{HIDDEN}'.replace("INCLUDE", "&a;").encode(),
        ),
        ("word/header9.xml", f'<?xml version="1.0" encoding="UTF-7"?>{HIDDEN}'.encode()),
        ("word/part.bin", b"anything"),
        ("word/other", HIDDEN.encode()),
        ("WORD/document.xml", HIDDEN.encode()),
        ("word/header9.xml", b"<not closed"),
    ],
)
def test_no_part_is_read_by_an_office_and_not_by_us(docx: bytes, name: str, content: bytes) -> None:
    with pytest.raises(GenerationFailed) as failure:
        admit(changed(docx, {}, {name: content}))
    assert failure.value.reason == "document_refused"


@pytest.mark.parametrize("target", ["media/picture.png", "media/picture.PNG", "nothing"])
def test_a_document_is_read_from_what_we_parsed(docx: bytes, target: str) -> None:
    entry = f'<Relationship Id="rIdX" Type="{TYPES}/header" Target="{target}"/>'
    end = b"</Relationships>"
    with pytest.raises(GenerationFailed, match="forbidden relationship"):
        admit(
            changed(
                docx,
                {RELATIONSHIPS: (end, entry.encode() + end)},
                {"word/media/picture.png": HIDDEN.encode()},
            )
        )


def test_an_encrypted_or_damaged_entry_is_refused(docx: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        start = package.getinfo("word/document.xml").header_offset
    damaged = bytearray(docx)
    damaged[start + 60 : start + 90] = bytes(30)
    with pytest.raises(GenerationFailed):
        admit(bytes(damaged))
    encrypted = docx.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert encrypted != docx
    with pytest.raises(GenerationFailed, match="encrypted"):
        admit(encrypted)


def test_a_zip_bomb_is_refused(docx: bytes) -> None:
    result = io.BytesIO(docx)
    with zipfile.ZipFile(result, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/zeros", bytes(60 << 20))
    with pytest.raises(GenerationFailed, match="content larger"):
        admit(result.getvalue())


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("isolated", some([True, False]))
def test_an_office_itself_fetches_nothing_even_unchecked(
    docx: bytes,
    templates_dir: Path,
    tmp_path: Path,
    listener: tuple[int, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    isolated: bool,
) -> None:
    port, asked = listener
    if not isolated:  # without a sandbox only the profile protects
        open_client = tmp_path / "open_client.py"
        call = "    walls = build("
        source = office.CLIENT.read_text()
        assert call in source
        opened = source.replace(call, "    walls = (lambda *_: {})(")
        open_client.write_text(opened)
        shutil.copy(office.CLIENT.with_name("office_walls.py"), tmp_path)
        monkeypatch.setattr(office, "CLIENT", open_client)
    picture = LINKED_PICTURE.encode()
    hostile = with_relationship(docx, "image", f"http://127.0.0.1:{port}/stolen.png")
    hostile = changed(hostile, {"word/document.xml": (b"<w:sectPr", picture)})
    fonts_conf = write_fonts_conf(tmp_path, templates_dir / "fonts")
    programs = find_office()
    seed = make_seed(programs, tmp_path, templates_dir / "fonts", fonts_conf)
    process = office.OfficeProcess(programs, tmp_path, seed, fonts_conf)
    try:
        assert bool(process.walls) == isolated
        assert process.convert(hostile, EXPORT_OPTIONS, seconds=10).startswith(b"%PDF")
    finally:
        process.end()
    assert asked == []
