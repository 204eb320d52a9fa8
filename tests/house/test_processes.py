"""Idle processes stay small: each loads the libraries of its own work, and only when it works.

The web process never makes, seals or reads a PDF, and a worker may wait a day for the first; one
import at the top of a shared file costs each of them 20 MiB.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.variants import some

ROOT = Path(__file__).parents[2]
HEAVY = {
    "aiohttp",
    "alembic",
    "asn1crypto",
    "boto3",
    "docx",
    "docxtpl",
    "fontTools",
    "lxml",
    "pikepdf",
    "pyhanko",
    "pyhanko_certvalidator",
    "pypdf",
    "xlsxwriter",
}
# As ``service.running.processes`` loads them, before the settings are known.
LOADED = {
    "web": "service.running.processes, service.app, service.running.server",
    "worker": "service.running.processes, service.running.worker",
    "supervisor": "service.cli.main, service.running.supervisor",
}


@cache
def loaded(modules: str) -> set[str]:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, {modules}; print(*{{name.partition('.')[0] for name in sys.modules}})",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("process", some(LOADED))
def test_an_idle_process_holds_no_library_of_documents(process: str) -> None:
    found = loaded(LOADED[process])
    assert "service" in found
    assert found & HEAVY == set()


@pytest.mark.parametrize("process", ["web", "supervisor"])
def test_only_a_worker_holds_the_library_of_jobs(process: str) -> None:
    assert "procrastinate" not in loaded(LOADED[process])


def test_the_supervisor_holds_no_library_of_certificates() -> None:
    assert "cryptography" not in loaded(LOADED["supervisor"])


def test_what_is_loaded_is_found() -> None:
    assert {"pikepdf", "pyhanko"} <= loaded("pikepdf, signatures.sealing.seal")


MADE = """
import os, threading
from service.app import create_app
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings
from service.wiring.build import build
from storage.objects import S3Config

def sockets():
    links = [f"/proc/self/fd/{each}" for each in os.listdir("/proc/self/fd")]
    return [each for each in links if os.path.exists(each) and "socket" in os.readlink(each)]

before = sockets()
settings = load_settings({"ZEGEL_DATA": os.environ["DATA"]}, mode_default=DEVELOPMENT)
url = "postgresql+psycopg://zegel@127.0.0.1:1/zegel"
create_app(build(settings, url, S3Config("zegel")))
print(len(sockets()) - len(before), threading.active_count())
"""


@pytest.mark.long
def test_the_web_application_is_made_without_a_connection_or_thread(tmp_path: Path) -> None:
    # The web processes are forked from the one that made it: both would be shared.
    done = subprocess.run(
        [sys.executable, "-c", MADE],
        cwd=ROOT,
        env={"DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0", "1"]
