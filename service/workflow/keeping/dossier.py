"""All data of one agreement, for its page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from service.agreement.act_record import AcceptedAct
from service.agreement.activity import Activity
from service.agreement.annex import flags
from service.agreement.applying import SelfStarted
from service.agreement.deadlines import can_be_later
from service.agreement.events import Event, reason_in_words
from service.agreement.evidence_sheet import in_words
from service.agreement.fields import same_person
from service.agreement.life import Life, life_of
from service.agreement.lists import MailedWith, SameNumber
from service.agreement.model import Agreement
from service.agreement.permissions import OPERATOR, SYSTEM, Permission, Staff, require
from service.agreement.places import Place
from service.agreement.questions import Question
from service.agreement.registration import Record, read
from service.agreement.reminders import next_moment, refused_by_hand
from service.agreement.states import RUNNING, UNSENT, MailState, State
from service.agreement.subjects import Subject
from service.database.agreement.documents import FrozenText, Original
from service.database.engine import Transaction
from service.database.keeping.archive import ArchiveState
from service.database.log.audit_log import Entry
from service.database.queue.messages import LINK_KINDS, OVERTAKEN, Message
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.mail.compose import MAIL_KINDS
from service.texts import Language, text
from service.workflow.package_files import ListedFile, listed
from signatures.effective_date import local_date

_ENDINGS = {
    State.WITHDRAWN: Event.AGREEMENT_WITHDRAWN,
    State.DECLINED: Event.AGREEMENT_DECLINED,
    State.VOIDED: Event.AGREEMENT_VOIDED,
    State.EXPIRED: Event.AGREEMENT_EXPIRED,
}


@dataclass(frozen=True)
class TimelineEntry:
    """One displayed log entry; ``who`` is empty for the system, ``reason`` if there is none."""

    at: datetime
    sentence: str
    who: str
    event: str
    reason: str = ""


@dataclass(frozen=True)
class Dossier:
    """All data of one agreement.

    - ``other_days``: the token's time of each act that was stamped on a later date than signed.
    - ``token_quality``: of the time stamps, in words; empty before the closing.
    - ``remind_refused``: the code of why staff cannot send a reminder now, None if they can.
    - ``invited``: it waits for the signatory, who has a valid link.
    - ``life``: None before the agreement takes effect.
    - ``end_waits``: why a change of its end is not in the archive yet, empty before the first
      attempt; None if the archive has all.
    - ``registered``: what is kept of an agreement that was signed elsewhere.
    - ``imported``: the number of the import, and the row of its list.
    - ``template``: the version of its text, as shown; empty if it names none.
    - ``start``: how it began, if the customer began it.
    - ``mailed_with``: the other agreements in the same mail that the reader may see.
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
    life: Life | None
    end_waits: str | None
    registered: Record | None
    imported: tuple[int, int] | None
    template: str
    start: SelfStarted | None
    mailed_with: list[MailedWith]

    @property
    def open_questions(self) -> bool:
        """Whether questions can still be answered; after the end they no longer matter."""
        return self.agreement.state in RUNNING

    @property
    def printed_for_us(self) -> str:
        """The name of our signer in the frozen text; empty while there is none."""
        if self.frozen is None:
            return ""
        return str(self.frozen.context["processor"]["representative"]["name"])

    @property
    def renamed(self) -> bool:
        """Whether the text that awaits our signature names its signer otherwise than the account
        does now: then nobody can sign it for us."""
        chosen = self.agreement.countersigner
        return (
            chosen is not None
            and self.agreement.awaits_us_still
            and bool(self.printed_for_us)
            and not same_person(self.printed_for_us, chosen.name)
        )

    @property
    def returned(self) -> Question | None:
        """The open question with which a countersigner returned it."""
        waiting = (each for each in self.questions if each.by_staff and each.waits)
        return next(waiting, None) if self.open_questions else None

    @property
    def asked(self) -> Question | None:
        """The customer's first open question."""
        waiting = (each for each in self.questions if not each.by_staff and each.waits)
        return next(waiting, None) if self.open_questions else None

    @property
    def ending(self) -> TimelineEntry | None:
        """When and why it was declined or withdrawn, or when it expired; None otherwise."""
        event = _ENDINGS.get(self.agreement.state)
        ended = (each for each in reversed(self.timeline) if each.event == event)
        return next(ended, None) if event else None

    @property
    def link_mail(self) -> Message | None:
        """The last relevant mail with the link to the present signatory."""
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
        """The status of the mails with the signed agreement: waiting, undelivered or sent."""
        copies = [each for each in self.messages if each.kind == "completed"]
        if any(each.undelivered for each in copies):
            return "undelivered"
        sent = copies and all(each.state not in UNSENT for each in copies)
        return "sent" if sent else "waiting"


def dossier_of(deps: Deps, reference: str, staff: Staff) -> Dossier:
    """The role archive only sees agreements signed by both parties. Raises NotFound, NotAllowed."""
    with deps.database.begin() as tx:
        return _gathered(deps, tx, _seen(tx, reference, staff), staff)


def agreement_of(deps: Deps, reference: str, staff: Staff) -> Agreement:
    """For a page with a form about it. Raises NotFound, NotAllowed."""
    with deps.database.begin() as tx:
        return _seen(tx, reference, staff)


def life_of_agreement(deps: Deps, reference: str, staff: Staff) -> tuple[Agreement, Life | None]:
    """For a page about its end. Raises NotFound, NotAllowed."""
    with deps.database.begin() as tx:
        agreement = _seen(tx, reference, staff)
        return agreement, _life(deps, tx, agreement)


def _life(deps: Deps, tx: Transaction, agreement: Agreement) -> Life | None:
    if agreement.effective_date is None:
        return None
    today, years = local_date(tx.now()), deps.settings.retention_years
    return life_of(tx.lives.end_of(agreement.id), today, years)


def _seen(tx: Transaction, reference: str, staff: Staff) -> Agreement:
    require(staff, Permission.SEE_ARCHIVE)
    found = tx.agreements.get(reference)
    if not _may_see(staff, found.effective_date):
        raise NotFound(ErrorCode.NOT_FOUND)
    tx.activity.note(Activity.DOSSIER_VIEWED, staff.id, reference)
    return found


def _may_see(staff: Staff, effective_date: date | None) -> bool:
    return effective_date is not None or staff.may(Permission.SEE_AGREEMENTS)


def _gathered(deps: Deps, tx: Transaction, agreement: Agreement, staff: Staff) -> Dossier:
    """The caller has checked the reader's permission."""
    language = staff.language
    sender = tx.accounts.by_id(agreement.sender_id)
    waits = agreement.state in RUNNING
    situation = tx.reminders.situation(agreement.id) if waits else None
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
        messages=_mails(agreement, tx.messages.of(agreement.id), entries),
        frozen=tx.documents.frozen_text(agreement.id, agreement.edition),
        original=original,
        archive=tx.archive.state(agreement.id),
        files=listed(agreement, original, tx.archive.objects(agreement.id)),
        same_number=(
            tx.overview.same_number(number, agreement.reference, local_date(now))
            if number
            else None
        ),
        questions=tx.questions.of(agreement.id),
        invited=situation is not None,
        remind_refused=refused_by_hand(situation.reached if situation else None, now),
        next_reminder=next_moment(situation, marks, now) if situation else None,
        can_extend=extendable and can_be_later(agreement.expires_at, now),
        life=_life(deps, tx, agreement),
        end_waits=_end_waits(tx, agreement.id) if agreement.effective_date else None,
        registered=_registered(tx, agreement),
        imported=_imported(entries),
        template=tx.templates.shown(agreement.template_sha256),
        start=tx.applications.start_of(agreement.id),
        mailed_with=[
            each
            for each in tx.bundles.mailed_with(agreement.id)
            if _may_see(staff, each.effective_date)
        ],
    )


def _mails(agreement: Agreement, kept: list[Message], entries: list[Entry]) -> list[Message]:
    """The mails, oldest first. Of those that were delivered long ago only the log knows."""
    here = Counter(each.kind for each in kept if each.state is MailState.SENT)
    found = list(kept)
    for entry in reversed(entries):
        kind = str(entry.data.get("kind", ""))
        if entry.event is not Event.MESSAGE_SENT or kind not in MAIL_KINDS:
            continue
        if here[kind]:
            here[kind] -= 1
        else:
            found.append(_mail(agreement, kind, entry))
    return sorted(found, key=lambda each: each.queued_at)


def _mail(agreement: Agreement, kind: str, sent: Entry) -> Message:
    recipient = str((sent.personal or {}).get("recipient", ""))
    signatory = agreement.signatory
    return Message(
        id="",
        key=None,
        subject=Subject.agreement(agreement.id),
        kind=kind,
        recipient=recipient,
        recipient_name=signatory.name if recipient == signatory.email else "",
        reply_to="",
        values={},
        state=MailState.SENT,
        tries=1,
        last_error="",
        settled=False,
        queued_at=sent.at,
        sent_at=sent.at,
    )


def _end_waits(tx: Transaction, agreement_id: str) -> str | None:
    waiting = (each for each in tx.end_records.of(agreement_id) if not each.stored)
    return next((each.failure for each in waiting), None)


def _registered(tx: Transaction, agreement: Agreement) -> Record | None:
    if agreement.state not in (State.REGISTERED, State.WITHDRAWN):
        return None
    kept = tx.registered_files.of(agreement.id)
    return read(kept.record) if kept and kept.record else None


def _imported(entries: list[Entry]) -> tuple[int, int] | None:
    made = (each.data for each in entries if each.event is Event.AGREEMENT_IMPORTED)
    return next(((int(data["number"]), int(data["row"])) for data in made), None)


def _other_days(acts: dict[Place, AcceptedAct], entries: list[Entry]) -> dict[Place, datetime]:
    """Read from the log, because after a day only the archive has the sealed data."""
    by_name = {place.key: place for place in acts}
    stamped = {
        by_name[name]: datetime.fromisoformat(entry.data["token_time"])
        for entry in entries
        # The oldest entries have the place in words and no time.
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
    if entry.actor == OPERATOR.actor:
        who = text("labels.operator", language)
    reason = reason_in_words(entry.event, entry.personal or {}, language)
    return TimelineEntry(entry.at, entry.sentence(language), str(who), str(entry.event), reason)
