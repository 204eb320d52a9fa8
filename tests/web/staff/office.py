"""Helpers of the staff tests: sample data, the database, the dependencies."""

from __future__ import annotations

import io
import uuid
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from app_browser import Browser
from bakery import SALES
from built import built, settings_in
from emptied import as_owner
from kept import engine_for
from sqlalchemy import text
from stores import bucket_at

from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.engines import ObjectStoreAddress

DRAFT = {
    **SALES,
    "main_reference": "HO-2024-17",
    "main_date": "2/3/2024",
    "message": "Dag An,\nhier is ze.",
}
SERVICES = ["cloud_storage", "support"]
NEW = {**DRAFT, "services": SERVICES}
NEW_TEMPLATE = "/beheer/sjablonen/nieuw"


def rows(deps: Deps, statement: str, **values: Any) -> list[Any]:
    with engine_for(as_owner(deps.database.url)).begin() as connection:
        result = connection.execute(text(statement), values)
        return list(result) if result.returns_rows else []


def make_deps(
    database_url: str,
    directory: Path,
    keys: Path,
    store: ObjectStoreAddress,
    maker: DocumentMaker,
    *,
    base_url: str = "http://localhost",
) -> AbstractContextManager[Deps]:
    """Everything real, with its own bucket."""
    settings = settings_in(directory, ZEGEL_KEY_DIR=str(keys), ZEGEL_BASE_URL=base_url)
    config = bucket_at(store, f"staff-{uuid.uuid4().hex}")
    return built(settings, database_url, config, maker)


def upload(office: Browser, data: bytes, **fields: str) -> None:
    """A Word file as a new own template."""
    office.get(NEW_TEMPLATE)
    file = (io.BytesIO(data), "contract.docx")
    office.post(NEW_TEMPLATE, {"family": "", "name": "Hosting", **fields, "file": file})
