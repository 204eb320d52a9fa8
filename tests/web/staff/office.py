"""Helpers of the staff tests: sample data, a browser, the database, the dependencies."""

from __future__ import annotations

import dataclasses
import html
import re
import uuid
from pathlib import Path
from typing import Any

from emptied import as_owner
from flask.testing import FlaskClient
from kept import engine_for
from sqlalchemy import text
from werkzeug.test import TestResponse

from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.engines import ObjectStoreAddress
from service.settings.table import load_settings
from service.wiring.build import build
from storage.objects import S3Config

PROCESSOR = {
    "name": "Christophe Zenner",
    "trade_name": "IT4Professionals",
    "enterprise_number": "0863.643.458",
    "street": "Voorbeeldstraat 1",
    "postcode": "9000",
    "city": "Gent",
    "email": "info@it4professionals.example",
    "phone": "+32 9 234 56 78",
    "representative_name": "Christophe Zenner",
    "representative_function": "Zaakvoerder",
}
NEW = {
    "name": "Bakkerij Peeters",
    "number": "0403.170.701",
    "signatory_name": "An Peeters",
    "signatory_email": "an@peeters.example",
    "services": ["cloud_storage", "support"],
    "main_reference": "HO-2024-17",
    "main_date": "2/3/2024",
    "message": "Dag An,\nhier is ze.",
}


class Office:
    """One browser without JavaScript: it posts the token of the current page."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.answer: TestResponse | None = None

    def get(self, path: str, *, follow: bool = True) -> TestResponse:
        self.answer = self.client.get(path, follow_redirects=follow)
        return self.answer

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True
    ) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        assert token, "this page has no form"
        self.answer = self.client.post(
            path, data={**(data or {}), "csrf_token": token[1]}, follow_redirects=follow
        )
        return self.answer

    def sign_in(self, email: str, password: str, *, onward: str = "") -> TestResponse:
        self.get("/aanmelden")
        return self.post("/aanmelden", {"email": email, "password": password, "verder": onward})

    @property
    def page(self) -> str:
        assert self.answer is not None
        return html.unescape(self.answer.get_data(as_text=True))

    @property
    def path(self) -> str:
        assert self.answer is not None
        return self.answer.request.path

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status_code

    def value(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, name
        return found[1]


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
) -> Deps:
    """Everything real, with its own bucket."""
    settings = load_settings(
        {
            "ZEGEL_MODE": "development",
            "ZEGEL_DATA": str(directory),
            "ZEGEL_KEY_DIR": str(keys),
            "ZEGEL_BASE_URL": base_url,
            "ZEGEL_SECRET_KEY": "5" * 64,
        }
    )
    config = S3Config(
        endpoint_url=store.endpoint_url,
        region=store.region,
        bucket=f"staff-{uuid.uuid4().hex}",
        access_key_id=store.access_key_id,
        secret_access_key=store.secret_access_key,
    )
    return dataclasses.replace(build(settings, database_url, config), maker=lambda: maker)
