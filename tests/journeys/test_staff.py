"""The staff's journeys on a desktop: sales, countersigner, archivist."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from installation import PROCESSOR, Customer, Installation
from people import (
    BETWEEN_LOOKS,
    WORK_SECONDS,
    Archivist,
    Countersigner,
    Look,
    Mailbox,
    Sales,
    Signer,
    StaffMember,
)
from playwright.sync_api import BrowserContext, Page, Response, ViewportSize, expect
from screens import DESK

INVITATION = "klaar om te ondertekenen"


def test_signing_in_takes_the_right_password(
    zegel: Installation, new_context: Callable[..., BrowserContext], look: Look
) -> None:
    vera = zegel.member("verkoop")
    visitor = StaffMember(new_context(DESK).new_page(), look)
    visitor.opens("/overeenkomsten").sees("Aanmelden")
    visitor.fills({"E-mailadres": vera.email, "Wachtwoord": "niet dit wachtwoord"})
    visitor.presses("Aanmelden").is_told("Het e-mailadres of het wachtwoord klopt niet.")
    expect(visitor.page.get_by_label("E-mailadres")).to_have_value(vera.email)
    visitor.fills({"Wachtwoord": vera.password}).presses("Aanmelden").sees("Overeenkomsten")
    visitor.presses("Afmelden").sees("Aanmelden").reads("U bent afgemeld.")


def test_a_new_agreement_from_a_mistake_to_the_sent_link(
    zegel: Installation, sales: Sales, signer: Signer
) -> None:
    customer = zegel.customer("Jansen & Zn <test> BVBA")
    sales.sees("Overeenkomsten").follows("Nieuwe overeenkomst").sees("Nieuwe overeenkomst")
    wrong = _typed(customer) | {"E-mailadres": "an@", "Datum van de hoofdovereenkomst": "31/2/2024"}
    sales.fills(wrong).presses("Bewaren en nakijken")
    sales.is_told("Dit e-mailadres klopt niet.", "Deze datum klopt niet.")
    sales.fills({"E-mailadres": customer.email, "Datum van de hoofdovereenkomst": "2/3/2024"})
    with sales.page.expect_response(_is_pdf, timeout=WORK_SECONDS * 1000) as preview:
        sales.presses("Voorbeeld (PDF)")
    assert sales.page.request.get(preview.value.url).body().startswith(b"%PDF-")
    reference = re.findall(r"VO-\d{4}-\d{5}", preview.value.url)[0]

    sales.dossier(reference).sees(customer.organisation).reads("Klaar om te versturen?")
    sales.presses("Versturen").sees(customer.organisation).reads("De overeenkomst is verstuurd.")
    sales.reads(f"Wacht op {customer.person}").reads("Verstuurd naar")
    sales.presses("Link kopiëren").sees(f"Link voor {customer.person}")
    link = sales.page.get_by_label("De link").input_value()
    sales.presses("Kopiëren")
    expect(sales.page.locator("#link-said")).not_to_be_empty()
    signer.opens(link).sees("Verwerkers\u00adovereenkomst voor Jansen & Zn <test> BVBA")


@pytest.mark.long
def test_resent_moved_and_withdrawn(
    zegel: Installation, sales: Sales, signer: Signer, mailbox: Mailbox
) -> None:
    customer = zegel.customer("Verhuizers NV")
    reference = zegel.bring(customer, "sent").reference
    first = mailbox.waits_for(customer.email, INVITATION).signing_link()
    sales.dossier(reference).follows("Nieuwe link sturen").presses("Nieuwe link sturen")
    sales.sees(customer.organisation).reads("Er is een nieuwe link gemaild.")
    second = mailbox.waits_for(customer.email, "Nieuwe link").signing_link()
    signer.opens(first).sees("Er is een nieuwere link")

    sales.follows("E-mailadres wijzigen").sees("E-mailadres wijzigen")
    sales.fills({"E-mailadres": "geen adres"}).presses("Wijzigen en opnieuw versturen")
    sales.is_told("Dit e-mailadres klopt niet.")
    sales.fills({"E-mailadres": "nieuw@verhuizers.example"}).presses(
        "Wijzigen en opnieuw versturen"
    )
    sales.sees(customer.organisation).reads("nieuw@verhuizers.example")
    third = mailbox.waits_for("nieuw@verhuizers.example", INVITATION).signing_link()
    signer.opens(second).sees("Er is een nieuwere link")
    signer.opens(third).sees("Verwerkers\u00adovereenkomst voor Verhuizers NV")

    sales.follows("Termijn verlengen").sees("Termijn verlengen")
    sales.fills({"Hoeveel dagen vanaf vandaag?": "60"}).presses("Termijn verlengen")
    sales.sees(customer.organisation).reads("De termijn is verlengd.")

    sales.follows("Intrekken").sees("Intrekken").presses("Overeenkomst intrekken")
    sales.is_told("Geef een reden op.")
    sales.fills({"Reden": "De klant stopt ermee."}).presses("Overeenkomst intrekken")
    sales.sees(customer.organisation).reads("Ingetrokken. Reden: De klant stopt ermee.")
    signer.opens(third).sees("De aanvraag is ingetrokken")
    mailbox.waits_for("nieuw@verhuizers.example", "ingetrokken").reads("De klant stopt ermee.")


@pytest.mark.long
def test_the_list_finds_and_filters(zegel: Installation, sales: Sales) -> None:
    draft, sent = zegel.customer("Zoekers Noord"), zegel.customer("Zoekers Zuid", "Piet Zoeker")
    zegel.bring(draft, "created")
    reference = zegel.bring(sent, "sent").reference
    sales.opens("/overeenkomsten").sees("Overeenkomsten")
    sales.searches("zoekers")
    expect(sales.rows()).to_have_count(2)
    sales.follows("Concept").sees("Overeenkomsten")
    expect(sales.rows()).to_have_count(1)
    expect(sales.rows()).to_contain_text("Zoekers Noord")
    sales.follows("Wacht op de klant")
    expect(sales.rows()).to_contain_text("Zoekers Zuid")
    for words in (f"BE {sent.digits}", reference, "Piet Zoeker"):
        sales.opens("/overeenkomsten").searches(words)
        expect(sales.rows()).to_have_count(1)
        expect(sales.rows()).to_contain_text("Zoekers Zuid")
    sales.searches("niemand heet zo").reads("Geen overeenkomst gevonden.").sees("Overeenkomsten")
    sales.follows("Alles tonen").follows("Zoekers Zuid").sees("Zoekers Zuid")
    said = sales.page.locator(".timeline li").all_inner_texts()
    order = ["Verstuurd naar", "Persoonlijke link gemaakt.", "Overeenkomst aangemaakt."]
    found = [next(i for i, line in enumerate(said) if words in line) for words in order]
    assert found[-1] == len(said) - 1, "the oldest entry stands last"


@pytest.mark.long
def test_two_countersigned_at_once_then_found_and_fetched(
    zegel: Installation, countersigner: Countersigner, archivist: Archivist
) -> None:
    tom = zegel.member("tekenbevoegde")
    one, two = zegel.customer("Molen De Eendracht", "Lies Molenaar"), zegel.customer("Dubbel BV")
    reference, other = (zegel.bring(each, "signed", by=tom).reference for each in (one, two))
    queue = countersigner.follows("Te ondertekenen").sees("Te ondertekenen").reads_what_waits()
    queue.confirms_and_types(tom.name, tom.password).is_told("Kies minstens één overeenkomst.")
    queue.selects(one.organisation, two.organisation)
    queue.confirms_and_types(tom.name, "niet dit wachtwoord").is_told("Het wachtwoord klopt niet.")
    for organisation in (one.organisation, two.organisation):
        expect(queue.page.get_by_role("checkbox", name=organisation)).to_be_checked()
    queue.confirms_and_types(tom.name, tom.password).sees("Te ondertekenen")
    queue.reads("U hebt ondertekend.")
    expect(queue.page.get_by_text(one.organisation)).to_have_count(0)

    archivist.waits_until_stored(other).waits_until_stored(reference)
    for words in (one.number, f"BE {one.digits}", one.digits, reference, "Lies Molenaar"):
        archivist.finds(one.organisation, zoek=words)
    today = datetime.now(ZoneInfo("Europe/Brussels"))
    day = f"{today.day}/{today.month}/{today.year}"
    archivist.finds(one.organisation, zoek="de eendracht", van=day, tot=day)
    archivist.page.locator("#f-van").fill("32/1/2026")
    archivist.presses("Zoeken").is_told("Deze datum klopt niet.")
    archivist.opens("/archief").follows(one.organisation).sees(one.organisation)
    archivist.presses("Controleren").reads("Alles is in orde").sees(one.organisation)
    original = archivist.downloads(archivist.link("Overeenkomst (PDF)"))
    package = archivist.downloads(archivist.link("Bewijspakket (zip)"))
    with zipfile.ZipFile(io.BytesIO(package)) as bundle:
        payload = f"{reference}/data"
        assert bundle.read(f"{payload}/overeenkomst.pdf") == original
        assert original.startswith(bundle.read(f"{payload}/getoond.pdf"))
        wanted = {"bewijsblad.pdf", "bewijs.json", "manifest.json", "LEESMIJ.txt"}
        assert {f"{payload}/{name}" for name in wanted} <= set(bundle.namelist())
    archivist.opens(f"/archief/{reference}").reads("Gedownload: overeenkomst.pdf.")

    archivist.opens("/verifieer").sees("Is dit document echt?")
    chosen = {"name": "o.pdf", "mimeType": "application/pdf", "buffer": original}
    archivist.page.get_by_label("PDF of bewijspakket").set_input_files(chosen)
    archivist.presses("Controleren").sees("Resultaat van de controle").reads("Echt en ongewijzigd")
    changed = chosen | {"buffer": original.replace(b"/Title", b"/Tutle", 1)}
    archivist.page.get_by_label("PDF of bewijspakket").set_input_files(changed)
    archivist.presses("Controleren").sees("Resultaat van de controle").reads("Niet in orde")


@pytest.mark.long
def test_given_back_with_a_question_answered_and_signed(
    zegel: Installation,
    sales: Sales,
    countersigner: Countersigner,
    signer: Signer,
    mailbox: Mailbox,
) -> None:
    customer, tom = zegel.customer("Vragers BV", "Rik Vrager"), zegel.member("tekenbevoegde")
    reference = zegel.bring(customer, "sent").reference
    signer.enters(mailbox.waits_for(customer.email, INVITATION).signing_link())
    signer.opens("/tekenen/vraag").sees("Vraag stellen").fills({"Uw vraag": "Wat is een FG?"})
    signer.presses("Versturen").sees("Uw vraag is verstuurd")
    sales.dossier(reference).sees(customer.organisation).reads("Wat is een FG?")
    sales.reads("geen zolang de vraag van de klant open staat").follows("Antwoorden")
    sales.sees("Antwoorden").presses("Antwoord versturen").is_told("Schrijf uw antwoord.")
    sales.fills({"Uw antwoord": "Een functionaris."}).presses("Antwoord versturen")
    sales.sees(customer.organisation).reads("Uw antwoord is gemaild.")
    signer.opens(mailbox.waits_for(customer.email, "Antwoord op uw vraag").signing_link())
    signer.sees("Verwerkers\u00adovereenkomst voor Vragers BV")

    late = zegel.customer("Nakijkers BV")
    reference = zegel.bring(late, "signed", by=tom).reference
    queue = countersigner.opens("/tekenen-namens-ons").sees("Te ondertekenen")
    queue.link(f"Terugsturen met vraag over {late.organisation}").click()
    queue.sees("Terugsturen met vraag").fills({"Uw vraag": "Waarom zo veel gegevens?"})
    queue.presses("Terugsturen").sees("Te ondertekenen").reads("Teruggestuurd met vraag (1)")
    queue.reads("Waarom zo veel gegevens?")
    sales.dossier(reference).sees(late.organisation).reads("Teruggestuurd met een vraag")
    sales.follows("Antwoorden").fills({"Uw antwoord": "Dat vroeg de klant."})
    sales.presses("Antwoord versturen").reads("Uw antwoord is gemaild.")
    mailbox.waits_for(tom.email, "Antwoord van Vera Maes").reads("Dat vroeg de klant.")
    queue.reads_what_waits().selects(late.organisation)
    queue.confirms_and_types(tom.name, tom.password).reads("U hebt ondertekend.")
    sales.dossier(reference).sees(late.organisation).reads("Antwoord van Vera Maes")


def test_the_archivist_only_reads(zegel: Installation, archivist: Archivist) -> None:
    reference = zegel.bring(zegel.customer("Niet Voor Archief"), "sent").reference
    menu = archivist.sees("Archief").page.get_by_role("navigation", name="Hoofdmenu")
    expect(menu.get_by_role("link")).to_have_text(["Archief", "Controleren"])
    for path in (
        "/overeenkomsten",
        "/overeenkomsten/nieuw",
        f"/overeenkomsten/{reference}",
        f"/overeenkomsten/{reference}/intrekking",
        "/tekenen-namens-ons",
        "/beheer",
        "/medewerkers",
    ):
        answer = archivist.page.goto(path)
        assert answer
        assert answer.status == 403, path
        archivist.sees("U hebt hier geen toegang toe")


@pytest.mark.long
def test_an_offer_that_we_sign_first(
    zegel: Installation,
    sales: Sales,
    countersigner: Countersigner,
    signer: Signer,
    mailbox: Mailbox,
) -> None:
    customer, tom = zegel.customer("Vooraf Getekend BV"), zegel.member("tekenbevoegde")
    sales.follows("Nieuwe overeenkomst").fills(_typed(customer))
    for fold in ("Meer over de organisatie", "Ondertekenen", "Voorstellen voor Bijlage 1"):
        sales.page.locator("summary").filter(has_text=fold).click()
    sales.page.get_by_label("Wie ondertekent namens ons?").select_option(
        label="Tom Claes, Zaakvoerder"
    )
    sales.ticks("Wij").presses("Bewaren en nakijken").is_told("Bijlage 1 volledig")
    sales.fills({"Straat en huisnummer": "Kaai 1", "Postcode": "9000", "Gemeente": "Gent"})
    sales.fills({"Rechtsvorm": "BV", "Functie van de vertegenwoordiger": "Bestuurder"})
    sales.fills({"E-mailadres voor meldingen": customer.email})
    for name in ("personal_data", "data_subjects"):
        sales.page.locator(f"[name={name}]").first.check()
    sales.page.locator("[name=dpo_answer][value=no]").check()
    sales.presses("Bewaren en nakijken").sees(customer.organisation)
    sales.reads("Wij ondertekenen eerst.").presses("Versturen").sees(customer.organisation)
    _until_shown(sales.page, "Wacht op Tom Claes")

    countersigner.reads_what_waits().selects(customer.organisation)
    countersigner.confirms_and_types(tom.name, tom.password).reads("U hebt ondertekend.")

    signer.enters(mailbox.waits_for(customer.email, INVITATION).signing_link())
    signer.sees("Lees de overeenkomst").reads(customer.organisation)
    expect(signer.page.get_by_role("link", name="Bijlage 1 wijzigen")).to_have_count(0)
    signer.presses("Volgende: ondertekenen")
    signer.proves_mailbox(mailbox.waits_for(customer.email, "Uw code").code())
    signer.agrees().types_signature(customer.person).signs_annex()
    signer.sees("Bedankt. U hebt ondertekend.").reads("De overeenkomst is van kracht sinds")
    _until_shown(signer.page, "De overeenkomst is van kracht sinds", "h1")
    signer.sees("De overeenkomst is van kracht sinds").reads("Wie ondertekende")
    original = signer.downloads(signer.link("Overeenkomst downloaden"))
    assert original.startswith(b"%PDF-")
    mailbox.waits_for(customer.email, f"met {PROCESSOR} is getekend").reads("van kracht sinds")


@pytest.mark.long
def test_without_javascript(
    zegel: Installation, plain: Callable[[ViewportSize], Page], mailbox: Mailbox
) -> None:
    customer = zegel.customer("Scriptloos BV")
    sales = Sales(plain(DESK), lambda _: None).signs_in(zegel.member("verkoop"))
    sales.follows("Nieuwe overeenkomst").fills({"Naam van de organisatie": customer.organisation})
    sales.presses("Bewaren en nakijken").is_told("Vul de naam van de vertegenwoordiger in.")
    sales.fills(_typed(customer)).presses("Bewaren en nakijken").sees(customer.organisation)
    sales.presses("Versturen").reads("De overeenkomst is verstuurd.")
    mailbox.waits_for(customer.email, INVITATION)


def _is_pdf(answer: Response) -> bool:
    return answer.headers.get("content-type", "").startswith("application/pdf")


def _typed(customer: Customer) -> dict[str, str]:
    return {
        "Naam van de organisatie": customer.organisation,
        "Ondernemingsnummer of KVK-nummer": customer.digits,
        "Naam van de vertegenwoordiger": customer.person,
        "E-mailadres": customer.email,
    }


def _until_shown(page: Page, words: str, where: str = "main") -> None:
    """Reload until the words appear: the worker is busy with it."""
    until = time.monotonic() + WORK_SECONDS
    while not page.locator(where).filter(has_text=words).count():
        assert time.monotonic() < until, page.inner_text("main")
        page.wait_for_timeout(BETWEEN_LOOKS)
        page.reload()
