"""The catalogues: every sentence for people that is not part of a page or mail template.

Each language is a folder of ``templates`` with the same files and keys; its ``texts`` has one TOML
file per subject. ``text("errors.email_invalid", language)`` reads the key ``email_invalid`` of
``errors.toml``; dots join nested tables. Values are filled with ``str.format``, and a missing key
or value raises. A number may choose its noun: ``{count:regel|regels}`` gives *1 regel* or *2
regels*.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


class Language(StrEnum):
    """The language of a text: the caller always passes the reader's."""

    NL = "nl"


OURS = Language.NL  # the language of the processor and its staff


class UnknownText(KeyError):
    """A key that is in no catalogue."""


class Counting(Formatter):
    """``str.format`` with a choice between singular and plural."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return f"{value} {one if value == 1 else many}"
        return str(super().format_field(value, format_spec))


def folder(language: Language, *names: str) -> Path:
    return TEMPLATES.joinpath(language.value, *names)


@cache
def table(name: str, language: Language) -> Mapping[str, Any]:
    """A catalogue file unprocessed, for lists whose entries have more than a sentence."""
    path = _file(name, language)
    if not path.is_file():
        raise UnknownText(name)
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def catalogue(name: str, language: Language) -> Mapping[str, str]:
    """All sentences of one catalogue file, keyed by their dotted path inside it."""
    return dict(_flatten(table(name, language)))


def text(key: str, language: Language, /, **values: object) -> str:
    """The sentence for ``file.key`` in this language, filled with ``values``.

    Raises UnknownText for a key in no catalogue, KeyError for a missing value.
    """
    name, _, path = key.partition(".")
    sentences = catalogue(name, language)
    if path not in sentences:
        raise UnknownText(key)
    sentence = sentences[path]
    return Counting().vformat(sentence, (), values) if "{" in sentence else sentence


def has_text(key: str, language: Language) -> bool:
    """For uses with a general sentence as fallback."""
    name, _, path = key.partition(".")
    return _file(name, language).is_file() and path in catalogue(name, language)


def named(kind: str, code: str, language: Language, /, **values: object) -> str:
    """A catalogue's name for a code, such as one of ``labels.place``; an unknown code unchanged.

    A code that ends in a number is named after the one without: ``controller_agreement_2``.
    """
    first, _, number = code.rpartition("_")
    if number.isdecimal() and has_text(f"{kind}.{first}", language):
        return f"{named(kind, first, language, **values)} ({number})"
    key = f"{kind}.{code}"
    try:
        return text(key, language, **values) if has_text(key, language) else code
    except KeyError:  # a value of the name is missing
        return code


def _file(name: str, language: Language) -> Path:
    return folder(language, "texts") / f"{name}.toml"


def _flatten(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            pairs += _flatten(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", str(value)))
    return pairs
