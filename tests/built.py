"""An installation for a test, in this process: the one place that builds ``Deps``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stores import NO_STORE

from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.settings.table import Settings, load_settings
from service.wiring.build import build
from storage.config import S3Config


def settings_in(directory: Path, **others: str) -> Settings:
    """Development mode: mails are stored in a folder there. ``others`` are further settings."""
    return load_settings(
        {
            "ZEGEL_MODE": "development",
            "ZEGEL_DATA": str(directory),
            "ZEGEL_BASE_URL": "http://localhost",
            "ZEGEL_SECRET_KEY": "5" * 64,  # one for all: links and codes of a snapshot hold
            "ZEGEL_BULK_MAILS_PER_MINUTE": "100000",  # a test's second list does not wait
            **others,
        }
    )


@contextmanager
def built(
    settings: Settings,
    database_url: str,
    store: S3Config = NO_STORE,
    maker: DocumentMaker | None = None,
) -> Iterator[Deps]:
    """Everything real, with this maker of documents instead of its own; closed at the end, except
    the maker given."""
    made = build(settings, database_url, store)
    yield dataclasses.replace(made, maker=lambda: maker) if maker else made
    made.close()
