"""Files that must never reach an office, and what an office does with one that slips through."""

from __future__ import annotations

import http.server
import io
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
    """The same package with texts replaced in some parts and parts added."""
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


@pytest.mark.parametrize(
    "markup",
    [b'<w:altChunk r:id="rIdX"/>', b"<w:object/>", b"<w:instrText>INCLUDETEXT x</w:instrText>"],
)
def test_markup_that_pulls_in_other_files_is_refused(docx: bytes, markup: bytes) -> None:
    part = {"word/document.xml": (b"<w:sectPr", markup + b"<w:sectPr")}
    with pytest.raises(GenerationFailed, match="forbidden markup"):
        admit(changed(docx, part))


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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("isolated", [True, False])
def test_an_office_itself_fetches_nothing_even_unchecked(
    docx: bytes,
    templates_dir: Path,
    tmp_path: Path,
    listener: tuple[int, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    isolated: bool,
) -> None:
    port, asked = listener
    if not isolated:  # where no namespace is permitted the profile alone must hold
        open_client = tmp_path / "open_client.py"
        call = "isolated = leave_network()"
        source = office.CLIENT.read_text()
        assert call in source
        open_client.write_text(source.replace(call, "isolated = False"))
        monkeypatch.setattr(office, "CLIENT", open_client)
    picture = LINKED_PICTURE.encode()
    hostile = with_relationship(docx, "image", f"http://127.0.0.1:{port}/stolen.png")
    hostile = changed(hostile, {"word/document.xml": (b"<w:sectPr", picture)})
    fonts_conf = write_fonts_conf(tmp_path, templates_dir / "fonts")
    programs = find_office()
    seed = make_seed(programs, tmp_path, templates_dir / "fonts", fonts_conf)
    process = office.OfficeProcess(programs, tmp_path, seed, fonts_conf)
    try:
        assert process.isolated <= isolated
        assert process.convert(hostile, EXPORT_OPTIONS, seconds=10).startswith(b"%PDF")
    finally:
        process.end()
    assert asked == []
