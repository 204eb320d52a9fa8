"""Sales imports a list: one row has a fault, the others are made and sent while sales looks on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from installation import Customer, Installation
from people import WORK_SECONDS, Mailbox, Sales, Signer
from playwright.sync_api import Page, expect

DESK = {"width": 1280, "height": 900}
INVITATION = "klaar om te ondertekenen"
HEADINGS = "Klantnr;Bedrijf;Ondernemingsnr;Contactpersoon;E-mail"


def test_a_list_with_one_faulty_row_from_preview_to_report(
    zegel: Installation, sales: Sales, mailbox: Mailbox
) -> None:
    good, other, faulty = (zegel.customer(f"Lijst {name}") for name in ("Noord", "Zuid", "Oost"))
    file = _list(good, other, faulty).replace(faulty.email.encode(), b"klant@")
    sales.sees("Overeenkomsten").follows("Klanten importeren").sees("Importen")
    sales.follows("Klanten importeren").sees("Klanten importeren")
    sales.presses("Volgende: kolommen").is_told("Kies een bestand, of plak rijen")
    _hands_over(sales, file).sees("Kolommen en keuzes").reads("Zegel raadde dit")
    sales.presses("Volgende: rijen nakijken").is_told("Kies minstens één dienst.")
    sales.ticks("Cloudopslag").presses("Volgende: rijen nakijken").sees("Import ")
    sales.reads("Daarvan maakt Zegel 2 overeenkomsten.").follows("Alleen problemen")
    expect(sales.rows()).to_have_count(1)
    sales.reads("E4, E-mail").reads("Dit e-mailadres klopt niet.")
    rest = sales.downloads(sales.link("Rijen met een probleem downloaden"))
    assert b";E-mail: Dit e-mailadres klopt niet." in rest

    sales.follows("Volgende: maken en versturen").sees("Maken en versturen")
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
    mailbox.waits_for(other.email, INVITATION)

    mended = rest.replace(b"klant@;", faulty.email.encode() + b";")
    _hands_over(sales.opens("/importen/nieuw"), mended).reads("Zoals bij import")
    sales.presses("Volgende: rijen nakijken").reads("Daarvan maakt Zegel 1 overeenkomst.")
    # The whole list once more: nothing is made twice.
    _hands_over(sales.opens("/importen/nieuw"), _list(good, other, faulty))
    sales.presses("Volgende: rijen nakijken").reads("2 rijen worden overgeslagen.")


@pytest.mark.long
def test_one_person_signs_for_three_organisations_with_one_code(
    zegel: Installation, sales: Sales, signer: Signer, mailbox: Mailbox
) -> None:
    first, *others = (zegel.customer(f"Samen {name}") for name in ("Berg", "Dal", "Meer"))
    customers = [first, *(replace(each, email=first.email) for each in others)]
    _hands_over(sales.opens("/importen/nieuw"), _list(*customers))
    sales.ticks("Cloudopslag").presses("Volgende: rijen nakijken")
    sales.follows("Volgende: maken en versturen").sees("Maken en versturen")
    expect(sales.page.get_by_label("Eén mail per persoon")).to_be_checked()
    sales.reads("1 persoon ondertekent 3 overeenkomsten.").presses("Starten")
    link = mailbox.waits_for(first.email, INVITATION).signing_link("/tekenen/bundel/")
    signer.opens(link).sees("Uw 3 verwerkers\u00adovereenkomsten")
    signer.presses(f"Beginnen met {first.organisation}")
    for number, customer in enumerate(customers):
        signer.sees("Kloppen deze gegevens?")
        expect(signer.page.get_by_label("Naam van de organisatie")).to_have_value(
            customer.organisation
        )
        signer.fills_in_details().sees("Bijlage 1: welke gegevens, van wie?")
        signer.ticks("Nee").presses("Volgende: lezen").sees("Lees de overeenkomst")
        signer.reads(customer.organisation).presses("Volgende: ondertekenen")
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


@pytest.mark.long
def test_without_javascript(
    zegel: Installation, plain: Callable[[dict[str, int]], Page], mailbox: Mailbox
) -> None:
    customer = zegel.customer("Scriptloze lijst BV")
    sales = Sales(plain(DESK), lambda _: None).signs_in(zegel.member("verkoop"))
    sales.opens("/importen/nieuw")
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
