"""A signer's journey on which everything goes wrong once: no mistake loses input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from installation import Installation
from people import Mailbox, Signer
from playwright.sync_api import Locator, Page, ViewportSize, expect
from screens import PHONE

from tests.signatures.making import photograph_jpeg

INVITATION = "klaar om te ondertekenen"
ANNEX = "Bijlage 1: welke gegevens, van wie?"
READ = "Lees de overeenkomst"
TOO_OLD = "te oud om te versturen"
# The input in the page's form, without hidden fields.
TYPED = """() => [...document.querySelectorAll("main form :is(input, select, textarea)")]
    .filter((e) => !["hidden", "file", "search"].includes(e.type))
    .filter((e) => !["checkbox", "radio"].includes(e.type) || e.checked)
    .map((e) => [e.name, e.value])"""


class Clumsy(Signer):
    """Makes every mistake, and finds all input again."""

    def sends(self, button: str) -> None:
        """Press a button; the next page has the same input."""
        typed = self.page.evaluate(TYPED)
        self.presses(button)
        self.page.wait_for_load_state()
        assert self.page.evaluate(TYPED) == typed

    def is_wrong(self, button: str, mistakes: dict[str, str]) -> None:
        """The form comes back filled: each message is in the summary and at its field."""
        self.sends(button)
        self.is_told(*mistakes.values())
        assert self.page.locator(".error-summary a").count() == len(mistakes)
        for name, sentence in mistakes.items():
            link = self.page.locator(f".error-summary a[href='#f-{name}']")
            expect(link).to_contain_text(sentence)
            expect(self.page.locator(f".wrong #e-{name}")).to_contain_text(sentence)
            described = self.page.locator(f"[aria-describedby~='e-{name}']")
            expect(described.first).to_be_visible()

    def is_late(self, button: str) -> None:
        """The form's token belongs to a deleted cookie; the same form comes back, filled."""
        self.page.context.clear_cookies(name="zegel-browser")
        self.sends(button)
        self.reads(TOO_OLD)


@pytest.mark.long
def test_each_step_wrong_once_without_javascript(
    zegel: Installation, mailbox: Mailbox, plain: Callable[[ViewportSize], Page]
) -> None:
    customer = zegel.customer("Struikelaars & Zonen NV")
    road = zegel.bring(customer, "sent")
    page = plain(PHONE)
    signer = Clumsy(page, lambda _: None)
    signer.enters(mailbox.waits_for(customer.email, INVITATION).signing_link())

    button = "Volgende: Bijlage 1"
    typed = {
        "Rechtsvorm": "NV",
        "Straat en huisnummer": "’t Zand 3 bus 2",
        "Postcode": "20",
        "Gemeente": "Brugge",
        "Uw functie": "",
        "E-mailadres voor meldingen": "meldingen@",
        "Naam van de organisatie": "",
        "Ondernemingsnummer": "0403.170.702",
    }
    signer.fills(typed)
    signer.is_wrong(
        button,
        {
            "name": "Vul de naam van de organisatie in.",
            "number": "Dit ondernemingsnummer klopt niet.",
            "postcode": "Een Belgische postcode heeft 4 cijfers.",
            "signatory_function": "Vul uw functie in.",
            "notices_email": "Dit e-mailadres klopt niet.",
        },
    )
    signer.fills({"Naam van de organisatie": customer.organisation, "Uw functie": "Zaakvoerder"})
    signer.fills({"Ondernemingsnummer": customer.number, "Postcode": "8000"})
    signer.fills({"E-mailadres voor meldingen": "meldingen@struikelaars.example"})
    signer.is_late(button)
    signer.presses(button).sees(ANNEX)

    button = "Volgende: lezen"
    shown = page.locator("[name=personal_data]:checked")
    while shown.count():
        shown.first.uncheck()
    page.locator("#meer-data_subjects summary").click()
    page.get_by_role("button", name="Regel toevoegen").last.click()
    page.locator("[name=data_subjects_own]").fill("Leveranciers van meel")
    nothing = {"personal_data": "Voeg minstens één soort", "dpo_answer": "Kies Ja of Nee"}
    signer.is_wrong(button, nothing)
    page.locator("[name=personal_data]").first.check()
    signer.ticks("Ja").fills({"Telefoonnummer": "0475 1"})
    signer.is_wrong(
        button,
        {"dpo_name": "Vul de naam", "dpo_phone": "Dit telefoonnummer klopt niet."},
    )
    signer.fills({"Naam van de functionaris": "Els Maes", "Telefoonnummer": "0475 12 34 56"})
    signer.is_late(button)
    signer.presses("Vorige").sees("Kloppen deze gegevens?")
    signer.presses("Volgende: Bijlage 1").sees(ANNEX).presses(button)
    signer.waits_for_the_text()
    for words in ("’t Zand 3 bus 2", "8000 Brugge", "Leveranciers van meel", "Els Maes, +32 475"):
        signer.reads(words)

    signer.is_late("Volgende: ondertekenen")
    signer.presses("Volgende: ondertekenen").sees("Vul de code uit uw mail in")
    code = mailbox.waits_for(customer.email, "Uw code").code()
    for wrong, sentence in (
        ("", "Vul de code van 6 cijfers in."),
        ("000000" if code != "000000" else "111111", "De code klopt niet."),
    ):
        signer.proves_mailbox(wrong).is_told(sentence)
        expect(page.locator("#e-code")).to_contain_text(sentence)
    signer.proves_mailbox(code).sees("1 van 2: Overeenkomst")

    button = "Volgende: Bijlage 1 ondertekenen"
    signer.fills({"Typ uw naam": customer.person})
    page.locator("[name=face]").last.check()
    page.locator("[name=statement]").first.check()
    signer.is_wrong(button, {"statements": "Vink alle verklaringen aan"})
    signer.agrees().fills({"Typ uw naam": "Jan zonder Naam"})
    signer.is_wrong(button, {"typed_name": "Typ uw naam zoals die in de overeenkomst staat"})
    signer.fills({"Typ uw naam": customer.person}).is_late(button)
    signer.presses(button).sees("2 van 2: Bijlage 1").follows("Vorige")
    signer.sees("1 van 2: Overeenkomst")
    expect(page.get_by_label("Typ uw naam")).to_have_value(customer.person)
    expect(page.locator("[name=statement]:checked")).to_have_count(3)
    signer.presses(button).sees("2 van 2: Bijlage 1")
    signer.is_wrong(
        "Bijlage 1 ondertekenen en afronden",
        {"annex_statement": "Bevestig dat u ook Bijlage 1 ondertekent."},
    )
    page.locator("[name=annex_statement]").check()
    signer.is_late("Bijlage 1 ondertekenen en afronden")
    signer.presses("Bijlage 1 ondertekenen en afronden").sees("Bedankt. U hebt ondertekend.")
    road.countersigned()
    road.archived()


@pytest.mark.long
def test_two_agreements_in_two_tabs_with_a_photograph_each(
    zegel: Installation, signer: Signer, mailbox: Mailbox
) -> None:
    customers = [
        zegel.customer("Tabblad Links BV"),
        zegel.customer("Tabblad Rechts VZW", "Bo Smet"),
    ]
    roads = [zegel.bring(customer, "sent") for customer in customers]
    links = [mailbox.waits_for(customer.email, INVITATION).signing_link() for customer in customers]
    beside = Signer(signer.page.context.new_page(), lambda _: None)
    tabs = list(zip((signer, beside), customers, strict=True))

    for (tab, _), link in zip(tabs, links, strict=True):
        tab.enters(link).sees("Kloppen deze gegevens?")
    for tab, customer in tabs:
        expect(tab.page.get_by_label("Naam van de organisatie")).to_have_value(
            customer.organisation
        )
        tab.fills({"Handelsnaam": f"Winkel van {customer.person}"})
    for tab, _ in tabs:
        tab.fills_in_details().sees(ANNEX)
    for tab, customer in tabs:
        tab.page.locator("#meer-personal_data summary").click()
        tab.page.locator("#meer-personal_data").get_by_role("button").click()
        tab.page.locator("[name=personal_data_own]").fill(
            f"Lievelingskleur bij {customer.organisation}"
        )
    for tab, _ in tabs:
        tab.ticks("Nee").presses("Volgende: lezen")
    for tab, customer in tabs:
        tab.sees(READ).reads(f"Winkel van {customer.person}")
        tab.reads(f"Lievelingskleur bij {customer.organisation}")
        tab.presses("Volgende: ondertekenen").sees("Vul de code uit uw mail in")
    for tab, customer in reversed(tabs):
        code = mailbox.waits_for(customer.email, "Uw code").code()
        tab.proves_mailbox(code).sees("1 van 2: Overeenkomst")
        tab.agrees().ticks("Afbeelding kiezen")
        _chooses(tab.page.get_by_label("Afbeelding van uw handtekening"), photograph_jpeg())
    for tab, _ in tabs:
        expect(tab.page.locator("[data-preview] img")).to_be_visible()
        tab.presses("Volgende: Bijlage 1 ondertekenen").sees("2 van 2: Bijlage 1")
        expect(tab.page.get_by_role("img", name="Uw handtekening")).to_be_visible()
    for road, (tab, customer) in zip(reversed(roads), reversed(tabs), strict=True):
        tab.signs_annex().sees("Bedankt. U hebt ondertekend.")
        road.countersigned()
        mailbox.waits_for(customer.email, "is getekend").reads(customer.person)
    for road in roads:
        road.archived()


def _chooses(field: Locator, photograph: bytes) -> None:
    file: Any = {"name": "IMG_0412.jpg", "mimeType": "image/jpeg", "buffer": photograph}
    field.set_input_files(file)
