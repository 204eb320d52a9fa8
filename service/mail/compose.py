"""Composes each mail: subject, text and HTML, from three templates per kind. Pure.

Every kind needs ``COMMON`` and its own values below; those about an agreement need ``ABOUT`` too.
Values are text as typed by a person, or dates and moments in ISO 8601, unless stated otherwise.
Those marked ``?`` may be None or empty, but must be given. ``in_words`` prints them.

=====================  ============================================================================
COMMON                 name (of the reader), processor_name, contact_email, contact_phone?
ABOUT                  reference, organisation (the controller); both are empty in an alarm that is
                       not about an agreement
invitation             link, valid_until, sender_name, message?, delegated_by? (the former signer),
                       pre_signed (bool: the processor signed first)
link_renewed           link, valid_until
reminder               link, valid_until, sender_name
code                   code, minutes (int), purpose (sign, delegate or open)
receipt                signed_at, pre_signed (bool)
countersign            link, signer_name, signer_function, signed_at? (empty when the processor
                       signs first), flags (list of codes)
countersign_digest     agreements (list of organisation, reference, signed_at?, flags: as in
                       countersign), count (of the new ones, listed or not), waiting (number waiting
                       in total), link; not about one agreement
completed              counterparty (the other party's name), effective_date, attached (bool),
                       link? (download), verify_link?
declined               signer_name, declined_at, reason (code), explanation?, mailbox_proved (bool),
                       link? (dossier); internal
decline_confirmed      declined_at
voided                 reason?
expired                expired_on, for_staff (bool: the sender reads it), already_signed (bool: the
                       controller had signed), link? (the dossier, or where a new link can be asked)
delegated_confirmed    to_name, to_function?, to_email, delegated_at; sent to the former signer
delegated_notice       from_name, to_name, to_function?, to_email, delegated_at, message?, link?;
                       internal
taken_over             by_name (new countersigner), from_name? (former one), yours (bool: the
                       reader was it), anew (bool: the text is made again), link; internal
question               from_name, from_email, question, asked_at, link?;
                       internal, reply-to is the asker
question_answered      from_name (of the answer), question, answer, link? (the asker's, if
                       valid), valid_until; reply-to is the author of the answer
returned               from_name (the countersigner), question, link? (dossier);
                       internal, reply-to is the countersigner
return_answered        from_name (of the answer), question, answer, link? (queue); internal
new_link_requested     signer_name, requested_at, link; internal
generation_failed      reason, failed_at, link; internal
undeliverable          mail (its kind), recipient, words (the mail server's), can_change
                       (bool: the address can be changed), link (dossier); internal
alarm                  what (code of the stalled item), trouble (code of the sentence), since,
                       reason?, others (list of codes or lines: further stalled items), unnamed
                       (int: how many more), link; internal
account_changed        about_name? (empty: the processor's data), own (bool: the reader's account),
                       changes (list of what is kept of a ``Change``), by_name, changed_at, link
role_asked             about_name, roles (list of codes), by_name, link
=====================  ============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.mail.errors import MailInvalid
from service.mail.in_words import in_words
from service.texts import Language, folder

COMMON = frozenset({"name", "processor_name", "contact_email", "contact_phone"})
ABOUT = frozenset({"reference", "organisation"})


def _needs(*own: str) -> frozenset[str]:
    return COMMON | ABOUT | frozenset(own)


def _of_account(*own: str) -> frozenset[str]:
    return COMMON | frozenset(own)


MAIL_KINDS: Mapping[str, frozenset[str]] = {
    "invitation": _needs(
        "link", "valid_until", "sender_name", "message", "delegated_by", "pre_signed"
    ),
    "link_renewed": _needs("link", "valid_until"),
    "reminder": _needs("link", "valid_until", "sender_name"),
    "code": _needs("code", "minutes", "purpose"),
    "receipt": _needs("signed_at", "pre_signed"),
    "countersign": _needs("link", "signer_name", "signer_function", "signed_at", "flags"),
    "countersign_digest": _of_account("agreements", "count", "waiting", "link"),
    "completed": _needs("counterparty", "effective_date", "attached", "link", "verify_link"),
    "declined": _needs(
        "signer_name", "declined_at", "reason", "explanation", "mailbox_proved", "link"
    ),
    "decline_confirmed": _needs("declined_at"),
    "voided": _needs("reason"),
    "expired": _needs("expired_on", "link", "for_staff", "already_signed"),
    "delegated_confirmed": _needs("to_name", "to_function", "to_email", "delegated_at"),
    "delegated_notice": _needs(
        "from_name", "to_name", "to_function", "to_email", "delegated_at", "message", "link"
    ),
    "taken_over": _needs("by_name", "from_name", "yours", "anew", "link"),
    "question": _needs("from_name", "from_email", "question", "asked_at", "link"),
    "question_answered": _needs("from_name", "question", "answer", "link", "valid_until"),
    "returned": _needs("from_name", "question", "link"),
    "return_answered": _needs("from_name", "question", "answer", "link"),
    "new_link_requested": _needs("signer_name", "requested_at", "link"),
    "generation_failed": _needs("reason", "failed_at", "link"),
    "undeliverable": _needs("mail", "recipient", "words", "can_change", "link"),
    "alarm": _needs("what", "since", "reason", "trouble", "others", "unnamed", "link"),
    "staff_invitation": _of_account("link", "valid_until", "by_name", "email"),
    "password_link": _of_account("link", "valid_until", "asked", "by_name"),
    "unlock_link": _of_account("link", "valid_until", "asked"),
    "account_changed": _of_account("about_name", "own", "changes", "by_name", "changed_at", "link"),
    "role_asked": _of_account("about_name", "roles", "by_name", "link"),
}


@dataclass(frozen=True)
class ComposedMail:
    """A mail's text in both forms. The subject is one line."""

    subject: str
    text: str
    html: str


class MissingMailValues(KeyError):
    """A programming error: values that this kind of mail needs are missing."""


def compose(kind: str, values: Mapping[str, object], language: Language) -> ComposedMail:
    """The mail of that kind in this language; other values are ignored.

    Raises KeyError for an unknown kind, MissingMailValues, MailInvalid when a value would put a
    line break in the subject.
    """
    missing = MAIL_KINDS[kind] - values.keys()
    if missing:
        raise MissingMailValues(f"{kind}: {', '.join(sorted(missing))}")
    needed = in_words(kind, {name: values[name] for name in MAIL_KINDS[kind]}, language)
    subject = _render(f"{kind}/subject.txt", needed, language).strip()
    if len(subject.splitlines()) != 1:
        raise MailInvalid(f"the subject of {kind} is not one line")
    return ComposedMail(
        subject=subject,
        text=_without_gaps(_render(f"{kind}/text.txt", needed, language)),
        html=_render(f"{kind}/html.html", needed, language),
    )


@cache
def environment(language: Language) -> ImmutableSandboxedEnvironment:
    """The environment of a language's templates: sandboxed, escaping HTML, strict about missing
    values."""
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
    """At most one empty line between paragraphs, whichever parts the template left out."""
    return re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n"


def _quoted(words: str) -> str:
    """A person's own words, each line marked as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in words.strip().splitlines())


def _dial(number: str) -> str:
    """The number to dial: digits, with a leading plus kept."""
    return re.sub(r"[^\d+]", "", number.replace("(0)", ""))
