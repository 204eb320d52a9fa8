"""Passing on to a colleague: the form, the code from the mailbox, done."""

from __future__ import annotations

from typing import Any

from bakery import DETAILS

COLLEAGUE = {
    "name": "Jan Baas",
    "function": "Zaakvoerder",
    "email": "jan@peeters.example",
    "message": "Jan,\nkan jij dit tekenen?",
}
FORM, CODE, CHECK = (
    "/tekenen/doorsturen",
    "/tekenen/doorsturen/code",
    "/tekenen/doorsturen/controle",
)


def codes(journey: Any) -> int:
    return len(journey.rows("select 1 from messages where kind = 'code'"))


def named(journey: Any) -> Any:
    """On the page that asks for the code."""
    browser = journey.at("opened")
    browser.get(FORM)
    browser.post(FORM, COLLEAGUE)
    return browser


def test_passing_on_kills_the_link_and_invites_the_colleague(journey: Any) -> None:
    old, browser = journey.link(), named(journey)
    assert browser.path == CODE
    assert "Zo kan alleen wie deze mailbox leest" in browser.page
    assert "a…@peeters.example" in browser.page
    browser.get("/tekenen/doorgestuurd")  # before: nothing was passed on
    assert browser.path == "/tekenen/gegevens"
    browser.post(CHECK, {"code": journey.code()})
    for _ in range(2):
        assert "Doorgestuurd naar Jan Baas" in browser.page
        assert "j…@peeters.example" in browser.page
        assert browser.get("/tekenen/doorgestuurd").status_code == 200  # a reload sends nothing
    assert browser.get(old).status_code == 410
    assert "Deze overeenkomst is doorgestuurd" in browser.page
    assert browser.get("/tekenen").status_code == 410
    told = journey.rows("select kind, recipient from messages order by queued_at")
    assert {
        ("invitation", "jan@peeters.example"),
        ("delegated_confirmed", "an@peeters.example"),
        ("delegated_notice", "els@it4.example"),
    } <= {tuple(row) for row in told}
    browser.client.delete_cookie("zegel-signer")
    assert journey.at("opened").path == "/tekenen/gegevens"
    assert 'value="Jan Baas"' in journey.browser.page


def test_nothing_is_passed_on_before_the_code(journey: Any) -> None:
    browser = named(journey)
    for path in (FORM, CODE, CHECK, "/tekenen"):
        browser.get(path)
    browser.get(FORM)
    browser.post(FORM, COLLEAGUE)
    assert journey.agreement.signatory.name == "An Peeters"
    assert codes(journey) == 1  # a valid code is not mailed twice
    assert journey.rows("select 1 from messages where kind = 'delegated_notice'") == []


def test_a_wrong_code_and_going_back_lose_nothing(journey: Any) -> None:
    browser = named(journey)
    wrong = f"{(int(journey.code()) + 1) % 1_000_000:06d}"
    assert browser.post(CHECK, {"code": wrong}).status_code == 422
    assert "U hebt nog 4 pogingen" in browser.page
    assert "Jan Baas" in browser.page
    browser.get(FORM)
    for value in ('value="Jan Baas"', 'value="jan@peeters.example"', "kan jij dit tekenen?"):
        assert value in browser.page
    browser.post(FORM, {**COLLEAGUE, "name": "Jan de Baas"})
    assert browser.path == CODE
    browser.post(CHECK, {"code": journey.code()})
    assert "Doorgestuurd naar Jan de Baas" in browser.page
    invited = "select values from messages where kind = 'invitation' order by queued_at"
    given = journey.rows(invited)
    assert given[-1][0]["message"] == "Jan,\nkan jij dit tekenen?"


def test_a_new_code_and_no_more_than_five_an_hour(journey: Any) -> None:
    browser = named(journey)
    old = journey.code()
    browser.post(CODE)
    assert "Wij stuurden een nieuwe code" in browser.page
    assert browser.post(CHECK, {"code": old}).status_code == 422
    for _ in range(3):
        browser.post(CODE)
    assert browser.post(CODE).status_code == 429
    assert "U hebt te vaak een code gevraagd" in browser.page
    browser.post(CHECK, {"code": journey.code()})
    assert "Doorgestuurd naar Jan Baas" in browser.page


def test_who_proved_the_mailbox_to_sign_passes_on_at_once(journey: Any) -> None:
    browser = journey.at("proved")
    browser.get(FORM)
    assert "Wij mailen u eerst een code" not in browser.page
    browser.post(FORM, COLLEAGUE)
    assert "Doorgestuurd naar Jan Baas" in browser.page
    assert codes(journey) == 1


def test_a_text_that_is_made_meanwhile_is_waited_for_with_everything_kept(journey: Any) -> None:
    browser = named(journey)
    for path, given in (
        ("/tekenen/gegevens", DETAILS),
        ("/tekenen/bijlage", journey.annex),
    ):
        browser.get(path)
        browser.post(path, given)
    browser.get(CODE)
    answer = browser.post(CHECK, {"code": journey.code()})
    assert answer.status_code == 409
    assert "het document wordt nu gemaakt" in browser.page
    assert 'value="Jan Baas"' in browser.page
    journey.ready()
    browser.post(FORM, COLLEAGUE)
    assert "Doorgestuurd naar Jan Baas" in browser.page


def test_a_colleague_who_is_nobody_else_is_refused(journey: Any) -> None:
    browser = journey.at("opened")
    for email in ("jan", "an@peeters.example"):
        answer = browser.post(FORM, {**COLLEAGUE, "email": email})
        assert answer.status_code == 422
        assert 'id="e-email"' in browser.page
        assert 'value="Jan Baas"' in browser.page
    assert codes(journey) == 0


def test_the_pages_of_the_code_lead_on_where_it_is_not_asked(journey: Any) -> None:
    browser = journey.at("opened")
    for path in (CODE, CHECK):
        browser.get(path)
        assert browser.path == FORM
