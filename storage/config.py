"""The bucket's address, in a module that loads no S3 library."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class S3Config:
    """No endpoint means Amazon; no keys, the machine's credentials."""

    bucket: str
    endpoint_url: str | None = None
    region: str = "us-east-1"
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    lock_mode: str = "GOVERNANCE"
