"""What every test may ask for: a real PostgreSQL, a real S3 server, and no way to the outside.

One server of each kind serves the whole run, also with xdist: every worker starts it, the first
really does, the last to leave really stops it (``service.engines.process.SharedUse``).
"""

from __future__ import annotations

import os
import socket
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from psycopg import sql

from service.database import migrate
from service.engines import EmbeddedObjectStore, EmbeddedPostgres, ObjectStoreAddress

sys.path.insert(0, str(Path(__file__).parent))
from browsing import browser, complaints  # noqa: F401 (fixtures)


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
    """One server for the run, without the durability that only costs time here."""
    server = EmbeddedPostgres(run_directory / "postgres", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_server: EmbeddedPostgres, worker_name: str) -> str:
    """A database of this worker's own with the present schema, to copy from."""
    name = f"migrated_{worker_name}"
    _administer(postgres_server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate.upgrade(postgres_server.url(name))
    return name


@pytest.fixture
def database_url(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """A fresh, migrated database for one test; SQLAlchemy's URL."""
    name = f"test_{uuid.uuid4().hex}"
    _administer(
        postgres_server,
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(migrated_template)
        ),
    )
    yield postgres_server.url(name)
    _administer(
        postgres_server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    )


@pytest.fixture(scope="session")
def object_store(run_directory: Path) -> Iterator[ObjectStoreAddress]:
    """One S3 server for the run, with credentials and Object Lock."""
    store = EmbeddedObjectStore(run_directory / "object-store")
    yield store.start()
    store.stop()


@pytest.fixture
def bucket() -> str:
    """The name of a bucket that no other test uses; it does not exist yet."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
def s3(object_store: ObjectStoreAddress) -> Any:
    """A plain boto3 client of that server."""
    return boto3.client(
        "s3",
        endpoint_url=object_store.endpoint_url,
        aws_access_key_id=object_store.access_key_id,
        aws_secret_access_key=object_store.secret_access_key,
        region_name=object_store.region,
    )


@pytest.fixture(autouse=True)
def ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith(("ZEGEL_", "S3_", "SMTP_", "AWS_")) or name in (
            "DATABASE_URL",
            "MAIL_FROM",
        ):
            monkeypatch.delenv(name)


class OutsideWorld(RuntimeError):
    """A test tried to reach another machine."""


def pytest_configure(config: pytest.Config) -> None:
    """From here on, no test reaches another machine: an audit hook sees every connection."""
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


def _administer(server: EmbeddedPostgres, statement: sql.Composed) -> None:
    address = server.url("postgres").replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
