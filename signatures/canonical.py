"""Canonical JSON (RFC 8785) and its SHA-256: one form, so that one record has one hash."""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical_json(record: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes of a plain record: strings, integers, booleans, None, lists and dicts.

    Raises ``rfc8785.CanonicalizationError`` for anything else, such as a ``datetime``.
    """
    return rfc8785.dumps(dict(record))


def sha256_hex(data: bytes) -> str:
    """SHA-256 in lower case hexadecimal, as every hash in this package is written."""
    return hashlib.sha256(data).hexdigest()
