"""The processor's look: shown before it is saved, told to administrators, seen by customers."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable

import colleagues
import pytest
from app_browser import Browser
from office import rows
from PIL import Image, ImageDraw, PngImagePlugin

from service.agreement.changes import change_in_words
from service.deps import Deps
from service.texts import OURS
from service.web.shades import sheet_name
from tests.variants import some


def file_of(picture: Image.Image, form: str = "PNG") -> bytes:
    """A file as from a camera or a designer, with hidden text in it."""
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Comment", "geheim")
    more = {"pnginfo": info} if form == "PNG" else {"comment": b"geheim"}
    picture.save(out, form, **more)
    return out.getvalue() + b"geheim"


def drawn() -> Image.Image:
    """A mark on a transparent ground, with space around it."""
    picture = Image.new("RGBA", (1600, 900))
    ImageDraw.Draw(picture).rounded_rectangle((400, 300, 1199, 499), 60, "#0b6e4f")
    return picture


VECTOR = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90"><desc>geheim</desc>
<rect x="40" y="30" width="80" height="20" rx="6" fill="#0b6e4f" onload="geheim()"/></svg>"""
LOOK = {
    "accent": "#7B2CBF",
    "reply_to": "team@it4.example",
    "signature_line": "Team contracten",
    "public_introduction": "Welkom bij <ons>.\n\nTot gauw.",
    "subject_invitation": "{verwerker} mailt {naam}",
    "intro_invitation": "Dag {naam}, welkom bij {verwerker}.",
}


def proposed(office: Browser, data: bytes = b"", **fields: str) -> None:
    office.get("/profiel/uiterlijk")
    office.post("/profiel/uiterlijk", {**fields, "logo": (io.BytesIO(data), "logo.png")})


def carried(office: Browser) -> dict[str, str]:
    """The hidden fields of the preview."""
    page = office.answer.get_data(as_text=True) if office.answer else ""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def saved(office: Browser) -> None:
    """What the preview shows."""
    office.post("/profiel/uiterlijk/voorbeeld", carried(office))


@pytest.mark.parametrize(
    ("make", "size"),
    some(
        [
            (lambda: file_of(drawn()), (560, 140)),
            (lambda: file_of(Image.effect_noise((3000, 2000), 90).convert("RGB"), "JPEG"), None),
            (lambda: VECTOR, (560, 140)),
        ],
        one_in=2,
    ),
    ids=["drawn", "photographed", "vector"],
)
def test_any_picture_becomes_a_small_one_of_ours(
    office: Browser,
    deps: Deps,
    make: Callable[[], bytes],
    size: tuple[int, int] | None,
) -> None:
    data = make()
    proposed(office, data)
    assert rows(deps, "select * from logos") == []
    saved(office)
    assert "Klanten zien het vanaf nu." in office.page
    (address,) = re.findall(r'src="(/logo/[0-9a-f]{64}\.png)"', office.page)
    answer = office.client.get(address)
    assert answer.headers["Content-Type"] == "image/png"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert b"geheim" not in answer.data
    assert len(answer.data) <= 5_000
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert size in (None, shown.size)
        if size:  # no edges, and its colour
            kept = shown.convert("RGBA").getpixel((280, 70))
            assert isinstance(kept, tuple)
            wanted = (11, 110, 79, 255)
            assert all(abs(one - other) < 4 for one, other in zip(kept, wanted, strict=True))
    assert len(rows(deps, "select * from messages")) == 1
    proposed(office)  # the same look again makes no log entry
    saved(office)
    assert len(rows(deps, "select * from looks")) == 1
    proposed(office, logo_gone="yes")
    saved(office)
    assert "/logo/" not in office.page
    assert len(rows(deps, "select * from looks")) == 2
    assert office.client.get("/logo/.png").status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a", "Deze afbeelding kunnen wij niet lezen."),
        (VECTOR.replace(b"desc", b"script"), "In dit SVG-bestand staat <script>"),
        (VECTOR.replace(b"desc", b"text"), "letters als tekst"),
        (VECTOR[:-1], "Dit SVG-bestand kunnen wij niet lezen."),
        (VECTOR + b" " * 500_000, "te ingewikkeld"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 5_000_000, "hoogstens 5 MB"),
        (file_of(Image.new("RGBA", (40, 40))), "Deze afbeelding kunnen wij niet lezen."),
    ],
    ids=["other", "script", "letters", "half", "much", "large", "empty"],
)
def test_what_is_no_logo_is_told_at_its_place(office: Browser, data: bytes, said: str) -> None:
    proposed(office, data, **LOOK)
    assert office.status == 422
    assert said in office.page
    assert 'id="e-logo"' in office.page
    assert office.value("signature_line") == "Team contracten"


def test_a_look_is_shown_first_then_saved_logged_and_told(office: Browser, deps: Deps) -> None:
    proposed(office, **LOOK)
    assert office.status == 200
    assert "Er is nog niets bewaard." in office.page
    assert office.page.count("Dag An Peeters, welkom bij IT4Professionals.") == 2
    assert office.page.count("<strong>IT4Professionals mailt An Peeters</strong>") == 2
    assert "Uitnodiging om meer overeenkomsten te ondertekenen" in office.page
    assert 'style="' not in office.page
    assert office.page.count("<p>Welkom bij <ons>.</p>") == 2
    assert rows(deps, "select * from looks") == []
    (sheet,) = re.findall(r'href="(/profiel/uiterlijk/[^"]+[.]css)"', office.page)
    styles = office.client.get(sheet).get_data(as_text=True)
    for each in set(re.findall(r'class="(m-[0-9a-f]+)"', office.page)):
        assert f".mail-shown .{each}{{" in styles
    office.post("/profiel/uiterlijk/voorbeeld", {**carried(office), "edit": "yes"})
    assert office.path == "/profiel/uiterlijk"
    assert office.value("accent") == "#7b2cbf"
    office.post("/profiel/uiterlijk", {**LOOK, "accent": ""})
    saved(office)
    proposed(office, **LOOK)
    saved(office)
    first, second = rows(deps, "select * from looks order by id")
    assert (first.accent, second.accent) == ("", "#7b2cbf")
    assert second.subjects == {"invitation": LOOK["subject_invitation"]}
    assert second.introductions == {"invitation": LOOK["intro_invitation"]}
    events = "select data from audit_entries where event = 'profile.look_changed'"
    assert len({entry.data["sha256"] for entry in rows(deps, events)}) == 2
    told = rows(deps, "select values from messages where kind = 'account_changed'")
    said = [change_in_words(each, OURS) for mail in told for each in mail.values["changes"]]
    assert "Kleur van de pagina’s en e-mails aan klanten: #7b2cbf (was –)." in said
    assert "Antwoordadres van e-mails aan klanten: team@it4.example (was –)." in said
    assert any("‘uitnodiging om te ondertekenen’: Dag {naam}, welkom" in each for each in said)
    assert "Inleiding van de openbare pagina: Welkom bij <ons>.\n\nTot gauw." in said
    subject = "Onderwerp van de e-mail ‘uitnodiging om te ondertekenen’: {verwerker} mailt {naam}"
    assert subject in said
    assert len(said) == 6
    assert {mail.values["about_name"]["code"] for mail in told} == {"look"}


def test_the_preview_has_mails_about_several_agreements(office: Browser) -> None:
    kinds = ("invitation", "reminder", "code", "expired", "voided", "completed")
    proposed(office, **{f"intro_{kind}": f"{kind}: {{organisatie}}." for kind in kinds})
    for kind in kinds:
        assert f"{kind}: Bakkerij Peeters." in office.page
        several = f"{kind}: Bakkerij Peeters, Slagerij Maes en 1 andere."
        assert (several in office.page) is (kind != "completed")
    (sheet,) = re.findall(r'href="(/profiel/uiterlijk/[^"]+[.]css)"', office.page)
    styles = office.client.get(sheet).get_data(as_text=True)
    for each in set(re.findall(r'class="(m-[0-9a-f]+)"', office.page)):
        assert f".mail-shown .{each}{{" in styles


def test_the_preview_has_a_signing_page_and_an_evidence_sheet(office: Browser) -> None:
    proposed(office, file_of(drawn()), **LOOK)
    assert office.page.count("1 van 2: Overeenkomst") == 2
    (address,) = re.findall(r'src="(/profiel/uiterlijk/bewijsblad[^"]+)"', office.page)
    answer = office.client.get(html.unescape(address))
    assert answer.headers["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.data)) as sheet:
        assert sheet.size == (900, 1273)
        head = sheet.convert("RGB").crop((100, 20, 400, 100))
        found = {colour for _, colour in head.getcolors(24_000) or []}
    for wanted in ((123, 44, 191), (11, 110, 79)):  # the line and the logo
        near = [max(map(abs, (a - b for a, b in zip(wanted, each, strict=True)))) for each in found]
        assert min(near) < 12
    assert office.client.get(address.partition("?")[0]).status_code == 404


def test_saving_asks_for_the_password_and_checks_again(office: Browser, deps: Deps) -> None:
    proposed(office, file_of(drawn()), **LOOK)
    rows(deps, "update staff_sessions set proved_at = now() - interval '6 minutes'")
    form = carried(office)
    saved(office)
    assert office.status == 422
    assert "Uw eigen wachtwoord" in office.page
    assert rows(deps, "select * from looks") == []
    office.post("/profiel/uiterlijk/voorbeeld", {**form, "accent": "#ffcc00"})
    assert office.path == "/profiel/uiterlijk"  # it would show nothing of that colour
    office.get("/profiel/uiterlijk/ffcc00.css")
    assert office.status == 404
    proposed(office, file_of(drawn()), **LOOK)
    office.post(
        "/profiel/uiterlijk/voorbeeld", {**carried(office), "own_password": colleagues.PASSWORD}
    )
    assert len(rows(deps, "select * from looks")) == 1


def test_a_pale_colour_comes_back_with_the_nearest(office: Browser) -> None:
    proposed(office, accent="#ff6600")
    assert office.status == 422
    assert "De dichtste kleur die kan, is #bc4900." in office.page
    office.post("/profiel/uiterlijk", {"accent": "#ff6600", "nearest": office.value("nearest")})
    assert "Er is nog niets bewaard." in office.page
    assert "/profiel/uiterlijk/bc4900.css" in office.page


def test_a_mistake_elsewhere_does_not_lose_the_logo(office: Browser) -> None:
    proposed(office, file_of(drawn()), accent="#ff6600")
    assert office.status == 422
    logo = carried(office)["logo_png"]
    assert office.page.count(logo) == 2  # in the form, and as a picture above it
    proposed(office, b"GIF89a", accent="#ff6600", logo_png=logo)
    assert carried(office)["logo_png"] == logo
    office.post("/profiel/uiterlijk", {"accent": "#bc4900", "logo_png": logo})
    assert logo in office.page
    assert "Er is nog niets bewaard." in office.page


def test_a_wrong_subject_is_told_at_its_field(office: Browser) -> None:
    proposed(office, subject_code="Code van {verwerkr}", subject_voided="x" * 101)
    assert office.status == 422
    assert '<p class="error" id="e-subject_code">' in office.page
    assert "Wij kennen {verwerkr} niet. Bedoelt u {verwerker}?" in office.page
    assert "Onderwerp van ‘melding van intrekking’: " in office.page
    assert "<details open>" in office.page
    assert "Van ons: Herinnering: uw verwerkersovereenkomst met IT4Professionals" in office.page
    assert office.value("subject_code") == "Code van {verwerkr}"


def test_the_sheet_of_a_colour_is_public_and_kept(office: Browser) -> None:
    answer = office.client.get(f"/kleur/{sheet_name('#7b2cbf')}.css")
    assert answer.mimetype == "text/css"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert office.client.get("/kleur/7b2cbf-00000000.css").status_code == 404
