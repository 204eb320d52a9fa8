"""The pages about agreements that were signed elsewhere."""

from __future__ import annotations

import io

import pytest
from app_browser import Browser
from office import rows
from papers import pdf, scan
from werkzeug.datastructures import FileStorage

from service.deps import Deps
from service.workflow.keeping.keep_registered import keep_registered

HERE = "/elders-ondertekend"
TYPED = {
    "name": "Bakkerij Peeters BV",
    "number": "0863.643.458",
    "country": "BE",
    "signed_on": "2/3/2024",
    "signed_by": "An Peeters",
    "kept_at": "Map 2024",
}


def send(office: Browser, data: bytes, name: str = "scan.pdf") -> None:
    office.get(HERE)
    token = office.value("csrf_token")
    file = FileStorage(io.BytesIO(data), name)
    answer = office.client.post(HERE, data={"csrf_token": token, "file": file})
    office.get(answer.location)


def archived(office: Browser, deps: Deps) -> str:
    send(office, pdf())
    office.post(office.path, TYPED)
    reference = office.path.rsplit("/", 1)[-1]
    (row,) = rows(deps, "select id from agreements where reference = :r", r=reference)
    keep_registered(deps, str(row.id))
    return reference


def test_a_file_and_its_data_become_an_agreement(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten")
    assert f'href="{HERE}"' in office.page
    send(office, b"GIF89a", "x.gif")
    assert office.status == 422
    assert "Dit is geen PDF, JPEG, PNG of TIFF." in office.page
    send(office, scan("JPEG"), "scan.jpg")
    form = office.path
    for wanted in ("scan.jpg", "Wat staat er in de overeenkomst?"):
        assert wanted in office.page
    seen = office.client.get(f"{form}/bestand")
    assert seen.data.startswith(b"%PDF-")
    assert seen.headers["Content-Disposition"].startswith("attachment")
    assert seen.headers["X-Content-Type-Options"] == "nosniff"

    office.post(form, {**TYPED, "signed_on": "32/3/2024", "kept_at": ""})
    assert office.status == 422
    for wrong in ("Deze datum klopt niet.", "Vul in waar het origineel ligt."):
        assert wrong in office.page
    assert office.value("name") == TYPED["name"]
    office.post(form, TYPED)
    assert office.status == 200
    assert "De overeenkomst is toegevoegd." in office.page
    reference = office.path.rsplit("/", 1)[-1]
    for said in (
        "Elders ondertekend, geregistreerd op",
        "heeft niemand zien ondertekenen",
        "2 maart 2024, de laatste handtekening zoals die gelezen werd",
        "An Peeters, zoals het gelezen werd",
        "Map 2024",
    ):
        assert said in office.page
    office.get(form)
    assert office.status == 404  # it is registered

    (row,) = rows(deps, "select id from agreements")
    keep_registered(deps, str(row.id))
    office.get("/archief")
    assert "Elders ondertekend" in office.page
    office.get(f"/archief/{reference}")
    for said in (
        "Elders ondertekend, geregistreerd op",
        "Scan zoals toegevoegd",
        "ondertekend.pdf",
    ):
        assert said in office.page
    for claimed in ("Niveau van het zegel", "<h2>Handtekeningen</h2>", "Bewijspakket"):
        assert claimed not in office.page
    office.post(f"/archief/{reference}/controle")
    assert "Alles is in orde" in office.page
    assert "tekst die vastlag voor de eerste handtekening" not in office.page
    fetched = office.client.get(f"/archief/{reference}/bestand/ondertekend.pdf")
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    package = office.client.get(f"/archief/{reference}/pakket.zip").data
    page = checked(office, package)
    for said in (
        "geen zegel van de dienst zegt wie ondertekende",
        "De dienst zag niemand ondertekenen",
        f"Geregistreerd als {reference} op",
        "De registratie is verzegeld door de dienst en ongewijzigd.",
        "Controlegetal (SHA-256) van bron.jpg",
    ):
        assert said in page
    for claimed in ("Echt", "van kracht sinds", "Gevonden handtekeningen"):
        assert claimed not in page
    answer = office.client.post("/api/verify", data=package, content_type="application/zip")
    told = answer.get_json()
    assert (told["verdict"], told["withdrawn"]) == ("registered", False)
    assert told["recorded"]["reference"] == told["registration"]["reference"] == reference


def checked(office: Browser, data: bytes) -> str:
    """The page about a file that was given to the verifier."""
    office.get("/verifieer")
    token = office.value("csrf_token")
    file = FileStorage(io.BytesIO(data), "bestand")
    return office.client.post("/verifieer", data={"csrf_token": token, "file": file}).text


def test_the_same_number_asks_whether_it_is_another_one(office: Browser, deps: Deps) -> None:
    first = archived(office, deps)
    send(office, pdf(pages=3))
    form = office.path
    office.post(form, TYPED)
    assert office.status == 422
    assert f"Met dit nummer is al een overeenkomst van kracht: {first}." in office.page
    office.post(form, {**TYPED, "registered_twice": "yes"})
    assert "De overeenkomst is toegevoegd." in office.page
    rows(
        deps,
        "insert into contract_lives (agreement_id, ends_on, reason, noted_by)"
        " select id, '2026-01-01', 'other', 'staff' from agreements",
    )
    send(office, pdf(pages=4))
    office.post(office.path, TYPED)
    assert "De overeenkomst is toegevoegd." in office.page


def test_a_registration_is_withdrawn(office: Browser, deps: Deps) -> None:
    reference = archived(office, deps)
    dossier = f"/overeenkomsten/{reference}"
    office.get(dossier)
    assert f'href="{dossier}/registratie-intrekken"' in office.page
    office.get(f"{dossier}/registratie-intrekken")
    office.post(f"{dossier}/registratie-intrekken", {"reason": ""})
    assert "Geef een reden op." in office.page
    office.post(f"{dossier}/registratie-intrekken", {"reason": "Verkeerde klant."})
    assert "De registratie is ingetrokken." in office.page
    assert "Els Maes trok deze registratie in op" in office.page
    assert "Verkeerde klant." in office.page
    assert "registratie-intrekken" not in office.page
    office.get("/overeenkomsten?groep=ended")
    assert "Registratie ingetrokken" in office.page


@pytest.mark.parametrize("as_json", [False, True])
def test_checking_the_file_says_what_can_be_said(
    office: Browser, deps: Deps, as_json: bool
) -> None:
    data = pdf()
    send(office, data)
    office.post(office.path, TYPED)
    if as_json:
        answer = office.client.post("/api/verify", data=data, content_type="application/pdf")
        told = answer.get_json()
        assert told["verdict"] == "registered"
        assert told["recorded"]["effective_date"] == "2024-03-02"
        return
    page = checked(office, data)
    assert "elders ondertekend, niet met Zegel" in page
    assert "Wie het ondertekende, en of de handtekeningen echt zijn, kan Zegel niet zeggen" in page
    assert "Echt:" not in page
