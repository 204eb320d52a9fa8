"""Does this bucket keep its promises? Asked at start-up and every day, by trying.

Some stores accept the words (a condition, a checksum, a lock) and do nothing with them; only an
attempt tells. The attempts use fixed keys under ``proef/``, one per lock mode because an object
keeps the mode it was locked in, so that they never pile up.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from storage.answers import translated
from storage.errors import ObjectMissing, StorageRefused, TransferDamaged
from storage.objects import ObjectStore

CHECKSUM_KEY = "proef/controlegetal"
CONTENT, OTHER_CONTENT = b"proef\n", b"iets anders\n"
# Longer than the tolerance with which an adopted object keeps its earlier date.
LOCKED_FOR = timedelta(days=2)


@dataclass(frozen=True)
class ProbeReport:
    """One answer per promise.

    ``lock`` says whether deletion was really refused, ``mode`` in which mode the store says that
    the object was locked (empty: in none), ``on_this_machine`` whether the store answers on a
    loopback address: then the administrator of this machine has its files.
    """

    versioning: bool
    create_only: bool
    checksum: bool
    lock: bool
    mode: str
    on_this_machine: bool
    # Whether deletion was refused to us also when we asked to bypass the lock; None where an
    # earlier version did not try. No promise of the store but of the key that we were given.
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
    """Try the four promises on two small objects of the probe's own.

    The lock is tried with our own credentials, first without asking to bypass it and then with: a
    holder of the bypass permission can delete what is locked in governance mode.
    Raises StorageUnavailable, or StorageRefused where not even a first object can be put.
    """
    until = now + LOCKED_FOR
    delete = objects.client.delete_object
    bypass = partial(delete, BypassGovernanceRetention=True)
    key = probe_key(objects)
    kept = objects.put_once(key, CONTENT, content_type="text/plain", retain_until=until)
    mode = objects.locked_in(key, kept.version_id)
    return ProbeReport(
        versioning=objects.has_versioning(),
        create_only=_refused("create-only", lambda: _put_again(objects)),
        checksum=_refused("checksum", lambda: _put_damaged(objects)),
        lock=_stays(objects, kept.version_id, delete),
        mode=mode,
        on_this_machine=objects.on_this_machine,
        bypass_refused=_stays(objects, kept.version_id, bypass),
    )


def probe_key(objects: ObjectStore) -> str:
    """The object whose deletion is tried."""
    return f"proef/slot-{objects.lock_mode.lower()}"


def _put_again(objects: ObjectStore) -> None:
    objects.client.put_object(
        Bucket=objects.bucket, Key=probe_key(objects), Body=OTHER_CONTENT, IfNoneMatch="*"
    )


def _put_damaged(objects: ObjectStore) -> None:
    objects.client.put_object(
        Bucket=objects.bucket,
        Key=CHECKSUM_KEY,
        Body=CONTENT,
        ChecksumSHA256=base64.b64encode(hashlib.sha256(OTHER_CONTENT).digest()).decode(),
    )


def _stays(objects: ObjectStore, version_id: str, delete: Callable[..., object]) -> bool:
    """Whether deleting that version is refused, and it is there afterwards."""
    key = probe_key(objects)
    refused = _refused("lock", lambda: delete(Bucket=objects.bucket, Key=key, VersionId=version_id))
    return refused and _is_there(objects, version_id)


def _is_there(objects: ObjectStore, version_id: str) -> bool:
    try:
        return objects.get(probe_key(objects), version_id) == CONTENT
    except ObjectMissing:
        return False


def _refused(what: str, attempt: Callable[[], object]) -> bool:
    """Whether the store said no. Raises StorageUnavailable when it said nothing."""
    try:
        with translated(f"probe {what}"):
            attempt()
    except (StorageRefused, TransferDamaged):
        return True
    return False
