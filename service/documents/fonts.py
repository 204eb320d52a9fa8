"""The fonts that ship with the templates; a document uses no others."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from service.documents.placeholders import printed_strings
from service.errors import GenerationFailed

POSTSCRIPT_NAME, VERSION = 6, 5


@dataclass(frozen=True)
class ShippedFonts:
    """The fonts of a folder; ``characters`` are those that every one prints."""

    directory: Path
    names: frozenset[str]
    characters: frozenset[int]
    description: str

    def unprintable(self, text: str) -> str:
        """The characters that these fonts lack, each once, in order of appearance."""
        missing = (character for character in text if ord(character) not in self.characters)
        return "".join(dict.fromkeys(missing))

    def check_printable(self, context: Mapping[str, Any]) -> None:
        """Refuse a character that would print as an empty box.

        Raises GenerationFailed ``unprintable_value`` with the value's path and the character.
        """
        for path, value in printed_strings(context):
            if missing := self.unprintable(value):
                name = unicodedata.name(missing[0], "?")
                raise GenerationFailed(
                    "unprintable_value", f"{path}: U+{ord(missing[0]):04X} {name}"
                )


def load_fonts(directory: Path) -> ShippedFonts:
    """Read the names and characters of all fonts in a folder."""
    names: set[str] = set()
    characters: list[Iterable[int]] = []
    versions: set[str] = set()
    digest = hashlib.sha256()
    for path in sorted(directory.glob("*.ttf")):
        digest.update(path.read_bytes())
        with TTFont(path, lazy=True) as font:
            names.add(str(font["name"].getDebugName(POSTSCRIPT_NAME)))
            versions.add(str(font["name"].getDebugName(VERSION)).split(";")[0])
            characters.append(frozenset(font.getBestCmap()))
    if not names:
        raise GenerationFailed("fonts_missing", str(directory))
    family = min(names, key=len).split("-")[0]
    return ShippedFonts(
        directory,
        frozenset(names),
        frozenset.intersection(*map(frozenset, characters)),
        f"{family} {' '.join(sorted(versions))} sha256:{digest.hexdigest()[:16]}",
    )
