"""Which passwords are refused, and why."""

from __future__ import annotations

import pytest

from service.agreement.password_rules import mistake
from service.texts import OURS, has_text

ABOUT = ["Els Maes", "els.maes@it4.example", "IT4Professionals", "Christophe Zenner", "Zegel"]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kort", "password_short"),
        ("elf tekens!", "password_short"),
        ("x" * 501, "password_long"),
        ("qwerty123456", "password_common"),
        ("123456789012", "password_common"),
        ("password12345678", "password_common"),
        ("azertyuiop123", "password_easy"),
        ("Zomer2026!!!", "password_easy"),
        ("Maandag2026!", "password_easy"),
        ("wachtwoord wachtwoord", "password_easy"),
        ("aaaaaaaaaaaaaa", "password_easy"),
        ("els.maes@it4.example", "password_personal"),
        ("Maes-Els-1974!", "password_personal"),
        ("IT4Professionals1", "password_personal"),
        ("Zegel2026zegel", "password_personal"),
        ("christophe.zenner", "password_personal"),
    ],
)
def test_what_is_refused(password: str, code: str) -> None:
    assert mistake(password, ABOUT) == code
    assert has_text(f"errors.{code}", OURS)


@pytest.mark.parametrize(
    "password",
    [
        "blauwe-fiets-op-zolder",
        "een heel lang geheim",
        "fietsbel klapdeur maart",
        "7Xq!93mmPlz2",
        "vier losse woorden " * 12,  # longer than the estimator reads
        "maes zei: tuinslang over de muur",  # a name in it does no harm
        "пароль никто не знает",
    ],
)
def test_what_is_taken(password: str) -> None:
    assert mistake(password, ABOUT) is None
