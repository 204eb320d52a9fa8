"""Sales imports a list: one row has a fault, the others are made and sent while sales looks on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from installation import Customer, Installation
from people import WORK_SECONDS, Look, Mailbox, Sales, Seats, Signer
from playwright.sync_api import BrowserContext, expect
from screens import ON_DESK, ON_PHONE, PLAIN_DESK, PLAIN_PHONE, Screen, long_on_screens, on_screens

INVITATION = "klaar om te ondertekenen"
HEADINGS = "Klantnr;Bedrijf;Ondernemingsnr;Contactpersoon;E-mail"


@on_screens(ON_DESK, ON_PHONE)
def test_a_list_with_one_faulty_row_from_preview_to_report(
    zegel: Installation, seats: Seats, mailbox: Mailbox, signer: Signer, screen: Screen
) -> None:
    good, other, faulty = (
        zegel.customer(f"Lijst{screen.name} {name}") for name in ("Noord", "Zuid", "Oost")
    )
    other = replace(other, email=good.email)  # the same person signs for both
    sales = seats(Sales, zegel.member("verkoop"), screen)
    file = _list(good, other, faulty).replace(faulty.email.encode(), b"klant@")
    sales.sees("Overeenkomsten").follows("Klanten importeren").sees("Importen")
    sales.follows("Klanten importeren").sees("Klanten importeren")
    sales.presses("Volgende: kolommen").is_told("Kies een bestand, of plak rijen")
    _hands_over(sales, file).sees("Kolommen en keuzes").reads("Kijk het na")
    # A list with these columns, in this test at another screen, may have left its choice.
    sales.page.get_by_label("Cloudopslag", exact=True).uncheck()
    sales.presses("Volgende: rijen nakijken").is_told("Kies minstens één dienst.")
    sales.ticks("Cloudopslag").presses("Volgende: rijen nakijken").sees("Import ")
    sales.reads("Daarvan maakt Zegel 2 overeenkomsten.").follows("Alleen problemen")
    expect(sales.rows()).to_have_count(1)
    sales.reads("E4, E-mail").reads("Dit e-mailadres klopt niet.")
    rest = sales.downloads(sales.link("Rijen met een probleem downloaden"))
    assert b";E-mail: Dit e-mailadres klopt niet." in rest

    sales.follows("Volgende: maken en versturen").sees("Maken en versturen")
    sales.reads("1 persoon ondertekent 2 overeenkomsten.")
    sales.presses("Starten").sees("Import ").reads("De import is gestart.")
    # It follows the work by itself, without loading the page again.
    sales.page.evaluate("() => { window.same = true }")
    stand = sales.page.locator("#stand")
    expect(stand).to_have_text(
        "Klaar: 2 overeenkomsten gemaakt, 2 verstuurd", timeout=WORK_SECONDS * 1000
    )
    assert sales.page.evaluate("() => window.same")
    sales.sees("Import ").follows(good.organisation).sees(good.organisation)
    sales.reads(f"Wacht op {good.person}").reads("rij 2 van de lijst.")
    link = mailbox.waits_for(good.email, INVITATION).signing_link("/tekenen/bundel/")
    signer.opens(link).sees("Uw 2 verwerkers\u00adovereenkomsten").reads(other.organisation)
    signer.presses(f"Beginnen met {good.organisation}").sees("Kloppen deze gegevens?")

    mended = rest.replace(b"klant@;", faulty.email.encode() + b";")
    _hands_over(sales.opens("/importen/nieuw"), mended).reads("Zoals bij import")
    sales.presses("Volgende: rijen nakijken").reads("Daarvan maakt Zegel 1 overeenkomst.")
    # The whole list once more: nothing is made twice.
    _hands_over(sales.opens("/importen/nieuw"), _list(good, other, faulty))
    sales.presses("Volgende: rijen nakijken").reads("2 rijen worden overgeslagen.")


@long_on_screens(ON_PHONE, ON_DESK, PLAIN_PHONE, PLAIN_DESK)
def test_one_person_signs_for_three_organisations_with_one_code(
    zegel: Installation,
    sales: Sales,
    new_context: Callable[..., BrowserContext],
    look: Look,
    mailbox: Mailbox,
    screen: Screen,
) -> None:
    first, *others = (
        zegel.customer(f"Samen{screen.name} {name}") for name in ("Berg", "Dal", "Meer")
    )
    customers = [first, *(replace(each, email=first.email) for each in others)]
    _hands_over(sales.opens("/importen/nieuw"), _list(*customers))
    sales.ticks("Cloudopslag").presses("Volgende: rijen nakijken")
    sales.follows("Volgende: maken en versturen").sees("Maken en versturen")
    expect(sales.page.get_by_label("Eén mail per persoon")).to_be_checked()
    sales.reads("1 persoon ondertekent 3 overeenkomsten.").presses("Starten")
    link = mailbox.waits_for(first.email, INVITATION).signing_link("/tekenen/bundel/")
    page = new_context(screen.size, scripts=screen.scripts).new_page()
    signer = Signer(page, look if screen.scripts else lambda _: None)
    signer.opens(link).sees("Uw 3 verwerkers\u00adovereenkomsten")
    signer.presses(f"Beginnen met {first.organisation}")
    for number, customer in enumerate(customers):
        signer.sees("Kloppen deze gegevens?")
        expect(page.get_by_label("Naam van de organisatie")).to_have_value(customer.organisation)
        signer.fills_in_details().sees("Bijlage 1: welke gegevens, van wie?")
        signer.ticks("Nee").presses("Volgende: lezen")
        if not screen.scripts:
            signer.waits_for_the_text()
        signer.sees("Lees de overeenkomst").reads(customer.organisation).presses(
            "Volgende: ondertekenen"
        )
        if number == 0:
            signer.sees("Vul de code uit uw mail in")
            mail = mailbox.waits_for(first.email, "Uw code")
            for each in customers:
                mail.reads(each.organisation)
            signer.proves_mailbox(mail.code())
        signer.sees("1 van 2: Overeenkomst").agrees().types_signature(customer.person)
        signer.sees("2 van 2: Bijlage 1").signs_annex().sees("Bedankt. U hebt ondertekend.")
        signer.reads(f"U ondertekende er {number + 1} van de 3.")
        if number == 0:
            signer.follows("Al uw overeenkomsten").sees("Uw 3 verwerkers\u00adovereenkomsten")
            signer.reads("Door u ondertekend").presses(f"Beginnen voor {others[0].organisation}")
        elif number == 1:
            signer.presses(f"Verder met {others[1].organisation}")
    signer.reads("Dat was de laatste")


@long_on_screens(ON_DESK, ON_PHONE, PLAIN_DESK, PLAIN_PHONE)
def test_paused_gone_on_with_and_stopped(
    zegel: Installation, seats: Seats, mailbox: Mailbox, screen: Screen
) -> None:
    customers = [zegel.customer(f"Pauze{screen.name} {name}") for name in ("Een", "Twee", "Drie")]
    sales = seats(Sales, zegel.member("verkoop"), screen).opens("/importen/nieuw")
    sales.page.fill("#f-pasted", _list(*customers).decode("cp1252").replace(";", "\t"))
    sales.presses("Volgende: kolommen").ticks("Cloudopslag")
    sales.presses("Volgende: rijen nakijken").follows("Volgende: maken en versturen")
    sales.page.get_by_label("Hoogstens 2 per minuut").check()
    sales.presses("Starten").sees("Import ")
    mailbox.waits_for(customers[0].email, INVITATION)
    sales.reads("Gemaakt: 3 van 3").presses("Pauzeren").sees("Import ")
    stand = sales.page.locator("#stand")
    expect(stand).to_have_text("Gepauzeerd")
    sales.reads("Verstuurd: 1 van 3").presses("Hervatten").sees("Import ")
    expect(stand).to_have_text("De overeenkomsten worden gemaakt en verstuurd")
    sales.follows("Stoppen").sees("Import stoppen").reads("al verstuurd.")
    sales.presses("Import stoppen").sees("Import ")
    expect(stand).to_have_text(re.compile("Gestopt: 3 overeenkomsten gemaakt, [12] verstuurd"))
    sales.reads("niet meer verstuurd, omdat de import gestopt is.")
    sent = int(stand.inner_text().split()[-2])  # on a slow machine the second had its turn
    sales.follows("In de lijst van overeenkomsten").sees("Overeenkomsten")
    expect(sales.rows()).to_have_count(3)
    expect(sales.rows().filter(has_text="Verstuurd")).to_have_count(sent)


@long_on_screens(PLAIN_DESK, PLAIN_PHONE)
def test_without_javascript(
    zegel: Installation, seats: Seats, mailbox: Mailbox, screen: Screen
) -> None:
    customer = zegel.customer("Scriptloze lijst BV")
    sales = seats(Sales, zegel.member("verkoop"), screen).opens("/importen/nieuw")
    sales.page.fill("#f-pasted", _list(customer).decode("cp1252").replace(";", "\t"))
    sales.presses("Volgende: kolommen").ticks("Cloudopslag")
    sales.presses("Volgende: rijen nakijken").follows("Volgende: maken en versturen")
    sales.presses("Starten")
    # The page asks for itself again while there is work.
    expect(sales.page.locator("#stand")).to_have_text(
        re.compile("Klaar: 1 overeenkomst gemaakt, 1 verstuurd"), timeout=WORK_SECONDS * 1000
    )
    expect(sales.page.locator("meta[http-equiv=refresh]")).to_have_count(0)
    mailbox.waits_for(customer.email, INVITATION)


def _hands_over(sales: Sales, file: bytes) -> Sales:
    sales.page.set_input_files(
        "#f-file", {"name": "klanten.csv", "mimeType": "text/csv", "buffer": file}
    )
    return sales.presses("Volgende: kolommen")


def _list(*customers: Customer) -> bytes:
    """As Excel writes it in Belgium."""
    rows = [
        f"K{each.digits};{each.organisation};{each.digits};{each.person};{each.email}"
        for each in customers
    ]
    return ("\r\n".join((HEADINGS, *rows)) + "\r\n").encode("cp1252")
