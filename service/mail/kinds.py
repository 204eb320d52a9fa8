"""The values of each kind of mail, apart from those added at sending (``ADDED`` in ``compose.py``).

A mail is stored as ``kept`` gives it: codes and instants, which ``in_words`` prints later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import ClassVar

from service.agreement.capabilities import Purpose
from service.mail.plain import plain


@dataclass(frozen=True)
class Mail:
    """``kind`` names the templates. Names and words are as somebody typed them."""

    kind: ClassVar[str]

    def kept(self) -> dict[str, object]:
        """As JSON values; nothing is an empty text."""
        return {each.name: plain(getattr(self, each.name)) for each in fields(self)}


@dataclass(frozen=True)
class Invitation(Mail):
    """With the link to sign. ``delegated_by`` passed it on; ``pre_signed``: we signed first."""

    kind = "invitation"
    sender_name: str
    message: str
    valid_until: str  # a day, empty without an end
    delegated_by: str = ""
    pre_signed: bool = False


@dataclass(frozen=True)
class LinkRenewed(Mail):
    """A new link in place of the former one."""

    kind = "link_renewed"
    valid_until: str


@dataclass(frozen=True)
class Reminder(Mail):
    """With the same link."""

    kind = "reminder"
    sender_name: str
    valid_until: str


@dataclass(frozen=True)
class Code(Mail):
    """The code that proves a mailbox; derived from its id when sent."""

    kind = "code"
    minutes: int
    purpose: Purpose


@dataclass(frozen=True)
class ApplicationCode(Mail):
    """The code for whoever begins on the public page. It says nothing that was typed there: whoever
    types it chooses who gets this mail."""

    kind = "application_code"
    minutes: int


@dataclass(frozen=True)
class Requested(Mail):
    """To whoever began on the public page: the link to continue with later."""

    kind = "requested"
    valid_until: str  # a day


@dataclass(frozen=True)
class SignedReceipt(Mail):
    """The signatory signed."""

    kind = "receipt"
    signed_at: datetime
    pre_signed: bool


@dataclass(frozen=True)
class Countersign(Mail):
    """One agreement waits for our signature; ``signed_at`` is empty where we sign first."""

    kind = "countersign"
    signer_name: str
    signer_function: str
    signed_at: datetime | None
    flags: Sequence[str]


@dataclass(frozen=True)
class Waiting:
    """One of several that wait."""

    organisation: str
    reference: str
    signed_at: datetime | None
    flags: Sequence[str]


@dataclass(frozen=True)
class CountersignDigest(Mail):
    """``count`` new ones, of which some are named, and ``waiting`` in all."""

    kind = "countersign_digest"
    agreements: Sequence[Waiting]
    count: int
    waiting: int


@dataclass(frozen=True)
class Completed(Mail):
    """The signed agreement; ``counterparty`` is the other party's name."""

    kind = "completed"
    counterparty: str
    effective_date: date | None
    attached: bool = True


@dataclass(frozen=True)
class Declined(Mail):
    """The signatory does not sign; ``reason`` is a code."""

    kind = "declined"
    signer_name: str
    declined_at: datetime
    reason: str
    explanation: str
    mailbox_proved: bool


@dataclass(frozen=True)
class DeclineConfirmed(Mail):
    """To who declined."""

    kind = "decline_confirmed"
    declined_at: datetime


@dataclass(frozen=True)
class Voided(Mail):
    """We withdrew it."""

    kind = "voided"
    reason: str


@dataclass(frozen=True)
class Expired(Mail):
    """The term ended; ``already_signed`` says whether the controller had signed."""

    kind = "expired"
    expired_on: str
    for_staff: bool
    already_signed: bool


@dataclass(frozen=True)
class DelegatedConfirmed(Mail):
    """To who passed it on."""

    kind = "delegated_confirmed"
    to_name: str
    to_function: str
    to_email: str
    delegated_at: datetime


@dataclass(frozen=True)
class DelegatedNotice(Mail):
    """To the sender: it was passed on."""

    kind = "delegated_notice"
    from_name: str
    to_name: str
    to_function: str
    to_email: str
    delegated_at: datetime
    message: str


@dataclass(frozen=True)
class TakenOver(Mail):
    """Another colleague signs for us; ``yours``: instead of the reader; ``anew``: the text is made
    again."""

    kind = "taken_over"
    by_name: str
    from_name: str
    yours: bool
    anew: bool


@dataclass(frozen=True)
class HandedOver(Mail):
    """To the new owner of one agreement; ``by_name`` is empty for the operator."""

    kind = "handed_over"
    by_name: str
    from_name: str


@dataclass(frozen=True)
class ManyHandedOver(Mail):
    """To the new owner of several, ``count`` of them."""

    kind = "many_handed_over"
    by_name: str
    count: int


@dataclass(frozen=True)
class QuestionAsked(Mail):
    """The signatory asks."""

    kind = "question"
    from_name: str
    from_email: str
    question: str
    asked_at: datetime


@dataclass(frozen=True)
class QuestionAnswered(Mail):
    """To the signatory who asked."""

    kind = "question_answered"
    from_name: str
    question: str
    answer: str
    valid_until: str


@dataclass(frozen=True)
class Returned(Mail):
    """The countersigner gave it back with a question."""

    kind = "returned"
    from_name: str
    question: str


@dataclass(frozen=True)
class ReturnAnswered(Mail):
    """To the countersigner who asked."""

    kind = "return_answered"
    from_name: str
    question: str
    answer: str


@dataclass(frozen=True)
class NewLinkRequested(Mail):
    """The signatory's link does not work any more."""

    kind = "new_link_requested"
    signer_name: str
    requested_at: datetime


@dataclass(frozen=True)
class NotMade(Mail):
    """The text could not be made."""

    kind = "generation_failed"
    reason: str
    failed_at: datetime


@dataclass(frozen=True)
class Undeliverable(Mail):
    """A permanently refused mail: its kind, and the mail server's ``words``."""

    kind = "undeliverable"
    mail: str
    recipient: str
    words: str
    can_change: bool


@dataclass(frozen=True)
class Alarm(Mail):
    """Something is stalled: ``what`` and ``trouble`` are codes, ``others`` codes or lines."""

    kind = "alarm"
    what: str
    trouble: str
    since: datetime
    reason: str
    others: Sequence[str]
    unnamed: int


@dataclass(frozen=True)
class BulkHalted(Mail):
    """A list paused, or a step for many agreements stopped, by itself: ``what`` is the code of the
    step, empty for a list; ``reason`` as it is kept; ``left`` how many are not done."""

    kind = "bulk_halted"
    list_name: str
    what: str
    started_by: str
    reason: str
    left: int


@dataclass(frozen=True)
class ImportEnded(Mail):
    """A list that took long is done; the numbers are of its rows."""

    kind = "import_ended"
    list_name: str
    made: int
    sent: int
    problems: int
