"""An agreement that was signed elsewhere, from the scan to the archive of everything in force."""

from __future__ import annotations

import io
import json
import zipfile

from installation import Installation
from papers import scan
from people import Archivist, Sales, Seats
from playwright.sync_api import Page, expect
from screens import ON_DESK, ON_PHONE, PLAIN_PHONE, Screen, on_screens

READ = {
    "Straat en huisnummer": "Molenstraat 3",
    "Postcode": "2000",
    "Gemeente": "Antwerpen",
    "Wie ondertekende voor de klant": "An Peeters",
    "Waar ligt het origineel?": "Map 2024 in Gent",
}


@on_screens(ON_DESK, ON_PHONE, PLAIN_PHONE)
def test_signed_elsewhere_then_found_in_force_and_taken_out(
    zegel: Installation,
    seats: Seats,
    screen: Screen,
) -> None:
    customer = zegel.customer(f"Papier{screen.name} Peeters")
    sales = seats(Sales, zegel.member("verkoop"), screen)
    sales.follows("Elders ondertekend").sees("Elders ondertekende overeenkomst toevoegen")
    sales.presses("Volgende: gegevens").is_told("Kies")
    _chooses(sales.page, "notities.txt", b"geen overeenkomst")
    sales.presses("Volgende: gegevens").is_told("Dit is geen PDF, JPEG, PNG of TIFF.")
    _chooses(sales.page, "scan.jpg", scan("JPEG"))
    sales.presses("Volgende: gegevens").sees("Wat staat er in de overeenkomst?").reads("scan.jpg")
    sales.fills({"Datum van de laatste handtekening": "31/2/2024"}).presses("Toevoegen")
    sales.is_told("Vul de naam van de organisatie in.", "Deze datum klopt niet.")
    sales.fills({"Naam van de organisatie": customer.organisation})
    sales.fills({"Ondernemingsnummer of KVK-nummer": customer.digits, **READ})
    sales.fills({"Datum van de laatste handtekening": "2/3/2024"}).presses("Toevoegen")
    sales.sees(customer.organisation).reads("De overeenkomst is toegevoegd.")
    sales.reads("heeft niemand zien ondertekenen")
    reference = sales.page.url.partition("?")[0].rsplit("/", 1)[-1]

    archivist = seats(Archivist, zegel.member("archief"), screen).waits_until_stored(reference)
    archivist.follows("Archief")
    _narrows(archivist, customer.organisation, "1/3/2024")
    archivist.reads("Geen overeenkomst gevonden.")
    _narrows(archivist, customer.organisation, "2/3/2024")
    rows = archivist.page.locator("table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(customer.organisation)
    archivist.sees("Archief").reads("Register van art. 30, lid 2, AVG van deze selectie")
    register = json.loads(archivist.downloads(archivist.link("JSON")))
    assert customer.organisation in json.dumps(register, ensure_ascii=False)
    assert customer.organisation in archivist.downloads(archivist.link("CSV")).decode("utf-8-sig")
    package = archivist.downloads(archivist.link("Originelen en bewijsbladen"))
    with zipfile.ZipFile(io.BytesIO(package)) as bundle:
        assert bundle.testzip() is None
        assert any(reference in name for name in bundle.namelist())
    archivist.follows(customer.organisation).sees(customer.organisation)
    archivist.presses("Controleren").reads("Alles is in orde")
    archivist.follows("Geschiedenis van deze klant").sees(
        f"Geschiedenis van {customer.organisation}"
    )
    archivist.reads(reference)

    sales.opens(f"/overeenkomsten/{reference}").follows("Registratie intrekken")
    sales.sees("Registratie intrekken").fills({"Reden": "Verkeerde klant."})
    sales.presses("Registratie intrekken").reads("De registratie is ingetrokken.")
    _narrows(archivist.opens("/archief"), customer.organisation, "2/3/2024")
    archivist.reads("Geen overeenkomst gevonden.")


def _chooses(page: Page, name: str, data: bytes) -> None:
    page.set_input_files("#f-file", {"name": name, "mimeType": "", "buffer": data})


def _narrows(archivist: Archivist, organisation: str, day: str) -> None:
    """Search what was in force on this day."""
    if not archivist.page.locator("#f-op").is_visible():
        archivist.page.locator("summary").filter(has_text="Verder beperken").click()
    archivist.page.locator("#f-zoek").fill(organisation)
    archivist.page.locator("#f-op").fill(day)
    archivist.presses("Zoeken")
