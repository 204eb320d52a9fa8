"""What tests of the archive do to a bucket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.archive import Package
from storage.manifest import BUNDLE, MANIFEST
from storage.objects import ObjectStore, StoredObject

Make = Callable[..., Package]

PREFIX = "overeenkomsten/2026/VO-2026-00042/"

OBJECTS = ["bewijsblad.pdf", BUNDLE, MANIFEST, "overeenkomst.pdf"]


def keys(objects: ObjectStore) -> list[str]:
    return sorted(version.key for version in objects.versions("overeenkomsten/"))


def put_plain(objects: ObjectStore, key: str, data: bytes) -> str:
    """Put an object without condition or lock; returns the version id."""
    answer = objects.client.put_object(Bucket=objects.bucket, Key=key, Body=data)
    return answer["VersionId"]


def replace(objects: ObjectStore, one: StoredObject, data: bytes | None) -> None:
    """Bypass the lock: other bytes under that key, or none."""
    objects.client.delete_object(
        Bucket=objects.bucket,
        Key=one.key,
        VersionId=one.version_id,
        BypassGovernanceRetention=True,
    )
    if data is not None:
        put_plain(objects, one.key, data)


class Killed(BaseException):
    """Simulates the end of the process."""


class Mortal(ObjectStore):
    """A store whose process dies at its n-th put, just before it or just after."""

    puts_left = 0
    after = False

    def put_once(self, *arguments: Any, **named: Any) -> StoredObject:
        self.puts_left -= 1
        if self.puts_left < 0:
            raise Killed
        if self.puts_left == 0 and self.after:
            super().put_once(*arguments, **named)
            raise Killed
        return super().put_once(*arguments, **named)
