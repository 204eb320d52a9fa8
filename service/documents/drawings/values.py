"""The attributes that a cleaned drawing may have, and their values; styles become attributes.

No value names anything outside the file: a reference is ``#name``. What does not fit is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
_LENGTH = re.compile(rf"\s*{_NUMBER}(?:px|pt|pc|mm|cm|in|%)?\s*", re.ASCII)
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE+\-.,\s]*", re.ASCII)
_POINTS = re.compile(r"[0-9eE+\-.,\s]*", re.ASCII)
_TRANSFORM = re.compile(
    r"(?:\s*(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([0-9eE+\-.,\s]*\)[\s,]*)*", re.ASCII
)
_NAME = re.compile(r"[A-Za-z_][\w.:-]{0,80}", re.ASCII)
_WORD = re.compile(r"\s*[a-zA-Z-]{1,30}\s*", re.ASCII)
_COLOUR = re.compile(
    r"\s*(?:#[0-9a-fA-F]{3,8}|[a-zA-Z]{1,30}|(?:rgb|hsl)a?\([0-9.,%/\s-]{1,60}\))\s*", re.ASCII
)
_PAINT = re.compile(
    rf"{_COLOUR.pattern}|\s*url\(\s*['\"]?#{_NAME.pattern}['\"]?\s*\)\s*(?:{_COLOUR.pattern})?",
    re.ASCII,
)
_REFERENCE = re.compile(rf"\s*(?:none|url\(\s*['\"]?#{_NAME.pattern}['\"]?\s*\))\s*", re.ASCII)
_INSIDE = re.compile(rf"#{_NAME.pattern}", re.ASCII)
_DASHES = re.compile(rf"\s*(?:none|(?:{_NUMBER}(?:px)?[\s,]*){{1,12}})", re.ASCII)

GEOMETRY = {
    **dict.fromkeys(
        ("x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "fx", "fy", "x1", "y1", "x2",
         "y2", "offset"),
        _LENGTH,
    ),
    "d": _PATH,
    "points": _POINTS,
    "transform": _TRANSFORM,
    "gradientTransform": _TRANSFORM,
    "gradientUnits": _WORD,
    "spreadMethod": _WORD,
    "clipPathUnits": _WORD,
    "id": _NAME,
}  # fmt: skip
STYLES = {
    **dict.fromkeys(("fill", "stroke"), _PAINT),
    **dict.fromkeys(("color", "stop-color"), _COLOUR),
    **dict.fromkeys(
        ("fill-opacity", "stroke-opacity", "opacity", "stop-opacity", "stroke-width",
         "stroke-miterlimit", "stroke-dashoffset"),
        _LENGTH,
    ),
    **dict.fromkeys(
        ("fill-rule", "clip-rule", "stroke-linecap", "stroke-linejoin", "display", "visibility"),
        _WORD,
    ),
    "stroke-dasharray": _DASHES,
    "clip-path": _REFERENCE,
}  # fmt: skip
ATTRIBUTES = {**GEOMETRY, **STYLES}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_CLASS = re.compile(r"\.([A-Za-z_][\w-]*)", re.ASCII)


def good(name: str, value: str) -> bool:
    """Whether a cleaned drawing may have this attribute with this value."""
    pattern = ATTRIBUTES.get(name)
    return pattern is not None and bool(pattern.fullmatch(value))


def inside(value: str) -> bool:
    """Whether one gradient's reference to another stays in the file."""
    return bool(_INSIDE.fullmatch(value))


def declared(style: str) -> Iterator[tuple[str, str]]:
    """The known properties of a style; others change nothing that we draw."""
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if name in STYLES and good(name, value):
            yield name, value


def by_class(sheet: str) -> Mapping[str, dict[str, str]]:
    """The properties of each class in a style sheet, in order of force. Rules with other selectors
    are left out."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in _RULE.findall(_COMMENT.sub("", sheet)):
        for selector in selectors.split(","):
            if named := _CLASS.fullmatch(selector.strip()):
                found.setdefault(named[1], {}).update(declared(body))
    return found
