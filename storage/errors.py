"""The errors of an archive, named after the situation.

    StorageError
    ├── StorageUnavailable
    │   ├── StorageBusy
    │   └── TransferDamaged
    ├── StorageRefused
    │   └── BucketUnsuitable
    ├── ObjectMissing
    ├── ObjectCorrupt
    ├── ObjectConflict
    └── PackageInvalid

Only ``StorageUnavailable`` is worth an automatic retry; the others need an alarm.
"""

from __future__ import annotations


class StorageError(Exception):
    """Base of all errors of this package."""


class StorageUnavailable(StorageError):
    """The store does not answer, or asks to come back later."""


class StorageBusy(StorageUnavailable):
    """The store asks to come back later; that says nothing about the object."""


class TransferDamaged(StorageUnavailable):
    """The bytes that arrived at the store have another checksum; it kept nothing."""


class StorageRefused(StorageError):
    """The store refuses: credentials, permissions, or a bucket that does not exist."""


class BucketUnsuitable(StorageRefused):
    """The bucket cannot keep originals; ``lacks`` names what is missing."""

    def __init__(self, bucket: str, lacks: tuple[str, ...]) -> None:
        super().__init__(
            f"bucket {bucket!r} cannot keep originals: {' and '.join(lacks)} not enabled "
            "(both can only be had for certain when the bucket is created)"
        )
        self.bucket = bucket
        self.lacks = lacks


class ObjectMissing(StorageError):
    """There is no such object, or not that version of it."""


class ObjectCorrupt(StorageError):
    """The bytes read are not the bytes that were stored."""

    def __init__(self, key: str, *, expected: str, found: str) -> None:
        super().__init__(f"{key}: expected SHA-256 {expected}, found {found}")
        self.key = key
        self.expected = expected
        self.found = found


class ObjectConflict(StorageError):
    """The key holds other bytes already; nothing was written."""

    def __init__(self, key: str, *, offered: str, found: str) -> None:
        super().__init__(f"{key} holds {found} already, not {offered}")
        self.key = key
        self.offered = offered
        self.found = found


class PackageInvalid(StorageError):
    """The files make no package, or a stored manifest is unreadable."""
