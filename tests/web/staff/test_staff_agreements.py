"""Sales' work: a new agreement, its dossier, sending, and what follows."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from app_browser import Browser
from office import NEW, rows

from service.deps import Deps


def _new(office: Browser, **other: object) -> str:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key"), **other})
    assert office.status == 200, office.page
    return office.path.rsplit("/", 1)[-1]


def _sent(office: Browser, **other: object) -> str:
    reference = _new(office, **other)
    office.post(f"/overeenkomsten/{reference}/verzending")
    return reference


def test_new_dossier_send(office: Browser, deps: Deps) -> None:
    reference = _new(office)
    assert re.fullmatch(r"VO-\d{4}-00001", reference)
    assert "Bakkerij Peeters" in office.page
    assert "HO-2024-17 van 2 maart 2024" in office.page
    office.post(f"/overeenkomsten/{reference}/verzending")
    assert office.path == f"/overeenkomsten/{reference}"
    assert "De overeenkomst is verstuurd." in office.page
    assert "Wacht op An Peeters" in office.page
    assert "Verstuurd naar An Peeters" in office.page
    assert rows(deps, "select kind, recipient from messages") == [
        ("invitation", "an@peeters.example")
    ]


def test_a_double_click_makes_one(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten/nieuw")
    form = {**NEW, "key": office.value("key")}
    office.post("/overeenkomsten/nieuw", form, follow=False)
    first = office.answer
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", form, follow=False)
    assert first is not None
    assert office.answer is not None
    assert first.location == office.answer.location
    assert rows(deps, "select count(*) from agreements")[0][0] == 1


def test_a_form_that_was_sent_and_then_changed_is_asked_about(office: Browser, deps: Deps) -> None:
    """Otherwise the first one's dossier would look as if the change had been saved."""
    reference = _new(office)
    ((key,),) = rows(deps, "select key from idempotency_keys")
    changed = {**NEW, "name": "Slagerij Claes", "personal_data_own": "Broodvoorkeur"}
    office.post("/overeenkomsten/nieuw", {**changed, "key": key})
    assert office.status == 409
    assert f"dat werd {reference}" in office.page
    assert office.value("name") == "Slagerij Claes"
    assert "Broodvoorkeur" in office.page
    assert office.value("key") != key
    office.post("/overeenkomsten/nieuw", {**changed, "key": office.value("key")})
    assert "Slagerij Claes" in office.page
    assert rows(deps, "select count(*) from agreements")[0][0] == 2


def test_mistakes_keep_what_was_typed(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post(
        "/overeenkomsten/nieuw",
        {
            **NEW,
            "number": "0403.170.702",
            "signatory_email": "an@",
            "services": ["web_design"],
            "postcode": "99",
            "personal_data": ["health"],
            "personal_data_own": "Allergieën\nBroodvoorkeur",
            "key": office.value("key"),
        },
    )
    assert office.status == 422
    assert "Dit ondernemingsnummer klopt niet." in office.page
    assert "Dit e-mailadres klopt niet." in office.page
    for name, value in (("number", "0403.170.702"), ("signatory_email", "an@"), ("postcode", "99")):
        assert office.value(name) == value
    assert "Dag An," in office.page
    assert "Allergieën\nBroodvoorkeur" in office.page
    assert re.search(r'value="web_design"[^>]*checked', office.page)
    assert re.search(r'value="health"[^>]*checked', office.page)
    assert not re.search(r'value="support"[^>]*checked', office.page)
    assert rows(deps, "select count(*) from agreements")[0][0] == 0


def test_what_is_missing_is_named(office: Browser) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {"key": office.value("key")})
    for sentence in (
        "Vul de naam van de organisatie in.",
        "Vul de naam van de vertegenwoordiger in.",
        "Vul een e-mailadres in.",
        "Kies minstens één dienst.",
    ):
        assert sentence in office.page
    assert "Vul dit in." not in office.page


def test_a_draft_can_be_changed_until_it_is_sent(office: Browser) -> None:
    reference = _new(office, personal_data=["name"], personal_data_own="Allergieën")
    office.get(f"/overeenkomsten/{reference}/bewerken")
    assert office.value("main_date") == "02/03/2024"
    assert "Allergieën" in office.page
    office.post(f"/overeenkomsten/{reference}/bewerken", {**NEW, "name": "Bakkerij Janssens"})
    assert "Bakkerij Janssens" in office.page
    office.post(f"/overeenkomsten/{reference}/verzending")
    office.get(f"/overeenkomsten/{reference}/bewerken")
    office.post(f"/overeenkomsten/{reference}/bewerken", {**NEW, "name": "Te laat"})
    assert office.status == 409
    assert "Dat kan nu niet: deze overeenkomst is verstuurd." in office.page
    assert office.value("name") == "Te laat"


def test_a_form_that_somebody_overtook_says_so_and_keeps_what_was_typed(
    office: Browser, deps: Deps
) -> None:
    reference = _new(office)
    address = f"/overeenkomsten/{reference}/bewerken"
    office.get(address)
    seen = office.value("version")
    office.post(address, {**NEW, "message": "eerst", "version": seen})
    office.get(address)
    office.post(address, {**NEW, "name": "Bakkerij Janssens", "version": seen})
    assert office.status == 412
    assert "Deze overeenkomst is intussen gewijzigd" in office.page
    assert office.value("name") == "Bakkerij Janssens"
    assert rows(deps, "select message from agreements") == [("eerst",)]
    office.post(address, {**NEW, "name": "Bakkerij Janssens", "version": office.value("version")})
    assert office.status == 200
    assert "Bakkerij Janssens" in office.page


@pytest.mark.parametrize(
    ("page", "typed", "field"),
    [
        ("adres", {"signatory_name": "An Peeters", "signatory_email": "n@x.example"}, "email"),
        ("termijn", {"link_days": "90"}, "days"),
    ],
)
def test_so_does_a_form_about_one_thing(
    office: Browser, page: str, typed: dict[str, str], field: str
) -> None:
    reference = _sent(office)
    address = f"/overeenkomsten/{reference}/{page}"
    office.get(address)
    overtaken = {**typed, "version": office.value("version")}
    office.post(f"/overeenkomsten/{reference}/termijn", {"link_days": "60"})
    office.get(address)
    office.post(address, overtaken)
    assert office.status == 412
    assert "Deze overeenkomst is intussen gewijzigd" in office.page
    name = next(each for each in typed if each.endswith(field))
    assert office.value(name) == typed[name]
    office.post(address, {**typed, "version": office.value("version")})
    assert office.status == 200


def test_sending_twice_is_refused_in_the_dossier(office: Browser, deps: Deps) -> None:
    reference = _sent(office)
    office.post(f"/overeenkomsten/{reference}/verzending")
    assert office.status == 409
    assert "Dat kan nu niet" in office.page
    assert rows(deps, "select count(*) from messages")[0][0] == 1


def test_void_needs_a_reason(office: Browser) -> None:
    reference = _sent(office)
    office.get(f"/overeenkomsten/{reference}/intrekking")
    office.post(f"/overeenkomsten/{reference}/intrekking", {"reason": ""})
    assert office.status == 422
    office.post(f"/overeenkomsten/{reference}/intrekking", {"reason": "Dubbel verstuurd"})
    assert "De overeenkomst is ingetrokken." in office.page
    assert "Ingetrokken. Reden: Dubbel verstuurd" in office.page
    assert "Intrekken" not in office.page


def test_the_link_is_shown_once_and_logged(office: Browser) -> None:
    reference = _sent(office)
    office.post(f"/overeenkomsten/{reference}/link")
    link = re.search(r'value="(http://localhost/tekenen/link/zegel_[^"]{43})"', office.page)
    assert link
    assert office.path.endswith("/link")
    office.get(f"/overeenkomsten/{reference}")
    assert link[1] not in office.page
    assert "Link gekopieerd door een medewerker." in office.page


def test_another_address_kills_the_link(office: Browser, deps: Deps) -> None:
    reference = _sent(office)
    office.get(f"/overeenkomsten/{reference}/adres")
    assert office.value("signatory_email") == "an@peeters.example"
    form = {"signatory_name": "An Peeters", "signatory_email": "an@peeters.example"}
    office.post(f"/overeenkomsten/{reference}/adres", form)
    assert office.status == 422
    assert "Dit is al het e-mailadres van de ondertekenaar." in office.page
    office.post(
        f"/overeenkomsten/{reference}/adres", {**form, "signatory_email": "an2@peeters.example"}
    )
    assert "an2@peeters.example" in office.page
    assert rows(deps, "select count(*) from links where ended = ''")[0][0] == 1


def test_more_time(office: Browser) -> None:
    reference = _sent(office)
    office.get(f"/overeenkomsten/{reference}/termijn")
    assert office.value("link_days") == "60"  # the remaining thirty days, and thirty more
    office.post(f"/overeenkomsten/{reference}/termijn", {"link_days": "1000"})
    assert office.status == 422
    assert office.value("link_days") == "1000"
    office.post(f"/overeenkomsten/{reference}/termijn", {"link_days": "60"})
    assert "Termijn verlengd tot en met" in office.page
    office.post(f"/overeenkomsten/{reference}/termijn", {"link_days": "180"})
    assert "Termijn verlengen" not in office.page


def test_resend(office: Browser, deps: Deps) -> None:
    reference = _sent(office)
    office.get(f"/overeenkomsten/{reference}/herzending")
    assert "De vorige link werkt daarna niet meer." in office.page
    assert rows(deps, "select count(*) from links")[0][0] == 1
    office.post(f"/overeenkomsten/{reference}/herzending")
    assert "De vorige link werkt niet meer." in office.page
    kinds = rows(deps, "select kind from messages order by queued_at")
    assert kinds == [("invitation",), ("link_renewed",)]


def test_a_reminder_once_a_day(office: Browser, deps: Deps) -> None:
    reference = _sent(office)
    assert "Volgende herinnering" in office.page
    assert "Herinnering sturen" not in office.page
    office.post(f"/overeenkomsten/{reference}/herinnering")
    assert office.status == 409
    assert "Wij stuurden vandaag al een e-mail met de link." in office.page
    rows(deps, "update messages set queued_at = queued_at - interval '5 days'")
    office.get(f"/overeenkomsten/{reference}/herzending")
    assert "daarin staat dezelfde link" in office.page
    office.post(f"/overeenkomsten/{reference}/herinnering")
    assert "De herinnering is gestuurd." in office.page
    assert "Herinnering gestuurd: op verzoek van een medewerker." in office.page
    kinds = rows(deps, "select kind from messages order by queued_at")
    assert kinds == [("invitation",), ("reminder",)]
    assert rows(deps, "select count(*) from links")[0][0] == 1


def test_list_filters_and_finds(office: Browser) -> None:
    _new(office)
    sent = _sent(office, name="Ó Brien-Łódź & Zn", number="")
    office.get("/overeenkomsten?groep=draft")
    assert "Bakkerij Peeters" in office.page
    assert "Ó Brien" not in office.page
    office.get("/overeenkomsten?" + urlencode({"zoek": "o brien lodz"}))
    assert sent in office.page
    assert "Bakkerij Peeters" not in office.page
    office.get("/overeenkomsten?" + urlencode({"zoek": "BE 0403 170 701"}))
    assert "Bakkerij Peeters" in office.page
    assert "zojuist" in office.page
    office.get("/overeenkomsten?zoek=%C3%B3+b")
    assert office.status == 422
    assert "Typ minstens twee letters of cijfers van één woord." in office.page
    assert "Geen overeenkomst gevonden" not in office.page
    assert office.value("zoek") == "ó b"
    office.get("/overeenkomsten?zoek=nergens")
    assert "Geen overeenkomst gevonden." in office.page


def test_a_cursor_that_is_not_ours_begins_at_the_start(office: Browser) -> None:
    reference = _new(office)
    for odd in ("x", "2026-01-01|1", "9999-99-99T00:00:00+00:00|" + "0" * 36, "'; drop|"):
        office.get("/overeenkomsten?" + urlencode({"na": odd}))
        assert office.status == 200
        assert reference in office.page


def test_pages_follow_each_other(office: Browser, deps: Deps) -> None:
    references = {_new(office, name=f"Klant {number}", number="") for number in range(27)}
    office.get("/overeenkomsten")
    seen = set(re.findall(r"VO-\d{4}-\d{5}(?= ·)", office.page))
    assert len(seen) == 25
    older = re.search(r'href="([^"]+)" rel="next"', office.page)
    assert older
    office.get(older[1])
    assert seen | set(re.findall(r"VO-\d{4}-\d{5}(?= ·)", office.page)) == references


def test_a_slip_in_the_address_is_pointed_out_until_it_is_mended(office: Browser) -> None:
    reference = _new(office, signatory_email="an@gmial.com")
    assert "Bedoelde u an@gmail.com?" in office.page
    office.post(f"/overeenkomsten/{reference}/verzending")
    assert "Bedoelde u an@gmail.com?" in office.page
    changed = {"signatory_name": "An Peeters", "signatory_email": "an@gmail.com"}
    office.post(f"/overeenkomsten/{reference}/adres", changed)
    assert "an@gmail.com" in office.page
    assert "Bedoelde u" not in office.page


def test_a_copy_begins_with_what_the_other_holds(office: Browser) -> None:
    _new(office)
    assert "Kopie maken" in office.page
    reference = _sent(office, services=["support"], message="Dag An")
    assert "Kopie maken" in office.page
    office.post(f"/overeenkomsten/{reference}/intrekking", {"reason": "Verkeerde klant"})
    assert "Kopie maken" in office.page
    office.get(f"/overeenkomsten/nieuw?kopie={reference}")
    assert "Nieuwe overeenkomst" in office.page
    for words in ("Bakkerij Peeters", "an@peeters.example", "Dag An", "HO-2024-17"):
        assert words in office.page
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key"), "name": "Slager"})
    assert office.path != f"/overeenkomsten/{reference}"
    assert "Slager" in office.page
    office.get(f"/overeenkomsten/{reference}")
    assert "Bakkerij Peeters" in office.page
    office.get("/overeenkomsten/nieuw?kopie=VO-2020-00001")
    assert office.status == 404


def test_the_same_number_warns(office: Browser) -> None:
    first = _new(office)
    _new(office)
    assert "Er is al een concept met dit nummer" in office.page
    assert f"/overeenkomsten/{first}" in office.page
    sent = _sent(office)
    _new(office)
    assert "Er loopt al een overeenkomst met dit nummer" in office.page
    assert f"/overeenkomsten/{sent}" in office.page


def test_what_is_unknown_is_not_found(office: Browser) -> None:
    office.get("/overeenkomsten/VO-2026-99999")
    assert office.status == 404


def test_looking_changes_nothing(office: Browser, deps: Deps) -> None:
    reference = _sent(office)
    before = _written(deps)
    for path in ("", "/bewerken", "/adres", "/termijn", "/intrekking"):
        office.get(f"/overeenkomsten/{reference}{path}")
        assert office.status == 200
    assert _written(deps) == before


def _written(deps: Deps) -> list[Any]:
    return rows(
        deps, "select (select count(*) from audit_entries), (select count(*) from messages)"
    )
