"""The look of the processor: its colour and logo, and its own words in the mails to customers.

Values in them are named in the words of the catalogue: ``Beste lezer van {organisatie}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from service.agreement.colours import ZEGEL, parse_colour, too_faint
from service.agreement.fields import Checker
from service.error_codes import FieldCode
from service.texts import OURS, Language, text

INTRODUCED = (
    "invitation", "requested", "reminder", "link_renewed", "code", "question_answered", "receipt",
    "completed", "delegated_confirmed", "decline_confirmed", "expired", "voided",
)  # fmt: skip
"""The kinds of mail to customers, in the order of the page."""

INTRODUCED_AS = {
    "bundle_invitation": "invitation", "bundle_reminder": "reminder", "bundle_code": "code",
    "bundle_voided": "voided", "bundle_expired": "expired",
}  # fmt: skip
"""The mails about several agreements, and the kind about one whose introduction they have."""

FOR_CUSTOMERS = (*INTRODUCED, *INTRODUCED_AS, "application_code")
"""These and a mail that has no introduction, because nothing is known of its reader yet."""

PLACEHOLDERS = ("name", "organisation", "reference", "processor_name")
"""The values of a mail that an introduction may name."""

MOST_OF_AN_INTRODUCTION = 600  # characters, so that the button below it stays in sight
MOST_OF_A_SIGNATURE = 120
MOST_OF_A_SUBJECT = 100  # characters, before names are filled in; mail programs show fewer
_BRACES = re.compile(r"\{([^{}\n]{0,40})\}|[{}]")


@dataclass(frozen=True)
class Logo:
    """A logo without its bytes; ``sha256`` is of the bytes, sizes are in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class Look:
    """Empty means ours: Zegel's colour, no logo, replies to the sender, no line of its own."""

    accent: str = ""
    reply_to: str = ""
    signature_line: str = ""
    subjects: Mapping[str, str] = field(default_factory=dict)
    introductions: Mapping[str, str] = field(default_factory=dict)
    public_introduction: str = ""
    logo: Logo | None = None

    @property
    def colour(self) -> str:
        return self.accent or ZEGEL

    def subject(self, kind: str, values: Mapping[str, object], language: Language) -> str:
        """The subject of a mail of this kind; empty without an own one."""
        said = self.subjects.get(INTRODUCED_AS.get(kind, kind), "")
        return _filled(said, values, language).strip()

    def introduction(
        self, kind: str, values: Mapping[str, object], language: Language
    ) -> list[str]:
        """The paragraphs that introduce a mail of this kind; none without an own text."""
        said = self.introductions.get(INTRODUCED_AS.get(kind, kind), "")
        return paragraphs(_filled(said, values, language))


PLAIN = Look()


def paragraphs(said: str) -> list[str]:
    return [each for each in re.split(r"\n{2,}", said) if each]


def parse_look(form: Mapping[str, Any], logo: Logo | None) -> Look:
    """The look in a form, with the logo apart. Raises Invalid naming the fields."""
    check = Checker()
    accent = _accent(check, str(form.get("accent") or ""))
    reply_to = check.email("reply_to", form.get("reply_to"), required=False)
    signature_line = check.line(
        "signature_line", form.get("signature_line"), most=MOST_OF_A_SIGNATURE, required=False
    )
    subjects = {kind: _subject(check, f"subject_{kind}", form) for kind in INTRODUCED}
    introductions = {kind: _introduction(check, f"intro_{kind}", form) for kind in INTRODUCED}
    public = _words(check, "public_introduction", form)
    check.raise_if_wrong()
    return Look(
        accent=accent,
        reply_to=reply_to,
        signature_line=signature_line,
        subjects={kind: said for kind, said in subjects.items() if said},
        introductions={kind: said for kind, said in introductions.items() if said},
        public_introduction=public,
        logo=logo,
    )


def _accent(check: Checker, typed: str) -> str:
    if not typed.strip():
        return ""
    colour = parse_colour(typed)
    if colour is None:
        check.refuse("accent", FieldCode.COLOUR_INVALID)
        return ""
    if faint := too_faint(colour):
        check.refuse(
            "accent",
            FieldCode.COLOUR_FAINT,
            colour=colour,
            ground=text(f"labels.ground.{faint.ground}", OURS),
            ratio=_cut(faint.ratio),
            nearest=faint.nearest,
        )
    return "" if colour == ZEGEL else colour


def _cut(ratio: float) -> str:
    """With two decimals, never rounded up: 4.499 is not 4,50."""
    return f"{int(ratio * 100) / 100:.2f}".replace(".", ",")


def _subject(check: Checker, name: str, form: Mapping[str, Any]) -> str:
    return _with_placeholders(
        check, name, check.line(name, form.get(name), most=MOST_OF_A_SUBJECT, required=False)
    )


def _introduction(check: Checker, name: str, form: Mapping[str, Any]) -> str:
    return _with_placeholders(check, name, _words(check, name, form))


def _with_placeholders(check: Checker, name: str, said: str) -> str:
    for wrong in _unknown(said, OURS):
        near = get_close_matches(wrong, placeholders(OURS), 1, 0.0) if wrong else []
        if near:
            check.refuse(
                name, FieldCode.PLACEHOLDER_UNKNOWN, given=f"{{{wrong}}}", nearest=f"{{{near[0]}}}"
            )
        else:
            check.refuse(name, FieldCode.PLACEHOLDER_BRACE)
    return said


def _words(check: Checker, name: str, form: Mapping[str, Any]) -> str:
    said = check.text_area(name, form.get(name))
    if len(said) > MOST_OF_AN_INTRODUCTION:
        check.refuse(name, FieldCode.LENGTH, least=1, most=MOST_OF_AN_INTRODUCTION)
    return said


def placeholders(language: Language) -> dict[str, str]:
    """What may stand in braces, and the name of the value it stands for."""
    return {text(f"labels.placeholder.{each}", language): each for each in PLACEHOLDERS}


def _unknown(said: str, language: Language) -> Iterator[str]:
    """What stands in braces and is no placeholder; '' for a brace alone."""
    known = placeholders(language)
    for found in _BRACES.finditer(said):
        if found[1] not in known:
            yield found[1] or ""


def _filled(said: str, values: Mapping[str, object], language: Language) -> str:
    """Filled in one pass, so that braces in a name stay what they are."""
    known = placeholders(language)
    return _BRACES.sub(
        lambda found: str(values[known[found[1]]]) if found[1] in known else found[0], said
    )
