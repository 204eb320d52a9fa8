"""Administrators give Zegel the company's own look and its own text."""

from __future__ import annotations

import io
from collections.abc import Callable

from installation import Installation
from own_contract import word_file
from people import WORK_SECONDS, Look, Mailbox, Sales, Seats, Signer
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, expect
from screens import DESK, ON_DESK, ON_PHONE, PHONE, PLAIN_PHONE, Screen, long_on_screens, on_screens

from tests.documents.untouched import AMOUNT, untouched

NUMBER = "0863.643.458"  # of the installation's processor
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@on_screens(ON_PHONE, ON_DESK, PLAIN_PHONE)
def test_a_look_from_a_faint_colour_to_the_customers_page(
    zegel: Installation,
    seats: Seats,
    new_context: Callable[..., BrowserContext],
    look: Look,
    mailbox: Mailbox,
    screen: Screen,
) -> None:
    customer = zegel.customer(f"Kleur{screen.name} BV")
    administrator = seats(Sales, zegel.administrator, screen)
    administrator.follows("Beheer").sees("Beheer").follows("Uiterlijk").sees("Uiterlijk")
    administrator.fills({"Kleur": "#f2c14e", "Regel onder de groet": "Team contracten"})
    administrator.page.set_input_files(
        "#f-logo", {"name": "logo.png", "mimeType": "image/png", "buffer": _logo()}
    )
    administrator.presses("Voorbeeld bekijken").is_told("is te licht om te lezen")
    administrator.page.get_by_role("button", name="bekijken").last.click()
    administrator.sees("Voorbeeld van uw uiterlijk").reads("Er is nog niets bewaard.")
    administrator.presses("Nog wijzigen").sees("Uiterlijk")
    administrator.fills({"Kleur": "#0b6e4f"}).presses("Voorbeeld bekijken")
    administrator.sees("Voorbeeld van uw uiterlijk").presses("Bewaren").sees("Uiterlijk")

    zegel.bring(customer, "sent")
    link = mailbox.waits_for(customer.email, "klaar om te ondertekenen").signing_link()
    mailbox.reads("Team contracten")
    signer = Signer(new_context(PHONE if screen.size == DESK else DESK).new_page(), look)
    signer.opens(link).sees("Verwerkers\u00adovereenkomst voor")
    expect(signer.page.locator(".masthead img")).to_be_visible()
    expect(signer.page.get_by_role("button", name="Beginnen")).to_have_css(
        "background-color", "rgb(11, 110, 79)"
    )

    administrator.ticks("Geen logo meer").fills({"Kleur": "", "Regel onder de groet": ""})
    administrator.presses("Voorbeeld bekijken").presses("Bewaren").sees("Uiterlijk")
    signer.page.reload()
    expect(signer.page.locator(".masthead img")).to_have_count(0)


@on_screens(ON_DESK, ON_PHONE, PLAIN_PHONE)
def test_a_contract_with_a_mistake_is_explained(
    zegel: Installation, seats: Seats, screen: Screen
) -> None:
    administrator = seats(Sales, zegel.administrator, screen)
    administrator.follows("Beheer").follows("Sjablonen").sees("Sjablonen")
    administrator.follows("Hoe u een sjabloon maakt").sees("Van contract naar sjabloon")
    starter = administrator.downloads(administrator.link("Beginbestand ophalen"))
    assert starter.startswith(b"PK")
    administrator.follows("Word-bestand opladen").sees("Word-bestand opladen")
    administrator.fills({"Naam": "Hosting"})
    _uploads(administrator.page, word_file("Aan {{ klant.naem }}"))
    administrator.presses("Nakijken").is_told("Dit bestand kan nog geen sjabloon zijn (1 fout).")
    administrator.reads("Bedoelt u klant.naam?")
    expect(administrator.page.get_by_label("Naam")).to_have_value("Hosting")


@long_on_screens(ON_DESK, ON_PHONE, PLAIN_PHONE)
def test_a_contract_becomes_the_text_of_an_agreement(
    zegel: Installation, seats: Seats, screen: Screen
) -> None:
    name, customer = f"Hosting {screen.name}", zegel.customer(f"Tekst{screen.name} BV")
    administrator = seats(Sales, zegel.administrator, screen)
    administrator.opens("/beheer/sjablonen/nieuw").fills({"Naam": name})
    person = zegel.administrator.name
    _uploads(administrator.page, untouched(company=person, number=NUMBER, person=person))
    administrator.presses("Nakijken").sees("Word-bestand opladen").reads("Eén plaats is voor u.")
    administrator.page.get_by_text("Gewone invulvelden en opmaak").click()
    administrator.reads("werd {{ klant.zetel }}, op 1 plaats.")
    administrator.page.get_by_text("Iets veranderen in Word").click()
    made = administrator.downloads(administrator.link("Ingevuld bestand ophalen"))
    assert made.startswith(b"PK")
    administrator.presses("Verder").is_told(f"Typ wat er bij “Hoogstens {AMOUNT} euro.")
    administrator.fills({f"“Hoogstens {AMOUNT}": str(5000 + len(screen.name))})
    administrator.presses("Verder").sees(f"{name}, versie 1")
    # The page follows the work: by itself, or it asks for itself again.
    stand = administrator.page.locator("#stand")
    expect(stand).to_have_text("Klaar om na te kijken", timeout=WORK_SECONDS * 1000)
    administrator.sees(f"{name}, versie 1").reads("De bladzijden")
    administrator.follows("Publiceren").sees("Publiceren").reads("U bent de enige beheerder")
    administrator.presses("Publiceren").sees(f"{name}, versie 1")
    expect(stand).to_have_text("Nieuwe overeenkomsten kunnen deze tekst krijgen")

    administrator.opens("/overeenkomsten/nieuw").sees("Nieuwe overeenkomst")
    administrator.page.get_by_label("Welke tekst?").select_option(label=f"{name} 1")
    administrator.fills(
        {
            "Naam van de organisatie": customer.organisation,
            "Naam van de vertegenwoordiger": customer.person,
            "E-mailadres": customer.email,
        }
    )
    administrator.presses("Bewaren en nakijken").sees(customer.organisation)
    administrator.reads(f"{name} 1")
    administrator.opens("/beheer/sjablonen").sees("Sjablonen").follows(f"Versie 1 van {name}")
    administrator.follows("Intrekken").sees("Intrekken").presses("Intrekken")
    administrator.sees(f"{name}, versie 1").reads("Geen nieuwe overeenkomst krijgt deze tekst")


def _uploads(page: Page, data: bytes) -> None:
    page.set_input_files("#f-file", {"name": "contract.docx", "mimeType": WORD, "buffer": data})


def _logo() -> bytes:
    picture, out = Image.new("RGBA", (1200, 400)), io.BytesIO()
    ImageDraw.Draw(picture).rounded_rectangle((100, 100, 1100, 300), 60, "#0b6e4f")
    picture.save(out, "PNG")
    return out.getvalue()
