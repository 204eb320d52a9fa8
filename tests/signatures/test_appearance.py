"""What a seal shows on the page."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import PdfFileWriter

from signatures.acts.act import Act
from signatures.acts.appearance import lines, sheet_style, shown_date, shown_moment, style
from signatures.acts.drawing import SIZES
from signatures.acts.font import (
    FACES,
    LATIN,
    OTHER,
    WIDE,
    characters,
    drawn_in,
    face_font,
    faces_for,
)
from signatures.acts.prepare_fields import Room
from signatures.errors import UnprintableName
from tests.signatures.making import drawn_png
from tests.variants import some

TWELVE_MM = 12 * 72 / 25.4
READABLE = 6.5  # points
NEW_FIELD, OLD_FIELD = Room(176.3, 95.0, 85.3), Room(176.3, 65.85)
ODD = "Maria Magdalena Josephina van den Broeck-Vanderstraeten de Bethune tot Zwevegem"
LONG = "Vereniging zonder winstoogmerk voor het behoud en de ontsluiting van het erfgoed"


def act(**changes: object) -> Act:
    values: dict[str, object] = {
        "place": "controller_agreement",
        "reference": "VO-2026-00042",
        "organisation": "Bakkerij Peeters BV",
        "person_name": "An Peeters",
        "function": "Bestuurder",
        "signed_at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
        "method": "typed",
        "image_png": None,
        "typed_text": "An Peeters",
        "document_sha256": "0" * 64,
        "statements": (),
        "record_sha256": "1" * 64,
    }
    return Act(**{**values, **changes})  # type: ignore[arg-type]


def drawn(changed: Act, room: Room) -> pikepdf.Pdf:
    """A file with the appearance, as ``/Look``."""
    writer = PdfFileWriter()
    stamp = style(changed, room).create_stamp(writer, BoxConstraints(room.width, room.height), {})
    writer.root["/Look"] = stamp.register()
    file = io.BytesIO()
    writer.write(file)
    return pikepdf.open(file)


def sizes(file: pikepdf.Pdf, font: str) -> set[float]:
    content = file.Root.Look.read_bytes()
    return {float(size) for size in re.findall(rb"/%s ([\d.]+) Tf" % font.encode(), content)}


def test_it_says_who_as_what_and_when() -> None:
    assert lines(act()) == [
        "An Peeters",
        "Bestuurder, Bakkerij Peeters BV",
        "elektronisch ondertekend op 2 maart 2026 om\u00a000:30\u00a0(Brussel)",
    ]
    assert shown_date(act().signed_at) == "2 maart 2026"
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    assert [shown_moment(each).split("\u00a0")[1:] for each in twice] == [
        ["02:30", "(Brussel,", "zomertijd)"],
        ["02:30", "(Brussel,", "wintertijd)"],
    ]


def test_what_was_placed_under_a_mandate_says_so_and_never_signed() -> None:
    said = lines(act(mandate_of=date(2026, 2, 1)))
    assert said[-1] == (
        "automatisch geplaatst op 2 maart 2026 om\u00a000:30\u00a0(Brussel), "
        "onder het mandaat van 1 februari 2026"
    )
    with drawn(act(mandate_of=date(2026, 2, 1), function=LONG), NEW_FIELD) as file:
        assert min(sizes(file, "Words")) >= READABLE


def test_a_long_organisation_is_shortened_and_a_persons_name_never_is() -> None:
    name, capacity, _ = lines(act(organisation=LONG * 2, person_name=LONG))
    assert name == LONG
    assert capacity.endswith("…")
    assert len(capacity) < 80


@pytest.mark.parametrize("room", [NEW_FIELD, OLD_FIELD], ids=["new", "old"])
@pytest.mark.parametrize("person", some([f"{ODD} {ODD} {ODD}"[:200], ODD, "An Li"]))
@pytest.mark.parametrize("method", ["typed", "drawn"])
def test_the_words_are_readable_and_the_signature_large(
    room: Room, person: str, method: str
) -> None:
    """In every field, older ones too; including the longest names."""
    picture = drawn_png(300, 300)
    given = (
        {"method": method, "image_png": picture, "typed_text": None} if method == "drawn" else {}
    )
    file = drawn(
        act(**{"person_name": person, "function": LONG, "typed_text": person, **given}), room
    )
    assert sizes(file, "Words")
    assert min(sizes(file, "Words")) >= READABLE
    content = file.Root.Look.read_bytes().decode("latin-1")
    if method == "drawn":
        (scale,) = re.findall(r"q ([\d.]+) 0 0 [\d.]+ 0 [\d.]+ cm", content)
        height = float(scale) * Image.open(io.BytesIO(picture)).height
        # An older field is too low for the longest texts: there the words have priority.
        assert height >= (TWELVE_MM if room is NEW_FIELD or len(person) < 100 else TWELVE_MM / 2)
    tops = [float(y) for y in re.findall(r"Tf [-\d.]+ ([-\d.]+) Td", content)]
    assert min(tops) >= 0
    assert max(tops) < room.height


def test_the_date_stands_in_its_own_row_where_the_field_has_one() -> None:
    with drawn(act(), NEW_FIELD) as new, drawn(act(), OLD_FIELD) as old:
        content = new.Root.Look.read_bytes()
        assert b"(2 maart 2026)" not in old.Root.Look.read_bytes()
    assert content.count(b"(2 maart 2026)") == 1
    (at,) = re.findall(rb"/Words 10 Tf 0 ([\d.]+) Td", content)
    assert float(at) == NEW_FIELD.date_baseline


@pytest.mark.parametrize("face", FACES)
def test_a_typed_name_is_drawn_in_the_chosen_face(face: str) -> None:
    file = drawn(act(face=face), NEW_FIELD)
    assert f"ZegelHand{face.capitalize()}" in str(file.Root.Look.Resources.Font.Hand.BaseFont)
    assert "ZegelSign" in str(file.Root.Look.Resources.Font.Words.BaseFont)
    assert max(size for size in sizes(file, "Hand")) > 4 * SIZES[0][0]


@pytest.mark.parametrize(
    ("name", "faces"),
    [
        ("Zoë Çelik-Şahin Łódź d’Hondt", list(FACES)),
        ("Nguye\u0302\u0303n Thị Ánh", ["elegant", "swift"]),
        ("Олександр Ґонгадзе", ["plain"]),
        ("Αλέξανδρος", [OTHER]),
    ],
)
def test_a_name_is_in_one_face_that_has_all_its_letters(name: str, faces: list[str]) -> None:
    assert [looks for _, looks in faces_for(name)] == faces
    for chosen in FACES:
        assert drawn_in(name, chosen) == (chosen if chosen in faces else faces[0])
        file = drawn(act(typed_text=name, person_name=name, face=chosen), NEW_FIELD)
        assert "/Hand" in file.Root.Look.Resources.Font


def test_what_no_font_can_show_is_refused() -> None:
    for changes in ({"person_name": "张伟"}, {"typed_text": "张伟"}):
        with pytest.raises(UnprintableName):
            style(act(**changes), NEW_FIELD)


def test_no_certificate_keeps_a_sheet_from_being_sealed() -> None:
    assert "?? Seals" in (sheet_style("张伟 Seals").stamp_text or "")
    ours = sheet_style("Elektronisch zegel: IT4Professionals (niet-gekwalificeerd)").stamp_text
    assert "\n(niet-gekwalificeerd)" in (ours or "")  # not broken at its hyphen


@pytest.mark.parametrize("font", [LATIN, WIDE, *map(face_font, FACES)])
def test_what_is_written_beside_a_font_is_what_it_has(font: Path) -> None:
    with TTFont(font) as opened:
        assert characters(font) == set(opened.getBestCmap())
