"""Every obstacle to ``zegel run`` is explained in one sentence, and nothing is left behind."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service.engines import ObjectStoreAddress
from service.engines.process import free_ports
from service.running.supervisor import Interrupted, stack
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings
from signatures.keys.authority import read_authority

ROOT = Path(__file__).parents[2]


def refused(data: Path, **given: str) -> str:
    """The standard error of ``zegel run``, which ends with status 1."""
    ended = subprocess.run(
        [sys.executable, "-m", "service", "run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ZEGEL_DATA": str(data), "ZEGEL_PORT": "8000", **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 1, ended
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


def running_on(directory: Path) -> list[str]:
    """The processes with this directory in their command line."""
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in found.stdout.splitlines() if str(directory) in line]


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"Poort {port} is al in gebruik" in refused(tmp_path, ZEGEL_PORT=str(port))


def test_a_second_one_on_the_same_data(tmp_path: Path) -> None:
    with (tmp_path / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = refused(tmp_path)
    assert "Er draait al een Zegel met deze gegevensmap" in said
    assert str(tmp_path) in said


def test_a_file_where_the_data_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    assert "op die plaats staat een bestand" in refused(tmp_path / "var")
    assert "op die plaats staat een bestand" in refused(tmp_path / "var" / "dieper")


def test_a_data_directory_that_cannot_be_made() -> None:
    assert "Zegel kan /proc/zegel niet gebruiken" in refused(Path("/proc/zegel"))


def test_no_office(tmp_path: Path) -> None:
    port = str(free_ports(1)[0])
    said = refused(tmp_path, ZEGEL_PORT=port, ZEGEL_SOFFICE=str(tmp_path / "soffice"))
    assert "LibreOffice kan niet starten" in said
    assert "make setup" in said


@pytest.mark.long
def test_interrupted_before_everything_ran_leaves_nothing(tmp_path: Path) -> None:
    settings = load_settings(
        {"ZEGEL_DATA": str(tmp_path), "ZEGEL_PORT": str(free_ports(1)[0])},
        mode_default=DEVELOPMENT,
    )
    with pytest.raises(Interrupted), stack(settings, lambda: True):
        pytest.fail("it should not have come so far")
    assert running_on(tmp_path) == []


@pytest.fixture
def production(
    database_url: str, object_store: ObjectStoreAddress, bucket: str, tmp_path: Path
) -> dict[str, str]:
    """The settings of an installation with external engines."""
    return {
        "PATH": os.environ["PATH"],
        "ZEGEL_DATA": str(tmp_path),
        "ZEGEL_BASE_URL": "https://zegel.example",
        "ZEGEL_SECRET_KEY": "s" * 40,
        "ZEGEL_ORGANISATION": "Verwerker met Sleutels BV",
        "ZEGEL_KEY_PASSPHRASE": "een lange wachtzin",
        "DATABASE_URL": database_url,
        "S3_ENDPOINT_URL": object_store.endpoint_url,
        "S3_BUCKET": bucket,
        "S3_ACCESS_KEY_ID": object_store.access_key_id,
        "S3_SECRET_ACCESS_KEY": object_store.secret_access_key,
        "SMTP_HOST": "localhost",
        "MAIL_FROM": "zegel@zegel.example",
    }


def said_by(command: str, settings: dict[str, str], status: int) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "service", command],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == status, ended
    return ended.stderr


NOWHERE = "postgresql://zegel@127.0.0.1:1/zegel"
LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("command", "changed", "sentence"),
    [
        pytest.param("prepare", {}, "", marks=LONG),
        ("prepare", {"DATABASE_URL": NOWHERE}, "De databank kan niet gebruikt"),
        pytest.param(
            "prepare",
            {"ZEGEL_KEY_PASSPHRASE": "een andere wachtzin"},
            "De sleutels kunnen niet gebruikt",
            marks=LONG,
        ),
        pytest.param(
            "prepare",
            {"S3_ENDPOINT_URL": "http://127.0.0.1:1"},
            "Het archief kan niet gebruikt",
            marks=LONG,
        ),
        pytest.param(
            "prepare",
            {"S3_SECRET_ACCESS_KEY": "een ander geheim"},
            "Het archief kan niet gebruikt",
            marks=LONG,
        ),
        pytest.param("worker", {"DATABASE_URL": NOWHERE}, "De databank", marks=LONG),
    ],
)
def test_it_says_which_of_the_outside_it_cannot_use(
    production: dict[str, str], command: str, changed: dict[str, str], sentence: str
) -> None:
    if "ZEGEL_KEY_PASSPHRASE" in changed:  # made with the right one before
        said_by("prepare", production, 0)
    said = said_by(command, {**production, **changed}, 1 if changed else 0)
    assert said.startswith(sentence)
    assert said.count("\n") == bool(changed)
    if not changed:
        made = read_authority(Path(production["ZEGEL_DATA"]) / "sleutels", None)
        for each in (made.root, made.issuing, made.seal, made.tsa):
            assert "O=Verwerker met Sleutels BV" in each.subject.rfc4514_string()
