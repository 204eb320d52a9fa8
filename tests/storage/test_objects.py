"""Put once, lock, read back: on a real S3 server."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from storage.errors import (
    BucketUnsuitable,
    ObjectConflict,
    ObjectCorrupt,
    ObjectMissing,
    StorageRefused,
    StorageUnavailable,
)
from storage.objects import ObjectStore, S3Config, StoredObject
from tests.variants import some

KEY = "overeenkomsten/2026/VO-2026-00001/overeenkomst.pdf"


def put(objects: ObjectStore, data: bytes, until: datetime, key: str = KEY) -> StoredObject:
    return objects.put_once(key, data, content_type="application/pdf", retain_until=until)


def versions(objects: ObjectStore, key: str = KEY) -> list[str]:
    return [one.version_id for one in objects.versions(key)]


def test_it_works(objects: ObjectStore, until: datetime) -> None:
    stored = put(objects, b"the original", until)
    assert stored.sha256 == hashlib.sha256(b"the original").hexdigest()
    assert stored.size == len(b"the original")
    assert objects.get(KEY, stored.version_id) == b"the original"
    assert objects.read_verified(KEY, stored.version_id, stored.sha256) == b"the original"
    locked = objects.locked_until(KEY, stored.version_id)
    assert locked is not None
    assert abs(locked - until) < timedelta(seconds=2)
    assert objects.read(KEY, stored.version_id).locked_until == locked
    kept = objects.client.head_object(
        Bucket=objects.bucket, Key=KEY, VersionId=stored.version_id, ChecksumMode="ENABLED"
    )
    assert base64.b64decode(kept["ChecksumSHA256"]).hex() == stored.sha256
    assert kept["ObjectLockMode"] == "GOVERNANCE"


def test_the_same_again_is_adopted(objects: ObjectStore, until: datetime) -> None:
    first = put(objects, b"the original", until)
    assert put(objects, b"the original", until) == first
    assert versions(objects) == [first.version_id]


def test_other_bytes_are_a_conflict(objects: ObjectStore, until: datetime) -> None:
    first = put(objects, b"the original", until)
    with pytest.raises(ObjectConflict) as conflict:
        put(objects, b"something else", until)
    assert conflict.value.found == first.sha256
    assert versions(objects) == [first.version_id]
    assert objects.get(KEY, first.version_id) == b"the original"


@pytest.mark.parametrize("many", some([8, 32]))
def test_of_many_at_once_one_wins(objects: ObjectStore, until: datetime, many: int) -> None:
    start = threading.Barrier(many)

    def attempt(number: int) -> StoredObject | ObjectConflict:
        start.wait()
        for _attempt in range(5):
            try:
                return put(objects, b"candidate %d" % number, until)
            except ObjectConflict as conflict:
                return conflict
            except StorageUnavailable:  # the winner is still writing
                continue
        raise AssertionError("never an answer")

    with ThreadPoolExecutor(many) as pool:
        results = list(pool.map(attempt, range(many)))
    winners = [result for result in results if isinstance(result, StoredObject)]
    assert len(winners) == 1
    assert versions(objects) == [winners[0].version_id]
    assert {result.found for result in results if isinstance(result, ObjectConflict)} == {
        winners[0].sha256
    }


def test_equal_puts_at_once_all_get_the_same(objects: ObjectStore, until: datetime) -> None:
    start = threading.Barrier(8)

    def attempt(_number: int) -> StoredObject:
        start.wait()
        return put(objects, b"the original", until)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(attempt, range(8)))) == 1
    assert len(versions(objects)) == 1


def test_a_lost_answer_leads_to_adoption(
    objects: ObjectStore,
    wire: Callable[[Callable[[bytes], bytes | None]], ObjectStore],
    until: datetime,
) -> None:
    lost: list[bytes] = []

    def lose_the_first(reply: bytes) -> bytes | None:
        if not lost and b" 200 " in reply.splitlines()[0]:
            lost.append(reply)
            return None
        return reply

    stored = put(wire(lose_the_first), b"the original", until)
    assert lost  # the server did the work, but the client was never told
    assert versions(objects) == [stored.version_id]


def test_an_adopted_object_is_locked_as_asked(objects: ObjectStore, until: datetime) -> None:
    objects.client.put_object(Bucket=objects.bucket, Key=KEY, Body=b"the original")
    stored = put(objects, b"the original", until)
    locked = objects.locked_until(KEY, stored.version_id)
    assert locked is not None
    assert locked > until - timedelta(seconds=2)


def test_a_version_put_on_top_changes_nothing(objects: ObjectStore, until: datetime) -> None:
    first = put(objects, b"the original", until)
    objects.client.put_object(Bucket=objects.bucket, Key=KEY, Body=b"on top")
    assert objects.original(KEY) == first.version_id
    assert put(objects, b"the original", until) == first
    with pytest.raises(ObjectConflict):
        put(objects, b"on top", until)
    with pytest.raises(ObjectCorrupt):
        objects.read_verified(KEY, versions(objects)[0], first.sha256)


def test_a_locked_version_cannot_be_deleted(objects: ObjectStore, until: datetime) -> None:
    stored = put(objects, b"the original", until)
    with pytest.raises(ClientError) as refusal:
        objects.client.delete_object(Bucket=objects.bucket, Key=KEY, VersionId=stored.version_id)
    assert refusal.value.response["Error"]["Code"] == "AccessDenied"
    assert objects.get(KEY, stored.version_id) == b"the original"


def test_a_hidden_object_is_still_there(objects: ObjectStore, until: datetime) -> None:
    stored = put(objects, b"the original", until)
    objects.client.delete_object(Bucket=objects.bucket, Key=KEY)  # a delete marker
    assert objects.original(KEY) == stored.version_id
    assert objects.get(KEY, stored.version_id) == b"the original"


def test_a_lock_only_grows(objects: ObjectStore, until: datetime) -> None:
    stored = put(objects, b"the original", until)
    later = (until + timedelta(days=30)).replace(microsecond=0)
    assert objects.extend_retention(KEY, stored.version_id, later) == later
    assert objects.extend_retention(KEY, stored.version_id, until) == later
    assert objects.extend_retention(KEY, stored.version_id, later) == later
    assert objects.locked_until(KEY, stored.version_id) == later
    with pytest.raises(ClientError):  # the store itself refuses too
        objects.client.put_object_retention(
            Bucket=objects.bucket,
            Key=KEY,
            VersionId=stored.version_id,
            Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until},
        )


def test_a_wrong_checksum_is_refused_by_the_store(objects: ObjectStore) -> None:
    with pytest.raises(ClientError):
        objects.client.put_object(
            Bucket=objects.bucket,
            Key=KEY,
            Body=b"the original",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(b"another").digest()).decode(),
        )
    assert versions(objects) == []


def test_damage_on_the_way_back_is_seen(
    objects: ObjectStore,
    wire: Callable[[Callable[[bytes], bytes | None]], ObjectStore],
    until: datetime,
) -> None:
    stored = put(objects, b"the original", until)
    damaging = wire(lambda reply: reply.replace(b"the original", b"the 0riginal"))
    with pytest.raises(ObjectCorrupt):
        damaging.read_verified(KEY, stored.version_id, stored.sha256)


def test_what_is_larger_than_it_should_be_is_not_read(
    objects: ObjectStore, until: datetime
) -> None:
    stored = put(objects, b"the original", until)
    assert objects.read(KEY, stored.version_id, most=12).data == b"the original"
    with pytest.raises(ObjectCorrupt, match="12 bytes"):
        objects.read(KEY, stored.version_id, most=11)
    with pytest.raises(ObjectCorrupt, match="12 bytes"):
        objects.read_verified(KEY, stored.version_id, stored.sha256, most=11)


def test_a_reply_that_stops_halfway_is_no_answer(
    objects: ObjectStore,
    wire: Callable[[Callable[[bytes], bytes | None]], ObjectStore],
    until: datetime,
) -> None:
    data = b"x" * 500_000
    stored = put(objects, data, until)
    passed: list[int] = []

    def cut_after_some(reply: bytes) -> bytes | None:
        passed.append(len(reply))
        return reply if sum(passed) < 200_000 else None

    with pytest.raises(StorageUnavailable):
        wire(cut_after_some).read_verified(KEY, stored.version_id, stored.sha256)


@pytest.mark.parametrize("version_id", ["0" * 32, "no version is called this"])
def test_what_is_not_there_is_missing(
    objects: ObjectStore, until: datetime, version_id: str
) -> None:
    put(objects, b"the original", until)
    with pytest.raises(ObjectMissing):
        objects.get(KEY, version_id)
    with pytest.raises(ObjectMissing):
        objects.original("overeenkomsten/2026")  # a prefix, not a key


def test_long_lists_come_in_pages(objects: ObjectStore, until: datetime) -> None:
    keys = [f"map/{number:02}" for number in range(7)]
    for key in keys:
        put(objects, b"x", until, key)
    assert [one.key for one in objects.versions("map/", page_size=2)] == keys


def test_the_bucket_is_made_once(config: S3Config) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _number: ObjectStore(config).ensure_bucket(), range(4)))
    assert ObjectStore(config).has_versioning()


def test_a_bucket_without_lock_is_refused(config: S3Config) -> None:
    store = ObjectStore(config)
    store.client.create_bucket(Bucket=config.bucket)
    with pytest.raises(BucketUnsuitable) as refusal:
        store.ensure_bucket()
    assert refusal.value.lacks == ("versioning", "Object Lock")


def test_wrong_credentials_are_refused_not_repeated(objects: ObjectStore, config: S3Config) -> None:
    stranger = ObjectStore(dataclasses.replace(config, secret_access_key="wrong" * 8))
    with pytest.raises(StorageRefused):
        stranger.ensure_bucket()
    with pytest.raises(StorageRefused):
        put(stranger, b"x", datetime.now(UTC) + timedelta(days=1))


def test_a_missing_bucket_is_refused(config: S3Config, until: datetime) -> None:
    with pytest.raises(StorageRefused):
        put(ObjectStore(config), b"x", until)


def test_a_store_that_is_down_says_so_soon(config: S3Config, until: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    down = ObjectStore(dataclasses.replace(config, endpoint_url=f"http://127.0.0.1:{port}"))
    began = time.monotonic()
    with pytest.raises(StorageUnavailable):
        put(down, b"x", until)
    with pytest.raises(StorageUnavailable):
        down.get(KEY, "1")
    assert time.monotonic() - began < 15


def test_a_store_in_trouble_is_unavailable(
    objects: ObjectStore,
    wire: Callable[[Callable[[bytes], bytes | None]], ObjectStore],
    until: datetime,
) -> None:
    busy = wire(lambda _reply: b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\n\r\n")
    with pytest.raises(StorageUnavailable):
        put(busy, b"x", until)
    assert put(objects, b"x", until).size == 1


def test_moments_without_a_zone_are_refused(objects: ObjectStore) -> None:
    with pytest.raises(ValueError, match="time zone"):
        put(objects, b"x", datetime(2030, 1, 1))  # noqa: DTZ001 - that is the point


def test_secrets_stay_out_of_repr(config: S3Config) -> None:
    assert config.secret_access_key
    assert config.secret_access_key not in repr(config)
