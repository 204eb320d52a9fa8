"""The style sheets of a colour: the same rules as our own, an address for each, no other input."""

from __future__ import annotations

import pytest

from service.agreement.colours import DARK, LIGHT, ZEGEL, dark_shades, light_shades
from service.texts import OURS, folder
from service.web.shades import both_schemes, own_variables, sheet_name, sheet_named

PURPLE = "#7b2cbf"


def test_the_grounds_are_those_of_the_pages_and_mails() -> None:
    light, dark = own_variables()
    for known, variables in ((LIGHT, light), (DARK, dark)):
        ours = {name: known[name] for name in ("paper", "wash")}
        assert ours == {name: variables[name] for name in ours}
    assert light["accent"] == light["button"] == ZEGEL
    frame = (folder(OURS, "mail") / "frame.html").read_text(encoding="utf-8")
    assert f"background-color:{LIGHT['mail']};" in frame


def test_every_shade_replaces_a_variable_of_both_schemes() -> None:
    light, dark = own_variables()
    assert light_shades(PURPLE).keys() == dark_shades(PURPLE).keys()
    assert light_shades(PURPLE).keys() <= light.keys() & dark.keys()


def test_the_preview_without_a_colour_is_our_own() -> None:
    light, dark = own_variables()
    sheet = both_schemes(ZEGEL)
    assert f"--accent:{light['accent']};" in sheet.split(".scheme-dark")[0]
    assert f"--accent:{dark['accent']};" in sheet.split(".scheme-dark")[1]


def test_a_sheet_has_one_address() -> None:
    name = sheet_name(PURPLE)
    sheet = sheet_named(name)
    assert sheet
    assert sheet.startswith(f":root{{--accent:{PURPLE};")
    assert len(sheet) < 600
    assert sheet_name("#7b2cc0") != name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "7b2cbf",
        "7b2cbf-00000000",
        sheet_name(PURPLE).upper(),
        "abc-00000000",
        sheet_name("#ffcc00"),  # cannot be read
        f"{sheet_name(PURPLE)}}}body{{display:none",
    ],
)
def test_any_other_address_has_none(name: str) -> None:
    assert sheet_named(name) is None
