"""Fixtures for every test: a real PostgreSQL, a real S3 server, and no outside network.

One server of each kind serves the whole run, also with xdist: every worker asks for it, the first
really starts it, the last to leave stops it (``service.engines.process.SharedUse``).
"""

from __future__ import annotations

import gc
import os
import socket
import sys
import uuid
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import hypothesis
import pytest
from argon2 import PasswordHasher
from browsing import browser, complaints  # noqa: F401 (fixtures)
from cryptography.hazmat.primitives import serialization
from emptied import empty, kept_database
from flask import Flask
from kept import KeepingEnvironment, kept_engine
from left_behind import ended_when_left
from once import copy_of_made_once
from remembered import RememberingMaker, use_keys_of_the_run
from stores import administrator

from service.database import engine as database_engine
from service.documents import produce
from service.documents.own import sample
from service.documents.produce import DocumentMaker
from service.engines import EmbeddedObjectStore, EmbeddedPostgres, ObjectStoreAddress
from service.wiring.build import TEMPLATES
from service.workflow.people import passwords
from service.workflow.templates import take_in
from signatures.keys.authority import create_authority

# ``make thorough`` sets a higher number.
hypothesis.settings.register_profile(
    "ours", max_examples=int(os.environ.get("EXAMPLES", "50")), deadline=None
)
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session")
def worker_name() -> str:
    """The name of this xdist worker, or ``main``."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def postgres_server(run_directory: Path) -> Iterator[EmbeddedPostgres]:
    """One server for the run, without durability, which is not needed here."""
    server = EmbeddedPostgres(run_directory / "postgres", durable=False)
    server.start()
    ended_when_left(server.directory, server.data / "postmaster.pid")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def one_database(postgres_server: EmbeddedPostgres, worker_name: str) -> Iterator[str]:
    """The migrated database shared by all tests of a worker."""
    with kept_database(postgres_server, f"kept_{worker_name}") as url:
        yield url


@pytest.fixture
def database_url(one_database: str) -> Iterator[str]:
    """The same, emptied after the test; SQLAlchemy's URL."""
    yield one_database
    empty(one_database)


@pytest.fixture(scope="session")
def object_store(run_directory: Path) -> Iterator[ObjectStoreAddress]:
    """One S3 server for the run, with credentials and Object Lock."""
    store = EmbeddedObjectStore(run_directory / "object-store")
    address = store.start()
    ended_when_left(store.directory, store.directory / "server.pid")
    yield address
    store.stop()


@pytest.fixture
def bucket() -> str:
    """The name of a bucket unique to the test; it does not exist yet."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
def s3(object_store: ObjectStoreAddress) -> Any:
    """A plain boto3 client of that server."""
    return administrator(object_store)


@pytest.fixture(scope="session")
def maker(run_directory: Path) -> Iterator[DocumentMaker]:
    """The real document maker, with one warm office for all tests of a worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(produce, "CACHED_DOCUMENTS", 300)
        made = RememberingMaker(TEMPLATES, run_directory / "documents")
        yield made
        made.close()


@pytest.fixture(scope="session")
def keys(run_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own authority, made once in a run; this worker's copy."""

    def make(home: Path) -> None:
        create_authority(home, None, organisation="IT4Professionals", now=datetime.now(UTC))

    copy = tmp_path_factory.mktemp("keys") / "sleutels"
    return copy_of_made_once(run_directory / "service-keys", make, copy)


@pytest.fixture(scope="session", autouse=True)
def keys_for_many_tests(run_directory: Path, worker_name: str) -> Iterator[None]:
    """Fixtures of a module or of the run get keys that no single test gets, and no other worker:
    what one makes for all must differ from what the others make."""
    first = 1000 * (1 + int(worker_name.removeprefix("gw").replace("main", "0")))
    with pytest.MonkeyPatch.context() as patch:
        use_keys_of_the_run(patch, run_directory, first=first)
        yield


@pytest.fixture(autouse=True)
def keys_for_one_test(
    keys_for_many_tests: None, run_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every test gets the same keys. Within a test they differ."""
    use_keys_of_the_run(monkeypatch, run_directory, first=0)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real hash, with minimal work to save time."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture(scope="session", autouse=True)
def pages_compiled_once() -> Iterator[None]:
    """The applications of all tests share Jinja's compiled pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_environment", KeepingEnvironment)
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Tests on one database share SQLAlchemy's compiled statements."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_engine, "create_engine", kept_engine)
        yield


@pytest.fixture(scope="session", autouse=True)
def store_described_once() -> Iterator[None]:
    """Clients of the bucket share a session, and all share boto3's description of S3: half a
    megabyte of JSON each."""
    with pytest.MonkeyPatch.context() as patch:
        shared = cache(botocore.session.create_loader)
        patch.setattr(botocore.session, "create_loader", shared)
        patch.setattr(boto3.session, "Session", cache(boto3.session.Session))
        yield


@pytest.fixture(scope="session", autouse=True)
def private_keys_checked_once() -> Iterator[None]:
    """Keys are cached by their bytes: checking an RSA key takes 0.16 s of processor time, and most
    tests that seal read two."""
    with pytest.MonkeyPatch.context() as patch:
        read = cache(serialization.load_pem_private_key)
        patch.setattr(serialization, "load_pem_private_key", read)
        yield


@pytest.fixture(scope="session", autouse=True)
def contracts_examined_once() -> Iterator[None]:
    """Tests import the same Word files. To examine one takes a process of its own, and to draw its
    sample as long: a second of processor time together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(take_in, "examine", cache(take_in.examine))
        patch.setattr(sample, "page_pictures", cache(sample.page_pictures))
        yield


@pytest.fixture(autouse=True)
def ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removes the settings of the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith(("ZEGEL_", "S3_", "SMTP_", "AWS_")) or name in (
            "DATABASE_URL",
            "MAIL_FROM",
        ):
            monkeypatch.delenv(name)


# A whole Zegel; an office, keys and sealed documents.
SET_UP_ONCE = ("tests/journeys", "tests/conformance")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each worker gets whole files, and for some folders the whole folder, whose set-up is
    expensive."""
    # Needed only if the tests run in several processes.
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415

    class FilesAndFolders(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return next((each for each in SET_UP_ONCE if file.startswith(f"{each}/")), file)

    return FilesAndFolders(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Keep Python's garbage collector from looking through all tests and libraries again and again:
    it does not while they are loaded, and later looks only at what is made after that."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


class OutsideWorld(RuntimeError):
    """A test tried to reach another machine."""


def pytest_configure(config: pytest.Config) -> None:
    """Install an audit hook that refuses connections to other machines."""
    config.addinivalue_line(
        "markers", "long: left to `make thorough`; see tests/house/test_long.py"
    )
    sys.addaudithook(_refuse_outside)


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        connecting, address = arguments
        if connecting.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise OutsideWorld(f"a test tried to connect to {address[0]}")
    elif event == "socket.getaddrinfo" and arguments[0] and not _is_loopback(arguments[0]):
        raise OutsideWorld(f"a test tried to look up {arguments[0]!r}")


def _is_loopback(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name in ("localhost", "::1", "0.0.0.0", "::") or name.startswith("127.")
