"""The pages of a person who signs several agreements with one link and one code."""

from __future__ import annotations

import re
from typing import Any

import pytest
from app_browser import Browser
from bakery import DETAILS, PROCESSOR
from colleagues import PASSWORD, add_colleague
from flask import Flask
from house import House
from together import Together

from service.agreement.permissions import Role
from service.commands.road import Road
from service.deps import Deps
from service.web.visits import name_of
from service.workflow.offer import expire, void
from service.workflow.people import profile

ANNEX = {
    "personal_data": ["name", "contact"],
    "personal_data_own": [""],
    "data_subjects": ["customers"],
    "dpo_answer": "no",
}


class Phone(Road):
    """An's browser, and what the worker does meanwhile."""

    def __init__(self, an: Together, browser: Browser) -> None:
        example = {"sales": {}, "controller": {**DETAILS, **ANNEX}}
        super().__init__(browser, browser, example, "", "")
        self.an, self.browser = an, browser
        self.address = f"/tekenen/bundel/{an.token}"
        self.list = f"/tekenen/samen?bezoek={name_of(an.token)}"

    def begins(self) -> None:
        self.browser.get(self.address)
        self.browser.submit("/tekenen/bundel/")

    def reads(self, reference: str) -> None:
        """From the first step of this agreement to its code, or past it."""
        self.details()
        self.completed()
        self.an.house.generate(reference)
        self.browser.get("/tekenen")
        self.read()

    def code(self) -> str:
        return self.an.house.code()

    def signs(self) -> None:
        self.prepared()
        self.signed()
        assert self.browser.path == "/tekenen/klaar"


@pytest.fixture
def phone(deps: Deps, app: Flask) -> Phone:
    staff = add_colleague(deps, "els@it4.example", *Role, name="Els Verkoop", function="Adviseur")
    profile.first_profile(deps, PROCESSOR)
    an = Together.sent(House(deps, staff, PASSWORD))
    return Phone(an, Browser(app.test_client()))


def everything(phone: Phone) -> dict[str, list[Any]]:
    tables = "agreements links link_bundles bundle_sessions link_sessions audit_entries messages"
    return {name: phone.an.house.rows(f"select * from {name}") for name in tables.split()}


def test_the_landing_page_names_the_organisations_and_changes_nothing(phone: Phone) -> None:
    before, browser = everything(phone), phone.browser
    browser.get(phone.address)
    assert browser.status == 200
    assert all(f"Zaak {number}" in browser.page for number in (1, 2, 3))
    for secret in (*phone.an.references, "an@peeters.example", "An Peeters"):
        assert secret not in browser.page
    assert everything(phone) == before
    browser.submit("/tekenen/bundel/")
    assert browser.path == "/tekenen/gegevens"
    assert phone.an.token not in browser.page
    assert browser.get("/tekenen/bundel/zegel_" + "x" * 43).status_code == 404


def test_three_in_turn_with_one_code(phone: Phone) -> None:
    browser, an = phone.browser, phone.an
    phone.begins()
    for number, reference in enumerate(an.references):
        phone.reads(reference)
        if number == 0:
            assert browser.path == "/tekenen/ondertekenen"
            phone.proved()
        phone.signs()
        assert f"U ondertekende er {number + 1} van de 3." in browser.page
        if number < 2:
            following = browser.value("reference")
            assert following == an.references[number + 1]
            browser.submit("/tekenen/samen/overeenkomst", button=f"reference={following}")
            assert browser.path == "/tekenen/gegevens"
            assert f'value="Zaak {number + 2}"' in browser.page
    assert "Dat was de laatste" in browser.page
    assert set(an.states().values()) == {"signed"}
    assert len(an.house.rows("select 1 from code_challenges")) == 1
    # A second press, or *Back*, ends at the receipt of that agreement.
    browser.get("/tekenen/ondertekenen/bijlage")
    assert browser.path == "/tekenen/klaar"


def test_the_list_says_what_became_of_each(phone: Phone, app: Flask) -> None:
    browser, (first, second, third) = phone.browser, phone.an.references
    phone.begins()
    browser.get("/tekenen/weigeren")
    browser.submit("/weigeren", reason="content", explanation="")
    assert browser.path == "/tekenen/geweigerd"
    back = re.search(r'href="(/tekenen/samen[^"]*)"', browser.page)
    assert back
    void.void(phone.an.house.deps, second, "Dubbel", phone.an.house.staff)
    phone.an.house.forget_time(third)
    expire.expire(phone.an.house.deps)
    browser.get(back[1])
    for words in ("Geweigerd", "Ingetrokken", "Termijn verstreken", "U hoeft er geen meer"):
        assert words in browser.page
    browser.submit("/tekenen/samen/nieuwe-link", button=f"reference={third}")
    assert 'role="status"' in browser.page
    asked = phone.an.house.rows("select 1 from messages where kind = 'new_link_requested'")
    assert len(asked) == 1
    browser.post("/tekenen/samen/overeenkomst", {"reference": first})
    assert browser.path == "/tekenen/samen"
    office = Browser(app.test_client())
    office.sign_in("els@it4.example", PASSWORD)
    office.get(f"/overeenkomsten/{first}")
    found = re.findall(r'<a href="/overeenkomsten/([^"/]+)">([^<]+)</a>', office.page)
    assert found == [(second, "Zaak 2"), (third, "Zaak 3")]


def test_who_leaves_must_open_the_link_again(phone: Phone) -> None:
    browser = phone.browser
    phone.begins()
    browser.get(phone.list)
    browser.submit("/tekenen/afsluiten")
    assert "U hebt afgesloten" in browser.page
    assert browser.get(phone.list).status_code == 403
    assert "Open uw link opnieuw" in browser.page
