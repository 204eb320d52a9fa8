"""The names that a template can fill in, as the page for secretaries shows them.

They are those of ``service.documents.own.names``, so that the page names what the check knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.documents.own.names import (
    DECLARED,
    LISTS,
    OF_SPECIAL,
    PLACES,
    REQUIRED,
    listed,
    shown,
    shown_place,
)
from service.texts import OURS, named, text


@dataclass(frozen=True)
class Value:
    """``written`` is how it stands in the Word file; ``example`` is what it becomes; ``must`` says
    whether a text without it is refused."""

    written: str
    example: str
    must: bool


@dataclass(frozen=True)
class ListOf:
    """A list with an example of its items; ``flag`` is what an item can be asked, if anything."""

    name: str
    example: str
    flag: str


@dataclass(frozen=True)
class PlaceOf:
    """A signature place, and the placeholder of its date."""

    name: str
    signature: str
    date: str


def values(*, sometimes: bool) -> list[Value]:
    """Single values: those that are always there, or those that are only sometimes."""
    return [
        Value(
            _written(path, sometimes=sometimes),
            text(f"template_names.examples.{path}", OURS),
            path in REQUIRED,
        )
        for path, each in DECLARED.items()
        if "[]" not in path and path not in LISTS and path not in _WITHOUT_VALUE
        if (each.nullable or _around(path)) is sometimes
    ]


def lists() -> list[ListOf]:
    return [
        ListOf(
            shown(path),
            text(f"template_names.examples.{path}", OURS),
            listed("items")["special"][0] if f"{path}[].special" in DECLARED else "",
        )
        for path in LISTS
        if path not in OF_SPECIAL
    ]


def places() -> list[PlaceOf]:
    return [
        PlaceOf(
            named("labels.place", each, OURS),
            f"{{{{ {shown_place(each)} }}}}",
            f"{{{{ {shown_place(each, 'date')} }}}}",
        )
        for each in PLACES
    ]


# What only has parts, or is only tested.
_WITHOUT_VALUE = ("preview", "main_agreement", "annex.dpo")


def _around(path: str) -> bool:
    """Whether it is part of something that is not always there."""
    outer = DECLARED.get(path.rpartition(".")[0])
    return bool(outer and outer.nullable)


def _written(path: str, *, sometimes: bool) -> str:
    plain = f"{{{{ {shown(path)} }}}}"
    if not sometimes:
        return plain
    begin, end = listed("statements")["if"][0], listed("statements")["endif"][0]
    return f"{{% {begin} {shown(path)} %}}, {plain}{{% {end} %}}"
