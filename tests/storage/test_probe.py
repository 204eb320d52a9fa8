"""The probe distinguishes a store that keeps its promises from one that only accepts the
requests."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from storage.errors import StorageUnavailable
from storage.objects import ObjectStore, S3Config
from storage.probe import probe, probe_key

Through = Callable[[Callable[[bytes], bytes | None]], ObjectStore]


def test_it_works(as_worker: ObjectStore) -> None:
    report = probe(as_worker, now=datetime.now(UTC))
    assert report.complete, report
    assert report.mode == "GOVERNANCE"
    assert report.on_this_machine
    assert report.bypass_refused


def test_a_key_that_may_bypass_the_lock_is_found_out(objects: ObjectStore) -> None:
    """The administrator's key, which every process used before there were three."""
    report = probe(objects, now=datetime.now(UTC))
    assert report.complete
    assert report.bypass_refused is False


def test_a_bucket_that_was_governed_before_is_tried_in_the_stricter_mode(
    objects: ObjectStore, config: S3Config
) -> None:
    """A locked object keeps its mode, so after a change of the setting another object is tried."""
    assert probe(objects, now=datetime.now(UTC)).mode == "GOVERNANCE"
    strict = ObjectStore(dataclasses.replace(config, lock_mode="COMPLIANCE"))
    assert probe(strict, now=datetime.now(UTC)).mode == "COMPLIANCE"


def test_probing_every_day_piles_up_nothing(as_worker: ObjectStore) -> None:
    for _start in range(3):
        assert probe(as_worker, now=datetime.now(UTC)).complete
    assert len(list(as_worker.versions("proef/"))) == 1


def test_a_store_that_only_nods_is_found_out(objects: ObjectStore, wire: Through) -> None:
    """412, 400 and 403 become 200: the answers of a store without these features."""
    probe(objects, now=datetime.now(UTC))

    def nod(reply: bytes) -> bytes:
        head = reply.split(b"\r\n", 1)[0]
        if head.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403")):
            return b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
        return reply

    report = probe(wire(nod), now=datetime.now(UTC))
    assert report.broken() == ("checksum", "lock")


def test_a_store_without_condition_is_found_out(as_worker: ObjectStore) -> None:
    """The header is removed before the request is sent: the store replaces the object."""
    now = datetime.now(UTC)
    probe(as_worker, now=now)
    as_worker.client.meta.events.register(
        "before-sign.s3.PutObject",
        lambda request, **_: request.headers.__delitem__("If-None-Match"),
    )
    assert not probe(as_worker, now=now).create_only
    key = probe_key(as_worker)
    assert as_worker.get(key, as_worker.original(key)) == b"proef\n"


def test_a_store_that_is_down_is_no_verdict(wire: Through) -> None:
    with pytest.raises(StorageUnavailable):
        probe(wire(lambda _reply: None), now=datetime.now(UTC))
