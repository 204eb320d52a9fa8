"""Who may do what in the embedded S3 server, in SeaweedFS's configuration format (``-s3.config``).

The administrator creates the bucket and its lock; the worker reads, writes and extends locks; the
web process reads. The last two may not delete or hide anything, shorten or bypass a lock, or change
the bucket: whatever is not listed is refused.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.engines.private_files import write_private

READING = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectRetention",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:GetBucketVersioning",
    "s3:GetBucketObjectLockConfiguration",
)
WRITING = ("s3:PutObject", "s3:PutObjectRetention")
WEB, WORKER = "web", "worker"
ALLOWED = {WEB: READING, WORKER: (*READING, *WRITING)}
EVERY_BUCKET = "arn:aws:s3:::*"  # there is only one


@dataclass(frozen=True)
class Credentials:
    """Credentials for signing requests to the S3 port."""

    access_key_id: str
    secret_access_key: str = field(repr=False)

    @staticmethod
    def new() -> Credentials:
        return Credentials("zegel" + secrets.token_hex(8), secrets.token_urlsafe(32))


def prepare_identities(path: Path) -> dict[str, Credentials]:
    """The credentials of ``WEB`` and ``WORKER``; created at first use, with the server's file."""
    if not path.exists():
        made = {name: Credentials.new() for name in ALLOWED}
        write_private(path, json.dumps(configuration(made), indent=1).encode())
    known = json.loads(path.read_text())["identities"]
    return {each["name"]: _credentials(each) for each in known}


def configuration(identities: dict[str, Credentials]) -> dict[str, Any]:
    return {
        "identities": [
            {
                "name": name,
                "credentials": [
                    {"accessKey": given.access_key_id, "secretKey": given.secret_access_key}
                ],
                "policyNames": [name],
            }
            for name, given in identities.items()
        ],
        "policies": [
            {"name": name, "content": json.dumps(policy(ALLOWED[name]))} for name in identities
        ],
    }


def policy(actions: tuple[str, ...]) -> dict[str, Any]:
    """Allows only these actions, in every bucket."""
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": [EVERY_BUCKET]}
    return {"Version": "2012-10-17", "Statement": [allowed]}


def _credentials(identity: dict[str, Any]) -> Credentials:
    [given] = identity["credentials"]
    return Credentials(given["accessKey"], given["secretKey"])
