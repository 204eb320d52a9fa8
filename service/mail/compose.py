"""Composes each mail: subject, text and HTML, from three templates per kind. Pure.

The values are those of the kind (``kinds.py``, ``account_kinds.py``, ``bundles.py``) and those
added at sending; ``in_words`` prints them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

import service.mail.account_kinds
import service.mail.bundles  # noqa: F401  the kinds of both are found below
from service.agreement.colours import ZEGEL
from service.agreement.look import FOR_CUSTOMERS, INTRODUCED_AS, Look
from service.mail.errors import MailInvalid
from service.mail.in_words import in_words, several
from service.mail.kinds import Mail
from service.texts import Language, folder

COMMON = frozenset({"name", "processor_name", "contact_email", "contact_phone"})
OF_THE_LOOK = frozenset({"accent", "introduction", "signature_line"})  # of the processor
ABOUT = frozenset({"reference", "organisation"})  # the controller; both empty in some alarms
NOT_ABOUT_ONE = {
    "countersign_digest", "staff_invitation", "password_link", "unlock_link", "account_changed",
    "role_asked", "many_handed_over", "import_ended", "bulk_halted", "application_code",
    "bundle_invitation", "bundle_reminder", "bundle_code", "bundle_voided", "bundle_expired",
}  # fmt: skip
ADDED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("receipt", "decline_confirmed", "delegated_confirmed"), ()),
    **dict.fromkeys(("voided", "bundle_voided"), ()),
    **dict.fromkeys(("code", "bundle_code", "application_code"), ("code",)),
    "completed": ("link", "verify_link"),
}
"""What is added when a mail is sent, if it is not just a link: to the signer's page, a dossier, a
queue or a download. It may be empty."""


def _needs(mail: type[Mail]) -> frozenset[str]:
    own = frozenset(each.name for each in fields(mail)) | {*ADDED.get(mail.kind, ("link",))}
    return COMMON | own if mail.kind in NOT_ABOUT_ONE else COMMON | ABOUT | own


MAIL_KINDS: Mapping[str, frozenset[str]] = {
    mail.kind: _needs(mail) for mail in Mail.__subclasses__()
}


@dataclass(frozen=True)
class ComposedMail:
    """A mail's text in both forms. The subject is one line."""

    subject: str
    text: str
    html: str


def compose(
    kind: str, values: Mapping[str, object], language: Language, look: Look | None = None
) -> ComposedMail:
    """The mail of that kind in this language; ``look`` is only for mails to customers.

    Raises KeyError for an unknown kind or missing values, MailInvalid when a value would put a line
    break in the subject.
    """
    missing = MAIL_KINDS[kind] - values.keys()
    if missing:
        raise KeyError(f"{kind}: {', '.join(sorted(missing))}")
    needed = in_words(kind, {name: values[name] for name in MAIL_KINDS[kind]}, language)
    named = {**needed, **(several(needed["agreements"], language) if kind in INTRODUCED_AS else {})}
    own = look if look and kind in FOR_CUSTOMERS else None
    needed |= _of_the_look(kind, named, language, own)
    subject = _own_subject(kind, named, language, own)
    subject = subject or _render(f"{kind}/subject.txt", needed, language).strip()
    if len(subject.splitlines()) != 1:
        raise MailInvalid(f"the subject of {kind} is not one line")
    return ComposedMail(
        subject=subject,
        text=_without_gaps(_render(f"{kind}/text.txt", needed, language)),
        html=_render(f"{kind}/html.html", needed, language),
    )


def _of_the_look(
    kind: str, values: Mapping[str, object], language: Language, look: Look | None
) -> dict[str, object]:
    if look is None:
        return {"accent": ZEGEL, "introduction": [], "signature_line": ""}
    return {
        "accent": look.colour,
        "introduction": look.introduction(kind, values, language),
        "signature_line": look.signature_line,
    }


def _own_subject(
    kind: str, values: Mapping[str, object], language: Language, look: Look | None
) -> str:
    """The processor's; a code stays at its end, where it is read without opening the mail."""
    subject = look.subject(kind, values, language) if look else ""
    return f"{subject}: {values['code']}" if subject and "code" in values else subject


@cache
def environment(language: Language) -> ImmutableSandboxedEnvironment:
    """A language's templates: sandboxed, escaping HTML, strict about missing values."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder(language, "mail")),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["quoted"] = _quoted
    made.filters["dial"] = _dial
    return made


def _render(name: str, values: Mapping[str, object], language: Language) -> str:
    return environment(language).get_template(name).render(values)


def _without_gaps(rendered: str) -> str:
    """At most one empty line between paragraphs."""
    return re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n"


def _quoted(words: str) -> str:
    """A person's own words, each line marked as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in words.strip().splitlines())


def _dial(number: str) -> str:
    """The number to dial: digits, with a leading plus kept."""
    return re.sub(r"[^\d+]", "", number.replace("(0)", ""))
