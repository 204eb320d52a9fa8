"""Bytes in an S3 bucket that are written once, locked, and read back by their SHA-256.

* An object is created, never replaced (``If-None-Match: *``). If the key exists, equal bytes are
  adopted, others are an ``ObjectConflict``; so a put without an answer can be repeated.
* The store checks the SHA-256 on receipt, and locks the object in the same request.
* Anyone with write access can put a newer version over it, so it is read by version; the **first**
  version of a key is the original.

All moments are aware; returned ones are UTC.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from storage.answers import code_of, status_of, translated
from storage.client import client, on_this_machine
from storage.config import S3Config
from storage.errors import (
    BucketUnsuitable,
    ObjectConflict,
    ObjectCorrupt,
    ObjectMissing,
    StorageRefused,
    StorageUnavailable,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import ObjectLockModeType
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

ATTEMPTS = 3
PRECONDITION_FAILED = 412
# A repeated put asks for a slightly later date; that is not worth a request.
LOCK_TOLERANCE = timedelta(days=1)
LOCK_MODES: Mapping[str, ObjectLockModeType] = {
    "GOVERNANCE": "GOVERNANCE",
    "COMPLIANCE": "COMPLIANCE",
}


@dataclass(frozen=True)
class StoredObject:
    """One version of one key, with its SHA-256 in hexadecimal and size in bytes."""

    key: str
    version_id: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ObjectVersion:
    """One entry of the bucket's listing."""

    key: str
    version_id: str
    delete_marker: bool


@dataclass(frozen=True)
class ReadObject:
    """The bytes read, and until when the store keeps them."""

    data: bytes
    version_id: str
    locked_until: datetime | None


class ObjectStore:
    """One bucket; thread-safe; connects at first use."""

    def __init__(self, config: S3Config, *, attempts: int = ATTEMPTS) -> None:
        self._config = config
        self.bucket = config.bucket
        self.lock_mode: ObjectLockModeType = LOCK_MODES[config.lock_mode]
        self.on_this_machine = on_this_machine(config)
        self._region = config.region
        self.client: S3Client = client(config, attempts)

    @cached_property
    def impatient(self) -> ObjectStore:
        """The same bucket without retries."""
        return ObjectStore(self._config, attempts=1)

    def ensure_bucket(self) -> None:
        """Create the bucket if it does not exist, and check that it can keep originals.

        Raises BucketUnsuitable without versioning or Object Lock, StorageRefused if the credentials
        do not suffice, StorageUnavailable.
        """
        try:
            with translated(f"bucket {self.bucket}"):
                self.client.head_bucket(Bucket=self.bucket)
        except ObjectMissing:
            self._create_bucket()
        lacks = tuple(
            name
            for name, present in (
                ("versioning", self.has_versioning()),
                ("Object Lock", self._has_lock()),
            )
            if not present
        )
        if lacks:
            raise BucketUnsuitable(self.bucket, lacks)

    def put_once(
        self,
        key: str,
        data: bytes,
        *,
        content_type: str,
        retain_until: datetime,
    ) -> StoredObject:
        """Create ``key`` with these bytes, locked until then; repeatable.

        Raises ObjectConflict when the key holds other bytes, StorageUnavailable, StorageRefused.
        """
        digest = hashlib.sha256(data)
        try:
            with translated(f"put {key}"):
                answer = self.client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=data,
                    ContentType=content_type,
                    ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
                    IfNoneMatch="*",
                    ObjectLockMode=self.lock_mode,
                    ObjectLockRetainUntilDate=_utc(retain_until),
                )
        except StorageRefused as refusal:
            if not _says_it_exists(refusal.__cause__):
                raise
            return self._adopt(key, digest.hexdigest(), retain_until)
        if "VersionId" not in answer:
            raise BucketUnsuitable(self.bucket, ("versioning",))
        return StoredObject(key, answer["VersionId"], digest.hexdigest(), len(data))

    def read(self, key: str, version_id: str, *, most: int | None = None) -> ReadObject:
        """The bytes of that version and its lock.

        Raises ObjectCorrupt, without reading, for more than ``most`` bytes; ObjectMissing,
        StorageUnavailable.
        """
        with translated(f"get {key}"):
            answer = self.client.get_object(Bucket=self.bucket, Key=key, VersionId=version_id)
            with answer["Body"] as body:
                size = answer.get("ContentLength")
                if most is not None and (size is None or size > most):
                    raise ObjectCorrupt(key, expected=f"in {most} bytes", found=f"{size} bytes")
                data = body.read()
        until = answer.get("ObjectLockRetainUntilDate")
        return ReadObject(data, version_id, until.astimezone(UTC) if until else None)

    def get(self, key: str, version_id: str) -> bytes:
        """That version, not compared. Raises ObjectMissing, StorageUnavailable."""
        return self.read(key, version_id).data

    def read_verified(
        self, key: str, version_id: str, sha256: str, *, most: int | None = None
    ) -> bytes:
        """The bytes of that version, compared by SHA-256 (hexadecimal).

        Raises ObjectCorrupt, also for more than ``most`` bytes; ObjectMissing, StorageUnavailable.
        """
        data = self.read(key, version_id, most=most).data
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise ObjectCorrupt(key, expected=sha256, found=found)
        return data

    def original(self, key: str) -> str:
        """The version id of the first version of ``key``. Raises ObjectMissing."""
        first = None
        for version in self.versions(key):
            if version.key == key and not version.delete_marker:
                first = version.version_id  # newest first, so the last one seen is the first
        if first is None:
            raise ObjectMissing(f"{key}: there is no version of it")
        return first

    def locked_until(self, key: str, version_id: str) -> datetime | None:
        """Until when the store refuses to delete that version; None without a lock."""
        until = self._head(key, version_id).get("ObjectLockRetainUntilDate")
        return until.astimezone(UTC) if until else None

    def locked_in(self, key: str, version_id: str) -> str:
        """That version's lock mode in the words of S3, or ''.

        Raises ObjectMissing, StorageUnavailable.
        """
        return self._head(key, version_id).get("ObjectLockMode", "")

    def extend_retention(self, key: str, version_id: str, until: datetime) -> datetime:
        """Lock that version until then, unless it is locked longer; returns the lock's end.

        So a repeated or late job is harmless. Raises ObjectMissing, StorageRefused,
        StorageUnavailable.
        """
        until = _utc(until)
        answer = self._head(key, version_id)
        present = answer.get("ObjectLockRetainUntilDate")
        if present is not None and present >= until:
            return present.astimezone(UTC)
        # An object keeps its mode: compliance cannot be undone, whatever the setting is now.
        mode = self.lock_mode if present is None else LOCK_MODES[answer["ObjectLockMode"]]
        with translated(f"lock {key}"):
            self.client.put_object_retention(
                Bucket=self.bucket,
                Key=key,
                VersionId=version_id,
                Retention={"Mode": mode, "RetainUntilDate": until},
            )
        return until

    def _head(self, key: str, version_id: str) -> HeadObjectOutputTypeDef:
        with translated(f"head {key}"):
            return self.client.head_object(Bucket=self.bucket, Key=key, VersionId=version_id)

    def versions(self, prefix: str, *, page_size: int = 1000) -> Iterator[ObjectVersion]:
        """Every version and delete marker under ``prefix``, by key, newest first.

        Raises StorageUnavailable, StorageRefused.
        """
        with translated(f"list {prefix}"):
            pages = self.client.get_paginator("list_object_versions").paginate(
                Bucket=self.bucket, Prefix=prefix, PaginationConfig={"PageSize": page_size}
            )
            for page in pages:
                for line in page.get("Versions", []):
                    yield ObjectVersion(line["Key"], line["VersionId"], False)
                for gone in page.get("DeleteMarkers", []):
                    yield ObjectVersion(gone["Key"], gone["VersionId"], True)

    def has_versioning(self) -> bool:
        """Whether the bucket keeps every version. Raises StorageUnavailable, StorageRefused."""
        with translated(f"bucket {self.bucket}"):
            answer = self.client.get_bucket_versioning(Bucket=self.bucket)
        return answer.get("Status") == "Enabled"

    def _has_lock(self) -> bool:
        try:
            with translated(f"bucket {self.bucket}"):
                answer = self.client.get_object_lock_configuration(Bucket=self.bucket)
        except (StorageRefused, ObjectMissing) as refusal:
            cause = refusal.__cause__
            if isinstance(cause, ClientError) and "ObjectLockConfiguration" in code_of(cause):
                return False
            raise
        return answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"

    def _create_bucket(self) -> None:
        try:
            with translated(f"bucket {self.bucket} does not exist and cannot be made"):
                if self._region == "us-east-1":  # the one region that must not be named here
                    self.client.create_bucket(Bucket=self.bucket, ObjectLockEnabledForBucket=True)
                else:
                    self.client.create_bucket(
                        Bucket=self.bucket,
                        ObjectLockEnabledForBucket=True,
                        CreateBucketConfiguration={"LocationConstraint": self._region},  # type: ignore[typeddict-item]
                    )
        except StorageRefused as refusal:
            cause = refusal.__cause__
            # another process created it after our check
            if not (isinstance(cause, ClientError) and code_of(cause) == "BucketAlreadyOwnedByYou"):
                raise

    def _adopt(self, key: str, sha256: str, retain_until: datetime) -> StoredObject:
        """The existing object, if its bytes are the same."""
        try:
            version_id = self.original(key)
        except ObjectMissing as error:  # another write is in progress
            raise StorageUnavailable(f"put {key}: exists, but cannot be listed yet") from error
        present = self.read(key, version_id)
        found = hashlib.sha256(present.data).hexdigest()
        if found != sha256:
            raise ObjectConflict(key, offered=sha256, found=found)
        until = present.locked_until
        if until is None or until < retain_until - LOCK_TOLERANCE:
            self.extend_retention(key, version_id, retain_until)
        return StoredObject(key, version_id, sha256, len(present.data))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    return moment.astimezone(UTC).replace(microsecond=0)  # a lock has no fractions of seconds


def _says_it_exists(cause: BaseException | None) -> bool:
    return isinstance(cause, ClientError) and status_of(cause) == PRECONDITION_FAILED
