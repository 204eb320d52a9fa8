"""Does the store work at this moment? Told apart from one object that cannot be read.

A store that lost an object does not always say so: SeaweedFS answers HEAD with 200 and GET with
500 when the volume is gone, which looks like an outage. So a small object of our own is put and
read back: where that works, the store works, and what cannot be read is not there.
"""

from __future__ import annotations

import os

from storage.answers import translated
from storage.errors import StorageUnavailable
from storage.objects import ObjectStore

WITNESS_KEY = "proef/getuige"


def prove_working(objects: ObjectStore) -> None:
    """Put a fresh object and read it back; each is a new version of one key, without a lock.

    Raises StorageUnavailable, or StorageRefused where the credentials do not allow it.
    """
    content = os.urandom(16)
    with translated(f"put {WITNESS_KEY}"):
        put = objects.client.put_object(Bucket=objects.bucket, Key=WITNESS_KEY, Body=content)
    if objects.get(WITNESS_KEY, put["VersionId"]) != content:
        raise StorageUnavailable(f"get {WITNESS_KEY}: other bytes than were put")
