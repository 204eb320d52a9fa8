"""Converts the errors of an S3 store to this package's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import urllib3.exceptions
from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError

from storage.errors import (
    ObjectCorrupt,
    ObjectMissing,
    StorageBusy,
    StorageError,
    StorageRefused,
    StorageUnavailable,
    TransferDamaged,
)

BUSY = (429, 503)
SERVER_ERRORS = 500
# MethodNotAllowed: the version is a delete marker.
MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound", "MethodNotAllowed"})
DAMAGED = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})
# The first two mean another writer.
COME_BACK = frozenset(
    {
        "ConditionalRequestConflict",
        "OperationAborted",
        "RequestTimeout",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
    }
)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Convert boto3's exceptions to this package's errors; ``what`` begins the message."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(what, error) from error
    except FlexibleChecksumError as error:
        raise ObjectCorrupt(what, expected="the store's own checksum", found=str(error)) from error
    except (BotoCoreError, urllib3.exceptions.HTTPError, OSError) as error:
        raise StorageUnavailable(f"{what}: {error}") from error


def code_of(error: ClientError) -> str:
    """The store's error code, such as ``AccessDenied``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """The HTTP status of the answer."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _of_answer(what: str, error: ClientError) -> StorageError:
    code, status = code_of(error), status_of(error)
    message = f"{what}: {error}"
    if code in MISSING or _is_no_version_id(code, message):
        return ObjectMissing(message)
    if code in DAMAGED:
        return TransferDamaged(message)
    if code in COME_BACK or status in BUSY:
        return StorageBusy(message)
    if status >= SERVER_ERRORS:
        return StorageUnavailable(message)
    return StorageRefused(message)


def _is_no_version_id(code: str, message: str) -> bool:
    """Amazon checks a version id's form before it looks for the version."""
    return code == "InvalidArgument" and "version id" in message.lower()
