"""Returning an agreement with a question, and answering, on the staff's pages."""

from __future__ import annotations

import re
from collections.abc import Callable

from app_browser import Browser
from office import NEW
from road import countersigned, steps

from bench.road import BROWSER
from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.signing import ask

ASKED = "Klopt dit?\n<b>Waarom</b> & hoe?"


def _given_back(office: Browser, deps: Deps) -> str:
    reference = steps(deps).pre_signed()
    office.get(f"/overeenkomsten/{reference}/terugzending")
    office.post(f"/overeenkomsten/{reference}/terugzending", {"question": ASKED})
    return reference


def _answer_page(office: Browser, reference: str) -> str:
    office.get(f"/overeenkomsten/{reference}")
    found = re.search(
        rf'href="(/overeenkomsten/{reference}/vragen/[0-9a-f-]{{36}}/antwoord)"', office.page
    )
    assert found, "no question waits"
    return found[1]


def test_from_the_queue_to_the_answer_and_back(office: Browser, deps: Deps) -> None:
    reference = steps(deps).pre_signed()
    office.get("/tekenen-namens-ons")
    assert f'href="/overeenkomsten/{reference}/terugzending"' in office.page
    office.get(f"/overeenkomsten/{reference}/terugzending")
    assert "De klant krijgt hiervan geen bericht." in office.page
    office.post(f"/overeenkomsten/{reference}/terugzending", {"question": ASKED})
    assert office.path == "/tekenen-namens-ons"
    assert "De overeenkomst is teruggestuurd met uw vraag." in office.page
    assert "Te ondertekenen (0)" in office.page
    assert "Teruggestuurd met vraag (1)" in office.page
    assert ASKED in office.page  # unescaped by the test's browser
    assert b"&lt;b&gt;Waarom&lt;/b&gt; &amp; hoe?" in office.answer.data  # type: ignore[union-attr]
    assert "Bijzondere persoonsgegevens" in office.page
    office.get("/overeenkomsten")
    assert "Een vraag wacht op antwoord" in office.page

    page = _answer_page(office, reference)
    assert "Teruggestuurd met een vraag" in office.page
    assert "Terugsturen met vraag" not in office.page
    office.get(page)
    office.post(page, {"answer": " "})
    assert office.status == 422
    assert "Schrijf uw antwoord." in office.page
    assert ASKED in office.page
    office.post(page, {"answer": "Ja, en dit is waarom."})
    assert office.path == f"/overeenkomsten/{reference}"
    for words in ("Uw antwoord is gemaild.", "Antwoord van Els Maes", "Ja, en dit is waarom."):
        assert words in office.page
    office.get("/tekenen-namens-ons")
    assert "Te ondertekenen (1)" in office.page
    assert "Teruggestuurd met vraag" not in office.page


def test_what_was_typed_is_kept_when_it_is_refused(office: Browser, deps: Deps) -> None:
    reference = steps(deps).pre_signed()
    office.get(f"/overeenkomsten/{reference}/terugzending")
    office.post(f"/overeenkomsten/{reference}/terugzending", {"question": ""})
    assert office.status == 422
    assert "Schrijf uw vraag." in office.page
    office.post(f"/overeenkomsten/{reference}/terugzending", {"question": "Te lang " * 300})
    assert office.status == 422
    assert "Vraag: Gebruik 1 tot 2000 tekens." in office.page
    assert "Te lang Te lang" in office.page
    office.post(f"/overeenkomsten/{reference}/terugzending", {"question": "Eerste?"})
    office.get(f"/overeenkomsten/{reference}/terugzending")
    office.post(f"/overeenkomsten/{reference}/terugzending", {"question": "Tweede?"})
    assert office.status == 409
    assert "Deze overeenkomst is al teruggestuurd met een vraag." in office.page
    assert "Tweede?" in office.page


def test_signed_all_the_same(office: Browser, deps: Deps, admin: tuple[Staff, str]) -> None:
    reference = _given_back(office, deps)
    page = _answer_page(office, reference)
    countersigned(office, deps, reference)
    assert "Er wacht niets op uw handtekening." in office.page
    office.get(f"/overeenkomsten/{reference}")
    assert "Ondertekend zonder antwoord" in office.page
    assert page not in office.page
    office.get(page)
    office.post(page, {"answer": "Ja."})
    assert office.status == 409
    assert "Deze vraag is intussen al beantwoord of afgehandeld." in office.page
    assert ">Ja.</textarea>" in office.page


def test_the_customers_question_stands_in_the_dossier_until_it_is_settled(
    office: Browser, deps: Deps
) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key")})
    reference = office.path.rsplit("/", 1)[-1]
    office.post(f"/overeenkomsten/{reference}/verzending")
    secret = steps(deps).opened(reference)
    ask.ask(deps, secret, "Wat is een DPO?", BROWSER)
    page = _answer_page(office, reference)
    for words in ("An Peeters, klant", "Wat is een DPO?", "Wacht op antwoord"):
        assert words in office.page
    assert "geen zolang de vraag van de klant open staat" in office.page
    office.post(page.replace("antwoord", "afhandeling"))
    assert office.path == f"/overeenkomsten/{reference}"
    assert "De vraag is afgehandeld." in office.page
    assert "Al beantwoord, volgens Els Maes" in office.page
    assert "Wacht op antwoord" not in office.page
    office.get("/overeenkomsten")
    assert "Een vraag wacht op antwoord" not in office.page


def test_each_role_its_own_part(
    office: Browser, deps: Deps, as_role: Callable[[Role], Browser]
) -> None:
    reference = _given_back(office, deps)
    page = _answer_page(office, reference)
    signatory, sales = as_role(Role.SIGNATORY), as_role(Role.SALES)
    signatory.get(f"/overeenkomsten/{reference}")
    assert ASKED in signatory.page
    assert page not in signatory.page
    assert "Al beantwoord" not in signatory.page
    signatory.post(page, {"answer": "Ja."})
    assert signatory.status == 403
    sales.get(f"/overeenkomsten/{reference}/terugzending")
    assert sales.status == 403
    sales.get(f"/overeenkomsten/{reference}")
    assert "/terugzending" not in sales.page
    sales.post(page.replace("antwoord", "afhandeling"))
    assert sales.status == 200
    for gone in (
        page.replace(reference, "VO-2026-99999"),
        f"/overeenkomsten/{reference}/vragen/x/antwoord",
    ):
        sales.get(gone)
        assert sales.status == 404
