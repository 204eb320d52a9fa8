"""By what the archive is filtered besides states, dates and words.

Each is stored as one more search word of the agreement, so that filters and words are found in the
same index, alone and together. Nobody types such a word: all begin and end with ``xq``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.agreement.annex import flags
from service.agreement.model import Agreement

Kind = Literal["service", "country", "template", "flag"]
# The reasons for review of Bijlage 1 that are about the data themselves: special categories
# (art. 9 GDPR), criminal data (art. 10), national numbers, and minors.
FLAGS = ("special", "criminal", "national_number", "minors")
DIGITS_OF_A_TEMPLATE = 16  # of its SHA-256
_LETTER: dict[Kind, str] = {"service": "d", "country": "l", "template": "t", "flag": "v"}
_AROUND = "xq"


@dataclass(frozen=True)
class Facets:
    """The chosen ones; empty values do not filter. ``template`` is the SHA-256 of the Word file,
    ``country`` the ISO 3166 code of the controller's."""

    template: str = ""
    service: str = ""
    flag: str = ""
    country: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The search words of the chosen ones."""
        given: dict[Kind, str] = {
            "template": self.template,
            "service": self.service,
            "flag": self.flag,
            "country": self.country,
        }
        return tuple(facet_word(kind, value) for kind, value in given.items() if value)


def facet_word(kind: Kind, value: str) -> str:
    """One word of letters and digits, which a text-search parser leaves whole."""
    plain = "".join(each for each in value.lower() if each.isascii() and each.isalnum())
    if kind == "template":
        plain = plain[:DIGITS_OF_A_TEMPLATE]
    return f"{_AROUND}{_LETTER[kind]}{plain}{_AROUND}"


def is_facet(word: str) -> bool:
    return word.startswith(_AROUND) and word.endswith(_AROUND)


def facet_words(agreement: Agreement) -> list[str]:
    """Those of an agreement."""
    given: list[tuple[Kind, str]] = [("service", each) for each in agreement.services]
    given.append(("country", agreement.controller.country))
    if agreement.template_sha256:
        given.append(("template", agreement.template_sha256))
    given += [("flag", each) for each in flags(agreement.annex) if each in FLAGS]
    return [facet_word(kind, value) for kind, value in given]
