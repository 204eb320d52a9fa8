"""Hashing and checking passwords: ``AT_ONCE`` at a time per process, never inside a transaction.

argon2id is slow on purpose, and could otherwise block every page.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from service.error_codes import ErrorCode
from service.errors import TooMany
from service.workflow.turns import NoTurn, Turns

# The first of the equivalent argon2id settings in OWASP's Password Storage Cheat Sheet: 19 MiB, two
# passes, one lane. Why not more: docs/decisions, number 18.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = 2
PATIENCE_SECONDS = 5.0  # for signed-in people and known browsers
BUSY_SECONDS = 5  # after which to try again
_turns = Turns(AT_ONCE, waiting=8)


@contextmanager
def turn(patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Wait at most ``patience`` seconds for a turn to hash. Raises TooMany without one."""
    try:
        with _turns.turn(patience):
            yield
    except NoTurn as full:
        raise TooMany(ErrorCode.PASSWORDS_BUSY, seconds=BUSY_SECONDS) from full


def hashed(password: str) -> str:
    """Takes a turn. Raises TooMany."""
    with turn():
        return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password matches; only within a turn."""
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def hashed_anew(password_hash: str, password: str) -> str:
    """A new hash of a correct password with the present cost settings, or an empty string if it has
    them already; only within a turn."""
    return _HASHER.hash(password) if _HASHER.check_needs_rehash(password_hash) else ""


def of_nobody(password_hash: str) -> str:
    """A hash that no password matches, as slow to check as the given one."""
    cost_and_salt = password_hash.rpartition("$")[0]
    digest = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"{cost_and_salt}${digest}"
