"""The style sheets of the processor's colour.

A sheet's name has the colour and a digest of the content, so browsers keep it for ever.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache

from service.agreement.colours import ZEGEL, dark_shades, light_shades, parse_colour, too_faint
from service.web.pages import STATIC

_VARIABLE = re.compile(r"^\s*--([a-z-]+): (#[0-9a-f]{3,6});", re.MULTILINE)
_DARK = "@media screen and (prefers-color-scheme: dark)"


def sheet_name(colour: str) -> str:
    """``7b2cbf-1a2b3c4d``: the colour, and the sheet's digest."""
    return f"{colour[1:]}-{hashlib.sha256(_sheet(colour).encode()).hexdigest()[:8]}"


def sheet_named(name: str) -> str | None:
    """The sheet, or None for an unusable colour or older rules."""
    digits, _, _ = name.partition("-")
    colour = parse_colour(f"#{digits}") if len(digits) == 6 else None
    if colour is None or too_faint(colour) or name != sheet_name(colour):
        return None
    return _sheet(colour)


def both_schemes(colour: str) -> str:
    """Every variable under ``.scheme-light`` and ``.scheme-dark``."""
    light, dark = own_variables()
    if colour != ZEGEL:
        light, dark = light | light_shades(colour), dark | dark_shades(colour)
    return f".scheme-light{{{_said(light)}}}.scheme-dark{{{_said(light | dark)}}}"


def own_variables() -> tuple[dict[str, str], dict[str, str]]:
    """The colours of ``base.css``: light, and those that differ when dark."""
    light, _, rest = (STATIC / "base.css").read_text(encoding="utf-8").partition(_DARK)
    dark, _, _ = rest.partition("*, *::before")
    return dict(_VARIABLE.findall(light)), dict(_VARIABLE.findall(dark))


@lru_cache(maxsize=8)
def _sheet(colour: str) -> str:
    light, dark = _said(light_shades(colour)), _said(dark_shades(colour))
    return f":root{{{light}}}{_DARK}{{:root{{{dark}}}}}"


def _said(variables: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in variables.items())
