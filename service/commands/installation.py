"""What the commands over one installation share: opening it, and saying why it cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from cryptography import x509
from sqlalchemy.exc import SQLAlchemyError

from service.deps import Deps
from service.error_words import words_of
from service.errors import ZegelError
from service.running.opening import prepared_engines
from service.settings.table import Settings
from service.texts import OURS, text
from service.wiring.build import build
from signatures.errors import AuthorityError
from storage.errors import StorageError

UNUSABLE = (ZegelError, StorageError, AuthorityError, SQLAlchemyError, OSError, ValueError)
"""What is raised if settings, keys, database or archive cannot be used."""


@contextmanager
def installation(settings: Settings) -> Iterator[Deps]:
    """Everything outside, for as long as a command needs it. Raises an error of ``UNUSABLE``."""
    with prepared_engines(settings) as found:
        deps = build(settings, found.database_url, found.store)
        try:
            yield deps
        finally:
            deps.close()


def say_why(error: Exception, key: str) -> None:
    """Print an error of ``UNUSABLE``; ``key`` is the command's sentence for a ``reason``."""
    if isinstance(error, ZegelError):
        click.echo(words_of(error), err=True)
        return
    reason = str(error).partition("\n")[0]  # the database adds its statement on further lines
    click.echo(text(key, OURS, reason=reason), err=True)


def certificates(files: Sequence[Path]) -> list[x509.Certificate]:
    """All certificates in PEM files. Raises OSError, or ValueError for a file without any."""
    return [
        certificate
        for file in files
        for certificate in x509.load_pem_x509_certificates(file.read_bytes())
    ]
