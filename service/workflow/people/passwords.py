"""Passwords: hashed and compared, a few at a time and never inside a transaction.

argon2id is slow on purpose. Whoever could make this process do many at once, or wait for one while
a row is locked, could stop every page. So there are ``AT_ONCE`` turns in a process; who gets none
is told to come back.
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

# OWASP's Password Storage Cheat Sheet, first of its equal choices for argon2id: 19 MiB, two passes,
# one lane. Why not more: docs/decisions, number 18.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = 2
PATIENCE_SECONDS = 5.0  # of somebody who is signed in, or whose browser is known
BUSY_SECONDS = 5  # after which it is worth trying again
_turns = Turns(AT_ONCE, waiting=8)


@contextmanager
def turn(patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """One of the few turns to hash, waited for so many seconds. Raises TooMany without one."""
    try:
        with _turns.turn(patience):
            yield
    except NoTurn as full:
        raise TooMany(ErrorCode.PASSWORDS_BUSY, seconds=BUSY_SECONDS) from full


def hashed(password: str) -> str:
    """What the database keeps of a new password; takes a turn. Raises TooMany."""
    with turn():
        return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password; only within a turn."""
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def hashed_anew(password_hash: str, password: str) -> str:
    """A right password's hash with today's choice of cost, or an empty string where it has that;
    only within a turn."""
    return _HASHER.hash(password) if _HASHER.check_needs_rehash(password_hash) else ""


def of_nobody(password_hash: str) -> str:
    """A hash that no password matches, as slow as the one given."""
    cost_and_salt = password_hash.rpartition("$")[0]
    digest = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"{cost_and_salt}${digest}"
