"""Tests whether the store works now, to distinguish an outage from one unreadable object.

A store that lost an object does not always say so: SeaweedFS answers HEAD with 200 and GET with 500
when the volume is gone, which looks like an outage. So a small object is put and read back: if that
works, the store works, and what cannot be read does not exist.
"""

from __future__ import annotations

import os

from storage.answers import translated
from storage.errors import StorageUnavailable
from storage.objects import ObjectStore

WITNESS_KEY = "proef/getuige"


def prove_working(objects: ObjectStore) -> None:
    """Put a new object and read it back; each is a new version of one key, without a lock.

    Raises StorageUnavailable, or StorageRefused if the credentials do not allow it.
    """
    content = os.urandom(16)
    with translated(f"put {WITNESS_KEY}"):
        put = objects.client.put_object(Bucket=objects.bucket, Key=WITNESS_KEY, Body=content)
    if objects.get(WITNESS_KEY, put["VersionId"]) != content:
        raise StorageUnavailable(f"get {WITNESS_KEY}: other bytes than were put")
