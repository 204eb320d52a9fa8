"""A real S3 server with a bucket per test, a faulty network, and a small package."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from stores import bucket_at

from service.engines import EmbeddedObjectStore, ObjectStoreAddress
from service.engines.object_store_identities import WORKER
from storage.archive import Package
from storage.manifest import PackageFacts
from storage.objects import ObjectStore, S3Config

SHOWN = b"%PDF-1.7 what both parties saw %%EOF\n"


@pytest.fixture
def config(object_store: ObjectStoreAddress, bucket: str) -> S3Config:
    """Settings for a bucket that does not exist yet."""
    return bucket_at(object_store, bucket)


@pytest.fixture
def objects(config: S3Config) -> ObjectStore:
    """A store with its own bucket."""
    store = ObjectStore(config)
    store.ensure_bucket()
    return store


@pytest.fixture
def as_worker(objects: ObjectStore, config: S3Config, run_directory: Path) -> ObjectStore:
    """The same bucket with the worker's identity."""
    worker = EmbeddedObjectStore(run_directory / "object-store").identities()[WORKER]
    store = ObjectStore(dataclasses.replace(config, **dataclasses.asdict(worker)))
    store.ensure_bucket()
    return store


@pytest.fixture
def until() -> datetime:
    """A typical lock date: 400 days ahead."""
    return datetime.now(UTC) + timedelta(days=400)


@pytest.fixture
def make_package() -> Callable[..., Package]:
    """A function that makes a small but complete package; give facts or ``files`` to vary it."""

    def make(files: dict[str, bytes] | None = None, **facts: object) -> Package:
        given: dict[str, object] = {
            "reference": "VO-2026-00042",
            "agreement_id": "01JD8Z5Y9K3C7V2Q6T4X1W0ABC",
            "edition": 1,
            "effective_date": date(2026, 3, 2),
            "controller_name": "'t Hof van Ó Brien-Łódź",
            "processor_name": "Christophe Zenner",
            "template_version": "1.0",
        }
        return Package(
            PackageFacts(**(given | facts)),  # type: ignore[arg-type]
            {
                "overeenkomst.pdf": SHOWN + b"seals and stamps",
                "getoond.pdf": SHOWN,
                "bewijsblad.pdf": b"%PDF-1.7 evidence",
                "bewijs.json": b'{"ip":"203.0.113.7","email":"an@example.be"}',
                "logboek.jsonl": b'{"seq":1}\n{"seq":2}\n',
                "certificaten/wortel.pem": b"root",
                "certificaten/uitgever.pem": b"issuer",
                "certificaten/crl.der": b"\x30\x00",
            }
            | (files or {}),
        )

    return make


class Wire:
    """A proxy to a server that can modify the replies; each connection has a thread.

    ``fault`` receives the bytes of every reply and returns those to pass on; None cuts the
    connection.
    """

    def __init__(self, endpoint_url: str, fault: Callable[[bytes], bytes | None]) -> None:
        parts = urlsplit(endpoint_url)
        self._server = (parts.hostname or "", parts.port or 80)
        self._fault = fault
        self._door = socket.create_server(("127.0.0.1", 0))
        self.endpoint_url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Accept no more connections."""
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._door.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            for source, target, change in (
                (client, server, lambda data: data),
                (server, client, self._fault),
            ):
                threading.Thread(
                    target=self._pass_on, args=(source, target, change), daemon=True
                ).start()

    @staticmethod
    def _pass_on(
        source: socket.socket, target: socket.socket, change: Callable[[bytes], bytes | None]
    ) -> None:
        try:
            while data := source.recv(65536):
                changed = change(data)
                if changed is None:
                    break
                target.sendall(changed)
        except OSError:
            pass  # the other direction was cut
        for end in (source, target):
            with contextlib.suppress(OSError):  # cut already
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(config: S3Config) -> Iterator[Callable[[Callable[[bytes], bytes | None]], ObjectStore]]:
    """A function that returns a store on the same bucket, through a proxy with this fault."""
    wires: list[Wire] = []

    def through(fault: Callable[[bytes], bytes | None]) -> ObjectStore:
        wires.append(Wire(config.endpoint_url or "", fault))
        return ObjectStore(dataclasses.replace(config, endpoint_url=wires[-1].endpoint_url))

    yield through
    for one in wires:
        one.close()
