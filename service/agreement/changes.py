"""Changes to accounts and to the processor's own data, of which everybody concerned is notified.

Stored as a code and values, shown as a sentence of ``staff.change``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.agreement.permissions import Role
from service.agreement.sentences import filled
from service.texts import Language, catalogue


class What(StrEnum):
    """The kinds of change; each has a sentence in ``staff.change``."""

    INVITED = "invited"
    NAME = "name"
    FUNCTION = "function"
    GIVEN = "given"
    TAKEN = "taken"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    ALONE = "alone"
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PROFILE = "profile"
    PROFILE_FIRST = "profile_first"
    LOGO = "logo"
    LOGO_GONE = "logo_gone"
    COLOUR = "colour"
    REPLY_TO = "reply_to"
    SIGNATURE_LINE = "signature_line"
    SUBJECT = "subject"
    SUBJECT_GONE = "subject_gone"
    INTRODUCTION = "introduction"
    INTRODUCTION_GONE = "introduction_gone"
    PAGE_OPENED = "page_opened"
    PAGE_CLOSED = "page_closed"
    PUBLIC_INTRODUCTION = "public_introduction"
    SUGGESTIONS = "suggestions"
    MANDATE = "mandate"
    MANDATE_REVOKED = "mandate_revoked"
    MANDATE_ENDED = "mandate_ended"
    TEMPLATE_IMPORTED = "template_imported"
    TEMPLATE_PUBLISHED = "template_published"
    TEMPLATE_ALONE = "template_alone"
    TEMPLATE_OPERATOR = "template_operator"
    TEMPLATE_WITHDRAWN = "template_withdrawn"
    TEMPLATE_PREFERRED = "template_preferred"
    TEMPLATE_OFFERED = "template_offered"
    TEMPLATE_HIDDEN = "template_hidden"
    ADMINISTRATOR = "administrator"
    OWN_PASSWORD = "password.own"  # noqa: S105  names of sentences
    FIRST_PASSWORD = "password.first"  # noqa: S105
    PASSWORD_BY_INVITATION = "password.invitation"  # noqa: S105
    PASSWORD_BY_LINK = "password.password"  # noqa: S105
    INVITED_AGAIN = "link.invitation"
    PASSWORD_LINK = "link.password"  # noqa: S105


@dataclass(frozen=True)
class Change:
    """One change: names and typed text as they are, roles and the like as codes."""

    what: What
    values: Mapping[str, str | Sequence[str]] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {"what": self.what.value, "values": dict(self.values)}


@dataclass(frozen=True)
class Matter:
    """What was changed besides accounts and our own data: a code of ``staff.change.matter``, with
    its name if it has one."""

    code: str
    name: str = ""

    @classmethod
    def template(cls, name: str) -> Matter:
        return cls("template", name)


LOOK = Matter("look")
PUBLIC_PAGE = Matter("public_page")


def of_roles(what: What, roles: Iterable[Role], **values: str) -> Change:
    return Change(what, {"roles": sorted(role.value for role in roles), **values})


def matter_in_words(kept: object, language: Language) -> str:
    """The name of what a mail about changes is about; the former version stored only names."""
    if isinstance(kept, Mapping):
        sentence = catalogue("staff", language)[f"change.matter.{kept['code']}"]
        return sentence.format(name=kept["name"])
    return str(kept) or catalogue("staff", language)["change.our_data"]


def change_in_words(kept: object, language: Language) -> str:
    """The sentence of a stored change; the former version stored the sentence itself."""
    if not isinstance(kept, Mapping):
        return str(kept)
    sentence = catalogue("staff", language).get(f"change.{kept['what']}", str(kept["what"]))
    return filled(sentence, kept["values"], language)
