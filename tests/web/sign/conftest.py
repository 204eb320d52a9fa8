"""A signer's browser on the real application, database and documents; jobs are run by hand."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from colleagues import PASSWORD, add_colleague
from emptied import as_owner
from flask import Flask
from flask.testing import FlaskClient
from kept import application, engine_for
from sqlalchemy import text
from werkzeug.test import TestResponse

from service.agreement.capabilities import code_for
from service.agreement.drafting import Input
from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.settings.table import load_settings
from service.wiring.build import build
from service.workflow.actors import Client
from service.workflow.offer import create, generate, send
from service.workflow.people import profile
from service.workflow.signing import countersign, open_text
from service.workflow.telling.links import address
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
SALES = {
    "name": "Bakkerij Peeters",
    "number": "0403.170.701",
    "signatory_name": "An Peeters",
    "signatory_email": "an@peeters.example",
}
DETAILS = {
    "name": "Bakkerij Peeters",
    "kind": "legal_entity",
    "legal_form": "BV",
    "country": "BE",
    "number": "0403.170.701",
    "street": "Molenstraat 3",
    "postcode": "2000",
    "city": "Antwerpen",
    "signatory_name": "An Peeters",
    "signatory_function": "Bestuurder",
    "notices_email": "info@peeters.example",
}
ANNEX = {
    "personal_data": ["name", "contact"],
    "personal_data_own": ["Allergieën van klanten", ""],
    "data_subjects": ["customers"],
    "dpo_answer": "no",
}
STATEMENTS = ["read_and_agreed", "authorised", "intent"]


class Browser:
    """One person's browser without JavaScript: it posts the token of the current page."""

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

    @property
    def page(self) -> str:
        assert self.answer is not None
        return html.unescape(self.answer.get_data(as_text=True))

    @property
    def path(self) -> str:
        assert self.answer is not None
        return self.answer.request.path

    def value(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, name
        return found[1]


@dataclass
class Journey:
    """A sent agreement, the link in its mail, and the people around it."""

    deps: Deps
    staff: Staff
    password: str
    reference: str
    browser: Browser
    details: ClassVar[dict[str, str]] = DETAILS
    annex: ClassVar[dict[str, Any]] = ANNEX

    @property
    def agreement(self) -> Any:
        with self.deps.database.begin() as tx:
            return tx.agreements.get(self.reference)

    @property
    def link(self) -> str:
        with self.deps.database.begin() as tx:
            link = tx.signing.live_link(self.agreement.id)
        assert link is not None
        return address(self.deps, link.id).removeprefix(self.deps.settings.base_url)

    def code(self) -> str:
        """The code in the newest mail with a code."""
        found = self.rows("select id from code_challenges order by created_at desc")
        return code_for(self.deps.secret_key, str(found[0][0]))

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with engine_for(as_owner(self.deps.database.url)).begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def freeze(self) -> None:
        """The worker's job after step 2."""
        generate.generate(self.deps, self.agreement.id)

    def entered(self) -> Browser:
        """After opening the link."""
        self.browser.get(self.link)
        self.browser.post(self.link)
        return self.browser

    def completed(self) -> Browser:
        """After steps 1 and 2."""
        browser = self.entered()
        browser.post("/tekenen/gegevens", DETAILS)
        browser.post("/tekenen/bijlage", ANNEX)
        return browser

    def reading(self) -> Browser:
        browser = self.completed()
        self.freeze()
        browser.get("/tekenen")
        return browser

    def asked_code(self) -> Browser:
        browser = self.reading()
        browser.post("/tekenen/lezen", self.shown())
        return browser

    def signing(self) -> Browser:
        browser = self.asked_code()
        browser.post("/tekenen/code/controle", {"code": self.code()})
        return browser

    def first_tap(self) -> Browser:
        browser = self.signing()
        browser.post("/tekenen/ondertekenen", self.signature())
        return browser

    def signature(self, **other: Any) -> dict[str, Any]:
        return {
            "document_sha256": self.agreement.frozen_sha256,
            "statement": STATEMENTS,
            "method": "typed",
            "typed_name": "An Peeters",
            **other,
        }

    def shown(self) -> dict[str, str]:
        """The digests of the text as on its page."""
        agreement = self.agreement
        with self.deps.database.begin() as tx:
            view = tx.openings.view(agreement.id, agreement.edition)
        assert view
        return {"document_sha256": agreement.frozen_sha256, "view_sha256": view.sha256}

    def countersign(self) -> None:
        agreement = self.agreement
        here = Client("127.0.0.1", "test")
        view = self.shown()["view_sha256"]
        open_text.note_view(self.deps, self.reference, view, self.staff, here)
        outcomes = countersign.countersign(
            self.deps,
            {self.reference: agreement.frozen_sha256},
            password=self.password,
            confirmed=True,
            method="typed",
            typed=self.staff.name,
            picture=b"",
            staff=self.staff,
            client=here,
        )
        assert [outcome.refusal for outcome in outcomes] == [None]


@pytest.fixture
def deps(
    database_url: str, maker: DocumentMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deps]:
    """Everything real but the archive and the keys, which no test here uses."""
    settings = load_settings(
        {
            "ZEGEL_MODE": "development",
            "ZEGEL_DATA": str(tmp_path_factory.mktemp("data")),
            "ZEGEL_BASE_URL": "http://localhost",
            "ZEGEL_SECRET_KEY": "5" * 64,
        }
    )
    store = S3Config(
        endpoint_url="http://127.0.0.1:1",
        bucket="none",
        access_key_id="none",
        secret_access_key="none",
    )
    built = dataclasses.replace(build(settings, database_url, store), maker=lambda: maker)
    yield built
    built.database.close()


@pytest.fixture
def app(deps: Deps) -> Flask:
    return application(deps)


@pytest.fixture
def journey(deps: Deps, app: Flask) -> Journey:
    """An agreement that sales has just sent."""
    staff = add_colleague(deps, "els@it4.example", *Role, name="Els Verkoop", function="Adviseur")
    profile.first_profile(deps, PROCESSOR)
    reference = create.create(
        deps,
        Input(SALES, services=["cloud_storage"], chosen={"personal_data": ["name"]}),
        staff,
    )
    send.send(deps, reference, staff)
    return Journey(deps, staff, PASSWORD, reference, Browser(app.test_client()))
