"""The pool when things go wrong: an office that hangs, dies, wears out, or is idle."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from service.documents import office_folder
from service.documents.convert import OfficePool, RecycleLimits, further_seconds
from service.documents.fill import CompiledTemplate
from service.documents.office import CLIENT
from service.documents.office_folder import best_parent
from service.documents.office_isolation import missing_walls
from service.documents.office_profile import ALLOCATOR
from service.errors import GenerationFailed
from tests.documents.samples import ordinary
from tests.variants import some

WAIT_SECONDS = 60
FEW = RecycleLimits(documents=2)


@pytest.fixture(scope="module")
def docx(compiled: CompiledTemplate) -> bytes:
    dated = datetime(2026, 3, 1, tzinfo=UTC)
    return compiled.fill({**ordinary(), "preview": False}, dated=dated)


@pytest.fixture(scope="module")
def work_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("offices")


@pytest.fixture(scope="module")
def pool(templates_dir: Path, work_dir: Path) -> Iterator[OfficePool]:
    """Shared by tests that leave it working: its recovery is what they test."""
    pool = OfficePool(templates_dir / "fonts", workers=1, work_dir=work_dir, seconds=6)
    yield pool
    pool.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def gone(*pids: int) -> bool:
    return not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        for pid in pids
    )


def sockets(pool: OfficePool) -> list[Path]:
    return [path for office in pool.offices() for path in office._sockets()]


def test_when_there_is_nothing_to_do_one_office_stays(
    templates_dir: Path, tmp_path: Path, docx: bytes
) -> None:
    pool = OfficePool(templates_dir / "fonts", workers=2, work_dir=tmp_path, idle_seconds=0.5)
    try:
        with ThreadPoolExecutor(2) as threads:
            assert all(pdf.startswith(b"%PDF") for pdf in threads.map(pool.convert, [docx, docx]))
        pids = {office.office_pid for office in pool.offices()}
        until(lambda: len(pool.offices()) == 1)
        (stays,) = pool.offices()
        until(lambda: gone(*(pids - {stays.office_pid})))
        assert pool.convert(docx).startswith(b"%PDF")
        assert pool.offices() == [stays], "the one that was used last is the one that stays"
    finally:
        pool.close()


@pytest.mark.long
def test_an_office_that_hangs_is_killed_and_the_document_made_by_another(
    pool: OfficePool, docx: bytes
) -> None:
    pool.convert(docx)
    (frozen,) = pool.offices()
    os.kill(frozen.office_pid, signal.SIGSTOP)
    assert pool.convert(docx).startswith(b"%PDF")
    assert pool.offices()[0].pid != frozen.pid
    until(lambda: gone(frozen.pid, frozen.office_pid))


@pytest.mark.long
def test_an_office_that_dies_is_replaced_and_inherits_nothing_of_our_environment(
    pool: OfficePool, docx: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.convert(docx)
    (dead,) = pool.offices()
    monkeypatch.setenv("ZEGEL_SECRET_KEY", "very-secret")
    os.kill(dead.office_pid, signal.SIGKILL)
    assert pool.convert(docx).startswith(b"%PDF")
    assert pool.offices()[0].pid != dead.pid
    environment = psutil.Process(pool.offices()[0].office_pid).environ()
    assert "ZEGEL_SECRET_KEY" not in environment
    assert not any("proxy" in name.lower() for name in environment)


@pytest.mark.long
def test_a_client_that_dies_takes_its_office_along(pool: OfficePool, docx: bytes) -> None:
    pool.convert(docx)
    (dead,) = pool.offices()
    os.kill(dead.pid, signal.SIGKILL)
    assert pool.convert(docx).startswith(b"%PDF")
    until(lambda: gone(dead.office_pid))


@pytest.mark.long
def test_two_failures_end_in_a_visible_reason(
    templates_dir: Path, tmp_path: Path, docx: bytes
) -> None:
    hasty = OfficePool(templates_dir / "fonts", workers=1, work_dir=tmp_path, seconds=0.001)
    with pytest.raises(GenerationFailed) as failure:
        hasty.convert(docx)
    assert failure.value.reason == "office_failed"
    assert hasty.offices() == []
    hasty.close()


@pytest.mark.long
def test_a_worn_office_is_replaced_without_a_wait(
    templates_dir: Path, tmp_path: Path, docx: bytes
) -> None:
    pool = OfficePool(templates_dir / "fonts", workers=1, work_dir=tmp_path, limits=FEW)
    pool.convert(docx)
    (first,) = pool.offices()
    pool.convert(docx)
    assert first.documents == 2

    def replaced() -> bool:
        pool.convert(docx)
        return pool.offices()[0].pid != first.pid

    until(replaced)
    until(lambda: gone(first.pid, first.office_pid))
    pool.close()


@pytest.mark.long
def test_closing_leaves_no_process_no_socket_and_no_file(
    templates_dir: Path, tmp_path: Path, docx: bytes
) -> None:
    pool = OfficePool(templates_dir / "fonts", workers=2, work_dir=tmp_path)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(pool.convert, [docx] * 4))
    offices, left = pool.offices(), sockets(pool)
    assert offices
    assert all(path.exists() for path in left)
    pool.close()
    assert gone(*(office.pid for office in offices), *(office.office_pid for office in offices))
    assert not any(path.exists() for path in left)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(GenerationFailed) as failure:
        pool.convert(docx)
    assert failure.value.reason == "closed"


ABANDONED = """
import sys, time
from pathlib import Path
from service.documents.convert import OfficePool
pool = OfficePool(Path(sys.argv[1]), workers=1, work_dir=Path(sys.argv[2]))
pool.convert(Path(sys.argv[3]).read_bytes())
office = pool.offices()[0]
print(office.pid, office.office_pid, *office._sockets(), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("frozen", some([True, False]))
def test_a_service_that_is_killed_leaves_no_office(
    templates_dir: Path, tmp_path: Path, docx: bytes, frozen: bool
) -> None:
    (tmp_path / "in.docx").write_bytes(docx)
    service = subprocess.Popen(
        [sys.executable, "-c", ABANDONED, templates_dir / "fonts", tmp_path, tmp_path / "in.docx"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert service.stdout is not None
    client, office, *left = service.stdout.readline().split()
    if frozen:
        os.kill(int(office), signal.SIGSTOP)
    service.kill()
    service.wait()
    service.stdout.close()
    until(lambda: gone(int(client), int(office)))
    assert not any(Path(path).exists() for path in left)


def test_what_a_killed_service_left_is_removed_and_what_is_in_use_is_not(
    templates_dir: Path, work_dir: Path, docx: bytes, pool: OfficePool
) -> None:
    (work_dir / "zegel-office-left" / "seed").mkdir(parents=True)
    pool.convert(docx)
    other = OfficePool(templates_dir / "fonts", workers=1, work_dir=work_dir)
    assert not (work_dir / "zegel-office-left").exists()
    assert pool.convert(docx).startswith(b"%PDF")
    other.close()


def test_offices_work_in_memory_only_in_a_private_folder_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_folder, "SYSTEMD", tmp_path / "absent")
    memory, kept = tmp_path / "memory", tmp_path / "kept"
    assert best_parent(kept, memory) == kept, "there is none"
    memory.mkdir()
    own = best_parent(kept, memory)
    assert own.parent == memory
    assert stat.S_IMODE(own.lstat().st_mode) == 0o700
    own.chmod(0o750)
    assert best_parent(kept, memory) == kept, "others can look into it"
    own.rmdir()
    own.symlink_to(tmp_path)
    assert best_parent(kept, memory) == kept, "it leads elsewhere"
    own.unlink()
    own.write_text("")
    assert best_parent(kept, memory) == kept, "it is no folder"
    own.unlink()
    left = [parent / f"{office_folder.WORK_DIR_PREFIX}left" for parent in (own, kept)]
    for each in left:
        each.mkdir(parents=True)
    own.chmod(0o700)
    assert best_parent(kept, memory, least_free=1 << 62) == kept, "little is free"
    assert not any(each.exists() for each in left), "what was left is removed before"
    monkeypatch.setattr(office_folder, "SYSTEMD", tmp_path)
    monkeypatch.setattr(office_folder, "LAST_SYSTEM_USER", -1)
    assert best_parent(kept, memory) == kept, "this user's memory does not last"


def test_the_office_is_closed_in(pool: OfficePool, docx: bytes) -> None:
    """Every restriction, checked from outside, if this kernel permits it (it does where tests
    run)."""
    pool.convert(docx)
    (office,) = pool.offices()
    assert office.walls == {"network": True, "files": True, "capabilities": True}
    status = Path(f"/proc/{office.office_pid}/status").read_text()
    for line in ("CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
        assert line in status


def test_the_office_has_the_faster_allocator(pool: OfficePool, docx: bytes) -> None:
    """``scripts/setup`` installs it."""
    pool.convert(docx)
    (office,) = pool.offices()
    assert ALLOCATOR in Path(f"/proc/{office.office_pid}/maps").read_text()


ATTEMPTS = """
import json, os, socket, sys
sys.path.insert(0, sys.argv[1])
import office_walls
own, secret = sys.argv[2:4]
if sys.argv[4] == "no namespace":
    office_walls.leave_network = lambda _libc: False
walls = office_walls.build(own)
def refused(attempt):
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return ""
open(own + "/mine", "w").close()
open("/usr/bin/env", "rb").close()
socket.socket(socket.AF_UNIX).close()
print(json.dumps([walls, [
    refused(lambda: open(secret)),
    refused(lambda: os.listdir(os.path.dirname(secret))),
    refused(lambda: open(secret, "w")),
    refused(lambda: os.rename(secret, own + "/taken")),
    refused(lambda: open(os.path.dirname(secret) + "/new", "w")),
    refused(lambda: socket.socket(socket.AF_INET)),
    refused(lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)),
    refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
]]))
"""


@pytest.fixture(params=["on disk", "in memory"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Where offices have their folders."""
    parent = tmp_path
    if request.param == "in memory":
        monkeypatch.setattr(office_folder, "SYSTEMD", tmp_path / "absent")
        parent = best_parent(tmp_path, least_free=0)
        assert parent.parent == office_folder.MEMORY
    with tempfile.TemporaryDirectory(dir=parent) as place:
        yield Path(place)


@pytest.mark.parametrize("permitted", ["namespace", "no namespace"])
def test_behind_the_walls_nothing_of_the_service_is_reached(place: Path, permitted: str) -> None:
    """Even where namespaces are forbidden, as in a container."""
    own, elsewhere = place / "own", place / "elsewhere"
    own.mkdir()
    elsewhere.mkdir()
    secret = elsewhere / "seal.key.pem"
    secret.write_text("secret")
    tried = subprocess.run(
        [
            *(sys.executable, "-c", ATTEMPTS),
            *(CLIENT.parent, own, secret, permitted),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    walls, refusals = json.loads(tried.stdout)
    assert walls == {"network": True, "files": True, "capabilities": True}
    assert all(refusals), refusals
    assert secret.read_text() == "secret"
    assert missing_walls() == ()


def test_no_office_on_this_machine_is_said_plainly(templates_dir: Path, docx: bytes) -> None:
    pool = OfficePool(templates_dir / "fonts", workers=1, office_python="/nowhere/python3")
    with pytest.raises(GenerationFailed) as failure:
        pool.convert(docx)
    assert failure.value.reason == "office_python_missing"
    pool.close()


def test_a_large_document_may_take_longer() -> None:
    assert further_seconds(b"x" * 143_000) == 0  # an ordinary evidence sheet
    assert further_seconds(b"x" * 600_000) == 40  # one with the longest log that is printed
