"""*Beheer → Sjablonen*: from a Word file to a choice for new agreements, on pages alone."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable

import pytest
from app_browser import Browser
from colleagues import PASSWORD
from docx import Document
from docx.oxml.ns import qn
from flask import Flask
from office import NEW, NEW_TEMPLATE, rows, upload
from own_contract import second_administrator, word_file
from PIL import Image

from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.templates import try_out
from tests.documents.foreign import ARTICLES, _footer, _language, repeat_header

CODE = r'<code class="code">(.*?)</code>'


def tried(deps: Deps) -> str:
    """The worker makes the newest sample; the address of its version."""
    ((newest,),) = rows(deps, "select id from template_versions order by imported_at desc limit 1")
    try_out.try_out(deps, str(newest))
    return f"/beheer/sjablonen/versies/{newest}"


@pytest.fixture
def second(deps: Deps, app: Flask, office: Browser) -> Browser:
    """Another administrator, who signed in a while ago."""
    second_administrator(deps)
    browser = Browser(app.test_client())
    browser.sign_in("ine@it4.example", PASSWORD)
    return browser


def asked_long_ago(deps: Deps) -> None:
    rows(deps, "update staff_sessions set proved_at = now() - interval '6 minutes'")


def test_a_faulty_file_is_explained_and_nothing_is_lost(office: Browser, deps: Deps) -> None:
    upload(office, word_file("Aan {{ klant.naem }}"))
    assert office.status == 422
    assert "Dit bestand kan nog geen sjabloon zijn (1 fout)." in office.page
    assert "Gevonden in contract.docx" in office.page
    assert "Het invulveld klant.naem bestaat niet." in office.page
    assert "Waar: tekst, onder “Voorwerp”, bij “Aan {{ klant.naem }}”" in office.page
    assert 'Wat te doen: Bedoelt u <code class="code">klant.naam</code>?' in office.page
    assert office.value("name") == "Hosting"
    assert rows(deps, "select from template_versions") == []
    office.post(NEW_TEMPLATE, {"family": "", "name": ""})
    assert "Kies het Word-bestand." in office.page


def test_a_contract_becomes_a_choice_for_new_agreements(
    office: Browser, second: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    office.get("/overeenkomsten/nieuw")
    assert "Welke tekst?" not in office.page
    upload(office, word_file())
    assert "Het voorbeeld wordt gemaakt" in office.page
    address = tried(deps)
    office.get(address)
    assert "Een andere beheerder kijkt ze na" in office.page
    assert f"{address}/publicatie" not in office.page
    assert "[kenmerk]" in office.page
    (link,) = re.findall(r'href="([^"]+)">PDF van deze versie', office.page)
    assert office.client.get(link).data.startswith(b"%PDF-")
    assert "Wat verandert tegenover" not in office.page  # another template would only frighten
    assert "<h2>De hele tekst van het voorbeeld</h2>" in office.page
    assert office.client.get(f"{address}/bestand").data == word_file()
    assert "<summary>De bladzijden</summary>" in office.page
    pictures = re.findall(r'<img [^>]*src="([^"]+)"', office.page)
    assert len(pictures) > 1
    for each in (pictures[0], pictures[-1]):
        with Image.open(io.BytesIO(office.client.get(each).data)) as picture:
            assert (picture.format, picture.width) == ("PNG", 700)
    least = [each for each in pictures if "zo-weinig-als-kan" in each]
    assert len(least) > 1
    for each in (pictures[0], least[0]):
        nowhere = re.sub(r"\d+\.png", "99.png", each)
        assert office.client.get(nowhere).status_code == 404
    (link,) = re.findall(r'href="([^"]+)">PDF met zo weinig als kan', office.page)
    assert office.client.get(link).data.startswith(b"%PDF-")

    asked_long_ago(deps)
    office.get(f"{address}/publicatie")
    office.post(f"{address}/publicatie", {"own_password": PASSWORD})
    assert office.status == 409
    assert "U hebt deze versie zelf opgeladen." in office.page
    second.get(f"{address}/publicatie")
    second.post(f"{address}/publicatie")
    assert second.status == 422
    second.post(f"{address}/publicatie", {"own_password": PASSWORD})
    assert "Gepubliceerd. Nieuwe overeenkomsten kunnen deze tekst krijgen." in second.page
    assert "door Ine Smet" in second.page

    office.get("/overeenkomsten/nieuw")
    offered = re.findall(r'<option value="([0-9a-f]{64})"( selected)?>([^<]+)', office.page)
    assert [(name, bool(chosen)) for _, chosen, name in offered] == [
        (f"Zegel {deps.template.version}", True),
        ("Hosting 1", False),
    ]
    office.post(
        "/overeenkomsten/nieuw", {**NEW, "template": offered[1][0], "key": office.value("key")}
    )
    reference = office.path.rsplit("/", 1)[-1]
    office.get(f"/overeenkomsten/nieuw?kopie={reference}")
    assert f'value="{offered[1][0]}" selected' in office.page
    office.get(f"/overeenkomsten?sjabloon={offered[1][0]}")
    assert reference in office.page
    assert f"{reference} · An Peeters · Hosting 1" in office.page
    office.get("/overeenkomsten/lijst?als=csv&kolom=template")
    assert office.answer
    assert "Hosting 1" in office.answer.text
    office.get(f"/overeenkomsten/{reference}")
    assert "<dd>Hosting 1</dd>" in office.page
    office.get(f"/overeenkomsten/{reference}/bewerken")
    assert f'value="{offered[1][0]}" selected' in office.page
    office.submit("/bewerken", template=offered[0][0])
    assert f"<dd>{deps.template.version}</dd>" in office.page
    assert f"en sjabloon Zegel {deps.template.version} gekozen" in office.page


def test_a_former_sample_says_that_it_has_no_pages_of_the_least(
    office: Browser, deps: Deps
) -> None:
    upload(office, word_file())
    address = tried(deps)
    office.get(address)
    (link,) = re.findall(r'href="([^"]+)">PDF met zo weinig als kan', office.page)
    rows(deps, "update template_samples set least_pdf = null, least_pictures = '{}'")
    office.get(address)
    assert "Bladzijden met zo weinig als kan zijn er niet" in office.page
    assert "De hele tekst met zo weinig als kan" in office.page
    assert "zo-weinig-als-kan" not in office.page
    assert office.client.get(link).status_code == 404
    rows(deps, "update template_samples set least_html = ''")
    office.get(address)
    assert "Er is geen tekst en er zijn geen bladzijden met zo weinig als kan." in office.page


def test_the_next_version_shows_what_changed_and_takes_over(
    office: Browser, second: Browser, deps: Deps
) -> None:
    upload(office, word_file())
    first = tried(deps)
    second.get(f"{first}/publicatie")
    second.post(f"{first}/publicatie")
    (family,) = rows(deps, "select id from template_families")
    office.get(f"{NEW_TEMPLATE}?sjabloon={family.id}")
    assert f'value="{family.id}" selected' in office.page
    upload(office, word_file("Dit is nieuw."), family=str(family.id), name="")
    newer = tried(deps)
    office.get(newer)
    assert "Wat verandert tegenover Hosting 1" in office.page
    fallen, changes = (
        each.split("</div>")[0] for each in office.page.split('<div class="document changes">')[1:]
    )
    assert "<ins>Dit is nieuw.</ins>" in changes
    assert changes.count("<p>") == 1
    assert "De bladzijden naast elkaar" in office.page
    assert "<del>Functionaris: [functionaris.naam]</del> <ins>Geen functionaris.</ins>" in fallen
    assert "<del>[diensten 2]" not in fallen
    second.get(f"{newer}/publicatie")
    second.post(f"{newer}/publicatie")
    for step, said in (("standaard", "standaard dit sjabloon"), ("aanbod", "")):
        office.get(f"/beheer/sjablonen/{family.id}/{step}")
        office.post(f"/beheer/sjablonen/{family.id}/{step}", {"offered": "no"})
        assert said in office.page
    assert office.status == 409  # the default is always offered
    office.get("/beheer/sjablonen/zegel/aanbod")
    office.post("/beheer/sjablonen/zegel/aanbod", {"offered": "no"})
    assert "wordt niet meer aangeboden" in office.page
    office.get("/overeenkomsten/nieuw")
    assert "Welke tekst?" not in office.page  # only one is left
    office.get(f"{newer}/intrekking")
    office.post(f"{newer}/intrekking")
    assert "Ingetrokken. Geen nieuwe overeenkomst krijgt nog deze tekst." in office.page


def test_what_nobody_published_is_removed_or_tried_again(office: Browser, deps: Deps) -> None:
    upload(office, word_file())
    address = office.path
    try_out.note_failure(deps, address.rsplit("/", 1)[-1], "office_failed")
    office.get(address)
    assert "Er kon geen voorbeeld gemaakt worden" in office.page
    office.post(f"{address}/nieuwe-poging")
    assert "Het voorbeeld wordt gemaakt" in office.page
    office.post(f"{address}/verwijdering")
    assert "De versie is verwijderd." in office.page
    assert office.get(address).status_code == 404


def test_a_name_given_again_is_a_new_version(office: Browser, deps: Deps) -> None:
    upload(office, word_file())
    (family,) = rows(deps, "select id from template_families")
    upload(office, word_file("Van [bedrag] euro."), name="hosting")
    assert office.status == 422
    assert "Er is al een sjabloon met deze naam." in office.page
    assert "Eén plaats is voor u." in office.page  # it was examined all the same
    assert f'value="{family.id}" selected' in office.page
    upload(office, word_file("Van tien euro."), name="Hosting", family=str(family.id))
    assert "<h1>Hosting, versie 2</h1>" in office.page


def test_only_administrators_see_any_of_it(as_role: Callable[[Role], Browser]) -> None:
    browser = as_role(Role.SALES)
    for path in ("", "/nieuw", "/uitleg", "/begin.docx"):
        assert browser.get(f"/beheer/sjablonen{path}").status_code == 403


def test_who_only_follows_the_page_makes_a_template(office: Browser, deps: Deps) -> None:
    """Types in a contract of fourteen articles what the page for secretaries shows, and no more."""
    office.get("/beheer/sjablonen/uitleg")
    upload(office, _by_the_page(office.page))
    assert "Het voorbeeld wordt gemaakt" in office.page, office.page
    office.get(tried(deps))
    assert "Klaar om na te kijken" in office.page
    assert "Alles wat ingevuld wordt, wordt afgedrukt." in office.page
    starter = office.client.get("/beheer/sjablonen/begin.docx").data
    upload(office, starter, name="Begin")
    assert "Het voorbeeld wordt gemaakt" in office.page


def _by_the_page(page: str) -> bytes:
    """The contract with everything that the page says to type: each value, list and place."""
    tables = [
        [re.findall(CODE, row) for row in re.findall(r"<tr>.*?</tr>", table)]
        for table in re.findall(r"<table.*?</table>", page, re.DOTALL)
    ]
    always, sometimes, agreement, annex = ([row for row in each if row] for each in tables)
    lists = re.findall(rf"<li>{CODE}: bijvoorbeeld", page)
    assert len(lists) == 3
    panels = re.findall(r'<div class="panel example">(.*?)</div>', page)
    docx = Document()
    _language(docx)
    docx.add_paragraph("Verwerkersovereenkomst", style="Title")
    for (written,) in (*always, *sometimes):
        docx.add_paragraph(f"Gegeven: {html.unescape(written)}")
    for number, heading in enumerate(ARTICLES, 1):
        docx.add_paragraph(heading, style="Heading 1")
        docx.add_paragraph(f"De partijen komen artikel {number} overeen zoals het hier staat.")
    _signatures(docx, agreement)
    docx.add_paragraph("Bijlage 1", style="Heading 1").paragraph_format.page_break_before = True
    for panel in panels:
        for name in lists if "in persoonsgegevens" in panel else [""]:
            for tag, line in re.findall(r"<(p|li)>(.*?)</\1>", panel):
                words = html.unescape(re.sub(r"<[^>]*>", "", line))
                style = "List Bullet" if tag == "li" else None
                docx.add_paragraph(words.replace("persoonsgegevens", name or "*"), style=style)
    _signatures(docx, annex)
    _footer(docx)
    buffer = io.BytesIO()
    docx.save(buffer)
    return buffer.getvalue()


def _signatures(docx: object, shown: list[list[str]]) -> None:
    table = docx.add_table(5, 3)  # type: ignore[attr-defined]
    labelled = [["Partij", "Klant", "Verwerker"]]
    for label, cells in zip(("Naam", "Functie", "Datum", "Handtekening"), shown, strict=True):
        labelled.append([label, *map(html.unescape, cells)])
    for row, words in zip(table.rows, labelled, strict=True):
        for cell, each in zip(row.cells, words, strict=True):
            cell.text = each
            cell.width = 2_000_000
    repeat_header(table.rows[0])
    assert table._tbl.find(qn("w:tr")) is not None
