"""Every staff page in Chromium, on a phone and on a desktop: axe-core, targets, width, headers.

The pages are real, of agreements in every stage that the list can show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import uuid4

import pytest
from app_browser import Browser as Office
from colleagues import add_colleague, proof_of
from examined import BESIDE, endpoint_at
from flask import Flask
from office import NEW, rows
from papers import pdf
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect
from road import signed_and_archived, steps
from served import served

from service.agreement.batch import BatchKind
from service.agreement.capabilities import account_token_for
from service.agreement.life import GivenEnd
from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.actors import Client
from service.workflow.bulk import batch
from service.workflow.bulk.batch import Selected
from service.workflow.keeping import keep_registered, register
from service.workflow.life.end import end
from service.workflow.people import forgotten, kept_searches, role_grants
from service.workflow.people import staff as people

PHONE = {"width": 390, "height": 844}
DESK = ViewportSize(width=1280, height=844)
UNFOLDED = "() => document.querySelectorAll('details').forEach((fold) => { fold.open = true })"
LONG = "Koninklijke Vereniging voor Ambachtelijke Streekproducten, Jansen & Zn <test> Ó Brien-Łódź"


@dataclass(frozen=True)
class Place:
    """The application behind a real socket, and the items to show."""

    address: str
    email: str
    password: str
    draft: str
    sent: str
    waiting: str
    returned: str
    archived: str
    colleague: str
    asked: str
    invitation: str
    unlock: str
    batch: str
    paper: str
    registered: str

    @property
    def pages(self) -> dict[str, str]:
        """Name to path."""
        sent, archived = f"/overeenkomsten/{self.sent}", f"/archief/{self.archived}"
        return {
            "list": "/overeenkomsten",
            "list-narrowed": "/overeenkomsten?volgorde=organisation&stil=7",
            "batch": f"/overeenkomsten/samen?actie=extend&kies={self.sent}&kies={self.draft}",
            "batch-void": "/overeenkomsten/samen?actie=void&alles=ja",
            "batch-nothing": "/overeenkomsten/samen?actie=remind",
            "batch-done": f"/overeenkomsten/samen/{self.batch}",
            "list-columns": "/overeenkomsten/kolommen?status=sent",
            "list-nothing": "/overeenkomsten?zoek=nergens",
            "overview": "/overzicht",
            "coverage": "/dekking",
            "new": "/overeenkomsten/nieuw",
            "edit": f"/overeenkomsten/{self.draft}/bewerken",
            "preview": f"/overeenkomsten/{self.draft}/voorbeeld",
            "draft": f"/overeenkomsten/{self.draft}",
            "sent": sent,
            "address": f"{sent}/adres",
            "term": f"{sent}/termijn",
            "resend": f"{sent}/herzending",
            "void": f"{sent}/intrekking",
            "hand-over": f"{sent}/overdracht",
            "list-fetch": f"/overeenkomsten/gekozen?kies={self.sent}",
            "batch-hand-over": f"/overeenkomsten/samen?actie=hand_over&kies={self.sent}",
            "take-over": f"{sent}/overname",
            "waiting": f"/overeenkomsten/{self.waiting}",
            "reading": f"/overeenkomsten/{self.waiting}/tekst",
            "send-back": f"/overeenkomsten/{self.waiting}/terugzending",
            "returned": f"/overeenkomsten/{self.returned}",
            "queue": "/tekenen-namens-ons",
            "mandate": "/mandaat",
            "mandates": "/beheer/mandaten",
            "completed": f"/overeenkomsten/{self.archived}",
            "end": f"/overeenkomsten/{self.archived}/einde",
            "undo-end": f"/overeenkomsten/{self.archived}/einde/terugnemen",
            "elsewhere": "/elders-ondertekend",
            "elsewhere-data": f"/elders-ondertekend/{self.paper}",
            "registered": f"/overeenkomsten/{self.registered}",
            "registered-item": f"/archief/{self.registered}",
            "withdraw": f"/overeenkomsten/{self.registered}/registratie-intrekken",
            "archive": "/archief",
            "archive-wrong": "/archief?van=32/1/2020",
            "archive-narrowed": "/archief?op=31/12/2099&land=BE&dienst=cloud_storage",
            "archive-item": archived,
            "customer": f"{archived}/klant",
            "verify": "/verifieer",
            "manage": "/beheer",
            "profile": "/profiel",
            "suggestions": "/profiel/voorstellen",
            "look": "/profiel/uiterlijk",
            "public-page": "/beheer/openbare-pagina",
            "public-link": "/openbare-pagina/link?klantnummer=1001",
            "people": "/medewerkers",
            "operations": "/taken",
            "keys": "/sleutels",
            "account": "/account",
            "person": f"/medewerkers/{self.colleague}",
            "person-link": f"/medewerkers/{self.colleague}/link",
            "role-request": f"/medewerkers/rollen/{self.asked}",
            "staff-log": "/beheer/logboek",
            "staff-log-wrong": "/beheer/logboek?van=32/1/2020",
            "forgotten": "/wachtwoord-vergeten",
            "invitation": f"/account/link/{self.invitation}",
            "unlock": f"/account/link/{self.unlock}",
            "link-ended": "/account/link/zegel_x",
            "mailbox": "/mailbox",
            "privacy": "/privacy",
            "nothing": "/bestaat-niet",
        }


@pytest.fixture
def place(office: Office, app: Flask, deps: Deps, admin: tuple[Staff, str]) -> Iterator[Place]:
    """Agreements in every stage, served to a browser."""
    archived = signed_and_archived(deps)
    given = GivenEnd("31/12/2030", "other", LONG)
    end(deps, archived, given, admin[0])
    waiting = steps(deps).pre_signed(name=LONG, number="0863.643.458")
    steps(deps).pre_signed(name="Optiek Claes", number="", number_type="none")
    returned = steps(deps).pre_signed(name=f"Terug {LONG}", number="", number_type="none")
    office.get(f"/overeenkomsten/{returned}/terugzending")
    question = f"Klopt het? {'https://voorbeeld.example/' + 'x' * 90}\nEn waarom dan?"
    office.post(f"/overeenkomsten/{returned}/terugzending", {"question": question})
    sent = _new(office)
    office.post(f"/overeenkomsten/{sent}/verzending")
    rows(deps, "update messages set queued_at = queued_at - interval '5 days'")  # a reminder may go
    draft = _new(office, name=LONG)
    colleague, asked = _colleagues(deps, admin[0])
    invitation, unlock = _links(deps)
    other = add_colleague(deps, "tom@it4.example", Role.SIGNATORY, name="Tom Claes")
    steps(deps).pre_signed(name=f"Collega {LONG}", countersigner=other.id)
    kept_searches.keep(deps, f"Mijn lijst {LONG}"[:60], "groep=draft", admin[0])
    begun = str(uuid4())
    chosen = Selected((sent, draft))
    batch.begin(deps, begun, BatchKind.EXTEND, chosen, admin[0], seen=1, days="90")
    with served(app) as address:
        yield Place(
            address,
            "els@it4.example",
            admin[1],
            draft,
            sent,
            waiting,
            returned,
            archived,
            colleague,
            asked,
            invitation,
            unlock,
            begun,
            *_papers(deps, admin[0]),
        )


def _papers(deps: Deps, admin: Staff) -> tuple[str, str]:
    """An uploaded file, and the reference of one that was registered."""
    waiting, first = (register.receive(deps, pdf(), f"{LONG}.pdf", admin) for _ in range(2))
    typed = {"name": LONG, "signed_on": "2/3/2024", "signed_by": LONG, "kept_at": LONG}
    reference = register.register(deps, first.id, {**typed, "note": LONG}, admin)
    with deps.database.begin() as tx:
        agreement_id = tx.agreements.get(reference).id
    keep_registered.keep_registered(deps, agreement_id)
    return waiting.id, reference


def _colleagues(deps: Deps, admin: Staff) -> tuple[str, str]:
    """Somebody with a long name and a requested role: the ids of both."""
    add_colleague(deps, "ine@it4.example", Role.ADMIN, name="Ine Smet")
    people.invite(
        deps,
        name="Maria-Magdalena van der Straeten-Waillet",
        email="maria-magdalena.vanderstraeten-waillet@zeer-lang-domein.it4.example",
        function="Verantwoordelijke informatieveiligheid en gegevensbescherming",
        roles=["verkoop", "tekenbevoegde"],
        by=admin,
        proof=proof_of(deps, admin),
    )
    (asked,) = role_grants.waiting(deps, admin)
    return asked.staff_id, asked.id


def _links(deps: Deps) -> tuple[str, str]:
    """The tokens of that invitation, and of a link that lifts a lock-out."""
    add_colleague(deps, "jan@it4.example", Role.SALES)
    forgotten.ask(deps, "jan@it4.example", "unlock", Client("192.0.2.1", "Firefox"))
    (request,) = rows(deps, "select id from link_requests")
    forgotten.answer(deps, str(request.id))
    found = rows(deps, "select id from account_links order by created_at")
    first, last = (account_token_for(deps.secret_key, str(row.id)) for row in found)
    return first, last


def _new(office: Office, **other: object) -> str:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key"), **other})
    return office.path.rsplit("/", 1)[-1]


@pytest.mark.parametrize("others", [(), pytest.param((DESK,), marks=pytest.mark.long)])
def test_every_page_on_a_telephone_and_on_a_desk(
    place: Place,
    browser: Browser,
    app: Flask,
    deps: Deps,
    complaints: Callable[..., list[str]],
    others: tuple[ViewportSize, ...],
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    said: list[str] = []
    shown = set[str]()

    def listen(message: ConsoleMessage) -> None:
        # the console also reports a page with a 4xx status
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            said.append(message.text)

    def look(page: Page) -> list[str]:
        shown.add(endpoint_at(app, page.url))
        wrong = complaints(page, *others) + said
        said.clear()
        return wrong

    page.on("console", listen)
    answer = page.goto(f"{place.address}/aanmelden")
    assert answer
    assert answer.headers["content-encoding"] == "gzip"
    found = {"sign-in": look(page)}
    page.fill("#f-email", place.email)
    page.fill("#f-password", place.password)
    page.click("button:has-text('Aanmelden')")
    few = None if others else 4  # the others are a long test
    for name, path in list(place.pages.items())[::few]:
        page.goto(place.address + path)
        page.evaluate(UNFOLDED)
        found[name] = look(page)
    found |= _after_mistakes(page, place, look)
    if others:
        found |= _further_on(page, place, deps, look)
        found |= _about_accounts(page, place, deps, look)
        assert shown >= BESIDE
    context.close()
    assert {name: what for name, what in found.items() if what} == {}


def _after_mistakes(
    page: Page, place: Place, look: Callable[[Page], list[str]]
) -> dict[str, list[str]]:
    """Pages shown only after a POST."""

    def press(what: str) -> None:
        with page.expect_navigation():
            page.click(what)

    wrong = {}
    page.goto(f"{place.address}/overeenkomsten/nieuw")
    press("button:has-text('Bewaren en nakijken')")
    for fold in page.query_selector_all("details:not([open]) > summary"):
        fold.click()
    wrong["new-wrong"] = look(page)
    page.goto(f"{place.address}/tekenen-namens-ons/lezen")
    wrong["queue-read"] = look(page)
    press("button:has-text('Ik heb dit gelezen')")
    page.goto(f"{place.address}/tekenen-namens-ons")
    press("button:has-text('Aangevinkte ondertekenen')")
    wrong["queue-wrong"] = look(page)
    page.goto(f"{place.address}/overeenkomsten/{place.waiting}/terugzending")
    press("button:has-text('Terugsturen')")
    wrong["send-back-wrong"] = look(page)
    page.goto(f"{place.address}/overeenkomsten/{place.returned}")
    press("a:has-text('Antwoorden')")
    wrong["answer"] = look(page)
    press("button:has-text('Antwoord versturen')")
    wrong["answer-wrong"] = look(page)
    page.goto(f"{place.address}/overeenkomsten/{place.sent}")
    press("button:has-text('Herinnering sturen')")
    wrong["reminder"] = look(page)
    press("button:has-text('Link kopiëren')")
    wrong["link"] = look(page)
    page.goto(f"{place.address}/archief/{place.archived}")
    press("button:has-text('Controleren')")
    wrong["checked"] = look(page)
    return wrong


def _further_on(
    page: Page, place: Place, deps: Deps, look: Callable[[Page], list[str]]
) -> dict[str, list[str]]:
    """Pages that only another page leads to."""
    wrong = {}
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "zegel@localhost", place.email, LONG
    mail.set_content(f"{place.address}/tekenen/link/zegel_{'x' * 60}")
    deps.mailer.send(mail, recipient=place.email)
    page.goto(f"{place.address}/profiel/uiterlijk")
    page.fill("#f-public_introduction", f"{LONG}\n\n{'woord' * 30}")
    page.get_by_role("button", name="Voorbeeld bekijken").click()
    page.evaluate(UNFOLDED)
    wrong["look-preview"] = look(page)
    page.goto(f"{place.address}/mailbox")
    page.locator("main tbody a").first.click()
    wrong["mail"] = look(page)
    return wrong


def _about_accounts(
    page: Page, place: Place, deps: Deps, look: Callable[[Page], list[str]]
) -> dict[str, list[str]]:
    """Pages that ask for the password again or refuse it, or appear only with a first password."""

    def press(what: str) -> None:
        with page.expect_navigation():
            page.click(what)

    wrong = {}
    page.goto(f"{place.address}/account/link/{place.invitation}")
    page.fill("#f-new", "Zomer2026!!!")
    press("button:has-text('Wachtwoord bewaren')")
    wrong["invitation-wrong"] = look(page)
    page.goto(f"{place.address}/wachtwoord-vergeten")
    press("button:has-text('Link vragen')")
    wrong["forgotten-wrong"] = look(page)
    page.fill("#f-email", "niemand@it4.example")
    press("button:has-text('Link vragen')")
    wrong["forgotten-asked"] = look(page)
    rows(deps, "update staff_sessions set proved_at = now() - interval '6 minutes'")
    for name, path, button in (
        ("people", "/medewerkers", "Uitnodigen"),
        ("person", f"/medewerkers/{place.colleague}", "Bewaren"),
        ("person-link", f"/medewerkers/{place.colleague}/link", "Link mailen"),
        ("role-request", f"/medewerkers/rollen/{place.asked}", "Aanvraag intrekken"),
        ("profile", "/profiel", "Bewaren"),
    ):
        page.goto(place.address + path)
        press(f"button:has-text('{button}')")
        wrong[f"{name}-proof"] = look(page)
    rows(deps, "update staff set credential = 'printed' where email = 'els@it4.example'")
    page.goto(f"{place.address}/overeenkomsten")
    wrong["first-password"] = look(page)
    press("button:has-text('Wachtwoord bewaren')")
    wrong["first-password-wrong"] = look(page)
    rows(deps, "update staff set credential = 'own' where email = 'els@it4.example'")
    return wrong


def test_the_list_follows_what_is_typed(place: Place, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{place.address}/aanmelden")
    page.get_by_label("E-mailadres").fill(place.email)
    page.get_by_label("Wachtwoord", exact=True).fill(place.password)
    page.get_by_role("button", name="Aanmelden").click()
    page.goto(f"{place.address}/overeenkomsten?status=ready")
    page.get_by_label("Zoek op naam, nummer of kenmerk").press_sequentially("optiek cl")
    expect(page.get_by_role("status").filter(has_text="1 overeenkomst gevonden")).to_be_attached()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"zoek=optiek\+cl.*status=ready"))
    expect(page.get_by_label("Zoek op naam, nummer of kenmerk")).to_be_focused()
    page.locator("tbody input").check()
    page.get_by_label("Zoek op naam, nummer of kenmerk").fill("optiek claes")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.locator("tbody input")).not_to_be_checked()
    expect(page).to_have_url(re.compile(r"zoek=optiek\+claes"))
