"""Files made to exhaust time or memory or to inject text, on the verify page and as a signature."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from app_browser import Browser
from PIL import Image, ImageDraw

from service.deps import Deps
from signatures.acts.images import ImageRefused, reencode
from signatures.command import STATUS, check_files
from signatures.keys.authority import Authority
from signatures.package.zip_members import Unreadable, members
from signatures.pdf.revisions import Revisions, Source
from signatures.pdf.strict import MOST_ENTRIES, NotStrict, TooMuch
from signatures.sandbox.examine import (
    AT_ONCE,
    Busy,
    Limits,
    NotExamined,
    _free,
    _server,
    verify_apart,
)
from signatures.sandbox.limits import in_a_child
from signatures.verdict.report import COMPLETENESS_UNKNOWN, GENUINE, INVALID
from signatures.verdict.verify import verify
from tests.signatures.conftest import (  # noqa: F401 (fixtures)
    SealedFile,
    authority,
    authority_dir,
    controller_first,
    converted,
    sealer,
)
from tests.signatures.hostile import HOSTILE, many_tables
from tests.variants import some

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_the_process_apart_says_what_the_verifier_says(
    controller_first: SealedFile,  # noqa: F811
    authority: Authority,  # noqa: F811
) -> None:
    for pdf in (controller_first.pdf, controller_first.pdf + b" ", controller_first.shown):
        told = verify_apart(pdf, roots=authority.roots, ledger=controller_first.ledger)
        assert told == verify(pdf, roots=authority.roots, ledger=controller_first.ledger)
        assert told.verdict == (GENUINE if pdf == controller_first.pdf else INVALID)
    without = verify_apart(controller_first.pdf, roots=authority.roots)
    assert without == verify(controller_first.pdf, roots=authority.roots)


@pytest.mark.parametrize("what", some(HOSTILE, one_in=2))
def test_a_file_that_wants_much_is_refused_before_it_gets_it(what: str) -> None:
    """Well before the limits of the process, as everything read is counted."""
    report = verify(HOSTILE[what](), roots=[])
    assert report.verdict == INVALID
    assert [each.reason for each in report.answers if each.rule == "readable"] == ["too_much"]


def test_however_many_ends_are_tried_each_table_is_read_once() -> None:
    source = Source(many_tables(19, 900))
    for _ in range(8):
        with pytest.raises(NotStrict):  # its updates contain no objects
            Revisions(source)
    assert source.work.entries == 19 * 901
    endless = Source(many_tables(19, 1900))
    for _ in range(8):
        with pytest.raises(TooMuch):
            Revisions(endless)
    assert source.work.entries < MOST_ENTRIES


def test_an_examination_that_takes_too_long_is_given_up(
    controller_first: SealedFile,  # noqa: F811
) -> None:
    with pytest.raises(NotExamined):
        verify_apart(controller_first.pdf, roots=[], limits=Limits(wall_seconds=1e-6))


def test_too_many_at_once_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signatures.sandbox.examine.WAIT_SECONDS", 0.01)
    for _ in range(AT_ONCE):
        assert _free.acquire(blocking=False)
    try:
        with pytest.raises(Busy):
            verify_apart(b"%PDF-1.7", roots=[])
    finally:
        _free.release(AT_ONCE)


def test_after_a_hostile_file_the_next_one_is_examined(
    controller_first: SealedFile,  # noqa: F811
    authority: Authority,  # noqa: F811
) -> None:
    with pytest.raises(NotExamined):
        verify_apart(controller_first.pdf, roots=authority.roots, limits=Limits(wall_seconds=1e-6))
    told = verify_apart(controller_first.pdf, roots=authority.roots)
    assert told.verdict == COMPLETENESS_UNKNOWN


def test_when_the_process_that_forks_is_gone_another_is_started(
    controller_first: SealedFile,  # noqa: F811
    authority: Authority,  # noqa: F811
) -> None:
    verify_apart(controller_first.shown, roots=authority.roots)
    forking = _server._process
    assert forking is not None
    forking.kill()
    forking.wait()
    told = verify_apart(controller_first.pdf, roots=authority.roots)
    assert told.verdict == COMPLETENESS_UNKNOWN
    assert _server._process is not forking


def test_it_ends_with_whoever_started_it() -> None:
    program = (
        "from signatures.sandbox.examine import verify_apart, _server\n"
        "verify_apart(b'%PDF-1.7', roots=[])\n"
        "print(_server._process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wait_until_gone(int(done.stdout))


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return
    pytest.fail(f"{pid} still runs")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel keeps no limit on memory elsewhere")
@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        ("bytearray(230_000_000)", "MemoryError"),
        ("open('written', 'w').write('x' * 100000)", "File too large"),
        ("[open('/dev/null') for _ in range(64)]", "Too many open files"),
    ],
)
def test_the_process_apart_cannot_take_more(act: str, refusal: str, tmp_path: Path) -> None:
    program = f"from signatures.sandbox.examine import Limits, limit; limit(Limits()); {act}"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert refusal in done.stderr


@pytest.mark.long
def test_an_examination_may_take_two_seconds_of_processor_time() -> None:
    """Enforced by the kernel: a process that continues is killed by the signal."""
    program = (
        "import resource; from signatures.sandbox.limits import Limits, limit; limit(Limits())\n"
        "assert resource.getrlimit(resource.RLIMIT_CPU) == (2, 2)\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
        "while True: pass"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_the_command_examines_within_the_same_limits(
    controller_first: SealedFile,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.pdf").write_bytes(controller_first.pdf)
    monkeypatch.setattr("signatures.command.Limits", lambda: Limits(wall_seconds=1e-6))
    assert check_files([tmp_path / "a.pdf"], language="en") == 2
    assert "more processor time or memory" in capsys.readouterr().err


def test_files_the_program_has_open_are_not_the_examinations(
    controller_first: SealedFile,  # noqa: F811
    tmp_path: Path,
) -> None:
    """They do not count towards its limit, and it cannot read them."""
    (tmp_path / "a.pdf").write_bytes(controller_first.pdf)
    alone = check_files([tmp_path / "a.pdf"])
    with contextlib.ExitStack() as opened:
        held = [opened.enter_context((tmp_path / "a.pdf").open("rb")) for _ in range(40)]
        assert check_files([tmp_path / "a.pdf"]) == alone == STATUS[COMPLETENESS_UNKNOWN]

        def still_open() -> list[int]:
            return [each.fileno() for each in held if is_open(each.fileno())]

        assert in_a_child(still_open, Limits()) == []


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        warnings.catch_warnings(action="ignore"),  # about a duplicate name
    ):
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def test_a_zip_is_unfolded_no_further_than_a_package_may_be() -> None:
    bomb = zipped(("manifest.json", b"0" * 400_000), ("overeenkomst.pdf", b"0" * 210_000))
    assert len(bomb) < 2000
    files, _ = members(bomb, most_bytes=610_000)
    assert sum(map(len, files.values())) == 610_000
    with pytest.raises(Unreadable, match="too_large"):
        members(bomb, most_bytes=609_999)
    lying = bomb.replace((210_000).to_bytes(4, "little"), b"\1\0\0\0")
    with pytest.raises(Unreadable, match="not_a_package"):
        members(lying)


def test_a_zip_with_a_name_twice_is_told_as_it_is() -> None:
    files, found = members(zipped(("a", b"1"), ("a", b"2")))
    assert files == {"a": b"1"}
    assert [(each.code, each.name) for each in found] == [("zip_twice", "a")]


def test_the_page_says_so_and_shows_the_file_name_as_text(office: Browser) -> None:
    office.get("/verifieer")
    name = "<img src=x onerror=alert(1)>.pdf"
    office.post("/verifieer", {"file": (io.BytesIO(b"%PDF-1.7\n<script>%%EOF"), name)})
    assert office.status == 200
    assert office.answer
    assert "<img" not in office.answer.text
    assert "onerror=alert(1)&gt;" in office.answer.text


def test_a_polyglot_is_no_original(office: Browser, deps: Deps) -> None:
    office.get("/verifieer")
    page = b"%PDF-1.7\n<html><script>alert(1)</script></html>\nPK\x03\x04"
    office.post("/verifieer", {"file": (io.BytesIO(page), "a.pdf")})
    assert office.answer
    assert "<script>alert" not in office.answer.text
    assert "verdict bad" in office.answer.text
    for other in (b"PK\x03\x04%PDF-1.7", b"GIF89a%PDF-", b"<html>%PDF-1.7", b""):
        office.post("/verifieer", {"file": (io.BytesIO(other), "a.pdf")})
        assert office.status == 422


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(width: int, height: int, *more: bytes) -> bytes:
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x06\0\0\0"
    pixels = zlib.compress(b"\0" * 10_000)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            *more,
            chunk(b"IDAT", pixels),
            chunk(b"IEND", b""),
        )
    )


@cache
def fifty_megabytes() -> bytes:
    """Compressed."""
    return zlib.compress(b"x" * 50_000_000)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: png(60_000, 60_000), "too_large"),
        (lambda: png(4_000_000_000, 1), "too_large"),
        (lambda: png(10, 10, chunk(b"zTXt", b"a\0\0" + fifty_megabytes())), "unreadable"),
        (lambda: png(10, 10, chunk(b"iTXt", b"a\0\1\0\0\0" + fifty_megabytes())), "unreadable"),
        (lambda: png(10, 10, chunk(b"iCCP", b"a\0\0" + fifty_megabytes())), "unreadable"),
        (lambda: b"GIF89a" + b"\0" * 100, "unreadable"),
        (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "unreadable"),
        (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unreadable"),
        (lambda: b"x" * 20_000_001, "too_large"),
    ],
)
def test_a_hostile_picture_is_refused_at_once(make: Callable[[], bytes], code: str) -> None:
    picture = make()
    began = time.monotonic()
    with pytest.raises(ImageRefused) as refused:
        reencode(picture)
    assert refused.value.code == code
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("format", ["JPEG", "MPO"])
def test_a_photo_as_a_telephone_makes_it_is_accepted(format: str) -> None:
    sheet = Image.new("RGB", (4032, 3024), "white")
    ImageDraw.Draw(sheet).line([(600, 2000), (1500, 800), (3000, 1800)], "navy", width=40)
    exif = Image.Exif()
    exif[274] = 6  # held upright
    photo = io.BytesIO()
    sheet.save(photo, format, exif=exif, **({"save_all": True} if format == "MPO" else {}))
    with Image.open(io.BytesIO(reencode(photo.getvalue()))) as kept:
        assert kept.format == "PNG"
        assert kept.height == 300
        assert kept.width < kept.height
        assert kept.getextrema()[3] == (0, 255)
