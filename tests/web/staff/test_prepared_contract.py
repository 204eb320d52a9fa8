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
from own_contract import word_file

from service.deps import Deps
from service.workflow.people.profile import profile
from tests.documents.untouched import AMOUNT, saved, untouched

QUESTIONS = "Voor vragen kan men zich richten tot …………."
RENEWED = "Deze lijst wordt [wanneer] jaarlijks herzien."
ASKED = f"“Hoogstens <mark>{AMOUNT}</mark> euro."


def test_a_contract_is_filled_in_and_the_rest_is_asked(office: Browser, deps: Deps) -> None:
    upload(office, contract_of(deps))
    assert office.status == 200
    assert "Eén plaats is voor u." in office.page
    assert "Waar: aan het begin, onder “" in office.page
    assert ASKED in office.page
    (field,) = re.findall(r'name="(answer-[0-9a-f]{16})"', office.page)
    answer = office.client.get(_link(office.page))
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
    docx.paragraphs[-1].insert_paragraph_before(QUESTIONS)
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


def test_a_file_changed_in_word_keeps_what_was_typed(office: Browser, deps: Deps) -> None:
    docx = Document(io.BytesIO(contract_of(deps)))
    for words in (QUESTIONS, RENEWED, "Facturen gaan naar [rekening]."):
        docx.paragraphs[-1].insert_paragraph_before(words)
    upload(office, saved(docx))
    fields = re.findall(r'id="f-((?:answer)-[0-9a-f]{16})"', office.page)
    amount, questions, renewed, invoices = fields
    filled = Document(io.BytesIO(office.client.get(_link(office.page)).data))
    for each in filled.paragraphs:
        if "jaarlijks" in each.text:
            each.text = each.text.replace("jaarlijks herzien", "elk jaar samen herzien")
        elif "Facturen" in each.text:
            each.text = "Facturen gaan naar ons gewone adres."
        elif "Contact" in each.text:
            each.insert_paragraph_before("Een nieuw punt: [wat nog moet].")
    form = {"family": "", "name": "Hosting", "opnieuw": office.value("opnieuw")}
    form |= {amount: "5.000", questions.replace("answer", "meant"): "yes", renewed: "in mei"}
    chosen = (io.BytesIO(saved(filled)), "contract - ingevuld.docx")
    office.post(NEW_TEMPLATE, {**form, invoices: "BE68", "file": chosen})
    assert office.status == 200
    assert f"“5.000” in plaats van “{AMOUNT}”" in office.page
    assert "“BE68” bij “Facturen gaan naar [rekening].”" in office.page
    (moved,) = re.findall(r'name="(answer-[0-9a-f]{16})" value="in mei"', office.page)
    assert "Dit typte u voor de zin in Word veranderde" in office.page
    (new,) = set(re.findall(r'id="f-(answer-[0-9a-f]{16})"', office.page)) - {moved}
    form = {"family": "", "name": "Hosting", "opnieuw": office.value("opnieuw")}
    office.post(NEW_TEMPLATE, {**form, moved: "in juni", new: "niets"})
    assert "Het voorbeeld wordt gemaakt" in office.page
    ((given, name),) = rows(deps, "select given, file_name from template_versions")
    assert name == "contract - ingevuld.docx"
    for sentence in (
        "Hoogstens 5.000 euro.",
        "zich richten tot {{ klant.vertegenwoordiger }}.",
        "Deze lijst wordt in juni elk jaar samen herzien.",
        "Een nieuw punt: niets.",
        "Facturen gaan naar ons gewone adres.",
    ):
        assert sentence in _text(given)


def test_words_wait_for_a_file_that_can_be_read_and_for_a_second_one(
    office: Browser, deps: Deps
) -> None:
    upload(office, contract_of(deps))
    (field,) = re.findall(r'name="(answer-[0-9a-f]{16})"', office.page)
    filled = office.client.get(_link(office.page)).data
    form = {"family": "", "name": ""}

    def post(data: bytes | None, **more: str) -> None:
        file = {"file": (io.BytesIO(data), "contract.docx")} if data else {}
        office.post(NEW_TEMPLATE, {**form, **more, "opnieuw": office.value("opnieuw"), **file})

    post(b"no Word file", **{field: "5.000"})
    assert "Wat u al typte, bewaart Zegel" in office.page
    post(filled)
    assert f"“5.000” in plaats van “{AMOUNT}”" in office.page
    assert field not in office.page
    post(filled)  # the same file once more, in which the place is open
    assert "“5.000” in plaats van" in office.page
    post(None, name="Hosting")
    ((given,),) = rows(deps, "select given from template_versions")
    assert "Hoogstens 5.000 euro." in _text(given)


def test_a_file_in_which_nothing_is_filled_in_is_kept_too(office: Browser, deps: Deps) -> None:
    upload(office, word_file("Het bedrag is [bedrag]."))
    assert "Zegel keek contract.docx na. Eén plaats is voor u." in office.page
    (field,) = re.findall(r'name="(answer-[0-9a-f]{16})"', office.page)
    form = {"family": "", "name": "", "opnieuw": office.value("opnieuw")}
    office.post(NEW_TEMPLATE, {**form, field: "5.000"})
    assert "U hoeft niets meer te doen dan na te kijken." in office.page
    upload(office, word_file(), name="")
    assert "Zegel keek contract.docx na. Er is niets meer in te vullen." in office.page
    form = {"family": "", "name": "Gewoon", "opnieuw": office.value("opnieuw")}
    office.post(NEW_TEMPLATE, form)
    ((given, name),) = rows(deps, "select given, file_name from template_versions")
    assert (given, name) == (word_file(), "contract.docx")


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


def _link(page: str) -> str:
    (link,) = re.findall(r'href="([^"]+)">Ingevuld bestand ophalen', page)
    return html.unescape(link)


def _text(docx: bytes) -> str:
    return "\n".join(each.text for each in Document(io.BytesIO(docx)).paragraphs)
