"""The text with blanks: read and downloaded before filling anything in; made once for many."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from colleagues import proof_of
from PIL import Image

from service.workflow.keeping.retain import tidy
from service.workflow.offer import sample
from service.workflow.people import look

TABLES = "agreements links audit_entries messages signature_places samples procrastinate_jobs"


def everything(journey: Any) -> list[Any]:
    """What must not be changed by reading."""
    return [journey.rows(f"select * from {table}") for table in TABLES.split()]


def pages(pdf: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    return [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]


def make(journey: Any) -> None:
    """The worker's job after sending."""
    sample.make_sample(journey.deps, journey.agreement.id)


def test_the_text_is_read_and_downloaded_from_the_link_and_nothing_changes(journey: Any) -> None:
    make(journey)
    before = everything(journey)
    browser = journey.browser
    browser.get(journey.link())
    assert f'href="{journey.link()}/voorbeeld">Eerst de tekst lezen' in browser.page
    for path in (journey.link(), "/tekenen"):
        if path == "/tekenen":
            browser = journey.at("opened")
            before = everything(journey)
        assert browser.get(f"{path}/voorbeeld").status_code == 200
        assert "Dit is een voorbeeld, geen overeenkomst." in browser.page
        assert "[naam van uw organisatie]" in browser.page
        assert "12.1" in browser.page
        assert browser.get(f"{path}/voorbeeld/stand").json == {"state": "ready"}
        answer = browser.get(f"{path}/voorbeeld.pdf")
        assert "Voorbeeld verwerkersovereenkomst" in answer.headers["Content-Disposition"]
        assert everything(journey) == before
    read = pages(answer.data)
    assert len(read) >= 4
    assert all("VOORBEELD, niet om te ondertekenen" in each for each in read)
    whole = " ".join(read)
    for blank in ("[uw naam]", "[uw nummer]", "[de persoonsgegevens die u in Bijlage 1 aanvinkt]"):
        assert blank in whole
    for own in ("Bakkerij", "Peeters", "0403", "Naam en voornaam", journey.reference):
        assert own not in whole
    assert pypdf.PdfReader(io.BytesIO(answer.data)).get_fields() in (None, {})


def test_one_sample_serves_every_agreement_that_prints_the_same(journey: Any) -> None:
    def waiting() -> list[Any]:
        return journey.rows("select * from procrastinate_jobs where task_name = 'sample'")

    def another(**fields: str) -> None:
        journey.steps.sent(**{"name": "Smidse NV", **fields})

    assert len(waiting()) == 1
    make(journey)
    journey.rows("delete from procrastinate_jobs")
    another()
    assert waiting() == []
    another(main_reference="HO-1")  # prints a main agreement too
    assert len(waiting()) == 1
    journey.rows("update samples set created_at = now() - interval '201 days'")
    tidy(journey.deps)
    assert journey.rows("select * from samples") == []


@pytest.mark.parametrize("inside", [True, False])
def test_where_there_is_none_the_reader_asks_for_it(journey: Any, inside: bool) -> None:
    journey.rows("delete from procrastinate_jobs")
    browser, path = journey.browser, f"{journey.link()}/voorbeeld"
    if inside:
        browser, path = journey.at("opened"), "/tekenen/voorbeeld"
    browser.get(path)
    assert "Voorbeeld maken" in browser.page
    browser.get(f"{path}.pdf")
    browser.post(path)
    assert "Het voorbeeld wordt gemaakt" in browser.page
    assert browser.get(f"{path}/stand").json == {"state": "preparing"}
    assert len(journey.rows("select * from procrastinate_jobs")) == 1
    sample.note_failed_sample(journey.deps, journey.agreement.id, "office_timeout")
    assert browser.get(f"{path}/stand").json == {"state": "failed"}
    journey.rows("delete from procrastinate_jobs")
    browser.get(path)
    assert "office" not in browser.page
    browser.post(path)
    assert "Het voorbeeld kon niet gemaakt worden" in browser.page
    assert journey.rows("select * from procrastinate_jobs") == []  # not at every click
    journey.rows("update samples set created_at = now() - interval '2 minutes'")
    browser.post(path)
    assert len(journey.rows("select * from procrastinate_jobs")) == 1
    make(journey)
    sample.note_failed_sample(journey.deps, journey.agreement.id, "late")  # replaces nothing
    browser.get(path)
    assert "Voorbeeld van de overeenkomst" in browser.page


def test_a_link_that_opens_nothing_shows_no_text(journey: Any) -> None:
    make(journey)
    journey.rows("update agreements set expires_at = now() - interval '1 day'")
    journey.browser.get(f"{journey.link()}/voorbeeld.pdf")
    assert journey.browser.path == journey.link()
    assert "Deze link is verlopen" in journey.browser.page


def test_the_first_page_is_the_senders(journey: Any) -> None:
    journey.rows("update agreements set message = 'Dag An, <b>bel</b> gerust.'")
    journey.browser.get(journey.link())
    page = journey.browser.page
    ours, theirs = page.index("Ondertekenen met Zegel"), page.index('class="wordmark"')
    assert theirs < page.index("<strong>Els Verkoop</strong> van IT4Professionals") < ours
    assert "Dag An, <b>bel</b> gerust." in page
    assert "&lt;b&gt;bel" in journey.browser.answer.get_data(as_text=True)
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "#0b6e4f").save(out, "PNG")
    staff = journey.steps.staff
    new = look.proposed(journey.deps, {}, out.getvalue(), without_logo=False, staff=staff)
    look.change_look(journey.deps, new, staff, proof_of(journey.deps, staff))
    journey.browser.get(journey.link())
    assert 'width="300" height="100" alt="IT4Professionals"' in journey.browser.page
    assert "wordmark" not in journey.browser.page
