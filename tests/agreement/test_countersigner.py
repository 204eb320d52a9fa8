"""The processor's default signatory, and who may be chosen."""

from __future__ import annotations

import pytest
from sample_agreements import agreement

from service.agreement.drafting import choose, suggested
from service.agreement.fields import Checker
from service.agreement.permissions import Role, Staff

PROCESSOR = agreement().processor  # its representative is Christophe Zenner


def able(*names: str) -> list[Staff]:
    return [Staff(name, name, "", "", frozenset({Role.SIGNATORY})) for name in names]


@pytest.mark.parametrize(
    ("names", "who"),
    [
        (["Els Maes", "Christophe Zenner"], "Christophe Zenner"),
        (["Els Maes", "dhr. CHRISTOPHE ZENNER"], "dhr. CHRISTOPHE ZENNER"),
        (["Els Maes"], "Els Maes"),
        (["Els Maes", "Tom Claes"], None),
        (["Christophe Zenner", "christophe zenner", "Els Maes"], None),
        ([], None),
    ],
)
def test_the_representative_or_the_only_one_is_suggested(names: list[str], who: str | None) -> None:
    found = suggested(able(*names), PROCESSOR)
    assert (found.name if found else None) == who


@pytest.mark.parametrize(
    ("typed", "names", "who", "wrong"),
    [
        ("Tom Claes", ["Christophe Zenner", "Tom Claes"], "Tom Claes", []),
        ("", ["Christophe Zenner", "Tom Claes"], "Christophe Zenner", []),
        (None, ["Els Maes"], "Els Maes", []),
        ("", ["Els Maes", "Tom Claes"], None, ["countersigner_choose"]),
        ("Jan Blok", ["Els Maes"], None, ["countersigner_gone"]),
        ("", [], None, []),
        ("Jan Blok", [], None, ["countersigner_gone"]),
    ],
)
def test_only_who_may_sign_can_be_chosen(
    typed: str | None, names: list[str], who: str | None, wrong: list[str]
) -> None:
    check = Checker()
    chosen = choose(typed, able(*names), PROCESSOR, check)
    assert (chosen.name if chosen else None) == who
    assert [error.code for error in check.errors] == wrong
    assert {error.field for error in check.errors} <= {"countersigner"}
