"""Links, codes and known browsers: made from the service's secret key and an id, never stored.

A link's token (to an agreement, or to an account of staff) is HMAC-SHA256 under the secret key over
the link's random id: 256 bits that nobody
can guess without the key. The database holds only its SHA-256. A mail job makes the token again
when it sends the mail, so a copy of the database or of the queue opens no link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from enum import StrEnum

TOKEN_PREFIX = "zegel_"  # noqa: S105  a public prefix, so that secret scanners know our links
_WHOLE_TOKEN = re.compile(rf"{re.escape(TOKEN_PREFIX)}[A-Za-z0-9_-]{{43}}")  # of 256 bits
_TOKEN = re.compile(rf"{re.escape(TOKEN_PREFIX)}[A-Za-z0-9_%-]{{4,}}")


class Purpose(StrEnum):
    """What a mailed code is asked for. The mail says it, and it is good for that first of all:
    only a code for signing lets somebody sign."""

    SIGN = "sign"
    DELEGATE = "delegate"
    OPEN = "open"


class AccountPurpose(StrEnum):
    """What a mailed link to an account is for."""

    INVITATION = "invitation"  # a new colleague chooses the first password
    PASSWORD = "password"  # noqa: S105  another one
    UNLOCK = "unlock"  # this browser becomes a known one, so that no stranger's lock holds for it


def token_for(secret_key: bytes, link_id: str) -> str:
    """The token in the address of a signing link."""
    digest = hmac.digest(secret_key, b"link:" + link_id.encode(), "sha256")
    return TOKEN_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def account_token_for(secret_key: bytes, link_id: str) -> str:
    """The token in the address of a link to an account."""
    digest = hmac.digest(secret_key, b"account-link:" + link_id.encode(), "sha256")
    return TOKEN_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def address_key(secret_key: bytes, email: str) -> bytes:
    """A keyed hash of an e-mail address, to count by without keeping it."""
    return hmac.digest(secret_key, b"asked-by:" + email.lower().encode(errors="replace"), "sha256")


def code_for(secret_key: bytes, challenge_id: str) -> str:
    """The six digits of a mailed code (RFC 4226's truncation needs no shared counter here)."""
    digest = hmac.digest(secret_key, b"code:" + challenge_id.encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def code_hash(secret_key: bytes, challenge_id: str, code: str) -> bytes:
    """What the database holds of a code: keyed, since six digits alone are quickly tried."""
    return hmac.digest(secret_key, f"code-hash:{challenge_id}:{code}".encode(), "sha256")


def known_browser_for(secret_key: bytes, browser_id: str) -> str:
    """The long-lived cookie of a browser in which a member of staff signed in: id and signature."""
    signature = hmac.digest(secret_key, b"known-browser:" + browser_id.encode(), "sha256")
    return f"{browser_id}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def known_browser_id(secret_key: bytes, cookie: str) -> str:
    """The id in that cookie, or an empty string when its signature is not ours."""
    browser_id = cookie.partition(".")[0]
    expected = known_browser_for(secret_key, browser_id)
    return browser_id if hmac.compare_digest(expected.encode(), cookie.encode()) else ""


def mask_tokens(words: str) -> str:
    """The words without tokens in them: ``zegel_…``."""
    return _TOKEN.sub(f"{TOKEN_PREFIX}…", words)


def token_hash(token: str) -> bytes:
    """What the database holds of the token that ``token`` begins with.

    A full stop, a bracket or a blank after a link often comes along when it is copied.
    """
    whole = _WHOLE_TOKEN.match(token)
    return hash_secret(whole[0] if whole else token)


def hash_secret(secret: str) -> bytes:
    """What the database holds of a token or of a session's cookie."""
    return hashlib.sha256(secret.encode()).digest()


def new_session_secret() -> str:
    """A fresh cookie value of 256 random bits."""
    return secrets.token_urlsafe(32)


def mask_email(address: str) -> str:
    """``jan@domein.be`` as ``j…@domein.be``."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
