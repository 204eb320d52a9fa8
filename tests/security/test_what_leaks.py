"""What the database, the logs and the pages contain, and the effects of a stranger's input
there."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from app_browser import Browser
from attack import ANNEX, entered, everything, link_of, newest_code, sent
from bakery import DETAILS
from flask import Flask
from office import rows
from road import steps
from sqlalchemy.exc import ProgrammingError

from service.agreement.events import Event
from service.agreement.evidence_sheet import MOST_PRINTED_EVENTS
from service.agreement.permissions import SYSTEM, Staff
from service.deps import Deps
from service.mail.mailbox import FolderMailbox
from service.web.log_masking import MaskTokens
from service.workflow.actors import Client
from service.workflow.offer import generate
from service.workflow.telling import deliver

XSS = "<script>alert(1)</script>{{7*7}}${7*7}"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}${7*7}"


def test_no_token_code_cookie_or_password_is_kept_or_logged(
    app: Flask,
    deps: Deps,
    office: Browser,
    admin: tuple[Staff, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.addFilter(MaskTokens())
    caplog.set_level(logging.DEBUG)
    reference = sent(deps)
    link = link_of(deps, reference)
    browser = entered(app, link)
    browser.post("/tekenen/gegevens", DETAILS)
    browser.post("/tekenen/bijlage", ANNEX)
    generate.generate(deps, steps(deps).agreement(reference).id)
    browser.get("/tekenen")
    shown = {name: browser.value(name) for name in ("document_sha256", "view_sha256")}
    browser.post("/tekenen/lezen", shown)
    for (message,) in rows(deps, "select id from messages"):
        deliver.deliver(deps, str(message))
    app.logger.error("GET %s", link)
    secrets = [link.rsplit("/", 1)[-1], admin[1]]
    for client, name in ((browser.client, "zegel-signer"), (office.client, "zegel-staff")):
        cookie = client.get_cookie(name)
        assert cookie
        secrets.append(cookie.value)
    places = {**everything(deps), "log": caplog.text}
    for place, words in places.items():
        for secret in secrets:
            assert secret not in words, place
        assert not re.search(rf"\b{newest_code(deps)}\b", words), place
    assert "zegel_…" in places["log"]


@pytest.fixture
def broken(deps: Deps) -> Iterator[Deps]:
    """A database that lacks a column, until the test ends."""
    rows(deps, "alter table staff rename column function to other")
    yield deps
    rows(deps, "alter table staff rename column other to function")


def test_an_error_names_no_person(broken: Deps) -> None:
    with pytest.raises(ProgrammingError) as failure, broken.database.begin() as tx:
        tx.accounts.by_email("an@peeters.example")
    assert "staff.function" in str(failure.value)
    assert "an@peeters.example" not in str(failure.value)


def test_words_stay_words_on_every_page(app: Flask, deps: Deps, office: Browser) -> None:
    reference = sent(deps, name=XSS, message=XSS, main_reference=XSS)
    browser = entered(app, link_of(deps, reference))
    pages = [browser.answer]
    browser.post("/tekenen/gegevens", {**DETAILS, "name": XSS, "trade_name": XSS})
    browser.post("/tekenen/bijlage", {**ANNEX, "personal_data_own": XSS, "data_subjects_own": XSS})
    generate.generate(deps, steps(deps).agreement(reference).id)
    pages.append(browser.get("/tekenen/lezen"))
    assert ESCAPED.replace("'", "&#39;") in pages[-1].text
    browser.get("/tekenen/vraag")
    pages.append(browser.post("/tekenen/vraag", {"question": XSS}))
    browser.get("/tekenen/weigeren")
    pages.append(browser.post("/tekenen/weigeren", {"reason": "other", "explanation": XSS}))
    for path in ("", f"/{reference}", f"/{reference}/tekst", f"?zoek={XSS}"):
        pages.append(office.get(f"/overeenkomsten{path}"))
    for (message,) in rows(deps, "select id from messages"):
        deliver.deliver(deps, str(message))
    assert isinstance(deps.mailer, FolderMailbox)
    for mail in deps.mailer.list():
        pages.append(office.get(f"/mailbox/{mail.id}"))
        pages.append(office.get(f"/mailbox/{mail.id}/html"))
    for answer in pages:
        assert answer is not None
        assert answer.status_code == 200, answer.request.path
        assert "<script>alert" not in answer.text, answer.request.path
        assert "49" not in re.findall(r"&lt;/script&gt;(.{2})", answer.text), answer.request.path


def test_no_words_of_a_stranger_keep_a_signed_agreement_from_being_completed(
    office: Browser,
    deps: Deps,
    admin: tuple[Staff, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Signed is signed: neither a strange browser, nor an error of many lines, nor an extremely
    long log can prevent the evidence after the last signature."""
    monkeypatch.setattr(
        "bench.road.BROWSER", Client("x\x01", "Zegel \x01\u65e5\u672c \xad\u202e" * 20)
    )
    reference = steps(deps).pre_signed()
    steps(deps).countersigned(reference)
    agreement = steps(deps).agreement(reference)
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement.id)
        strange = {"reason": "one\r\ntwo\x01\u65e5"}
        tx.audit.append(agreement.id, Event.SEAL_FAILED, SYSTEM, personal=strange)
        for _ in range(MOST_PRINTED_EVENTS):
            tx.audit.append(agreement.id, Event.DOCUMENT_DOWNLOADED, SYSTEM, sha256="0")
    steps(deps).signs(reference)
    steps(deps).archive(reference)
    assert steps(deps).agreement(reference).state.value == "completed"


def test_evidence_of_a_browser_is_plain(app: Flask, deps: Deps, office: Browser) -> None:
    link = link_of(deps, sent(deps))
    browser = Browser(app.test_client())
    browser.get(link)
    strange = "Zegel\x01 \xad\xe9" + "x" * 999
    token = browser.value("csrf_token")
    browser.client.post(link, data={"csrf_token": token}, headers={"User-Agent": strange})
    kept = rows(deps, "select user_agent from link_sessions")[0][0]
    assert kept == f"Zegel? ??{'x' * 999}"[:400]
