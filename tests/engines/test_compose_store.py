"""The object store of compose.yaml: its own command line and secrets, under the same attack."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from attacker import INTRUDER
from botocore.exceptions import BotoCoreError, ClientError
from doors import attacked, bytes_kept, descendants, doors
from stores import client

from service.engines.object_store import find_program
from service.engines.process import free_ports, wait_until

ROOT = Path(__file__).parents[2]
BUCKET = "archief"
# The container's mount points; a test uses its own folders.
IN_CONTAINER = ("/run/secrets", "/etc/seaweedfs", "/data")
PARTS = ("master", "volume", "filer")


@dataclass(frozen=True)
class ComposeStore:
    """A running store, with clients of its administrator and the worker."""

    pid: int
    s3: Any
    worker: Any


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The secrets made by scripts/compose-secrets, in the test's own folder."""
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts" / "compose-secrets", tmp_path / "scripts")
    subprocess.run([script], check=True, capture_output=True)
    return tmp_path / "var" / "compose-secrets"


@pytest.fixture
def store(tmp_path: Path, secrets: Path) -> Iterator[ComposeStore]:
    """The store with the exact command of compose.yaml, on free loopback ports."""
    described = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["s3"]
    places = {name: tmp_path / name.strip("/").replace("/", "-") for name in IN_CONTAINER}
    for place in places.values():
        place.mkdir()

    def moved(words: str) -> str:
        for name, place in places.items():
            words = words.replace(name, str(place))
        return words

    for each in described["secrets"]:
        mounted = {"source": each, "target": each} if isinstance(each, str) else each
        target = Path(moved(str(Path("/run/secrets") / mounted["target"])))
        target.write_text(moved((secrets / mounted["source"]).read_text()))
    numbers = iter(free_ports(8))
    port = next(numbers)
    given = [moved(word) for word in described["command"] if not word.startswith("-s3.port=")]
    words = [
        find_program(),
        *(word.replace("0.0.0.0", "127.0.0.1") for word in given),
        f"-s3.port={port}",
        f"-s3.port.grpc={next(numbers)}",
        *(f"-{part}.port{kind}={next(numbers)}" for part in PARTS for kind in ("", ".grpc")),
        "-master.volumeSizeLimitMB=64",
    ]
    log = tmp_path / "log"
    with log.open("wb") as file:
        child = subprocess.Popen(
            words, cwd=places["/etc/seaweedfs"], stdout=file, stderr=file, umask=0o077
        )
    s3, worker = (
        client(
            f"http://127.0.0.1:{port}",
            (secrets / f"s3-{name}-access-key-id").read_text(),
            (secrets / f"s3-{name}-secret-access-key").read_text(),
        )
        for name in ("admin", "worker")
    )

    def has_bucket() -> bool:
        try:
            s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        except (BotoCoreError, ClientError):  # it is still starting
            return False
        return True

    try:
        assert wait_until(has_bucket, seconds=60), log.read_text()
        yield ComposeStore(child.pid, s3, worker)
    finally:
        child.kill()
        child.wait()


def test_what_is_locked_stays_and_nobody_makes_himself_an_account(store: ComposeStore) -> None:
    put = store.worker.put_object(
        Bucket=BUCKET,
        Key="map/a.pdf",
        Body=b"bewaard",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(days=400),
    )
    before = bytes_kept(store.s3, BUCKET)
    found = doors(descendants([store.pid]))
    assert len(found) >= 8
    answers = attacked(found, BUCKET, [list(which) for which in before])
    assert bytes_kept(store.s3, BUCKET) == before
    with pytest.raises(ClientError, match="AccessDenied"):
        store.worker.delete_object(
            Bucket=BUCKET,
            Key="map/a.pdf",
            VersionId=put["VersionId"],
            BypassGovernanceRetention=True,
        )
    spoken = [each for each in answers if each["request"].startswith("grpc") and each["status"] > 0]
    assert spoken == []
    with pytest.raises(ClientError):
        client(store.s3.meta.endpoint_url, INTRUDER, INTRUDER).list_buckets()
