"""By what the archive is filtered besides states, dates and words, and the list by how far it is.

Each is stored as one more search word of the agreement, so that filters and words are found in the
same index, alone and together. Nobody types such a word: all begin and end with ``xq``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.agreement.annex import flags
from service.agreement.model import Agreement
from service.agreement.progress import Stage, month_of, stage_of

Kind = Literal["service", "country", "template", "flag", "sent", "stage"]
# The reasons for review of Bijlage 1 that are about the data themselves: special categories
# (art. 9 GDPR), criminal data (art. 10), national numbers, and minors.
FLAGS = ("special", "criminal", "national_number", "minors")
DIGITS_OF_A_TEMPLATE = 16  # of its SHA-256
_LETTER: dict[Kind, str] = {
    "service": "d", "country": "l", "template": "t", "flag": "v", "sent": "m", "stage": "s",
}  # fmt: skip
_AROUND = "xq"
ANY = "any"
"""For ``sent``: whenever it was."""
OPENED = "opened"
"""For ``stage``: all in which the link was opened."""
# With the same letter before all of those, so that its beginning finds them.
_STAGES: dict[str, str] = {
    Stage.OURS_FIRST: "ua", Stage.UNOPENED: "ub", Stage.STOPPED_UNOPENED: "uc",
    Stage.DETAILS: "oa", Stage.ANNEX: "ob", Stage.TEXT: "oc", Stage.SIGNED: "od", Stage.DONE: "oe",
    Stage.STOPPED_DETAILS: "of", Stage.STOPPED_ANNEX: "og", Stage.STOPPED_TEXT: "oh",
    Stage.STOPPED_SIGNED: "oi",
}  # fmt: skip


@dataclass(frozen=True)
class Facets:
    """The chosen ones; empty values do not filter. ``template`` is the SHA-256 of the Word file,
    ``country`` the ISO 3166 code of the controller's, ``sent`` a month such as 2026-11 or ``ANY``,
    ``stage`` one of ``Stage`` or ``OPENED``."""

    template: str = ""
    service: str = ""
    flag: str = ""
    country: str = ""
    sent: str = ""
    stage: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The search words of the chosen ones."""
        given: dict[Kind, str] = {
            "template": self.template,
            "service": self.service,
            "flag": self.flag,
            "country": self.country,
            "sent": self.sent,
            "stage": self.stage,
        }
        return tuple(_wanted(kind, value) for kind, value in given.items() if value)


def _wanted(kind: Kind, value: str) -> str:
    """The word of a value, or the beginning of the words of several."""
    beginning = f"{_AROUND}{_LETTER[kind]}"
    if kind == "sent" and value == ANY:
        return beginning
    if kind == "stage" and value == OPENED:
        return f"{beginning}o"
    return facet_word(kind, value)


def facet_word(kind: Kind, value: str) -> str:
    """One word of letters and digits, which a text-search parser leaves whole."""
    plain = "".join(each for each in value.lower() if each.isascii() and each.isalnum())
    if kind == "template":
        plain = plain[:DIGITS_OF_A_TEMPLATE]
    if kind == "stage":
        plain = _STAGES[value]
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
    if agreement.sent_at and (stage := stage_of(agreement)):
        given += [("sent", month_of(agreement.sent_at)), ("stage", stage)]
    return [facet_word(kind, value) for kind, value in given]
