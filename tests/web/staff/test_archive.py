"""The archive's pages and the verify page, on a sealed original in a real bucket."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from app_browser import Browser
from botocore.exceptions import EndpointConnectionError
from flask import Flask
from office import rows
from road import in_the_archive, steps
from stores import NO_STORE

from service.agreement.permissions import Role
from service.deps import Deps
from service.workflow.keeping.probe import probe_archive
from storage.objects import ObjectStore


@pytest.fixture
def archived(office: Browser, deps: Deps) -> str:
    """The reference of an agreement in the archive."""
    return in_the_archive(office, deps)


def test_found_opened_checked_downloaded(office: Browser, deps: Deps, archived: str) -> None:
    for words in ("peeters", "BE 0403.170.701", archived, "an@peeters"):
        office.get("/archief?" + urlencode({"zoek": words, "status": "completed"}))
        assert archived in office.page, words
    office.get("/archief?" + urlencode({"van": "1/1/2000", "tot": "2/1/2000"}))
    assert archived not in office.page
    office.get("/archief?" + urlencode({"van": "32/1/2000"}))
    assert office.status == 422
    assert "Deze datum klopt niet." in office.page
    assert office.value("van") == "32/1/2000"

    office.get("/archief?zoek=p")
    assert office.status == 422
    assert "Typ minstens twee letters of cijfers van één woord." in office.page
    assert "Geen overeenkomst gevonden" not in office.page

    office.get(f"/archief/{archived}")
    assert "Gecontroleerd in het archief" in office.page
    office.post(f"/archief/{archived}/controle")
    assert "Alles is in orde" in office.page
    assert "Alle andere bestanden, samen in één zip-bestand" in office.page

    office.get(f"/archief/{archived}")
    names = re.findall(rf'href="/archief/{archived}/bestand/([^"]+)"', office.page)
    assert {"overeenkomst.pdf", "bewijsblad.pdf", "getoond.pdf", "manifest.json"} <= set(names)
    for name in set(names):
        answer = office.get(f"/archief/{archived}/bestand/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["Content-Disposition"].startswith("attachment")
    logged = rows(deps, "select data->>'name' from audit_entries where event='archive.downloaded'")
    assert {name for (name,) in logged} == set(names)


def test_the_pages_say_when_it_was_last_read_back(
    office: Browser, deps: Deps, archived: str
) -> None:
    rows(deps, "update archive_states set looked_at = '2024-03-02T12:00Z'")
    office.get(f"/archief/{archived}")
    assert "Laatst gecontroleerd op 2 maart 2024" in office.page
    office.get("/archief")
    assert "gecontroleerd op 02/03/2024" in office.page
    office.get("/taken")
    assert "1 van de 1 originelen is langer dan een jaar niet gecontroleerd." in office.page
    assert "Het oudste is gecontroleerd op 2 maart 2024." in office.page
    assert "Origineel jaarlijks controleren" in office.page
    rows(deps, "update archive_states set failure = 'StorageUnavailable: weg'")
    for path in (f"/archief/{archived}", "/taken"):
        office.get(path)
        assert "StorageUnavailable: weg" in office.page, path
    assert "Geen overeenkomst vraagt aandacht." in office.page
    office.post(f"/archief/{archived}/controle")
    assert "Bewijsblad: Echt en ongewijzigd" in office.page
    office.get("/taken")
    assert "StorageUnavailable: weg" not in office.page
    assert "niet gecontroleerd" not in office.page


def test_damage_is_shown_with_the_last_good_check(
    office: Browser, deps: Deps, archived: str
) -> None:
    rows(deps, "update archive_states set checked_at = '2024-03-02T12:00Z'")
    rows(
        deps,
        "update archived_objects set sha256 = decode(repeat('00', 32), 'hex')"
        " where name = 'bijlagen.zip'",
    )
    office.post(f"/archief/{archived}/controle")
    assert "Er klopt iets niet" in office.page
    office.get(f"/archief/{archived}")
    assert "bijlagen.zip: beschadigd" in office.page
    assert "voor het laatst in orde op 2 maart 2024" in office.page


def test_package_is_what_the_manifest_says(office: Browser, archived: str) -> None:
    answer = office.get(f"/archief/{archived}/pakket.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert package.testzip() is None
        content = {name.rsplit("/", 1)[-1]: package.read(name) for name in package.namelist()}
    assert content["overeenkomst.pdf"].startswith(content["getoond.pdf"])


def test_archive_role_reads_only(
    office: Browser, archived: str, as_role: Callable[[Role], Browser]
) -> None:
    browser = as_role(Role.ARCHIVE)
    browser.get(f"/archief/{archived}")
    assert browser.status == 200
    assert "/overeenkomsten" not in browser.page
    assert browser.get(f"/archief/{archived}/bestand/bewijs.json").status_code == 200


def test_sales_gets_the_agreement_but_not_the_evidence(
    office: Browser, archived: str, as_role: Callable[[Role], Browser]
) -> None:
    browser = as_role(Role.SALES)
    browser.get(f"/archief/{archived}")
    assert f"kopie={archived}" in browser.page
    assert "bewijsblad.pdf" not in re.findall(r'href="[^"]+/([^"/]+)"', browser.page)
    assert browser.get(f"/archief/{archived}/bestand/overeenkomst.pdf").status_code == 200
    assert browser.get(f"/archief/{archived}/bestand/bewijs.json").status_code == 403
    assert browser.get(f"/archief/{archived}/pakket.zip").status_code == 403
    browser.get(f"/overeenkomsten/nieuw?kopie={archived}")
    assert browser.value("name") == "Bakkerij Peeters"


def test_what_is_not_there_is_not_found(office: Browser, archived: str) -> None:
    for path in ("bestand/niets.pdf", "bestand/../../x", "bestand/certificaten/../manifest.json"):
        assert office.get(f"/archief/{archived}/{path}").status_code == 404, path


def test_verify_page_tells_real_from_changed(
    app: Flask, office: Browser, deps: Deps, archived: str
) -> None:
    original = office.get(f"/archief/{archived}/bestand/overeenkomst.pdf").data
    visitor = Browser(app.test_client())
    _verify(visitor, original)
    assert "Echt en ongewijzigd" in visitor.page
    assert archived in visitor.page
    assert hashlib.sha256(original).hexdigest() in visitor.page
    _verify(visitor, original + b"\n% more")
    assert f"Dit is niet het vastgelegde origineel van {archived}." in visitor.page
    assert f"Verwerkersovereenkomst {archived}" not in visitor.page
    _verify(visitor, b"GIF89a")
    assert visitor.status == 422
    assert "Dit is geen PDF-bestand" in visitor.page
    assert steps(deps).agreement(archived).state == "completed"


def _verify(visitor: Browser, data: bytes) -> None:
    visitor.get("/verifieer")
    file: Any = (io.BytesIO(data), "overeenkomst.pdf")
    visitor.post("/verifieer", {"file": file})


def test_what_the_archive_promises_is_shown_after_it_was_tried(
    office: Browser, deps: Deps, as_role: Callable[[Role], Browser]
) -> None:
    office.get("/archief")
    assert "Er is nog niet nagegaan of het archief wissen weigert." in office.page
    office.get("/taken")
    assert "Er is nog niet nagegaan" in office.page

    assert probe_archive(deps) == 0
    archivist = as_role(Role.ARCHIVE)
    archivist.get("/archief")
    assert "een vergrendeld bestand te wissen; de beheerder van deze machine kan" in archivist.page
    office.get("/taken")
    assert "Een vergrendeld bestand wissen werd geweigerd" in office.page
    assert "GOVERNANCE" in office.page
    assert "De beheerder van deze machine kan de bestanden nog wissen." in office.page


def test_a_promise_that_was_not_kept_is_shown(office: Browser, deps: Deps) -> None:
    def bypass(params: dict[str, Any], **_: Any) -> None:
        params["BypassGovernanceRetention"] = True

    deps.objects().client.meta.events.register("before-parameter-build.s3.DeleteObject", bypass)
    assert probe_archive(deps) == 1
    office.get("/archief")
    assert "Het archief houdt niet alle beloften. Waarschuw uw beheerder." in office.page
    office.get("/taken")
    assert "Een vergrendeld bestand wissen werd niet geweigerd" in office.page


def test_an_archive_that_does_not_answer_is_shown(office: Browser, deps: Deps) -> None:
    nowhere = ObjectStore(NO_STORE)
    assert probe_archive(dataclasses.replace(deps, objects=lambda: nowhere)) == 1
    office.get("/archief")
    assert "kon niet worden nagegaan of het archief wissen weigert" in office.page
    office.get("/taken")
    assert "Het archief kon niet nagekeken worden" in office.page


def test_a_file_that_the_archive_does_not_give(office: Browser, deps: Deps, archived: str) -> None:
    """The page says so and when to try again, and the worker investigates."""

    def cut(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://s3")

    events = deps.objects().client.meta.events
    events.register("before-send.s3.GetObject", cut)
    answer = office.get(f"/archief/{archived}/bestand/overeenkomst.pdf")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Het archief geeft dit nu niet terug." in office.page
    office.get(f"/archief/{archived}")
    office.post(f"/archief/{archived}/controle")
    assert office.status == 503
    jobs = rows(deps, "select args->>'agreement_id' from procrastinate_jobs where task_name='look'")
    assert jobs == [(steps(deps).agreement(archived).id,)]
    assert probe_archive(deps) == 1
    office.get("/taken")
    assert "Alles loopt." not in office.page
    assert "Met het archief is iets mis" in office.page

    events.unregister("before-send.s3.GetObject", cut)
    assert probe_archive(deps) == 0
    office.get("/taken")
    assert "één willekeurig origineel gelezen en gelijk bevonden" in office.page
