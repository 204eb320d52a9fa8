"""The signer's journeys on a phone, from the mail to the receipt."""

from __future__ import annotations

import io
import select
import socket
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from installation import PROCESSOR, Customer, Installation
from people import Mailbox, Sales, Signer
from PIL import Image, ImageDraw
from playwright.sync_api import Page, ViewportSize, expect
from screens import PHONE

from service.engines.process import wait_until

INVITATION = "klaar om te ondertekenen"
READ = "Lees de overeenkomst"


def test_from_the_mail_to_the_receipt_with_a_typed_name(
    zegel: Installation, signer: Signer, colleague: Signer, mailbox: Mailbox
) -> None:
    customer = zegel.customer("Bakkerij ’t Hof van Ó Brien-Łódź")
    zegel.bring(customer, "sent")
    link = mailbox.waits_for(customer.email, INVITATION).signing_link()

    signer.enters(link).sees("Kloppen deze gegevens?")
    signer.fills({"Naam van de organisatie": "", "Ondernemingsnummer": "0403.170.702"})
    signer.presses("Volgende: Bijlage 1").is_told(
        "Vul de naam van de organisatie in.", "Dit ondernemingsnummer klopt niet."
    )
    fields = {
        "Naam van de organisatie": customer.organisation,
        "Ondernemingsnummer": customer.number,
    }
    signer.page.reload()  # neither this nor going back asks to resend the form
    signer.is_told("Dit ondernemingsnummer klopt niet.")
    with signer.page.expect_response("**/tekenen/bewaren/details*"):  # shortly after typing
        signer.fills({**fields, "Gemeente": "Lier"})
    signer.reads("Bewaard om")
    colleague.enters(link).sees("Kloppen deze gegevens?")
    expect(colleague.page.get_by_label("Gemeente")).to_have_value("Lier")
    signer.fills_in_details().sees("Bijlage 1: welke gegevens, van wie?")
    signer.page.go_back()
    signer.sees("Kloppen deze gegevens?").presses("Volgende: Bijlage 1")
    signer.sees("Bijlage 1: welke gegevens, van wie?")

    # On another device the same link continues at the same step.
    colleague.enters(link).sees("Bijlage 1: welke gegevens, van wie?")

    more = signer.page.locator("#meer-personal_data")
    own = signer.page.locator("[name=personal_data_own]")
    signer.presses("Volgende: lezen").is_told("Kies Ja of Nee bij de functionaris")
    more.locator("summary").click()
    more.get_by_label("Zoeken in deze lijst").fill("GEZÓND")
    expect(more.get_by_label("Taal")).to_be_hidden()
    more.get_by_label("Gegevens over gezondheid").check()
    more.get_by_role("button").click()
    expect(own).to_be_focused()
    own.fill("Verjaardag voor de verjaardagskorting")
    more.get_by_role("button").click()
    own.nth(1).fill("Lievelingsbrood")
    signer.ticks("Ja").fills({"Naam van de functionaris": "Els Maes", "Telefoonnummer": "0475 1"})
    signer.presses("Volgende: lezen").is_told("Dit telefoonnummer klopt niet.")
    signer.fills({"Telefoonnummer": "0475 12 34 56"}).presses("Volgende: lezen").sees(READ)
    for words in (
        "Gegevens over gezondheid",
        "Lievelingsbrood",
        "Els Maes, +32 475 12 34 56",
        "Molenstraat 3",
    ):
        signer.reads(words)
    assert signer.downloads(signer.link("PDF downloaden")).startswith(b"%PDF-")

    signer.presses("Volgende: ondertekenen").sees("Vul de code uit uw mail in")
    code = mailbox.waits_for(customer.email, "Uw code").code()
    signer.proves_mailbox("000000" if code != "000000" else "111111")
    signer.is_told("De code klopt niet. U hebt nog 4 pogingen.")
    signer.proves_mailbox(f"{code[:3]} {code[3:]}").sees("1 van 2: Overeenkomst")
    signer.types_signature("").is_told("Vink alle verklaringen aan")
    signer.agrees().types_signature(customer.person).sees("2 van 2: Bijlage 1")
    signer.presses("Bijlage 1 ondertekenen en afronden").is_told("ook Bijlage 1 ondertekent.")
    signer.signs_annex().sees("Bedankt. U hebt ondertekend.")
    signer.reads(f"Nu is het aan {PROCESSOR} om te ondertekenen.")
    mailbox.waits_for(customer.email, "U hebt ondertekend").reads(customer.organisation)

    colleague.page.reload()
    colleague.sees("Bedankt. U hebt ondertekend.")
    signer.opens(link).sees("U hebt deze overeenkomst al ondertekend")
    signer.presses("Overeenkomst bekijken").sees("Bedankt. U hebt ondertekend.")


def test_pages_come_while_forty_connections_are_slow(zegel: Installation) -> None:
    road = zegel.bring(zegel.customer("Wachtzaal NV"), "opened")
    host = zegel.url.partition("//")[2]
    headers = f"GET /tekenen HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
    body = f"POST /tekenen/gegevens HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9999\r\n\r\nx"

    def page_comes_while_all_of_them_wait() -> bool:
        with ExitStack() as slow:
            address = (host.partition(":")[0], int(host.partition(":")[2]))
            opened = [slow.enter_context(socket.create_connection(address)) for _ in range(40)]
            for number, each in enumerate(opened):
                each.sendall((headers if number % 2 else body).encode())
            road.signer.open("/tekenen/gegevens")
            return not select.select(opened, [], [], 0)[0]  # readable means closed by the server

    # A busy machine may need more time than a slow connection gets.
    assert wait_until(page_comes_while_all_of_them_wait, seconds=60)
    assert "Kloppen deze gegevens?" in road.signer.text()


@pytest.mark.long
def test_a_drawn_signature(zegel: Installation, signer: Signer, mailbox: Mailbox) -> None:
    customer = zegel.customer("Tekenaars NV")
    _at_signing(zegel, signer, mailbox, customer)
    signer.ticks("Tekenen").agrees().presses("Volgende: Bijlage 1 ondertekenen")
    signer.is_told("Typ of teken eerst uw handtekening")
    pad = signer.page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    mouse = signer.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 60)
    mouse.down()
    for x, y in ((90, 20), (120, 90), (200, 40)):
        mouse.move(box["x"] + x, box["y"] + y, steps=4)
    mouse.up()
    expect(signer.page.locator("[data-preview] img")).to_be_visible()
    signer.presses("Volgende: Bijlage 1 ondertekenen").sees("2 van 2: Bijlage 1")
    expect(signer.page.get_by_role("img", name="Uw handtekening")).to_be_visible()
    signer.signs_annex().sees("Bedankt. U hebt ondertekend.")


@pytest.mark.long
def test_an_uploaded_signature(zegel: Installation, signer: Signer, mailbox: Mailbox) -> None:
    customer = zegel.customer("Stempel & Zoon")
    _at_signing(zegel, signer, mailbox, customer)
    signer.agrees().ticks("Afbeelding kiezen")
    chooser = signer.page.get_by_label("Afbeelding van uw handtekening")
    chooser.set_input_files({"name": "h.png", "mimeType": "image/png", "buffer": b"no picture"})
    signer.presses("Volgende: Bijlage 1 ondertekenen")
    signer.is_told("Deze afbeelding kunnen wij niet lezen.")
    photo = _photograph()
    chooser.set_input_files({"name": "h.jpg", "mimeType": "image/jpeg", "buffer": photo})
    preview = signer.page.locator("[data-preview] img")
    expect(preview).to_be_visible()
    made_smaller = chooser.evaluate("(input) => input.files[0].size")
    assert 0 < made_smaller < len(photo) / 2
    signer.presses("Volgende: Bijlage 1 ondertekenen").sees("2 van 2: Bijlage 1")
    expect(signer.page.get_by_role("img", name="Uw handtekening")).to_be_visible()
    signer.signs_annex().sees("Bedankt. U hebt ondertekend.")


@pytest.mark.long
def test_a_question_then_a_refusal(
    zegel: Installation, signer: Signer, mailbox: Mailbox, sales: Sales
) -> None:
    customer = zegel.customer("Twijfelaars BV")
    reference = zegel.bring(customer, "sent").reference
    link = mailbox.waits_for(customer.email, INVITATION).signing_link()
    signer.enters(link).follows("Ik heb een vraag").sees("Vraag stellen")
    signer.presses("Versturen").is_told("Schrijf uw vraag.")
    signer.fills({"Uw vraag": "Mogen wij dit <ook> op papier?"}).presses("Versturen")
    signer.sees("Uw vraag is verstuurd").follows("Verder met de overeenkomst")
    mailbox.waits_for(zegel.administrator.email, f"Vraag van {customer.person} (Twijfelaars BV)")
    mailbox.reads("Mogen wij dit <ook> op papier?")

    signer.sees("Kloppen deze gegevens?").follows("Ik wil niet ondertekenen")
    signer.sees("Waarom ondertekent u niet?").presses("Weigering versturen")
    signer.is_told("Kies een reden.")
    signer.ticks("Wij willen eerst overleggen of iets vragen").presses("Weigering versturen")
    signer.sees("Vraag stellen").reads("U hebt niets geweigerd.")
    signer.presses("Terug naar de overeenkomst")
    signer.sees("Kloppen deze gegevens?").follows("Ik wil niet ondertekenen")
    signer.ticks("De inhoud klopt niet").presses("Weigering versturen")
    signer.sees("Wij hebben uw weigering ontvangen")
    signer.opens(link).sees("Deze overeenkomst is geweigerd")
    sales.dossier(reference).sees(customer.organisation).reads("An Peeters ondertekent niet")
    sales.reads("Geweigerd. Reden: De inhoud klopt niet")


@pytest.mark.long
def test_passed_on_to_a_colleague(
    zegel: Installation, signer: Signer, colleague: Signer, mailbox: Mailbox
) -> None:
    customer = zegel.customer("Doorgevers VZW")
    zegel.bring(customer, "sent")
    link = mailbox.waits_for(customer.email, INVITATION).signing_link()
    signer.enters(link).follows("Ik ben niet de juiste persoon").sees("Wie kan wel ondertekenen?")
    signer.fills({"Naam": "Bert Claes", "E-mailadres": customer.email}).presses("Doorsturen")
    signer.is_told("Geef het e-mailadres van een collega op")
    signer.fills({"E-mailadres": "bert@doorgevers.example", "Bericht": "Voor jou, Bert."})
    signer.presses("Doorsturen").sees("Vul de code uit uw mail in")
    code = mailbox.waits_for(customer.email, "Uw code").code()
    signer.fills({"Code": "000000" if code != "000000" else "111111"}).presses("Doorsturen")
    signer.is_told("De code klopt niet. U hebt nog 4 pogingen.")
    signer.page.go_back()
    signer.sees("Vul de code uit uw mail in").follows("Vorige").sees("Wie kan wel ondertekenen?")
    expect(signer.page.get_by_label("Bericht")).to_have_value("Voor jou, Bert.")
    signer.presses("Doorsturen").sees("Vul de code uit uw mail in")
    signer.fills({"Code": code}).presses("Doorsturen").sees("Doorgestuurd naar Bert Claes")
    mailbox.waits_for(customer.email, "U stuurde de verwerkersovereenkomst door")
    mailbox.reads("Hebt u dit niet zelf gedaan?")
    signer.opens(link).sees("Deze overeenkomst is doorgestuurd")
    new = mailbox.waits_for("bert@doorgevers.example", "vraagt u een verwerkersovereenkomst")
    mailbox.reads("Voor jou, Bert.")
    colleague.enters(new.signing_link()).sees("Kloppen deze gegevens?")
    expect(colleague.page.get_by_label("Uw voor- en achternaam")).to_have_value("Bert Claes")


@pytest.mark.long
def test_the_completed_agreement_opened_elsewhere(
    zegel: Installation, signer: Signer, mailbox: Mailbox, plain: Callable[[ViewportSize], Page]
) -> None:
    customer = zegel.customer("Later Lezers BV")
    zegel.bring(customer, "archived")
    link = mailbox.waits_for(customer.email, INVITATION).signing_link()
    signer.opens(link).sees("Deze overeenkomst is al getekend")
    signer.reads("De overeenkomst is van kracht sinds")
    signer.presses("Overeenkomst bekijken").sees("Mijn overeenkomst").presses("Code mailen")
    code = mailbox.waits_for(customer.email, "Uw code om uw overeenkomst te openen").code()
    signer.sees("Mijn overeenkomst").fills({"Code": code}).presses("Overeenkomst openen")
    signer.sees("De overeenkomst is van kracht sinds").reads(customer.person)
    assert signer.downloads(signer.link("Overeenkomst downloaden")).startswith(b"%PDF-")
    evidence = signer.downloads(signer.link("Bewijsblad downloaden"))
    assert evidence.startswith(b"%PDF-")
    signer.opens(link).presses("Overeenkomst bekijken")
    signer.sees("De overeenkomst is van kracht sinds")

    scriptless = Signer(plain(PHONE), lambda _: None)
    scriptless.opens(link).presses("Overeenkomst bekijken").presses("Code mailen")
    scriptless.fills({"Code": "12"}).presses("Overeenkomst openen")
    scriptless.is_told("Vul de code van 6 cijfers in.")


@pytest.mark.long
def test_a_tab_beside_another_whose_cookies_go_and_whose_offer_is_withdrawn(
    zegel: Installation, signer: Signer, mailbox: Mailbox
) -> None:
    customer, second = zegel.customer("Tabblad BV"), zegel.customer("Tweede Tabblad NV")
    road = zegel.bring(customer, "sent")
    zegel.bring(second, "sent")
    signer.enters(mailbox.waits_for(customer.email, INVITATION).signing_link())
    signer.sees("Kloppen deze gegevens?")

    context = signer.page.context
    beside = Signer(context.new_page(), lambda _: None)
    beside.enters(mailbox.waits_for(second.email, INVITATION).signing_link())
    beside.sees("Kloppen deze gegevens?")
    for person, whose in ((signer, customer), (beside, second)):
        person.page.reload()
        name = person.page.get_by_label("Naam van de organisatie")
        expect(name).to_have_value(whose.organisation)

    context.clear_cookies(name="zegel-browser")  # to which the form's token is bound
    signer.fills_in_details().reads("te oud om te versturen")
    expect(signer.page.get_by_label("Gemeente")).to_have_value("Antwerpen")
    signer.presses("Volgende: Bijlage 1").sees("Bijlage 1: welke gegevens, van wie?")
    signer.page.go_back()
    signer.sees("Kloppen deze gegevens?")

    road.staff.open(f"/overeenkomsten/{road.reference}/intrekking")
    road.staff.submit("/intrekking", reason="Een nieuw voorstel volgt.")
    signer.fills_in_details().sees("De aanvraag is ingetrokken")
    mailbox.waits_for(customer.email, "ingetrokken").reads("Een nieuw voorstel volgt.")


@pytest.mark.long
def test_the_whole_road_without_javascript(
    zegel: Installation, mailbox: Mailbox, plain: Callable[[ViewportSize], Page]
) -> None:
    customer = zegel.customer("Zonder Scripts NV")
    zegel.bring(customer, "sent")
    page = plain(PHONE)
    signer = Signer(page, lambda _: None)
    signer.enters(mailbox.waits_for(customer.email, INVITATION).signing_link())
    signer.fills({"Postcode": "20"}).presses("Volgende: Bijlage 1")
    signer.is_told("Een Belgische postcode heeft 4 cijfers.")
    expect(page.get_by_label("Postcode")).to_have_value("20")
    signer.fills_in_details().sees("Bijlage 1: welke gegevens, van wie?")
    own = page.locator("[name=data_subjects_own]")
    page.locator("#meer-data_subjects summary").click()
    page.get_by_role("button", name="Regel toevoegen").last.click()
    expect(own).to_be_focused()
    own.fill("Leveranciers van meel")
    signer.presses("Vorige").sees("Kloppen deze gegevens?").presses("Volgende: Bijlage 1")
    expect(own).to_have_value("Leveranciers van meel")
    signer.presses("Volgende: lezen").is_told("Kies Ja of Nee bij de functionaris")
    signer.ticks("Nee").presses("Volgende: lezen").waits_for_the_text()
    signer.reads("Leveranciers van meel").presses("Volgende: ondertekenen")
    code = mailbox.waits_for(customer.email, "Uw code").code()
    signer.proves_mailbox("12").is_told("Vul de code van 6 cijfers in.")
    signer.proves_mailbox(code).sees("1 van 2: Overeenkomst")
    expect(page.get_by_label("Tekenen", exact=True)).to_be_hidden()
    signer.types_signature(customer.person).is_told("Vink alle verklaringen aan")
    signer.agrees().presses("Volgende: Bijlage 1 ondertekenen").sees("2 van 2: Bijlage 1")
    signer.presses("Bijlage 1 ondertekenen en afronden").is_told("ook Bijlage 1 ondertekent.")
    signer.signs_annex().sees("Bedankt. U hebt ondertekend.")


def _at_signing(zegel: Installation, signer: Signer, mailbox: Mailbox, customer: Customer) -> None:
    """A signer on the page for the signature; all before is done elsewhere."""
    zegel.bring(customer, "completed")
    signer.enters(mailbox.waits_for(customer.email, INVITATION).signing_link()).sees(READ)
    signer.presses("Volgende: ondertekenen").sees("Vul de code uit uw mail in")
    code = mailbox.waits_for(customer.email, "Uw code").code()
    signer.proves_mailbox(code).sees("1 van 2: Overeenkomst")


def _photograph() -> bytes:
    """A signature on grey paper, in a phone camera's resolution."""
    paper = (
        Image.linear_gradient("L")
        .resize((4032, 3024))
        .point([120 + level // 2 for level in range(256)])
    )
    picture = paper.convert("RGB")
    strokes = [(900, 2000), (1500, 1100), (2200, 2100), (3000, 1200)]
    ImageDraw.Draw(picture).line(strokes, "#14206e", 26)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()
