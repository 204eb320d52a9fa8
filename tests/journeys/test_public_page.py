"""Customers who begin by themselves, from the public page to both signatures.

The first journey is held with a stopwatch: it says how long it took, and ``PACE=250`` types like a
person, with so many milliseconds for each key and a second for each page. A reading is in
bench/README.md.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable

from installation import Customer, Installation
from people import WORK_SECONDS, Look, Mailbox, Sales, Seats, Signer
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect
from screens import ON_DESK, ON_PHONE, PLAIN_DESK, PLAIN_PHONE, Screen, long_on_screens, on_screens

from service.commands.browser import Browser as HttpBrowser

PACE = int(os.environ.get("PACE", "0"))  # milliseconds a key
TITLE = "Verwerkers\u00adovereenkomst met IT4Professionals"
DETAILS = {
    "Straat en huisnummer": "Molenstraat 3",
    "Postcode": "2000",
    "Gemeente": "Antwerpen",
    "Uw functie": "Bestuurder",
}


class Applicant(Signer):
    """Types as fast as a person, if asked."""

    def types(self, fields: dict[str, str]) -> None:
        for label, value in fields.items():
            field = self.page.get_by_label(re.compile(f"^{re.escape(label)}( |$)")).first
            if PACE:
                field.press_sequentially(value, delay=PACE)
            else:
                field.fill(value)

    def looks(self) -> None:
        """Reads a page before going on."""
        if PACE:
            self.page.wait_for_timeout(1000)

    def applies(self, customer: Customer) -> None:
        self.types(
            {
                "Naam van de organisatie": customer.organisation,
                "Ondernemingsnummer": customer.digits,
                "Uw voor- en achternaam": customer.person,
                "Uw e-mailadres": customer.email,
            }
        )
        self.looks()
        self.presses("Code mailen").sees("Vul de code uit uw mail in")

    def completes(self) -> None:
        """From the details to the frozen text."""
        self.sees("Kloppen deze gegevens?").types(DETAILS)
        self.looks()
        self.presses("Volgende: Bijlage 1").sees("Bijlage 1: welke gegevens, van wie?")
        self.ticks("Nee")
        self.looks()
        self.presses("Volgende: lezen").sees("Lees de overeenkomst")
        self.looks()
        self.presses("Volgende: ondertekenen").sees("1 van 2: Overeenkomst")  # no second code

    def signs(self, customer: Customer) -> None:
        self.agrees()
        self.page.get_by_label("Naam typen").check()
        self.types({"Typ uw naam": customer.person})
        self.looks()
        self.presses("Volgende: Bijlage 1 ondertekenen").sees("2 van 2: Bijlage 1")
        self.looks()
        self.signs_annex()


def opens_the_page(administrator: Sales, zegel: Installation) -> None:
    administrator.opens("/beheer/openbare-pagina").sees("Openbare pagina")
    administrator.ticks("Ja, de pagina is open", "Cloudopslag")
    administrator.page.get_by_label("Wie ondertekent namens ons?").select_option(
        label=zegel.administrator.name
    )
    administrator.presses("Bewaren").reads("De instelling geldt vanaf nu.")


def gives_a_mandate(administrator: Sales, zegel: Installation) -> None:
    administrator.opens("/mandaat").ticks("Cloudopslag")
    administrator.ticks("Ook klanten die zelf begonnen zijn op onze openbare pagina")
    administrator.presses("Tekst lezen").sees("Lees het mandaat")
    for box in administrator.page.locator("[name=confirmed]").all():
        box.check()
    administrator.fills({"Uw wachtwoord": zegel.administrator.password})
    administrator.presses("Mandaat geven").reads("Het mandaat is gegeven.")


def imports(administrator: Sales, customer: Customer) -> None:
    """A list of one customer, of which nothing is made."""
    row = (customer.organisation, customer.digits, customer.person, customer.email)
    administrator.opens("/importen/nieuw")
    headings = "Bedrijf\tOndernemingsnr\tContactpersoon\tE-mail"
    administrator.page.fill("#f-pasted", f"{headings}\n{chr(9).join(row)}")
    administrator.presses("Volgende: kolommen").ticks("Cloudopslag")
    administrator.presses("Volgende: rijen nakijken").sees("Import ")


@on_screens(ON_PHONE, ON_DESK)
def test_a_known_customer_signs_with_a_stopwatch(
    zegel: Installation,
    seats: Seats,
    new_context: Callable[..., BrowserContext],
    look: Look,
    mailbox: Mailbox,
    screen: Screen,
) -> None:
    """The administrator sits at the other screen."""
    customer = zegel.customer(f"Bakkerij Zelf {screen.name}")
    other = ON_PHONE if screen is ON_DESK else ON_DESK
    administrator = seats(Sales, zegel.administrator, other)
    administrator.sees("Overeenkomsten")
    opens_the_page(administrator, zegel)
    gives_a_mandate(administrator, zegel)
    imports(administrator, customer)
    administrator.opens("/openbare-pagina/link").sees("Link en QR-code")
    link = administrator.page.locator(".facts a.mono").get_attribute("href")
    assert link

    page = new_context(screen.size).new_page()
    applicant = Applicant(page, look)
    begun = time.monotonic()
    applicant.opens(link).sees(TITLE)
    applicant.presses("Code mailen").is_told("Vul de naam van de organisatie in.")
    applicant.applies(customer)
    code = mailbox.waits_for(customer.email, "Uw code om de overeenkomst aan te vragen").code()
    applicant.types({"Code": code})
    applicant.looks()
    applicant.presses("Verder")
    applicant.completes()
    applicant.signs(customer)
    applicant.sees("Bedankt. U hebt ondertekend.")
    both = page.get_by_text(re.compile("van kracht sinds|Datum van inwerkingtreding|van kracht op"))
    end = time.monotonic() + WORK_SECONDS
    while not both.count():
        assert time.monotonic() < end, page.inner_text("main")
        page.wait_for_timeout(300)
        page.reload()
    print(f"\nfrom the public page to both signatures: {time.monotonic() - begun:.1f} s")

    administrator.opens("/overeenkomsten?herkomst=self_started").sees("Overeenkomsten")
    administrator.follows(customer.organisation).sees(customer.organisation)
    administrator.reads("Bekende klant: nummer, naam en e-mailadres")
    administrator.reads("Handtekening automatisch geplaatst onder mandaat")
    administrator.opens("/mandaat").sees("Mandaat").reads(customer.organisation)
    administrator.page.get_by_role("button", name="intrekken").first.click()
    administrator.reads("Het mandaat is ingetrokken. Alles wacht weer op u.")


@long_on_screens(PLAIN_DESK, PLAIN_PHONE)
def test_without_javascript_an_unknown_customer_waits_for_us(
    zegel: Installation,
    seats: Seats,
    plain: Callable[[ViewportSize], Page],
    mailbox: Mailbox,
    screen: Screen,
) -> None:
    customer = zegel.customer(f"Scriptloos {screen.name}")
    administrator = seats(Sales, zegel.administrator, screen)
    administrator.sees("Overeenkomsten")
    opens_the_page(administrator, zegel)
    applicant = Applicant(plain(screen.size), lambda _: None)
    applicant.opens("/aanvragen?klantnummer=1001").sees(TITLE)
    expect(applicant.page.get_by_label("Klantnummer")).to_have_value("1001")
    applicant.applies(customer)
    mailbox.waits_for(customer.email, "Uw code om de overeenkomst aan te vragen")
    applicant.presses("Nieuwe code sturen").reads("Wij stuurden een nieuwe code.")
    code = newest_code(zegel, customer)
    applicant.fills({"Code": code}).presses("Verder")
    applicant.completes()
    applicant.signs(customer)
    applicant.sees("Bedankt. U hebt ondertekend.").reads("Nu is het aan IT4Professionals")
    administrator.opens("/tekenen-namens-ons").reads("Zelf gestart")
    administrator.opens("/beheer/openbare-pagina").presses("Pagina nu sluiten")
    administrator.reads("De openbare pagina is gesloten.")
    applicant.opens("/aanvragen").sees("Deze pagina bestaat niet")


def newest_code(zegel: Installation, customer: Customer) -> str:
    """That of the second mail with one."""
    with HttpBrowser(zegel.url) as mails:
        end = time.monotonic() + WORK_SECONDS
        while True:
            mails.open("/mailbox")
            found = [address for address, row in mails.rows() if customer.email in row]
            if len(found) > 1:
                mails.open(found[0])
                return str(re.findall(r"\b\d{6}\b", mails.text())[0])
            assert time.monotonic() < end
