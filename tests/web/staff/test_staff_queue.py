"""The countersigner's queue and the document behind it."""

from __future__ import annotations

import base64
import hashlib
import io
import re

from app_browser import Browser
from office import rows
from road import countersigned, steps

from service.agreement.permissions import Staff
from service.agreement.states import State
from service.deps import Deps
from service.texts import OURS, text
from service.workflow.offer import preview


def test_queue_shows_what_differs_and_signs(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    office.get("/tekenen-namens-ons")
    assert "Te ondertekenen (1)" in office.page
    for shown in ("Bijzondere persoonsgegevens", "Gegevens over gezondheid", "Allergieën"):
        assert shown in office.page
    countersigned(office, deps, reference)
    assert "U hebt ondertekend." in office.page
    assert "Er wacht niets op uw handtekening." in office.page
    assert steps(deps).agreement(reference).state is State.IN_SIGNING


def test_what_was_signed_stays_signed_where_the_agreement_is_withdrawn(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    countersigned(office, deps, reference)
    office.post(f"/overeenkomsten/{reference}/intrekking", {"reason": "Verkeerde klant"})
    table = office.page[office.page.index("De handtekeningen") :]
    assert re.findall(r'badge [a-z]*">([^<]+)<', table)[:3] == [
        "Ondertekend",
        "Vervallen",
        "Vervallen",
    ]


def test_refusals_sign_nothing_tell_all_and_keep_what_was_given(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    steps(deps).open_waiting()
    office.get("/tekenen-namens-ons")
    right = {
        "selected": [reference],
        f"sha256-{reference}": office.value(f"sha256-{reference}"),
        "confirmed": ["countersign_checked", "countersign_intent"],
        "method": "typed",
        "typed_name": "Els Maes",
        "face": "swift",
        "password": admin[1],
    }
    name = "Typ uw naam zoals die in de overeenkomst staat: Els Maes"
    wrong: dict[str, tuple[object, str]] = {
        "selected": ([], "Kies minstens één overeenkomst."),
        "confirmed": (["countersign_checked"], "Vink alle verklaringen aan om te ondertekenen."),
        "typed_name": ("Iemand", name),
        "password": ("wrong", "Het wachtwoord klopt niet."),
    }
    all_wrong = {field: value for field, (value, _) in wrong.items()}
    for given in (*({field: all_wrong[field]} for field in wrong), all_wrong, {"password": ""}):
        office.post("/tekenen-namens-ons", {**right, **given})
        assert office.status == 422
        for field, (_, sentence) in wrong.items():
            assert (sentence in office.page) == (field in given), (given, field)
        assert office.value("typed_name") == given.get("typed_name", "Els Maes")
        assert 'value="swift" data-looks="swift" checked' in office.page
        assert admin[1] not in office.page
    drawing = "data:image/png;base64," + base64.b64encode(b"a drawing" * 4000).decode()
    drawn = {**right, "method": "drawn", "drawn_image": drawing, "password": "wrong"}
    office.post("/tekenen-namens-ons", drawn)
    assert office.value("drawn_image") == drawing
    assert rows(deps, "select count(*) from acts")[0][0] == 0


def test_a_photo_that_is_too_large_is_refused_beside_its_field(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    steps(deps).pre_signed()
    steps(deps).open_waiting()
    office.get("/tekenen-namens-ons")
    photo = (io.BytesIO(b"\xff\xd8" + b"x" * 25 * 1024 * 1024), "foto.jpg")
    office.post("/tekenen-namens-ons", {"method": "uploaded", "uploaded_image": photo})
    assert office.status == 413
    assert 'id="e-uploaded_image"' in office.page
    assert text("errors.image_too_large", OURS) in office.page


def test_a_text_that_was_not_shown_is_not_signed(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    steps(deps).open_waiting()
    office.get("/tekenen-namens-ons")
    office.post(
        "/tekenen-namens-ons",
        {
            "selected": [reference],
            f"sha256-{reference}": "0" * 64,
            "confirmed": ["countersign_checked", "countersign_intent"],
            "method": "typed",
            "typed_name": "Els Maes",
            "password": admin[1],
        },
    )
    assert office.status == 409
    assert f"{reference}: De tekst is intussen gewijzigd." in office.page


def test_text_and_pdf_are_the_frozen_ones(office: Browser, deps: Deps) -> None:
    reference = steps(deps).pre_signed()
    answer = office.get(f"/overeenkomsten/{reference}/getoond.pdf")
    assert hashlib.sha256(answer.data).hexdigest() == steps(deps).shown(reference)
    parties = f"IT4Professionals - Bakkerij Peeters ({reference})"
    name = f"Verwerkersovereenkomst {parties}, niet ondertekend.pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
    office.get(f"/overeenkomsten/{reference}/tekst")
    assert "Molenstraat 3, 2000 Antwerpen" in office.page


def test_preview_waits_then_shows(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post(
        "/overeenkomsten/nieuw",
        {
            "name": "Jansen & Zn <test> BVBA",
            "signatory_name": "An Peeters",
            "signatory_email": "an@peeters.example",
            "services": ["support"],
            "then": "preview",
        },
    )
    assert office.status == 202
    assert 'http-equiv="refresh"' in office.page
    reference = office.path.split("/")[2]
    preview.make_preview(deps, steps(deps).agreement(reference).id)
    answer = office.get(f"/overeenkomsten/{reference}/voorbeeld")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_controller_after_us_makes_it_effective(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    steps(deps).countersigned(reference)
    steps(deps).signs(reference)
    office.get(f"/overeenkomsten/{reference}")
    assert "Door beide partijen ondertekend" in office.page
    assert "Van kracht sinds" in office.page
    office.post("/afmelden")


def articles(office: Browser) -> list[str]:
    """The texts on the page, exactly as sent."""
    assert office.answer
    sent = office.answer.get_data(as_text=True)
    return re.findall(r'<article class="document"[^>]*>\n(.*?)\n</article>', sent, re.DOTALL)


def sha256(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()


def signing(office: Browser, deps: Deps, reference: str, password: str) -> None:
    office.post(
        "/tekenen-namens-ons",
        {
            "selected": [reference],
            f"sha256-{reference}": steps(deps).shown(reference),
            "confirmed": ["countersign_checked", "countersign_intent"],
            "method": "typed",
            "typed_name": "Els Maes",
            "password": password,
        },
    )


def test_what_was_not_read_is_not_signed_and_what_is_read_is_what_is_noted(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    office.get("/tekenen-namens-ons")
    assert "Eén overeenkomst hebt u nog niet gelezen." in office.page
    assert 'name="selected"' not in office.page
    signing(office, deps, reference, admin[1])
    assert office.status == 409
    assert "U hebt deze tekst nog niet geopend. Lees hem voor u ondertekent." in office.page
    assert f'<a href="/overeenkomsten/{reference}/tekst">' in office.page

    office.get("/tekenen-namens-ons/lezen")
    common, difference = articles(office)
    assert "Molenstraat 3" in difference
    assert "Molenstraat 3" not in common
    shown = {"read": [reference], f"sha256-{reference}": sha256(difference)}
    office.post("/tekenen-namens-ons/lezen", {**shown, f"sha256-{reference}": sha256(common)})
    assert office.status == 409
    assert f"{reference}: De tekst is intussen gewijzigd." in office.page
    office.post("/tekenen-namens-ons/lezen", shown)
    assert office.path == "/tekenen-namens-ons"
    assert "Genoteerd dat u dit hebt gelezen." in office.page
    signing(office, deps, reference, admin[1])
    assert "U hebt ondertekend." in office.page
    ((record,),) = rows(deps, "select record from acts")
    (opening,) = record["shown"]
    assert (opening["what"], opening["sha256"]) == ("difference", sha256(difference))
    assert opening["common_sha256"] == sha256(common)


def test_the_whole_text_is_read_on_its_own_page(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    page = f"/overeenkomsten/{reference}/tekst"
    office.get(page)
    (view,) = articles(office)
    assert office.value("view_sha256") == sha256(view)
    office.post(page, {"view_sha256": sha256("")})
    assert office.status == 409
    assert "De tekst is intussen gewijzigd." in office.page
    office.post(page, {"view_sha256": sha256(view)})
    signing(office, deps, reference, admin[1])
    assert "U hebt ondertekend." in office.page
    ((record,),) = rows(deps, "select record from acts")
    assert [each["what"] for each in record["shown"]] == ["view"]
    assert record["shown"][0]["sha256"] == record["view_sha256"] == sha256(view)


def test_from_a_dossier_one_signs_that_one(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    steps(deps).pre_signed(number="", number_type="none")
    reference = steps(deps).pre_signed()
    office.get(f"/overeenkomsten/{reference}")
    assert f'href="/tekenen-namens-ons?kenmerk={reference}"' in office.page
    office.get(f"/tekenen-namens-ons?kenmerk={reference}")
    assert "U hebt deze overeenkomst nog niet gelezen." in office.page
    office.get(f"/overeenkomsten/{reference}/tekst")
    office.post(f"/overeenkomsten/{reference}/tekst", {"view_sha256": office.value("view_sha256")})
    given = {
        "selected": re.findall(r'name="selected" value="([^"]+)"[^>]* checked', office.page),
        f"sha256-{reference}": office.value(f"sha256-{reference}"),
        "confirmed": ["countersign_checked", "countersign_intent"],
        "method": "typed",
        "typed_name": "Els Maes",
    }
    assert given["selected"] == [reference]
    sign = f"/tekenen-namens-ons?kenmerk={reference}"
    office.post(sign, {**given, "password": "fout"})
    assert "Het wachtwoord klopt niet." in office.page
    assert re.findall(r'name="selected" value="([^"]+)"', office.page) == [reference]
    office.post(sign, {**given, "password": admin[1]})
    assert office.path == f"/overeenkomsten/{reference}"
    assert "U hebt ondertekend." in office.page
    office.get(sign)  # not its turn any more: shows the others
    assert "Te ondertekenen (1)" in office.page
