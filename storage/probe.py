"""Tests whether this bucket keeps its promises, at start-up and every day.

Some stores accept a condition, a checksum or a lock but ignore it. The attempts use fixed keys
under ``proef/``, one per lock mode, because an object keeps its mode.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from storage.answers import translated
from storage.errors import ObjectMissing, StorageRefused, StorageUnavailable, TransferDamaged
from storage.objects import ObjectStore, StoredObject
from storage.witness import prove_working

CHECKSUM_KEY = "proef/controlegetal"
CONTENT, OTHER_CONTENT = b"proef\n", b"iets anders\n"
# Longer than the tolerance for an adopted object's earlier date.
LOCKED_FOR = timedelta(days=2)


@dataclass(frozen=True)
class ProbeReport:
    """One answer per promise.

    ``lock``: deletion was really refused; ``mode`` is the object's lock mode or ''.
    ``on_this_machine``: the store is at a loopback address, so this machine's administrator can
    reach its files.
    """

    versioning: bool
    create_only: bool
    checksum: bool
    lock: bool
    mode: str
    on_this_machine: bool
    # Whether deletion was refused even with a request to bypass the lock, which tests our
    # credentials; None
    # if an earlier version did not try.
    bypass_refused: bool | None = None

    @property
    def complete(self) -> bool:
        """Whether every promise was kept."""
        return not self.broken()

    def broken(self) -> tuple[str, ...]:
        """The names of the promises that were not kept."""
        return tuple(
            name
            for name in ("versioning", "create_only", "checksum", "lock")
            if not getattr(self, name)
        )


def probe(objects: ObjectStore, *, now: datetime) -> ProbeReport:
    """Try the four promises on two small objects.

    Deletion is tried with our own credentials, without and with a bypass request: a holder of that
    permission can delete in governance mode. Raises StorageUnavailable, or StorageRefused if
    nothing can be put.
    """
    delete = objects.client.delete_object
    bypass = partial(delete, BypassGovernanceRetention=True)
    kept = _put_own(objects, now + LOCKED_FOR)
    key = kept.key
    mode = objects.locked_in(key, kept.version_id)
    return ProbeReport(
        versioning=objects.has_versioning(),
        create_only=_refused("create-only", lambda: _put_again(objects, key)),
        checksum=_refused("checksum", lambda: _put_damaged(objects)),
        lock=_stays(objects, kept, delete),
        mode=mode,
        on_this_machine=objects.on_this_machine,
        bypass_refused=_stays(objects, kept, bypass),
    )


def probe_key(objects: ObjectStore) -> str:
    """The key of the object whose deletion is tried."""
    return f"proef/slot-{objects.lock_mode.lower()}"


def _put_own(objects: ObjectStore, until: datetime) -> StoredObject:
    """The probe's object; a new one if the store lost it."""
    key = probe_key(objects)
    try:
        return objects.put_once(key, CONTENT, content_type="text/plain", retain_until=until)
    except StorageUnavailable:
        prove_working(objects)
        anew = f"{key}-{secrets.token_hex(4)}"
        return objects.put_once(anew, CONTENT, content_type="text/plain", retain_until=until)


def _put_again(objects: ObjectStore, key: str) -> None:
    objects.client.put_object(Bucket=objects.bucket, Key=key, Body=OTHER_CONTENT, IfNoneMatch="*")


def _put_damaged(objects: ObjectStore) -> None:
    objects.client.put_object(
        Bucket=objects.bucket,
        Key=CHECKSUM_KEY,
        Body=CONTENT,
        ChecksumSHA256=base64.b64encode(hashlib.sha256(OTHER_CONTENT).digest()).decode(),
    )


def _stays(objects: ObjectStore, kept: StoredObject, delete: Callable[..., object]) -> bool:
    """Whether deleting that version is refused and it still exists."""
    which = {"Bucket": objects.bucket, "Key": kept.key, "VersionId": kept.version_id}
    refused = _refused("lock", lambda: delete(**which))
    return refused and _is_there(objects, kept.key, kept.version_id)


def _is_there(objects: ObjectStore, key: str, version_id: str) -> bool:
    try:
        return objects.get(key, version_id) == CONTENT
    except ObjectMissing:
        return False


def _refused(what: str, attempt: Callable[[], object]) -> bool:
    """Whether the store refused. Raises StorageUnavailable when it did not answer."""
    try:
        with translated(f"probe {what}"):
            attempt()
    except (StorageRefused, TransferDamaged):
        return True
    return False
