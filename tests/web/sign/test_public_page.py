"""The public page in a browser without JavaScript: the same answers for everybody, little kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from app_browser import Browser
from applicants import opened
from bakery import BAKERY, DETAILS, PROCESSOR, SALES
from colleagues import PASSWORD, add_colleague, proof_of
from emptied import as_owner
from flask import Flask
from kept import engine_for
from lists import SERVICES, as_csv, customer
from sqlalchemy import event, text

from bench.road import Road as Steps
from service.agreement.capabilities import code_for
from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.applying import page
from service.workflow.bulk import take_in
from service.workflow.people import look, profile

ANNEX = {"personal_data": ["name"], "data_subjects": ["customers"], "dpo_answer": "no"}
KNOWN = {
    "name": "Bakkerij Peeters",
    "enterprise": SALES["number"],
    "email": SALES["signatory_email"],
}


@pytest.fixture
def staff(deps: Deps) -> Staff:
    """Who signs for us; the page is open."""
    person = add_colleague(deps, "els@it4.example", *Role, name="Els Maes", function="Adviseur")
    profile.first_profile(deps, PROCESSOR)
    opened(deps, person)
    return person


@pytest.fixture
def rows(deps: Deps) -> Callable[..., list[Any]]:
    def found(statement: str) -> list[Any]:
        with engine_for(as_owner(deps.database.url)).begin() as connection:
            result = connection.execute(text(statement))
            return list(result) if result.returns_rows else []

    return found


@pytest.fixture
def anybody(app: Flask, staff: Staff) -> Browser:
    return Browser(app.test_client())


def applies(browser: Browser, **fields: str) -> None:
    browser.get("/aanvragen")
    browser.post("/aanvragen", {**SALES, "key": browser.value("key"), **fields})


def newest_code(deps: Deps, rows: Callable[..., list[Any]]) -> str:
    ((found,),) = rows("select id from applications order by asked_at desc limit 1")
    return code_for(deps.secret_key, str(found))


def test_from_the_page_to_the_receipt(
    anybody: Browser, deps: Deps, staff: Staff, rows: Callable[..., list[Any]]
) -> None:
    anybody.get("/aanvragen?klantnummer=A%201&organisatie=Bakkerij&nummer=0403&naam=An")
    assert anybody.value("customer") == "A 1"
    assert anybody.value("name") == "Bakkerij"
    assert anybody.value("number") == "0403"
    assert anybody.value("signatory_name") == ""  # no person stands in an address
    applies(anybody, signatory_email="an")
    assert anybody.status == 422
    assert "Dit e-mailadres" in anybody.page
    assert anybody.value("name") == "Bakkerij Peeters"
    applies(anybody)
    assert anybody.path == "/aanvragen/code"
    assert "a…@peeters.example" in anybody.page
    anybody.post("/aanvragen/code", {"code": "12"})
    assert anybody.status == 422
    anybody.post("/aanvragen/code/nieuw")
    assert "Wij stuurden een nieuwe code." in anybody.page
    anybody.post("/aanvragen/code", {"code": newest_code(deps, rows)})
    assert anybody.path == "/tekenen/gegevens"
    assert anybody.value("name") == "Bakkerij Peeters"
    ((reference,),) = rows("select reference from agreements")
    steps = Steps(deps, staff, PASSWORD, BAKERY)
    asked = set(DETAILS) - {"signatory_email"}
    anybody.submit("/tekenen/gegevens", **{name: DETAILS[name] for name in asked})
    anybody.submit("/tekenen/bijlage", **ANNEX)
    steps.generate(reference)
    anybody.get("/tekenen")
    anybody.submit("/tekenen/lezen")
    assert anybody.path == "/tekenen/ondertekenen"
    assert "Vul de code uit uw mail in" not in anybody.page  # one code is enough
    assert "1 van 2: Overeenkomst" in anybody.page


def test_closed_there_is_no_page(anybody: Browser, deps: Deps, staff: Staff) -> None:
    anybody.get("/aanvragen")
    page.close(deps, staff)
    anybody.post("/aanvragen", SALES)  # from a tab that was open
    assert anybody.status == 404
    assert "U kunt hier nu geen overeenkomst aanvragen." in anybody.page
    for path in ("/aanvragen", "/aanvragen/code"):
        assert anybody.get(path).status_code == 404


def said(browser: Browser, fields: dict[str, str]) -> tuple[Any, ...]:
    """Everything that somebody sees who applies: of each answer what does not change by chance."""
    browser.get("/aanvragen")
    token = {"csrf_token": browser.value("csrf_token"), "key": browser.value("key")}
    answer = browser.client.post("/aanvragen", data={**fields, **token})
    names = sorted(name for name, _ in answer.headers if name != "Set-Cookie")
    cookies = sorted(each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie"))
    shown = browser.client.get(answer.location)
    words = re.sub(r'value="[^"]*"|a…@\S+', "", shown.text)
    length = len(browser.client.get_cookie("zegel-apply").value)  # type: ignore[union-attr]
    return answer.status_code, answer.location, answer.data, names, cookies, words, length


def test_known_and_unknown_get_the_same_answer_by_the_same_work(
    app: Flask, deps: Deps, staff: Staff
) -> None:
    """A customer on a list, one with an agreement that runs, and one of whom nothing is known."""
    take_in.take_in(deps, as_csv([customer(1, **KNOWN)]), "k.csv", staff, options=SERVICES)
    Steps(deps, staff, PASSWORD, BAKERY).sent(number="0863.643.458", signatory_email="an@x.example")
    work: list[list[str]] = []
    engine = deps.database._engine

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        work[-1].append(statement)

    event.listen(engine, "before_cursor_execute", note)
    answers = []
    for fields in (
        SALES,
        {**SALES, "number": "0863.643.458", "signatory_email": "an@x.example"},
        {**SALES, "number": "0417.497.106", "signatory_email": "an@y.example"},
    ):
        work.append([])
        answers.append(said(Browser(app.test_client()), fields))
    event.remove(engine, "before_cursor_execute", note)
    assert answers[0] == answers[1] == answers[2]
    assert work[0] == work[1] == work[2]
    told = " ".join(work[0])
    assert "import_lines" not in told
    assert "insert into applications" in told.lower()


def test_a_program_that_fills_in_everything_leaves_nothing(
    anybody: Browser, rows: Callable[..., list[Any]]
) -> None:
    applies(anybody, vervolg="https://evil.example")
    assert "Laat het verborgen veld leeg." in anybody.page
    assert rows("select count(*) from applications") == [(0,)]
    assert rows("select count(*) from kept_forms") == [(0,)]


def test_a_limit_is_told_on_the_form(anybody: Browser, rows: Callable[..., list[Any]]) -> None:
    for _ in range(3):
        applies(anybody)
    applies(anybody)
    assert anybody.status == 429
    assert anybody.answer is not None
    assert anybody.answer.headers["Retry-After"] == "3600"
    assert "te veel aanvragen gedaan" in anybody.page
    assert anybody.value("name") == "Bakkerij Peeters"
    assert rows("select count(*) from applications") == [(3,)]
    anybody.get("/aanvragen/code")
    anybody.post("/aanvragen/code/nieuw")
    assert anybody.status == 429


def test_without_an_application_the_code_page_begins_again(anybody: Browser) -> None:
    anybody.get("/aanvragen/code")
    assert anybody.path == "/aanvragen"
    anybody.post("/aanvragen/code", {"code": "123456"})
    assert anybody.path == "/aanvragen"
    assert "Deze aanvraag is verlopen." in anybody.page


def test_a_get_changes_nothing(
    anybody: Browser, app: Flask, rows: Callable[..., list[Any]]
) -> None:
    applies(anybody)
    every = partial(rows, "select count(*), (select count(*) from applications) from messages")
    before = every()
    for path in ("/aanvragen?klantnummer=1", "/aanvragen/code", "/aanvragen/code/nieuw"):
        anybody.client.get(path)
        anybody.client.head(path)
        app.test_client().get(path)
    assert every() == before


def test_own_words_of_the_processor_stand_above_the_form(
    anybody: Browser, deps: Deps, staff: Staff
) -> None:
    form = {"public_introduction": "Welkom bij <ons>.\n\nTot gauw."}
    new = look.proposed(deps, form, b"", without_logo=False, staff=staff)
    look.change_look(deps, new, staff, proof_of(deps, staff))
    page_shown = anybody.get("/aanvragen").get_data(as_text=True)
    assert "<p>Welkom bij &lt;ons&gt;.</p>" in page_shown
    assert page_shown.index("Tot gauw.") < page_shown.index("<form")
