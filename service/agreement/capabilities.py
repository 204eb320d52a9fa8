"""Links, codes and known browsers: derived from the service's secret key and an id, never stored.

A link's token is the HMAC-SHA256 of its random id under the secret key. The database holds only its
SHA-256, so a copy of it opens no link.
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
    """The purpose of a mailed code, named in the mail. Only a code for signing allows signing."""

    SIGN = "sign"
    DELEGATE = "delegate"
    OPEN = "open"


class AccountPurpose(StrEnum):
    INVITATION = "invitation"  # a new colleague chooses the first password
    PASSWORD = "password"  # noqa: S105  a colleague chooses a new one
    UNLOCK = "unlock"  # makes this browser known, so that a stranger's lock does not apply to it


def token_for(secret_key: bytes, link_id: str) -> str:
    digest = hmac.digest(secret_key, b"link:" + link_id.encode(), "sha256")
    return TOKEN_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def bundle_token_for(secret_key: bytes, bundle_id: str) -> str:
    """The same for the link to several agreements of one person."""
    digest = hmac.digest(secret_key, b"bundle:" + bundle_id.encode(), "sha256")
    return TOKEN_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def account_token_for(secret_key: bytes, link_id: str) -> str:
    digest = hmac.digest(secret_key, b"account-link:" + link_id.encode(), "sha256")
    return TOKEN_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def address_key(secret_key: bytes, email: str) -> bytes:
    """A keyed hash, for counting without storing the address."""
    return hmac.digest(secret_key, b"asked-by:" + email.lower().encode(errors="replace"), "sha256")


def code_for(secret_key: bytes, challenge_id: str) -> str:
    """The six digits of a mailed code (as in RFC 4226, but without its shared counter)."""
    digest = hmac.digest(secret_key, b"code:" + challenge_id.encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def code_hash(secret_key: bytes, challenge_id: str, code: str) -> bytes:
    """The stored hash of a code; keyed, since all six-digit numbers are quickly tried."""
    return hmac.digest(secret_key, f"code-hash:{challenge_id}:{code}".encode(), "sha256")


def known_browser_for(secret_key: bytes, browser_id: str) -> str:
    """The long-lived cookie of a browser used by a member of staff: id and signature."""
    signature = hmac.digest(secret_key, b"known-browser:" + browser_id.encode(), "sha256")
    return f"{browser_id}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def known_browser_id(secret_key: bytes, cookie: str) -> str:
    """The id in that cookie, or an empty string if its signature is not ours."""
    browser_id = cookie.partition(".")[0]
    expected = known_browser_for(secret_key, browser_id)
    return browser_id if hmac.compare_digest(expected.encode(), cookie.encode()) else ""


def application_cookie(secret_key: bytes, application_id: str) -> str:
    """The cookie of a browser that applied on the public page: id and signature."""
    signature = hmac.digest(secret_key, b"application:" + application_id.encode(), "sha256")
    return f"{application_id}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def application_in(secret_key: bytes, cookie: str) -> str:
    """The id in that cookie, or an empty string if its signature is not ours."""
    application_id = cookie.partition(".")[0]
    expected = application_cookie(secret_key, application_id)
    return application_id if hmac.compare_digest(expected.encode(), cookie.encode()) else ""


def mask_tokens(words: str) -> str:
    """The text with every token masked as ``zegel_…``."""
    return _TOKEN.sub(f"{TOKEN_PREFIX}…", words)


def token_hash(token: str) -> bytes:
    """The stored hash of the token at the start of ``token``: people often copy a full stop,
    bracket or blank after a link."""
    whole = _WHOLE_TOKEN.match(token)
    return hash_secret(whole[0] if whole else token)


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def new_session_secret() -> str:
    return secrets.token_urlsafe(32)


def mask_email(address: str) -> str:
    """``jan@domein.be`` as ``j…@domein.be``."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
