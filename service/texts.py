"""The catalogues: every sentence a person reads that is not part of a page or mail template.

Each language is a folder of ``templates`` with the same files and keys. One TOML file per subject
in its ``texts``; ``text("errors.email_invalid", language)`` reads the key ``email_invalid`` of
``errors.toml``. Nested tables are joined with dots. Values are filled with ``str.format``; a
missing key or value is a mistake of ours and raises. A number may bring its noun, one and many:
``{count:regel|regels}`` reads *1 regel* or *2 regels*.
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
    """What something is read in. Whoever prints passes on the language of the reader; Dutch is
    meant where nobody could have another one."""

    NL = "nl"


OURS = Language.NL  # the language of the processor and its staff


class UnknownText(KeyError):
    """A key that stands in no catalogue."""


class Counting(Formatter):
    """``str.format`` that also knows one from many."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return f"{value} {one if value == 1 else many}"
        return str(super().format_field(value, format_spec))


def folder(language: Language, *names: str) -> Path:
    """The templates of one language, or a folder in them."""
    return TEMPLATES.joinpath(language.value, *names)


@cache
def table(name: str, language: Language = Language.NL) -> Mapping[str, Any]:
    """A catalogue file as it stands, for lists whose entries have more than a sentence."""
    path = _file(name, language)
    if not path.is_file():
        raise UnknownText(name)
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def catalogue(name: str, language: Language = Language.NL) -> Mapping[str, str]:
    """All sentences of one catalogue file, keyed by their dotted path inside that file."""
    return dict(_flatten(table(name, language)))


def text(key: str, language: Language = Language.NL, /, **values: object) -> str:
    """The sentence behind ``file.key`` in this language, filled with ``values``.

    Raises UnknownText for a key in no catalogue, KeyError for a value the sentence needs.
    """
    name, _, path = key.partition(".")
    sentences = catalogue(name, language)
    if path not in sentences:
        raise UnknownText(key)
    sentence = sentences[path]
    return Counting().vformat(sentence, (), values) if "{" in sentence else sentence


def has_text(key: str, language: Language = Language.NL) -> bool:
    """Whether a catalogue holds this key; for choices where a general sentence is the fallback."""
    name, _, path = key.partition(".")
    return _file(name, language).is_file() and path in catalogue(name, language)


def named(kind: str, code: str, language: Language = Language.NL, /, **values: object) -> str:
    """What a catalogue calls a code, such as one of ``labels.place``; a code that it does not know
    stays as it is."""
    key = f"{kind}.{code}"
    try:
        return text(key, language, **values) if has_text(key, language) else code
    except KeyError:  # a value of the name is not there
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
