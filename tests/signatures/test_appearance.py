"""What a seal says on the page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from signatures.acts import Act
from signatures.appearance import LINE_CHARACTERS, lines, sheet_style, style
from signatures.errors import UnprintableName
from signatures.font import LATIN, WIDE, characters

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


def test_it_says_who_as_what_when_and_under_which_reference() -> None:
    assert lines(act()) == [
        "An Peeters",
        "Bestuurder, Bakkerij Peeters BV",
        "elektronisch ondertekend · 2 maart 2026, 00:30",
        "(+01:00)",
        "VO-2026-00042",
    ]


def test_a_long_organisation_is_shortened_and_a_persons_name_never_is() -> None:
    shown = lines(act(organisation=LONG * 2, person_name=LONG))
    assert all(len(line) <= LINE_CHARACTERS for line in shown)
    assert " ".join(shown).startswith(LONG)
    assert sum("…" in line for line in shown) == 1
    assert len(lines(act(organisation=LONG * 2))) <= len(lines(act())) + 1


def test_what_the_font_cannot_show_is_refused() -> None:
    with pytest.raises(UnprintableName):
        style(act(person_name="张伟"), 60)


def test_no_certificate_keeps_a_sheet_from_being_sealed() -> None:
    assert "?? Seals" in (sheet_style("张伟 Seals").stamp_text or "")


@pytest.mark.parametrize("font", [LATIN, WIDE])
def test_what_is_written_beside_a_font_is_what_it_has(font: Path) -> None:
    with TTFont(font) as opened:
        assert characters(font) == set(opened.getBestCmap())
