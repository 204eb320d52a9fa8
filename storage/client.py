"""Makes clients of an S3 store."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from storage.config import S3Config

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_s3 import S3Client

CONNECT_SECONDS = 3
READ_SECONDS = 20
CONNECTIONS = 16
USER_AGENT = "Zegel"  # the library would compose a long one again for every request
_one_at_a_time = Lock()  # a session is not for several threads


def client(config: S3Config, attempts: int) -> S3Client:
    """A client with the credentials of ``config``; thread-safe."""
    # Imported at first use: a web process rarely needs it, and it takes 20 MiB.
    from botocore.config import Config  # noqa: PLC0415

    with _one_at_a_time:
        return _session().client(
            "s3",
            endpoint_url=config.endpoint_url,
            region_name=config.region,
            aws_access_key_id=config.access_key_id,
            aws_secret_access_key=config.secret_access_key,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": attempts},
                max_pool_connections=CONNECTIONS,
                user_agent=USER_AGENT,
                signature_version="s3v4",
                s3={"addressing_style": "path" if config.endpoint_url else "auto"},
                # An outside proxy cannot reach this machine.
                proxies={} if on_this_machine(config) else None,
            ),
        )


@cache
def _session() -> Session:
    """It keeps the description of S3 read for the first client, most of the work."""
    # Imported at first use, with the above.
    import boto3  # noqa: PLC0415

    return boto3.session.Session()


def on_this_machine(config: S3Config) -> bool:
    """Whether the store listens on a loopback address."""
    host = urlsplit(config.endpoint_url).hostname if config.endpoint_url else None
    return host in ("127.0.0.1", "localhost", "::1")
