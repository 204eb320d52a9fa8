"""The embedded PostgreSQL: first start, second start, and everything that can go wrong."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from service.engines import EmbeddedPostgres
from service.engines.errors import DataFromOtherVersion, DiskFull, EngineFailed, EngineMissing
from service.engines.process import is_alive, wait_until
from service.error_words import words_of


@pytest.fixture(scope="session")
def made_once(run_directory: Path, worker_name: str) -> Path:
    """A properly stopped cluster, copied for each test: initdb takes half a second."""
    directory = run_directory / f"postgres-made-once-{worker_name}"
    server = EmbeddedPostgres(directory, durable=False)
    server.start()
    server.stop()
    return directory


@pytest.fixture
def server(made_once: Path, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """The test's own server, stopped in any case."""
    directory = tmp_path / "pg"
    subprocess.run(["cp", "-a", str(made_once), str(directory)], check=True)
    (directory / "socket-folder").unlink(missing_ok=True)
    server = EmbeddedPostgres(directory, durable=False)
    yield server
    _kill(server.pid())
    remembered = directory / "socket-folder"
    if remembered.exists():
        shutil.rmtree(remembered.read_text(), ignore_errors=True)


def test_it_works(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg", durable=False)
    url = server.start()
    assert url.startswith("postgresql+psycopg://zegel_app@/zegel?host=/")
    assert _ask(url, "SELECT upper('’é'), current_user, version() LIKE 'PostgreSQL 18%'") == (
        "’É",
        "zegel_app",
        True,
    )
    server.stop()
    assert server.pid() is None
    with pytest.raises(psycopg.OperationalError):
        _ask(url, "SELECT 1")


def test_it_listens_on_a_socket_of_ours_only(server: EmbeddedPostgres) -> None:
    url = server.start()
    assert _ask(url, "SHOW listen_addresses") == ("",)
    assert _ask(url, "SHOW unix_socket_permissions") == ("0700",)
    folder = Path(url.partition("host=")[2])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_durability_is_only_left_out_on_request(made_once: Path, tmp_path: Path) -> None:
    subprocess.run(["cp", "-a", str(made_once), str(tmp_path / "pg")], check=True)
    server = EmbeddedPostgres(tmp_path / "pg")
    try:
        url = server.start()
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert _ask(url, f"SHOW {setting}") == ("on",)
    finally:
        server.stop()


def test_data_are_still_there_after_a_restart(server: EmbeddedPostgres) -> None:
    server.start()
    _do(server.owner_url(), "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    server.start()
    assert _ask(server.owner_url(), "SELECT answer FROM kept") == (42,)


def test_starting_twice_uses_the_same_server(server: EmbeddedPostgres) -> None:
    server.start()
    first = server.pid()
    again = EmbeddedPostgres(server.directory, durable=False)
    again.start()
    assert again.pid() == first
    again.stop()
    assert server.pid() == first, "somebody else still uses it"
    server.stop()
    assert server.pid() is None


def test_a_killed_server_recovers_what_was_committed(server: EmbeddedPostgres) -> None:
    server = EmbeddedPostgres(server.directory)  # durable: this is about what a commit means
    server.start()
    _do(server.owner_url(), "CREATE TABLE kept AS SELECT 42 AS answer")
    _kill(server.pid())
    assert (server.data / "postmaster.pid").exists(), "a killed server leaves its lock file"
    server.start()
    assert _ask(server.owner_url(), "SELECT answer FROM kept") == (42,)


@pytest.mark.long
def test_a_server_whose_starter_was_killed_is_taken_over(server: EmbeddedPostgres) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(server.directory)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    assert is_alive(pid)
    server.start()
    assert server.pid() == pid
    server.stop()
    assert not is_alive(pid)


def test_a_killed_test_run_leaves_no_server(server: EmbeddedPostgres) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", WATCHED, str(server.directory)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert is_alive(pid)
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    wait_until(lambda: not is_alive(pid), seconds=60)
    assert not is_alive(pid)


def test_a_lock_file_with_the_number_of_another_process_is_no_obstacle(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    _kill(server.pid())
    lock = server.data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert _ask(server.start(), "SELECT 1") == (1,)


def test_what_a_killed_server_still_holds_is_waited_for(server: EmbeddedPostgres) -> None:
    server.start()
    pid = server.pid()
    assert pid is not None
    child, *_ = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    os.kill(child, signal.SIGSTOP)  # it cannot notice that its server is gone
    os.kill(pid, signal.SIGKILL)
    with ThreadPoolExecutor(1) as pool:
        address = pool.submit(server.start)
        assert wait_until(lambda: "still in use" in server.log.read_text(), seconds=60)
        os.kill(child, signal.SIGCONT)
        assert _ask(address.result(60), "SELECT 1") == (1,)


def test_data_of_another_major_version_are_refused(server: EmbeddedPostgres) -> None:
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(DataFromOtherVersion) as refused:
        server.start()
    assert "PostgreSQL 17" in words_of(refused.value)
    assert "PostgreSQL 18" in words_of(refused.value)


@pytest.mark.long
def test_an_unfinished_first_start_begins_again(tmp_path: Path) -> None:
    unfinished = tmp_path / "pg" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "rubbish").write_text("cut off")
    server = EmbeddedPostgres(tmp_path / "pg", durable=False)
    try:
        assert _ask(server.start(), "SELECT 1") == (1,)
    finally:
        server.stop()


@pytest.mark.long
def test_a_deep_directory_gets_a_short_socket_path(made_once: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    subprocess.run(["cp", "-a", str(made_once), str(deep / "pg")], check=True)
    server = EmbeddedPostgres(deep / "pg", durable=False)
    try:
        url = server.start()
        folder = Path(url.partition("host=")[2])
        assert len(str(folder)) < 60
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert _ask(url, "SELECT 1") == (1,)
        server.stop()
        assert server.start() == url, "the folder is remembered"
    finally:
        server.stop()
        shutil.rmtree(folder)


def test_a_closed_folder_above_is_not_opened_for_the_server(
    made_once: Path, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    subprocess.run(["cp", "-a", str(made_once), str(closed / "pg")], check=True)
    server = EmbeddedPostgres(closed / "pg", durable=False)
    try:
        assert _ask(server.start(), "SELECT 1") == (1,)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.stop()


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_BIN", str(tmp_path))
    with pytest.raises(EngineMissing, match="PostgreSQL"):
        EmbeddedPostgres(tmp_path / "pg").start()


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.engines.postgres.ROOM_NEEDED_MB", 10**9)
    with pytest.raises(DiskFull):
        EmbeddedPostgres(tmp_path / "pg").start()
    assert not (tmp_path / "pg" / "data").exists()


def test_a_server_that_refuses_says_why(server: EmbeddedPostgres) -> None:
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("max_connections = many\n")
    with pytest.raises(EngineFailed, match="max_connections"):
        server.start()


def test_a_cluster_of_before_the_second_role_lets_it_in(server: EmbeddedPostgres) -> None:
    """Even if the older version's server was left running."""
    server.start()
    _do(server.owner_url(), "CREATE TABLE kept AS SELECT 42 AS answer")
    _do(server.owner_url(), "DROP ROLE zegel_app")
    (server.data / "pg_hba.conf").write_text("local all zegel peer map=zegel\n")
    _do(server.owner_url(), "SELECT pg_reload_conf()")
    again = EmbeddedPostgres(server.directory, durable=False)
    with pytest.raises(psycopg.OperationalError):
        _ask(again.url(), "SELECT 1")
    assert _ask(again.start(), "SELECT current_user") == ("zegel_app",)
    assert _ask(server.owner_url(), "SELECT answer FROM kept") == (42,)
    assert again.pid() == server.pid()
    again.stop()
    server.stop()
    assert _ask(server.start(), "SELECT current_user") == ("zegel_app",)


STARTER = """
import sys, time
from pathlib import Path
from service.engines import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.pid(), flush=True)
time.sleep(60)
"""

WATCHED = STARTER.replace(
    "print(",
    """from tests.left_behind import ended_when_left
ended_when_left(server.directory, server.data / "postmaster.pid")
print(""",
)


def _ask(url: str, question: str) -> tuple[object, ...] | None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(question.encode()).fetchone()


def _do(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(statement.encode())


def _kill(pid: int | None) -> None:
    """Like a crash: kills the server and its children without clean-up."""
    if pid is not None:
        os.killpg(pid, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(pid), seconds=60)
