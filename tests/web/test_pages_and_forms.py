"""How dates are shown, and how forms are read."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from service.errors import FieldError, Invalid
from service.texts import OURS
from service.web.forms import read, upload
from service.web.mistakes import sentences
from service.web.pages import ago, amount, breakable, filters

NOW = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the repeated hour


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("datum", datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "2 maart 2026"),
        ("datum", date(2026, 3, 2), "2 maart 2026"),
        ("datum", datetime(2026, 12, 31, 23, 5, tzinfo=UTC), "1 januari 2027"),
        ("datum_kort", datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "02/03/2026"),
        ("moment", NOW, "2 maart 2026 om 14:05"),
        ("moment", datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "1 juli 2026 om 14:00"),
        ("uur", NOW, "14:05"),
        ("moment_offset", AUTUMN, "25 oktober 2026 om 02:30:00 (+02:00)"),
        ("moment_offset", AUTUMN + timedelta(hours=1), "25 oktober 2026 om 02:30:00 (+01:00)"),
    ],
)  # fmt: skip
def test_dates_are_those_of_brussels(name: str, value: date | datetime, shown: str) -> None:
    assert filters(OURS)[name](value) == shown


def test_long_words_break_where_dutch_breaks_them() -> None:
    assert breakable("Verwerkingsverantwoordelijke, onder Bijlage 1") == (
        "Verwerkings\u00adverantwoordelijke, onder Bijlage 1"
    )
    assert breakable("de verwerkersovereenkomst <b>") == "de verwerkers\u00adovereenkomst <b>"
    assert breakable("Geboortedatum") == "Geboortedatum"


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=20), "zojuist"),
        (timedelta(minutes=1), "1 minuut geleden"),
        (timedelta(minutes=59), "59 minuten geleden"),
        (timedelta(hours=8), "8 uur geleden"),
        (timedelta(hours=15), "gisteren"),
        (timedelta(days=3), "3 dagen geleden"),
        (timedelta(days=31), "30 januari 2026"),
        (timedelta(seconds=-5), "zojuist"),
    ],
)
def test_ago(before: timedelta, shown: str) -> None:
    assert ago(NOW - before, NOW) == shown


def test_a_form_is_read_tidily() -> None:
    form = MultiDict(
        [
            ("name", "  Jose\u0301\r\nX "),
            ("own", " "),
            ("old", "a\rb"),
        ]
    )
    assert read(form) == {"name": "José\nX", "own": "", "old": "a\nb"}


def test_errors_keep_order_and_the_first_sentence_and_name_their_field() -> None:
    given = [("city", "required"), ("a", "choose"), ("city", "choose"), ("function", "required")]
    wrong = Invalid([FieldError(name, code) for name, code in given])
    errors = sentences(wrong, {"a": "x"})
    assert list(errors) == ["city", "x", "function"]
    assert errors["city"] == "Vul de gemeente in."
    assert errors["function"] == "Functie: Vul dit in."


def test_upload() -> None:
    files = MultiDict([("f", FileStorage(io.BytesIO(b"x"), filename="a.png"))])
    assert upload(files, "f") == b"x"
    assert upload(MultiDict([("f", FileStorage(io.BytesIO(b""), filename=""))]), "f") == b""
    assert upload(MultiDict(), "f") == b""


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0"), (999, "999"), (1000, "1.000"), (1001, "1.000+")]
)
def test_a_number_says_how_far_it_was_counted(count: int, shown: str) -> None:
    assert amount(count, 1000) == shown
