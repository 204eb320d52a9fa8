"""Files that want the service's time, memory or words: on the verify page and as a signature."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from office import Office

from service.deps import Deps
from signatures.apart import AT_ONCE, Busy, Limits, NotExamined, _free, _server, verify_apart
from signatures.authority import Authority
from signatures.images import ImageRefused, reencode
from signatures.report import COMPLETENESS_UNKNOWN, GENUINE, INVALID
from signatures.verify import verify
from tests.signatures.conftest import (  # noqa: F401 (fixtures)
    SealedFile,
    authority,
    authority_dir,
    controller_first,
    converted,
    sealer,
)

ROOT = Path(__file__).parents[2]


def heavy() -> bytes:
    """A small document with an update of ten million numbers: seconds of processor time."""
    start = b"%PDF-1.7\n"
    catalog = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    first = table(start + catalog, {1: len(start)}, b"/Root 1 0 R /Size 2")
    numbers = b"2 0 obj\n[" + b"0 " * 9_000_000 + b"]\nendobj\n"
    more = b"/Root 1 0 R /Size 3 /Prev %d" % (len(start) + len(catalog))
    return table(first + numbers, {2: len(first)}, more)


def table(pdf: bytes, offsets: dict[int, int], trailer: bytes) -> bytes:
    lines = b"".join(b"%d 1\n%010d 00000 n \n" % each for each in offsets.items())
    end = b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(pdf))
    return pdf + b"xref\n" + lines + end


HEAVY = heavy()


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


def test_a_file_that_takes_too_much_processor_time_is_given_up() -> None:
    with pytest.raises(NotExamined):
        verify_apart(HEAVY, roots=[], limits=Limits(cpu_seconds=2))


def test_a_file_that_takes_too_long_is_given_up() -> None:
    began = time.monotonic()
    with pytest.raises(NotExamined):
        verify_apart(HEAVY, roots=[], limits=Limits(wall_seconds=0.2))
    assert time.monotonic() - began < 5


def test_too_many_at_once_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signatures.apart.WAIT_SECONDS", 0.01)
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
        verify_apart(HEAVY, roots=[], limits=Limits(cpu_seconds=1))
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
        "from signatures.apart import verify_apart, _server\n"
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
        ("bytearray(2 << 30)", "MemoryError"),
        ("open('written', 'w').write('x' * 100000)", "File too large"),
        ("[open('/dev/null') for _ in range(64)]", "Too many open files"),
    ],
)
def test_the_process_apart_cannot_take_more(act: str, refusal: str, tmp_path: Path) -> None:
    program = f"from signatures.apart import Limits, limit; limit(Limits()); {act}"
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


def test_the_page_says_so_and_shows_the_file_name_as_text(office: Office) -> None:
    office.get("/verifieer")
    name = "<img src=x onerror=alert(1)>.pdf"
    office.post("/verifieer", {"file": (io.BytesIO(b"%PDF-1.7\n<script>%%EOF"), name)})
    assert office.status == 200
    assert office.answer
    assert "<img" not in office.answer.text
    assert "onerror=alert(1)&gt;" in office.answer.text


def test_a_polyglot_is_no_original(office: Office, deps: Deps) -> None:
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


BOMB = zlib.compress(b"x" * 50_000_000)


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (png(60_000, 60_000), "too_large"),
        (png(4_000_000_000, 1), "too_large"),
        (png(10, 10, chunk(b"zTXt", b"a\0\0" + BOMB)), "unreadable"),
        (png(10, 10, chunk(b"iTXt", b"a\0\1\0\0\0" + BOMB)), "unreadable"),
        (png(10, 10, chunk(b"iCCP", b"a\0\0" + BOMB)), "unreadable"),
        (b"GIF89a" + b"\0" * 100, "unreadable"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unreadable"),
        (b"x" * 2_000_001, "too_large"),
    ],
)
def test_a_hostile_picture_is_refused_at_once(picture: bytes, code: str) -> None:
    began = time.monotonic()
    with pytest.raises(ImageRefused) as refused:
        reencode(picture)
    assert refused.value.code == code
    assert time.monotonic() - began < 2
