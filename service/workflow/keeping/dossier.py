"""Everything about one agreement, gathered for the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.agreement.act_record import AcceptedAct
from service.agreement.annex import flags
from service.agreement.deadlines import can_be_later
from service.agreement.events import Event, reason_in_words
from service.agreement.evidence_sheet import in_words
from service.agreement.fields import same_person
from service.agreement.lists import SameNumber
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.places import Place
from service.agreement.questions import Question
from service.agreement.reminders import next_moment, refused_by_hand
from service.agreement.states import RUNNING, State
from service.database.agreement.documents import FrozenText, Original
from service.database.engine import Transaction
from service.database.keeping.archive import ArchiveState
from service.database.log.audit_log import Entry
from service.database.queue.messages import LINK_KINDS, OVERTAKEN, Message
from service.deps import Deps
from service.error_codes import ErrorCode
from service.texts import Language
from service.workflow.package.log import sentence
from service.workflow.package.recorded import ListedFile, listed
from signatures.effective_date import local_date

_ENDINGS = {
    State.DECLINED: Event.AGREEMENT_DECLINED,
    State.VOIDED: Event.AGREEMENT_VOIDED,
    State.EXPIRED: Event.AGREEMENT_EXPIRED,
}


@dataclass(frozen=True)
class TimelineEntry:
    """One log entry for people; ``who`` is empty for the system, and ``reason`` without one."""

    at: datetime
    sentence: str
    who: str
    event: str
    reason: str = ""


@dataclass(frozen=True)
class Dossier:
    """Everything there is about one agreement.

    ``other_days`` has the time in the token of each act that was stamped on another date than it
    was signed; ``token_quality`` says in words what the time stamps are worth, empty before the
    close. ``remind_refused`` is the code of the reason why staff cannot send a reminder now, None
    when they can; ``invited`` says whether it waits for the signatory, who has a living link.
    """

    agreement: Agreement
    sender_name: str
    flags: tuple[str, ...]
    acts: dict[Place, AcceptedAct]
    other_days: dict[Place, datetime]
    token_quality: str
    timeline: list[TimelineEntry]
    messages: list[Message]
    frozen: FrozenText | None
    original: Original | None
    archive: ArchiveState | None
    files: list[ListedFile]
    same_number: SameNumber | None
    questions: list[Question]
    invited: bool
    remind_refused: ErrorCode | None
    next_reminder: datetime | None
    can_extend: bool

    @property
    def open_questions(self) -> bool:
        """Whether a question can still be answered: afterwards it does not matter any more."""
        return self.agreement.state in RUNNING

    @property
    def printed_for_us(self) -> str:
        """Who signs for us according to the frozen text; empty while there is none."""
        if self.frozen is None:
            return ""
        return str(self.frozen.context["processor"]["representative"]["name"])

    @property
    def renamed(self) -> bool:
        """Whether the text that waits for a signature names our countersigner otherwise than the
        account does now: then nobody can sign it for us."""
        chosen = self.agreement.countersigner
        return (
            chosen is not None
            and self.agreement.awaits_us_still
            and bool(self.printed_for_us)
            and not same_person(self.printed_for_us, chosen.name)
        )

    @property
    def returned(self) -> Question | None:
        """The question with which a countersigner gave the agreement back, while it waits."""
        waiting = (each for each in self.questions if each.by_staff and each.waits)
        return next(waiting, None) if self.open_questions else None

    @property
    def asked(self) -> Question | None:
        """The customer's first question that waits for an answer."""
        waiting = (each for each in self.questions if not each.by_staff and each.waits)
        return next(waiting, None) if self.open_questions else None

    @property
    def ending(self) -> TimelineEntry | None:
        """When and why it was declined or withdrawn, or its term passed; None otherwise."""
        event = _ENDINGS.get(self.agreement.state)
        ended = (each for each in reversed(self.timeline) if each.event == event)
        return next(ended, None) if event else None

    @property
    def link_mail(self) -> Message | None:
        """The last mail with the link to the present signatory that was not overtaken."""
        to_them = (
            each
            for each in reversed(self.messages)
            if each.kind in LINK_KINDS
            and each.recipient == self.agreement.signatory.email
            and each.last_error != OVERTAKEN
        )
        return next(to_them, None)

    @property
    def copies(self) -> str:
        """How far the mails with the signed agreement are: waiting, undelivered or sent."""
        copies = [each for each in self.messages if each.kind == "completed"]
        if any(each.undelivered for each in copies):
            return "undelivered"
        sent = copies and all(each.state not in ("queued", "failed") for each in copies)
        return "sent" if sent else "waiting"


def gather(deps: Deps, tx: Transaction, agreement: Agreement, language: Language) -> Dossier:
    """The dossier of an agreement; whoever calls knows that this reader may see it, and what
    language they read."""
    sender = tx.accounts.by_id(agreement.sender_id)
    situation = tx.reminders.situation(agreement.id)
    raised = (*flags(agreement.annex), *tx.agreements.flags(agreement.id))
    number = agreement.controller.number
    acts = {act.place: act for act in tx.documents.acts(agreement.id, agreement.edition)}
    entries = tx.audit.of(agreement.id)
    original = tx.documents.original(agreement.id)
    now = tx.now()
    extendable = agreement.state in RUNNING or agreement.state is State.EXPIRED
    marks = deps.settings.reminder_days
    return Dossier(
        agreement=agreement,
        sender_name=sender.person.name if sender else "",
        flags=tuple(dict.fromkeys(raised)),
        acts=acts,
        other_days=_other_days(acts, entries),
        token_quality=_quality(original, language),
        timeline=[_line(entry, language) for entry in entries],
        messages=tx.messages.of(agreement.id),
        frozen=tx.documents.frozen_text(agreement.id, agreement.edition),
        original=original,
        archive=tx.archive.state(agreement.id),
        files=listed(agreement, original, tx.archive.objects(agreement.id)),
        same_number=tx.overview.same_number(number, agreement.reference) if number else None,
        questions=tx.questions.of(agreement.id),
        invited=situation is not None,
        remind_refused=refused_by_hand(situation, now),
        next_reminder=next_moment(situation, marks, now) if situation else None,
        can_extend=extendable and can_be_later(agreement.expires_at, now),
    )


def _other_days(acts: dict[Place, AcceptedAct], entries: list[Entry]) -> dict[Place, datetime]:
    """From the log: what was sealed is kept in the archive alone after a day."""
    by_name = {place.key: place for place in acts}
    stamped = {
        by_name[name]: datetime.fromisoformat(entry.data["token_time"])
        for entry in entries
        # The first entries held the place in words and, at first, no moment.
        if entry.event is Event.ACT_SEALED
        and (name := entry.data.get("place_id") or entry.data.get("place")) in by_name
        and "token_time" in entry.data
    }
    return {
        place: stamped[place]
        for place, act in acts.items()
        if place in stamped and local_date(stamped[place]) != local_date(act.signed_at)
    }


def _quality(original: Original | None, language: Language) -> str:
    noted = original.manifest_facts.token_quality if original else None
    return in_words(noted, language) if noted else ""


def _line(entry: Entry, language: Language) -> TimelineEntry:
    who = (entry.personal or {}).get("name", "") if entry.actor != SYSTEM.actor else ""
    reason = reason_in_words(entry.event, entry.personal or {}, language)
    return TimelineEntry(entry.at, sentence(entry, language), str(who), str(entry.event), reason)
