"""Every staff form comes back by a redirect, filled: after a mistake, and with an expired token."""

from __future__ import annotations

import re
from collections.abc import Callable

from app_browser import Browser
from applicants import opened
from bakery import SALES
from colleagues import add_colleague, proof_of
from flask import Flask
from form_walk import HOME, SECRET, walk
from lists import as_csv, customer
from office import NEW, rows
from own_contract import imported
from papers import pdf
from road import in_the_archive, steps

from service.agreement.capabilities import account_token_for
from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.web.again import page_of_form
from service.workflow.bulk import take_in
from service.workflow.keeping import register
from service.workflow.keeping.retain import tidy
from service.workflow.people import role_grants
from service.workflow.people import staff as people

# Their forms have only buttons, and their pages are not visited; each has its own test.
BUTTONS = {
    "archive.check",
    "staff.drop_filters",
    "staff.leave_out",
    "staff.pause_import",
    "staff.resume_import",
    "staff.remove_template",
    "staff.retry",
    "staff.revoke_mandate",
    "staff.settle_mail",
    "staff.stop_batch",
    "staff.stop_import",
    "staff.take_in_missing",
    "staff.try_import_again",
    "staff.try_template_again",
    "staff.undo_end",
}
# Take any pasted text, only choices, or what another form proposed; their mistakes have own tests.
TAKES_ALL = {
    "staff.add_import",
    "staff.save_look",
    "staff.choose_list_columns",
    "staff.start_import",
}


def new(office: Browser) -> str:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key")})
    return office.path.rsplit("/", 1)[-1]


def asked_role(deps: Deps, admin: Staff) -> tuple[str, str, str]:
    """Somebody invited with an important role: the account, the request, the link's token."""
    people.invite(
        deps,
        name="Jan Smet",
        email="jan@it4.example",
        function="",
        roles=["verkoop", "tekenbevoegde"],
        by=admin,
        proof=proof_of(deps, admin),
    )
    (asked,) = role_grants.waiting(deps, admin)
    (link,) = rows(deps, "select id from account_links")
    return asked.staff_id, asked.id, account_token_for(deps.secret_key, str(link.id))


def test_every_form_comes_back_filled(
    app: Flask, office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    archived = in_the_archive(office, deps)
    waiting = steps(deps).pre_signed()
    sent, draft = new(office), new(office)
    office.post(f"/overeenkomsten/{sent}/verzending")
    rows(deps, "update messages set queued_at = queued_at - interval '5 days'")  # a reminder may go
    add_colleague(deps, "ine@it4.example", Role.ADMIN, name="Ine Smet")  # who could grant it
    account, asked, token = asked_role(deps, admin[0])
    taken = take_in.receive(deps, as_csv([customer(1)]), "klanten.csv", admin[0]).number
    own = imported(deps, admin[0])
    paper = register.receive(deps, pdf(), "x.pdf", admin[0]).id
    opened(deps, admin[0])
    office.get("/aanvragen")
    office.post("/aanvragen", {**SALES, "key": "k"})
    found = set()

    def look(*paths: str) -> None:
        for path in paths:
            found.update(walk(app, office.client, path))

    look("/tekenen-namens-ons/lezen", f"/overeenkomsten/{waiting}/tekst")
    steps(deps).open_waiting()
    look("/tekenen-namens-ons", f"/overeenkomsten/{waiting}/terugzending")
    office.post(f"/overeenkomsten/{waiting}/terugzending", {"question": "Klopt het?"})
    (question,) = rows(deps, "select id from questions")
    look(
        f"/overeenkomsten/{waiting}/vragen/{question.id}/antwoord",
        f"/overeenkomsten/{waiting}",
        "/overeenkomsten/nieuw",
        f"/overeenkomsten/{draft}/bewerken",
        f"/overeenkomsten/{draft}",
        f"/overeenkomsten/{sent}",
        *(
            f"/overeenkomsten/{sent}/{each}"
            for each in ("adres", "termijn", "intrekking", "overname", "overdracht", "herzending")
        ),
        f"/overeenkomsten/{archived}/einde",
        f"/overeenkomsten/{archived}/registratie-intrekken",
        "/elders-ondertekend",
        f"/elders-ondertekend/{paper}",
        "/overeenkomsten?status=sent",
        f"/overeenkomsten/samen?actie=void&kies={sent}",
        f"/importen/{taken}/kolommen",
        "/profiel",
        "/beheer/sjablonen/nieuw",
        "/medewerkers",
        f"/medewerkers/{account}",
        "/account",
        "/mandaat",
        "/beheer/openbare-pagina",
        "/aanvragen",
        "/aanvragen/code",
        f"/account/link/{token}",
        "/wachtwoord-vergeten",
        "/verifieer",
    )
    rows(deps, "update staff_sessions set proved_at = now() - interval '6 minutes'")
    look(f"/medewerkers/{account}/link", f"/medewerkers/rollen/{asked}", "/profiel/voorstellen")
    look("/profiel/uiterlijk")
    look(
        *(f"/beheer/sjablonen/versies/{own.id}/{each}" for each in ("publicatie", "intrekking")),
        *(f"/beheer/sjablonen/{own.family_id}/{each}" for each in ("standaard", "aanbod")),
    )
    rows(deps, "update staff set credential = 'printed' where id = :id", id=admin[0].id)
    look("/account/eerste-wachtwoord", "/aanmelden")
    forms = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.split(".")[0] != "sign"
        if not getattr(app.view_functions[rule.endpoint], "no_cookies", False)
    }
    assert forms - found == BUTTONS | TAKES_ALL
    kept = str(rows(deps, "select content from kept_forms"))
    assert "Voorbeeld" in kept
    assert SECRET not in kept
    assert "csrf" not in kept


def test_every_form_has_a_page_that_shows_it_again(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        view = app.view_functions[rule.endpoint]
        if hasattr(view, "no_cookies") or hasattr(view, "for_scripts"):
            continue
        path = re.sub("<int:[a-z]+>", "1", rule.rule).replace("<", "").replace(">", "")
        with app.test_request_context(path, method="POST"):
            page = page_of_form()
        assert page, rule.endpoint
        assert app.url_map.bind("").match(page, method="GET")


def test_a_form_of_an_ended_session_waits_until_one_signed_in_again(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    office.get("/overeenkomsten/nieuw")
    form = {**NEW, "name": "Slagerij Wouters", "csrf_token": "oud.token"}
    elsewhere = office.client.get_cookie("zegel-staff")
    assert elsewhere
    office.client.delete_cookie("zegel-staff")  # the token goes with the session
    answer = office.client.post("/overeenkomsten/nieuw", data=form, headers={"Origin": HOME})
    office.get(answer.location)
    assert office.path == "/aanmelden"
    assert "wat u invulde, staat er nog" in office.page
    office.client.set_cookie("zegel-staff", elsewhere.value)
    office.get(office.value("verder"))
    assert office.value("name") == "Slagerij Wouters"

    rows(deps, "delete from staff_sessions")
    office.post("/overeenkomsten/nieuw", {**NEW, "name": "Slagerij Wouters", "key": "k"})
    assert office.path == "/aanmelden"
    assert "wat u invulde, staat er nog" in office.page
    onward = office.value("verder")
    wrong = {"email": "els@it4.example", "password": "mis", "verder": onward}
    office.post("/aanmelden", wrong)
    assert office.value("verder") == onward  # the return address survives a mistake
    office.post("/aanmelden", {**wrong, "password": admin[1]})
    assert office.path == "/overeenkomsten/nieuw"
    assert office.value("name") == "Slagerij Wouters"
    assert rows(deps, "select 1 from agreements") == []
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key")})
    assert len(rows(deps, "select 1 from agreements")) == 1


def test_what_was_typed_is_shown_to_nobody_else(
    office: Browser, as_role: Callable[[Role], Browser], deps: Deps, admin: tuple[Staff, str]
) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {"name": "Slagerij Wouters"})
    address = f"{office.path}?opnieuw={office.value('opnieuw')}"
    assert "Slagerij Wouters" in office.get(address).text
    other = as_role(Role.SALES)
    assert "Slagerij Wouters" not in other.get(address).text  # another browser
    office.sign_in("verkoop@it4.example", admin[1])
    assert "Slagerij Wouters" not in office.get(address).text  # another person, the same browser
    office.sign_in("els@it4.example", admin[1])
    assert "Slagerij Wouters" in office.get(address).text
    office.post("/afmelden")
    assert rows(deps, "select 1 from kept_forms") == []


def test_what_another_site_sends_is_not_filled_in(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten/nieuw")
    for headers in (
        {},
        {"Origin": "https://elders.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": HOME, "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ):
        sent = {"name": "Van elders", "csrf_token": "a.b"}
        answer = office.client.post("/overeenkomsten/nieuw", data=sent, headers=headers)
        assert answer.status_code == 400, headers
    assert rows(deps, "select 1 from kept_forms") == []


def test_an_accepted_form_is_forgotten(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "name": ""})
    first = office.value("opnieuw")
    key = office.value("key")
    office.post("/overeenkomsten/nieuw", {**NEW, "name": "", "key": key, "opnieuw": first})
    assert office.value("opnieuw") == first  # the last input, on every page of the history
    office.post("/overeenkomsten/nieuw", {**NEW, "key": key, "opnieuw": first})
    assert office.path.startswith("/overeenkomsten/VO-")
    assert rows(deps, "select 1 from kept_forms") == []
    office.get(f"/overeenkomsten/nieuw?opnieuw={first}")
    assert office.status == 200
    assert "data-error-summary" not in office.page


def test_what_is_kept_has_a_limit(office: Browser, app: Flask, deps: Deps) -> None:
    browser = Browser(app.test_client())
    browser.get("/aanmelden")
    browser.post("/aanmelden", {"email": "x" * 40_000, "password": "mis"})
    assert browser.status == 422
    assert "te groot om te bewaren" in browser.page
    for _ in range(25):
        office.get("/overeenkomsten/nieuw")
        office.post("/overeenkomsten/nieuw", {"name": "x"})
    assert len(rows(deps, "select 1 from kept_forms where staff_id is not null")) == 20
    rows(deps, "update kept_forms set expires_at = now() - interval '1 second'")
    tidy(deps)
    assert rows(deps, "select 1 from kept_forms") == []
