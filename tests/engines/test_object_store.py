"""The embedded S3 server: what an archive needs of it, its internal ports, and its restarts."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from stores import administrator, client

from service.engines import EmbeddedObjectStore, ObjectStoreAddress
from service.engines import object_store as engine
from service.engines.errors import EngineFailed, EngineMissing
from service.engines.object_store import SWITCHES, find_program
from service.engines.process import is_alive, wait_until


@pytest.fixture
def locked_bucket(s3: Any, bucket: str) -> str:
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    return bucket


@pytest.fixture
def locked(s3: Any, locked_bucket: str) -> dict[str, str]:
    """An object under Object Lock: its bucket, key and version."""
    put = s3.put_object(
        Bucket=locked_bucket,
        Key="map/a.pdf",
        Body=b"bewaard",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(days=400),
    )
    return {"Bucket": locked_bucket, "Key": "map/a.pdf", "VersionId": put["VersionId"]}


@pytest.fixture
def doors(run_directory: Path, object_store: ObjectStoreAddress) -> dict[str, int]:
    """The ports behind the S3 port."""
    return EmbeddedObjectStore(run_directory / "object-store").ports()


def test_it_works(s3: Any, locked: dict[str, str]) -> None:
    assert s3.get_object(**locked)["Body"].read() == b"bewaard"
    assert s3.get_bucket_versioning(Bucket=locked["Bucket"])["Status"] == "Enabled"


def test_a_locked_version_cannot_be_deleted(s3: Any, locked: dict[str, str]) -> None:
    with pytest.raises(ClientError) as refused:
        s3.delete_object(**locked)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    s3.delete_object(Bucket=locked["Bucket"], Key=locked["Key"])  # this only hides it
    assert s3.get_object(**locked)["Body"].read() == b"bewaard"


def test_the_lock_can_be_extended_but_not_shortened(s3: Any, locked: dict[str, str]) -> None:
    longer = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=800)}
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=1)}
    s3.put_object_retention(**locked, Retention=longer)
    with pytest.raises(ClientError):
        s3.put_object_retention(**locked, Retention=shorter)


def test_a_key_is_written_once(s3: Any, locked: dict[str, str]) -> None:
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=locked["Bucket"], Key=locked["Key"], Body=b"anders", IfNoneMatch="*")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert s3.get_object(Bucket=locked["Bucket"], Key=locked["Key"])["Body"].read() == b"bewaard"


def test_a_wrong_checksum_is_refused(s3: Any, locked_bucket: str) -> None:
    with pytest.raises(ClientError):
        s3.put_object(Bucket=locked_bucket, Key="b", Body=b"bytes", ChecksumSHA256="A" * 43 + "=")


def test_a_bucket_with_originals_cannot_be_deleted(s3: Any, locked: dict[str, str]) -> None:
    with pytest.raises(ClientError):
        s3.delete_bucket(Bucket=locked["Bucket"])


def test_nobody_enters_without_the_credentials(
    object_store: ObjectStoreAddress, locked: dict[str, str]
) -> None:
    wrong = client(object_store.endpoint_url, object_store.access_key_id, "guessed")
    with pytest.raises(ClientError):
        wrong.get_object(**locked)
    port = int(object_store.endpoint_url.rpartition(":")[2])
    assert _status(port, "GET", f"/{locked['Bucket']}/{locked['Key']}") == 403
    assert _status(port, "GET", "/") == 403


@pytest.mark.parametrize("part", ["master.port", "filer.port"])
def test_nothing_is_deleted_through_the_ports_behind_s3(
    s3: Any, locked: dict[str, str], doors: dict[str, int], part: str
) -> None:
    """Without -disableHttp the first path erases the bucket, and HEAD still answers 200."""
    bucket = locked["Bucket"]
    for path in (f"/col/delete?collection={bucket}", f"/buckets/{bucket}?recursive=true"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert _status(doors[part], method, path) == 404
    assert s3.get_object(**locked)["Body"].read() == b"bewaard"


def test_the_volume_server_refuses_whoever_has_no_token(doors: dict[str, int]) -> None:
    for volume in range(1, 8):
        assert _status(doors["volume.port"], "DELETE", f"/{volume},01637037d6") in (401, 404)


def test_the_grpc_ports_refuse_whoever_has_no_certificate(
    s3: Any, locked: dict[str, str], doors: dict[str, int], tmp_path: Path
) -> None:
    """SeaweedFS's own shell speaks gRPC; from another directory it has no certificate."""
    master = f"127.0.0.1:{doors['master.port']}.{doors['master.port.grpc']}"
    filer = f"127.0.0.1:{doors['filer.port']}.{doors['filer.port.grpc']}"
    shell = subprocess.Popen(
        [find_program(), "shell", f"-master={master}", f"-filer={filer}"],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.defpath},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = shell.communicate(f"fs.rm -rf /buckets/{locked['Bucket']}\n", timeout=3)
    except subprocess.TimeoutExpired:
        shell.kill()
        said, _ = shell.communicate()
    assert "removed" not in said
    assert s3.get_object(**locked)["Body"].read() == b"bewaard"


def test_it_listens_on_this_machine_only(doors: dict[str, int]) -> None:
    listening = _listening_addresses()
    for name, port in doors.items():
        assert listening.get(port, {"127.0.0.1"}) == {"127.0.0.1"}, name


def test_secrets_are_for_the_owner_only(run_directory: Path, doors: dict[str, int]) -> None:
    directory = run_directory / "object-store"
    for name in ("security.toml", "credentials.json", "grpc.key"):
        assert stat.S_IMODE((directory / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE((directory / "data").stat().st_mode) == 0o700


# --- a server of the test's own ---------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedObjectStore]:
    store = EmbeddedObjectStore(tmp_path / "s3")
    yield store
    pid = store.pid()
    if pid is not None:
        os.killpg(pid, signal.SIGKILL)


@pytest.mark.long
def test_killed_and_started_again_everything_is_there(store: EmbeddedObjectStore) -> None:
    first = store.start()
    administrator(first).create_bucket(Bucket="archief", ObjectLockEnabledForBucket=True)
    administrator(first).put_object(Bucket="archief", Key="a", Body=b"bewaard")
    pid = store.pid()
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(pid), seconds=60)

    with socket.socket() as other:  # meanwhile another program takes one of its ports
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", store.ports()["s3.port"]))
        other.listen()
        again = store.start()
        assert again.endpoint_url != first.endpoint_url
        assert again.secret_access_key == first.secret_access_key
        assert _read(administrator(again), "a") == b"bewaard"


def test_what_was_acknowledged_survives_a_kill(store: EmbeddedObjectStore) -> None:
    address = store.start()
    administrator(address).create_bucket(Bucket="archief", ObjectLockEnabledForBucket=True)
    acknowledged: dict[str, bytes] = {}

    def write(writer: int) -> None:
        s3 = administrator(address)
        for number in range(10_000):
            key, data = f"{writer}-{number}", os.urandom(60_000)
            try:
                s3.put_object(Bucket="archief", Key=key, Body=data, IfNoneMatch="*")
            except (BotoCoreError, ClientError):  # it has stopped
                return
            acknowledged[key] = data

    with ThreadPoolExecutor(2) as writers:
        writing = [writers.submit(write, writer) for writer in range(2)]
        assert wait_until(lambda: len(acknowledged) > 20, seconds=60)
        pid = store.pid()
        assert pid is not None
        os.killpg(pid, signal.SIGKILL)
        for each in writing:
            each.result()
    again = administrator(store.start())
    for key, data in acknowledged.items():
        assert _read(again, key) == data


@pytest.mark.long
def test_taken_over_after_its_starter_was_killed_and_stopped_by_the_last(
    store: EmbeddedObjectStore,
) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(store.directory)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    other = EmbeddedObjectStore(store.directory)
    address = store.start()
    assert other.start() == address
    assert store.pid() == pid
    other.stop()
    assert is_alive(pid), "somebody else still uses it"
    store.stop()
    assert not is_alive(pid)


@pytest.mark.long
def test_a_server_that_a_former_version_left_open_is_not_taken_over(
    store: EmbeddedObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        former.setattr(engine, "SWITCHES", tuple(set(SWITCHES) - {"-disableHttp"}))
        EmbeddedObjectStore(store.directory).start()
    left = store.pid()
    store.start()
    assert store.pid() != left
    assert _status(store.ports()["master.port"], "GET", "/col/delete?collection=x") == 404


def test_a_number_of_another_process_is_not_taken_for_the_server(
    store: EmbeddedObjectStore,
) -> None:
    store.directory.mkdir()
    (store.directory / "server.pid").write_text(str(os.getpid()))
    assert store.pid() is None


def test_it_does_not_run_with_a_security_file_that_it_cannot_read(
    store: EmbeddedObjectStore,
) -> None:
    """SeaweedFS skips such a file, and would delete locked objects for anyone."""
    store.directory.mkdir()
    (store.directory / "security.toml").write_text("[jwt.signing]\nkey = 'x'[grpc]\n")
    with pytest.raises(EngineFailed):
        store.start()
    assert store.pid() is None


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissing, match="weed"):
        EmbeddedObjectStore(tmp_path / "s3").start()


STARTER = """
import sys, time
from pathlib import Path
from service.engines import EmbeddedObjectStore
store = EmbeddedObjectStore(Path(sys.argv[1]))
store.start()
print(store.pid(), flush=True)
time.sleep(60)
"""


def _read(client: Any, key: str) -> bytes:
    """The contents of a store that just started: its volumes appear a little later."""
    found: list[bytes] = []

    def there() -> bool:
        with contextlib.suppress(ClientError):
            found.append(client.get_object(Bucket="archief", Key=key)["Body"].read())
        return bool(found)

    assert wait_until(there, seconds=60), key
    return found[0]


def _status(port: int, method: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    finally:
        connection.close()


def _listening_addresses() -> dict[int, set[str]]:
    """Port → addresses with a listener, from the kernel's table (Linux; elsewhere empty)."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        return {}
    found: dict[int, set[str]] = {}
    for line in table.read_text().splitlines()[1:]:
        local, state = line.split()[1], line.split()[3]
        if state == "0A":
            address, port = local.split(":")
            dotted = socket.inet_ntoa(bytes.fromhex(address)[::-1])
            found.setdefault(int(port, 16), set()).add(dotted)
    return found
