"""Tests whether the store works now, to distinguish an outage from one unreadable object.

SeaweedFS answers GET with 500 when an object's volume is gone, like an outage. If a small object
can be put and read back, what is unreadable does not exist.
"""

from __future__ import annotations

import os

from storage.answers import translated
from storage.errors import StorageUnavailable
from storage.objects import ObjectStore

WITNESS_KEY = "proef/getuige"


def prove_working(objects: ObjectStore) -> None:
    """Put and read back a new version of one key, without a lock.

    Raises StorageUnavailable, or StorageRefused for the credentials.
    """
    content = os.urandom(16)
    with translated(f"put {WITNESS_KEY}"):
        put = objects.client.put_object(Bucket=objects.bucket, Key=WITNESS_KEY, Body=content)
    if objects.get(WITNESS_KEY, put["VersionId"]) != content:
        raise StorageUnavailable(f"get {WITNESS_KEY}: other bytes than were put")
