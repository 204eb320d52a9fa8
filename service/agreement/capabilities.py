"""Links and codes: made from the service's secret key and an id, so that neither is ever stored.

A link's token is HMAC-SHA256 under the secret key over the link's random id: 256 bits that nobody
can guess without the key. The database holds only its SHA-256. A mail job makes the token again
when it sends the mail, so a copy of the database or of the queue opens no link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

TOKEN_PREFIX = "zegel_"  # noqa: S105  a public prefix, so that secret scanners know our links


def token_for(secret_key: bytes, link_id: str) -> str:
    """The token in the address of a signing link."""
    digest = hmac.digest(secret_key, b"link:" + link_id.encode(), "sha256")
    return TOKEN_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def code_for(secret_key: bytes, challenge_id: str) -> str:
    """The six digits of a mailed code (RFC 4226's truncation needs no shared counter here)."""
    digest = hmac.digest(secret_key, b"code:" + challenge_id.encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def code_hash(secret_key: bytes, challenge_id: str, code: str) -> bytes:
    """What the database holds of a code: keyed, since six digits alone are quickly tried."""
    return hmac.digest(secret_key, f"code-hash:{challenge_id}:{code}".encode(), "sha256")


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
