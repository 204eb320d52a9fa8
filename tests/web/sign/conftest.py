"""A signer's browser on the real application, database and documents; jobs are run by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from app_browser import Browser
from bakery import BAKERY, DETAILS, PROCESSOR, SALES
from built import built, settings_in
from colleagues import PASSWORD, add_colleague
from emptied import as_owner
from flask import Flask
from kept import application, engine_for
from snapshots import begin_with
from sqlalchemy import text

from bench.road import Road as Steps
from service.agreement.capabilities import code_for
from service.agreement.drafting import Input
from service.agreement.model import Agreement
from service.agreement.permissions import Role, Staff
from service.commands.road import STOPS, Road
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.workflow.people import profile
from service.workflow.telling.links import address

ANNEX = {
    "personal_data": ["name", "contact"],
    "personal_data_own": ["Allergieën van klanten", ""],
    "data_subjects": ["customers"],
    "dpo_answer": "no",
}
STATEMENTS = ["read_and_agreed", "authorised", "intent"]
SAMPLE = dataclasses.replace(
    BAKERY, sales=Input(SALES, ["cloud_storage"], chosen={"personal_data": ["name"]})
)


class Journey(Road):
    """A sent agreement, its signer, and the people around them."""

    annex: ClassVar[dict[str, Any]] = ANNEX

    def __init__(self, steps: Steps, reference: str, browser: Browser) -> None:
        example = {"sales": SALES, "controller": {**DETAILS, **ANNEX}}
        super().__init__(browser, browser, example, steps.staff.name, steps.password)
        self.steps, self.deps = steps, steps.deps
        self.reference, self.browser = reference, browser

    def at(self, stop: str, *, begin: str = "opened") -> Browser:
        """The signer's browser, from the link to this stop."""
        for each in STOPS[STOPS.index(begin) : STOPS.index(stop) + 1]:
            getattr(self, each)()
        return self.browser

    @property
    def agreement(self) -> Agreement:
        return self.steps.agreement(self.reference)

    def link(self) -> str:
        link_id = self.steps.link_id(self.reference)
        return address(self.deps, link_id).removeprefix(self.deps.settings.base_url)

    def code(self) -> str:
        """The code in the newest mail with a code, whoever asked for it."""
        found = self.rows("select id from code_challenges order by created_at desc")
        return code_for(self.deps.secret_key, str(found[0][0]))

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with engine_for(as_owner(self.deps.database.url)).begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def ready(self) -> None:
        """The worker's job after step 2."""
        self.steps.generate(self.reference)
        self.browser.get("/tekenen")

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
        shown, view = self.steps.shown(self.reference), self.steps.view(self.reference)
        return {"document_sha256": shown, "view_sha256": view}


@pytest.fixture
def deps(
    database_url: str, maker: DocumentMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deps]:
    """Everything real but the archive and the keys, which no test here uses."""
    settings = settings_in(tmp_path_factory.mktemp("data"))
    with built(settings, database_url, maker=maker) as made:
        yield made


@pytest.fixture
def app(deps: Deps) -> Flask:
    return application(deps)


@pytest.fixture
def journey(deps: Deps, app: Flask) -> Journey:
    """An agreement that sales has just sent."""

    def make() -> tuple[Staff, str]:
        els = add_colleague(deps, "els@it4.example", *Role, name="Els Verkoop", function="Adviseur")
        profile.first_profile(deps, PROCESSOR)
        return els, Steps(deps, els, PASSWORD, SAMPLE).sent()

    staff, reference = begin_with("sent to a signer", deps, make, archive=False)
    steps = Steps(deps, staff, PASSWORD, SAMPLE)
    return Journey(steps, reference, Browser(app.test_client()))
