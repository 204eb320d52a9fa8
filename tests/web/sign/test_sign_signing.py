"""Steps 3 and 4: reading, the code, two taps that sign both, and the downloads afterwards."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bakery import DETAILS
from PIL import Image, ImageDraw
from usual import CONTROLLER_AGREEMENT, CONTROLLER_ANNEX, PROCESSOR_AGREEMENT

from service.agreement.drafting import Input
from service.agreement.states import PlaceState, State
from service.texts import OURS, text
from service.web.sign.blueprint import NOTICES
from service.workflow.actors import Client
from service.workflow.signing import accept, complete


def drawing() -> bytes:
    picture = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(10, 80), (100, 20), (280, 70)], fill="navy", width=5)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def test_the_whole_text_is_read(journey: Any) -> None:
    browser = journey.at("ready")
    assert browser.path == "/tekenen/lezen"
    for part in ("artikel-12-1", "Molenstraat 3, 2000 Antwerpen", "Allergieën van klanten", "Geen"):
        assert part in browser.page
    assert 'href="#artikel-1"' in browser.page


@pytest.mark.parametrize("path", ["/tekenen/lezen", "/tekenen"])
def test_whatever_notice_an_address_asks_for_there_is_a_page(journey: Any, path: str) -> None:
    browser = journey.at("ready")
    for code in (*NOTICES, "too_late", "invalid", "<b>"):
        answer = browser.get(f"{path}?melding={code}")
        assert answer.status_code == 200, code
        assert "<b>" not in browser.page
        assert code not in NOTICES or text(f"errors.{code}", OURS) in browser.page


def test_the_pdf_is_the_frozen_document_and_its_download_is_logged(journey: Any) -> None:
    browser = journey.at("ready")
    answer = browser.get("/tekenen/document.pdf")
    assert answer.mimetype == "application/pdf"
    assert hashlib.sha256(answer.data).hexdigest() == journey.agreement.frozen_sha256
    assert journey.reference in answer.headers["Content-Disposition"]
    logged = journey.rows("select 1 from audit_entries where event = 'document.downloaded'")
    assert len(logged) == 1


def test_going_on_mails_one_code(journey: Any) -> None:
    browser = journey.at("read")
    assert browser.path == "/tekenen/ondertekenen"
    assert "a…@peeters.example" in browser.page
    browser.get("/tekenen/lezen")
    browser.post("/tekenen/lezen", journey.shown())
    assert len(journey.rows("select 1 from messages where kind = 'code'")) == 1


def test_nothing_is_signed_before_reading_and_code(journey: Any) -> None:
    browser = journey.at("ready")
    browser.get("/tekenen/ondertekenen")
    assert browser.path == "/tekenen/lezen"
    browser.post("/tekenen/ondertekenen", journey.signature())
    assert browser.path == "/tekenen/lezen"
    browser.post("/tekenen/lezen", journey.shown())
    browser.post("/tekenen/ondertekenen", journey.signature())
    assert "Vul de code uit uw mail in" in browser.page
    browser.post("/tekenen/ondertekenen/bijlage", journey.signature(annex_statement="yes"))
    assert "Vul de code uit uw mail in" in browser.page
    assert journey.agreement.signed_places == ()


def test_five_wrong_codes_lock_and_a_new_one_unlocks(journey: Any) -> None:
    browser = journey.at("read")
    right = journey.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        answer = browser.post("/tekenen/code/controle", {"code": wrong})
        assert answer.status_code == 422
        assert f"nog {left} poging" in browser.page
    browser.post("/tekenen/code/controle", {"code": wrong})
    assert "Te veel pogingen" in browser.page
    browser.post("/tekenen/code/controle", {"code": right})
    assert "Te veel pogingen" in browser.page
    browser.post("/tekenen/code")
    assert "Wij stuurden een nieuwe code" in browser.page
    code = journey.code()
    browser.post("/tekenen/code/controle", {"code": f" {code[:3]} {code[3:]} "})
    assert "1 van 2: Overeenkomst" in browser.page


def test_too_many_codes_are_refused_at_the_place(journey: Any) -> None:
    browser = journey.at("read")
    for _ in range(4):
        browser.post("/tekenen/code")
    answer = browser.post("/tekenen/code")
    assert answer.status_code == 429
    assert "te vaak een code" in browser.page
    assert "Vul de code uit uw mail in" in browser.page


def test_what_is_missing_is_said_beside_the_field(journey: Any) -> None:
    browser = journey.at("proved")
    answer = browser.post("/tekenen/ondertekenen", journey.signature(statement=["authorised"]))
    assert answer.status_code == 422
    assert 'id="e-statements"' in browser.page
    assert 'value="An Peeters"' in browser.page
    browser.post("/tekenen/ondertekenen", journey.signature(typed_name="Jan Baas"))
    assert 'id="e-typed_name"' in browser.page
    assert 'value="Jan Baas"' in browser.page
    browser.post("/tekenen/ondertekenen", journey.signature(method="drawn", drawn_image="nonsense"))
    assert "Deze afbeelding kunnen wij niet lezen" in browser.page
    assert journey.agreement.signed_places == ()


@pytest.mark.parametrize("method", ["typed", "drawn", "uploaded"])
def test_two_taps_sign_both(journey: Any, method: str) -> None:
    browser = journey.at("proved")
    url = "data:image/png;base64," + base64.b64encode(drawing()).decode()
    given = {
        "typed": {"face": "plain"},
        "drawn": {"drawn_image": url},
        "uploaded": {"uploaded_image": (io.BytesIO(drawing()), "handtekening.png")},
    }[method]
    browser.post("/tekenen/ondertekenen", journey.signature(method=method, **given))
    assert browser.path == "/tekenen/ondertekenen/bijlage"
    assert ("data:image/png;base64," in browser.page) == (method != "typed")
    assert ("hand-plain" in browser.page) == (method == "typed")
    assert "staat ervoor in dat de in Bijlage 1" in browser.page
    assert journey.agreement.signed_places == ()
    sha256 = journey.agreement.frozen_sha256
    answer = browser.post("/tekenen/ondertekenen/bijlage", {"document_sha256": sha256})
    assert answer.status_code == 422
    assert "Bevestig dat u ook Bijlage 1 ondertekent" in browser.page
    browser.post(
        "/tekenen/ondertekenen/bijlage", {"document_sha256": sha256, "annex_statement": "yes"}
    )
    assert browser.path == "/tekenen/klaar"
    assert "Bedankt. U hebt ondertekend." in browser.page
    assert journey.agreement.signed_places == (CONTROLLER_AGREEMENT, CONTROLLER_ANNEX)


@pytest.mark.parametrize(("size", "status", "ticks"), [(21, 422, 5), (25, 413, 2)])
def test_an_upload_that_is_too_large_is_refused_beside_its_field(
    journey: Any, size: int, status: int, ticks: int
) -> None:
    browser = journey.at("proved")
    photo = (io.BytesIO(b"\xff\xd8" + b"x" * size * 1024 * 1024), "foto.jpg")
    answer = browser.post(
        "/tekenen/ondertekenen", journey.signature(method="uploaded", uploaded_image=photo)
    )
    assert answer.status_code == status
    assert 'id="e-uploaded_image"' in browser.page
    assert browser.page.count(" checked") == ticks  # statements that arrived; method; face
    assert browser.post("/tekenen/ondertekenen", journey.signature()).status_code == 200


def test_a_picture_for_which_nobody_has_time_keeps_the_ticks(
    journey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accept, "PATIENCE_SECONDS", 0.01)
    browser = journey.at("proved")
    photo = (io.BytesIO(drawing()), "foto.png")
    with accept._DECODING.turn(0):
        answer = browser.post(
            "/tekenen/ondertekenen", journey.signature(method="uploaded", uploaded_image=photo)
        )
    assert answer.status_code == 422
    assert text("errors.image_busy", OURS) in browser.page
    assert browser.page.count(" checked") == 5


def test_going_back_from_bijlage_1_keeps_the_signature(journey: Any) -> None:
    browser = journey.at("prepared")
    browser.get("/tekenen/ondertekenen")
    assert browser.page.count(" checked") == 5
    assert 'value="An Peeters"' in browser.page


def test_the_second_tap_twice_signs_once(journey: Any) -> None:
    browser = journey.at("prepared")
    given = {"document_sha256": journey.agreement.frozen_sha256, "annex_statement": "yes"}
    given["csrf_token"] = browser.value("csrf_token")
    clients = [browser.client.application.test_client() for _ in range(4)]
    for client in clients:
        for name in ("zegel-signer", "zegel-browser"):
            client.set_cookie(name, browser.client.get_cookie(name).value)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda c: c.post("/tekenen/ondertekenen/bijlage", data=given), clients)
        )
    assert [(a.status_code, a.location) for a in answers] == [(303, "/tekenen/klaar")] * 4
    assert len(journey.rows("select 1 from acts")) == 2
    assert len(journey.rows("select 1 from messages where kind = 'receipt'")) == 1


def test_a_text_that_changed_meanwhile_is_read_again(journey: Any) -> None:
    browser = journey.at("prepared")
    stale = journey.signature(annex_statement="yes")
    secret = browser.client.get_cookie("zegel-signer").value
    moved = Input({**DETAILS, "city": "Mechelen"})
    complete.save_details(journey.deps, secret, moved, Client("127.0.0.1", "another device"))
    browser.post("/tekenen/ondertekenen/bijlage", stale)
    assert browser.path == "/tekenen/bijlage"
    other = journey.at("ready", begin="completed")
    assert journey.agreement.frozen_sha256 != stale["document_sha256"]
    other.get("/tekenen/lezen")
    other.post("/tekenen/lezen", {"document_sha256": stale["document_sha256"]})
    assert other.path == "/tekenen/lezen"
    assert "De tekst is intussen gewijzigd" in other.page
    assert journey.agreement.signed_places == ()


def test_who_signed_finds_the_receipt_everywhere(journey: Any) -> None:
    browser = journey.at("prepared")
    browser.post("/tekenen/ondertekenen/bijlage", journey.signature(annex_statement="yes"))
    for path in ("", "/gegevens", "/bijlage", "/lezen", "/ondertekenen", "/weigeren", "/document"):
        browser.get(f"/tekenen{path}")
        assert browser.path == "/tekenen/klaar"
    assert browser.get("/tekenen/document.pdf").status_code == 200
    assert browser.get("/tekenen/overeenkomst.pdf").status_code == 404
    assert browser.get(journey.link()).status_code == 200
    assert "U hebt deze overeenkomst al ondertekend" in browser.page
    browser.post(journey.link())
    assert browser.path == "/tekenen/klaar"


def test_after_the_countersignature_the_effective_date_stands_there(journey: Any) -> None:
    browser = journey.at("prepared")
    browser.post("/tekenen/ondertekenen/bijlage", journey.signature(annex_statement="yes"))
    assert "Pas dan komt de overeenkomst tot stand" in browser.page
    journey.steps.countersigned(journey.reference)
    browser.get("/tekenen/klaar")
    assert "De overeenkomst is van kracht sinds" in browser.page
    journey.rows("update agreements set state = 'completed'")
    browser.get("/tekenen/klaar")
    assert "De overeenkomst is van kracht sinds" in browser.page
    assert browser.page.count("An Peeters, Bestuurder") == 2
    assert journey.agreement.state is State.COMPLETED
    assert journey.agreement.places[PROCESSOR_AGREEMENT] is PlaceState.SIGNED


def test_the_page_holds_the_very_bytes_that_the_records_name(journey: Any) -> None:
    browser = journey.at("ready")
    sent = browser.answer.get_data(as_text=True)
    found = re.search(r'<article class="document"[^>]*>\n(.*?)\n</article>', sent, re.DOTALL)
    digest = hashlib.sha256(found[1].encode()).hexdigest()
    assert browser.value("view_sha256") == digest
    browser.post("/tekenen/lezen", {**journey.shown(), "view_sha256": "0" * 64})
    assert "De tekst is intussen gewijzigd" in browser.page
    browser = journey.at("prepared", begin="read")
    browser.post("/tekenen/ondertekenen/bijlage", journey.signature(annex_statement="yes"))
    for (record,) in journey.rows("select record from acts"):
        assert record["view_sha256"] == digest
        assert [(each["what"], each["sha256"]) for each in record["shown"]] == [("view", digest)]
