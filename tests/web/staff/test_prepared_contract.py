"""A contract that nobody touched is uploaded: what Zegel filled in, and what it asks."""

from __future__ import annotations

import html
import io
import re

from app_browser import Browser
from docx import Document
from docx.oxml.ns import qn
from form_walk import HOME
from office import NEW_TEMPLATE, rows, upload

from service.deps import Deps
from service.workflow.people.profile import profile
from tests.documents.untouched import AMOUNT, saved, untouched

ASKED = f"“Hoogstens <mark>{AMOUNT}</mark> euro."


def test_a_contract_is_filled_in_and_the_rest_is_asked(office: Browser, deps: Deps) -> None:
    upload(office, contract_of(deps))
    assert office.status == 200
    assert "Eén plaats is voor u." in office.page
    assert "Waar: aan het begin, onder “" in office.page
    assert ASKED in office.page
    (field,) = re.findall(r'name="(answer-[0-9a-f]{16})"', office.page)
    (link,) = re.findall(r'href="([^"]+)">Ingevuld bestand ophalen', office.page)
    answer = office.client.get(html.unescape(link))
    assert 'filename="contract - ingevuld.docx"' in answer.headers["Content-Disposition"]
    assert "{{ klant.naam }}" in _text(answer.data)
    assert rows(deps, "select from template_versions") == []

    form = {"family": "", "name": "", "opnieuw": office.value("opnieuw")}
    office.post(NEW_TEMPLATE, {**form, field: ""})
    assert office.status == 422
    assert "Eén plaats is voor u." in office.page
    assert f'href="#f-{field}"' in office.page
    assert f"Typ wat er bij “Hoogstens {AMOUNT} euro." in office.page
    office.post(NEW_TEMPLATE, {**form, field: "x" * 501})
    assert office.status == 422
    assert ASKED in office.page
    office.post(NEW_TEMPLATE, {**form, field: "5.000 euro"})
    assert "Achter deze plaats staat al “euro”. Laat dat woord hier weg." in office.page
    office.post(NEW_TEMPLATE, {**form, field: "het bedrag uit de Hoofdovereenkomst"})
    assert "Bij deze plaats staat al “euro”. Typ hier alleen een getal" in office.page
    office.post(NEW_TEMPLATE, {**form, field: "5.000"})
    assert office.status == 422  # only the name is missing
    assert "U hoeft niets meer te doen dan na te kijken." in office.page
    assert f"“5.000” in plaats van “{AMOUNT}” (onder “Artikel 2. Aansprakelijkheid”)" in office.page
    office.post(NEW_TEMPLATE, {**form, "name": "Hosting"})
    assert "Het voorbeeld wordt gemaakt" in office.page
    ((given, name),) = rows(deps, "select given, file_name from template_versions")
    assert name == "contract - ingevuld.docx"
    assert "Hoogstens 5.000 euro." in _text(given)


def test_who_signs_is_chosen_where_the_contract_does_not_say_it(
    office: Browser, deps: Deps
) -> None:
    docx = Document(io.BytesIO(contract_of(deps)))
    for cell, words in zip(docx.tables[0].rows[0].cells, ("Partij 1", "Partij 2"), strict=True):
        cell.text = words
    upload(office, saved(docx))
    assert "“Partij 1”: wie tekent hier?" in office.page
    one, two = re.findall(r'<select id="f-(answer-[0-9a-f]{16})"', office.page)
    (amount,) = {*re.findall(r'name="(answer-[0-9a-f]{16})"', office.page)} - {one, two}
    form = {"family": "", "name": "Hosting", "opnieuw": office.value("opnieuw"), amount: "5"}
    office.post(NEW_TEMPLATE, {**form, one: "processor", two: "processor"})
    assert "Kies wie bij “Partij 2” tekent. Elke partij tekent één keer." in office.page
    form["opnieuw"] = office.value("opnieuw")
    office.post(NEW_TEMPLATE, {**form, one: "processor", two: "controller"})
    assert "Het voorbeeld wordt gemaakt" in office.page
    ((given,),) = rows(deps, "select given from template_versions")
    assert [each.text for each in Document(io.BytesIO(given)).tables[0].rows[-1].cells] == [
        "Handtekening",
        "{{ handtekening.verwerker }}",
        "{{ handtekening.klant }}",
    ]


def test_a_proposal_counts_only_when_it_is_ticked(office: Browser, deps: Deps) -> None:
    docx = Document(io.BytesIO(contract_of(deps)))
    docx.paragraphs[-1].insert_paragraph_before("Voor vragen kan men zich richten tot ………….")
    upload(office, saved(docx))
    (meant,) = re.findall(r'name="meant-([0-9a-f]{16})"', office.page)
    assert "Hier hoort [klant.vertegenwoordiger]" in office.page
    (amount,) = {*re.findall(r'name="answer-([0-9a-f]{16})"', office.page)} - {meant}
    form = {"family": "", "name": "Hosting", f"answer-{amount}": "5.000"}
    office.post(NEW_TEMPLATE, {**form, "opnieuw": office.value("opnieuw")})
    assert office.status == 422
    assert f'href="#f-answer-{meant}"' in office.page
    form |= {"opnieuw": office.value("opnieuw"), f"meant-{meant}": "yes"}
    office.post(NEW_TEMPLATE, form)
    assert "Het voorbeeld wordt gemaakt" in office.page
    ((given,),) = rows(deps, "select given from template_versions")
    assert "zich richten tot {{ klant.vertegenwoordiger }}." in _text(given)


def test_what_only_word_can_mend_comes_first(office: Browser, deps: Deps) -> None:
    docx = Document(io.BytesIO(contract_of(deps)))
    field = docx.paragraphs[1]._p.makeelement(
        qn("w:fldSimple"), {qn("w:instr"): " INCLUDETEXT x.docx "}
    )
    docx.paragraphs[1]._p.append(field)
    upload(office, saved(docx))
    assert office.status == 422
    assert "Dit kan alleen in Word." in office.page
    assert "Hier staat een Word-veld dat Zegel niet uitvoert" in office.page
    assert AMOUNT not in office.page


def test_what_was_filled_in_survives_a_form_that_grew_old(office: Browser, deps: Deps) -> None:
    upload(office, contract_of(deps))
    form = {"family": "", "name": "Hosting", "opnieuw": office.value("opnieuw")}
    (field,) = re.findall(r'name="(answer-[0-9a-f]{16})"', office.page)
    office.answer = office.client.post(
        NEW_TEMPLATE,
        data={**form, field: "5.000", "csrf_token": "oud.token"},
        headers={"Origin": HOME},
        follow_redirects=True,
    )
    assert "te oud om te versturen" in office.page
    assert ASKED in office.page
    assert office.value(field) == "5.000"
    office.post(NEW_TEMPLATE, {**form, field: "5.000"})
    assert "Het voorbeeld wordt gemaakt" in office.page


def contract_of(deps: Deps) -> bytes:
    """The contract that nobody touched, of this installation's processor."""
    known = profile(deps)
    assert known
    ours = known[1]
    number, person = ours.shown_number, ours.representative_name
    return untouched(company=ours.name, number=number, person=person)


def _text(docx: bytes) -> str:
    return "\n".join(each.text for each in Document(io.BytesIO(docx)).paragraphs)
