"""The events of the audit log: ``subject.participle``, each with a sentence in events.toml."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from service.agreement import reasons
from service.agreement.sentences import after_a_stop, filled
from service.texts import Language, catalogue, named


class Event(StrEnum):
    AGREEMENT_CREATED = "agreement.created"
    AGREEMENT_REGISTERED = "agreement.registered"  # signed elsewhere
    AGREEMENT_WITHDRAWN = "agreement.withdrawn"  # its registration was a mistake
    AGREEMENT_IMPORTED = "agreement.imported"
    AGREEMENT_REQUESTED = "agreement.requested"  # by the customer, on the public page
    AGREEMENT_EDITED = "agreement.edited"
    AGREEMENT_SENT = "agreement.sent"
    AGREEMENT_OFFERED = "agreement.offered"  # we sign first; nothing is mailed yet
    AGREEMENT_VOIDED = "agreement.voided"
    AGREEMENT_DECLINED = "agreement.declined"
    AGREEMENT_EXPIRED = "agreement.expired"
    AGREEMENT_EXTENDED = "agreement.extended"
    AGREEMENT_HANDED_OVER = "agreement.handed_over"  # to another owner
    AGREEMENT_REOPENED = "agreement.reopened"
    AGREEMENT_RETURNED = "agreement.returned"
    AGREEMENT_FULLY_SIGNED = "agreement.fully_signed"
    AGREEMENT_COMPLETED = "agreement.completed"
    AGREEMENT_ENDED = "agreement.ended"
    AGREEMENT_END_CHANGED = "agreement.end_changed"
    AGREEMENT_END_UNDONE = "agreement.end_undone"
    LINK_ISSUED = "link.issued"
    LINK_JOINED = "link.joined"  # mailed as one with those of other agreements
    LINK_COPIED = "link.copied"
    LINK_OPENED = "link.opened"
    LINK_REPLACED = "link.replaced"
    LINK_REQUESTED = "link.requested"
    SIGNATORY_CHANGED = "signatory.changed"
    SIGNATORY_REMINDED = "signatory.reminded"
    SIGNATORY_DELEGATED = "signatory.delegated"
    COUNTERSIGNER_CHANGED = "countersigner.changed"
    DETAILS_SAVED = "details.saved"
    ANNEX_SAVED = "annex.saved"
    DOCUMENT_REQUESTED = "document.requested"
    DOCUMENT_FROZEN = "document.frozen"
    DOCUMENT_FAILED = "document.failed"
    DOCUMENT_SHOWN = "document.shown"
    DOCUMENT_OPENED = "document.opened"
    DOCUMENT_DOWNLOADED = "document.downloaded"
    CODE_SENT = "code.sent"
    CODE_REFUSED = "code.refused"
    CODE_CONFIRMED = "code.confirmed"
    ACT_ACCEPTED = "act.accepted"
    ACT_PLACED = "act.placed"  # under a mandate, by the service
    ACT_SEALED = "act.sealed"
    SEAL_FAILED = "seal.failed"
    ORIGINAL_CLOSED = "original.closed"
    EVIDENCE_MADE = "evidence.made"
    ARCHIVE_STORED = "archive.stored"
    ARCHIVE_VERIFIED = "archive.verified"
    ARCHIVE_FAILED = "archive.failed"
    ARCHIVE_UNREAD = "archive.unread"
    ARCHIVE_DAMAGED = "archive.damaged"
    ARCHIVE_DOWNLOADED = "archive.downloaded"
    ARCHIVE_EXPORTED = "archive.exported"  # the register, or several originals
    LIST_EXPORTED = "list.exported"
    ARCHIVE_RENEWED = "archive.renewed"
    ARCHIVE_NOT_RENEWED = "archive.not_renewed"
    ARCHIVE_LOCK_FAILED = "archive.lock_failed"
    ARCHIVE_INDEXED = "archive.indexed"
    ARCHIVE_PROBED = "archive.probed"
    OFFICE_PROBED = "office.probed"
    QUESTION_ASKED = "question.asked"
    QUESTION_ANSWERED = "question.answered"
    QUESTION_CLOSED = "question.closed"
    ALARM_RAISED = "alarm.raised"
    MESSAGE_SENT = "message.sent"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_REFUSED = "message.refused"
    MESSAGE_SETTLED = "message.settled"
    STAFF_CREATED = "staff.created"
    STAFF_CHANGED = "staff.changed"
    STAFF_SIGNED_IN = "staff.signed_in"
    STAFF_LOCKED = "staff.locked"
    STAFF_LINK_SENT = "staff.link_sent"
    STAFF_PASSWORD = "staff.password"  # noqa: S105  the name of an event
    STAFF_BROWSER_KNOWN = "staff.browser_known"
    STAFF_SESSIONS_ENDED = "staff.sessions_ended"
    STAFF_ROLE_ASKED = "staff.role_asked"
    STAFF_ROLE_GRANTED = "staff.role_granted"
    STAFF_ROLE_REFUSED = "staff.role_refused"
    STAFF_ROLE_WITHDRAWN = "staff.role_withdrawn"
    MANDATE_GIVEN = "mandate.given"
    MANDATE_REVOKED = "mandate.revoked"
    MANDATE_ENDED = "mandate.ended"  # with the account
    TEMPLATE_IMPORTED = "template.imported"
    TEMPLATE_PUBLISHED = "template.published"
    TEMPLATE_WITHDRAWN = "template.withdrawn"
    TEMPLATE_REMOVED = "template.removed"
    TEMPLATE_PREFERRED = "template.preferred"
    TEMPLATE_OFFERED = "template.offered"
    TEMPLATE_HIDDEN = "template.hidden"
    PROFILE_CHANGED = "profile.changed"
    PROFILE_LOGO_CHANGED = "profile.logo_changed"  # by the former version
    PROFILE_LOOK_CHANGED = "profile.look_changed"
    PROFILE_PAGE_CHANGED = "profile.page_changed"  # the public one
    BATCH_BEGUN = "batch.begun"
    IMPORT_BEGUN = "import.begun"
    IMPORT_STARTED = "import.started"
    IMPORT_PAUSED = "import.paused"
    IMPORT_RESUMED = "import.resumed"
    IMPORT_STOPPED = "import.stopped"
    IMPORT_FINISHED = "import.finished"
    LOG_ANCHORED = "log.anchored"


# The fields allowed inside the hash chain, which can never be erased: numbers, codes, digests,
# dates and file names. Names, addresses and text that somebody typed or a program reported are kept
# beside it (docs/decisions/0010-personal-data-beside-the-chain.md).
IN_THE_CHAIN = frozenset(
    {
        "active",
        "alone",  # no second administrator had to approve
        "asked_by",  # staff:<id>
        "as_link",  # a mail carried a link instead of its file
        "asker",  # which of the two parties
        "checksum",
        "count",
        "create_only",
        "data_subjects",  # the number of them
        "common_sha256",
        "day",
        "days",  # since the link was made, or before the end of the term
        "document_sha256",
        "effective_date",
        "ends_on",  # when an agreement ends
        "filter",  # of an export, by name; without the words that somebody typed
        "how",  # by which route a password was chosen
        "kind",
        "known",  # what the lists of customers say of who began alone
        "known_browser",
        "left",
        "level",
        "link",
        "lock",
        "mailbox",  # ``proved`` or ``not_proved``
        "mailbox_proved",  # when
        "mandate_sha256",
        "missing",  # names of protections around LibreOffice
        "mode",
        "name",  # of a file of the package
        "number",
        "on_this_machine",
        "bypass_refused",
        "originals_read",
        "originals_unread",
        "pages",
        "password",  # whether it was changed
        "personal_data",  # the number of kinds
        "place",
        "prefix",
        "purpose",
        "record_sha256",
        "reference",
        "revision",  # the edition, under its former name
        "roles",
        "row",  # of a list that was imported
        "sha256",
        "signed_on",  # when the last signature was set, as a person read it
        "since",
        "staff",  # the id of the account
        "template_sha256",
        "template_version",
        "token_quality",
        "token_time",
        "until",
        "version",
        "versioning",
        "view_sha256",
        "what",
        "why",
    }
)


_FAILURES = ("reason", "error")  # fields that may hold the code of a job's failure


def in_words(
    event: str, data: Mapping[str, object], language: Language, *, erased: bool = False
) -> str:
    """An entry of the log as a sentence of the present catalogue, or its code if there is none.

    ``erased``: names and reasons are gone.
    """
    failures = {
        name: reasons.in_words(str(data[name]), language) for name in _FAILURES if data.get(name)
    }
    data = {**data, **failures}
    try:
        sentence = catalogue("events", language)[event]
        return filled(sentence, data, language, missing="erased" if erased else "unknown")
    except (KeyError, ValueError):  # the sentence is gone or has a mistake
        return event


def reason_in_words(event: str, personal: Mapping[str, object], language: Language) -> str:
    """The reason beside an entry, in words; empty if it has none."""
    reason = str(personal.get("reason", ""))
    if event != Event.AGREEMENT_DECLINED:
        return reasons.in_words(reason, language)
    return decline_reason(reason, str(personal.get("explanation", "")), language)


def decline_reason(reason: str, explanation: str, language: Language) -> str:
    """The reason for declining: the choice, followed by the person's own words."""
    return f"{named('labels.decline_reason', reason, language)}{after_a_stop(explanation)}"
