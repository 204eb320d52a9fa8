"""Reads the index's data of one agreement, as at its closing, from its already verified package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from service.agreement.act_record import AcceptedAct, ActRecord
from service.agreement.applying import SELF_STARTED, Known, SelfStarted
from service.agreement.deadlines import LEAST_DAYS, end_of_day_after
from service.agreement.events import Event
from service.agreement.manifest_facts import ManifestFacts
from service.agreement.model import Agreement
from service.agreement.parties import Countersigner, Signatory
from service.agreement.permissions import Staff
from service.agreement.places import SIGNATORY, Party, Place
from service.agreement.states import DocumentKind, Order, PlaceState, State
from service.agreement.template_version import AGREEMENT as AGREEMENT_TEMPLATE
from service.agreement.template_version import TemplateVersion
from service.agreement.unprinted import (
    annex_in,
    controller_in,
    main_agreement_in,
    processor_in,
    services_in,
    signatory_in,
)
from service.database.agreement.documents import Document, Original
from service.database.log.audit_log import Entry
from signatures.effective_date import BRUSSELS, local_date
from signatures.package.names import AGREEMENT, EVIDENCE, LOG, RECORDS, SHEET, SHOWN, TEMPLATE, VIEW
from storage.manifest import PackageFacts

FORMER_ADDRESS = "{id}@uit-het-archief.invalid"
"""Replaces an e-mail address that no package contains; mail to it is undeliverable (RFC 2606)."""

_SIGNER, _STAFF = "signer:", "staff:"
_SENT = (Event.AGREEMENT_SENT, Event.AGREEMENT_OFFERED)
_OWNED = (Event.AGREEMENT_CREATED, Event.AGREEMENT_HANDED_OVER)
_FLAGS = {
    Event.SIGNATORY_DELEGATED: "delegated",
    Event.LINK_COPIED: "copied_link",
    Event.AGREEMENT_REQUESTED: SELF_STARTED,
}
_LANGUAGE = "nl-BE"  # of all templates so far; packages do not name it yet
_INFORMAL = ("public_body", "unincorporated")


@dataclass(frozen=True)
class Recovered:
    """The data in the files of a package; ``printed`` are attached to the frozen document.

    Raises KeyError, TypeError, ValueError or LookupError for an unknown form.
    """

    facts: PackageFacts
    files: Mapping[str, bytes]
    printed: Mapping[str, Any]

    @cached_property
    def evidence(self) -> Mapping[str, Any]:
        said: Mapping[str, Any] = json.loads(self.files[EVIDENCE])
        return said

    @cached_property
    def entries(self) -> list[Entry]:
        return [entry_of_line(json.loads(line)) for line in self.files[LOG].splitlines()]

    @cached_property
    def order(self) -> Order:
        return Order(self.evidence["signing_order"])

    @cached_property
    def acts(self) -> list[AcceptedAct]:
        """The acts in the order of signing; pictures of signatures are only in the document."""
        return [self._act(act, ordinal) for ordinal, act in enumerate(self.evidence["acts"], 1)]

    def _act(self, said: Mapping[str, Any], ordinal: int) -> AcceptedAct:
        record = ActRecord(said["record"])
        place = Place.named(said["record"]["place"])
        actor = self._actor_at(place)
        return AcceptedAct(
            place=place,
            ordinal=ordinal,
            signatory_id=actor.removeprefix(_SIGNER) if actor.startswith(_SIGNER) else None,
            staff_id=actor.removeprefix(_STAFF) if actor.startswith(_STAFF) else None,
            signed_at=record.signed_at,
            document_sha256=record.document_sha256,
            record=record,
            record_sha256=said["record_sha256"],
            image=None,
        )

    def kept_here(self, act: AcceptedAct) -> AcceptedAct:
        """The act without the part of its record that is in the bucket."""
        in_bucket = f"{RECORDS}{act.place.key}.json" in self.files  # older packages have none
        return replace(act, record=act.record.what_stays) if in_bucket else act

    def _actor_at(self, place: Place) -> str:
        accepted = (e for e in self.entries if e.event in (Event.ACT_ACCEPTED, Event.ACT_PLACED))
        # Signatures from before a change of the text lapsed; only a place's last one is valid.
        last = [each for each in accepted if place.key in _places(each)][-1]
        # Under a mandate the service acts in the name of this account.
        return f"{_STAFF}{last.data['staff']}" if last.event is Event.ACT_PLACED else last.actor

    def agreement(self, processor_version: int) -> Agreement:
        controller, signatory = self.acts_of_controller[0], self.acts_of_controller[0].record
        ours = next(act for act in self.acts if act.place.party is Party.PROCESSOR)
        created, sent = self._first(Event.AGREEMENT_CREATED), self._first(*_SENT)
        until = _day(sent)
        person = ours.record.person
        effective = self.evidence["effective_date"]
        return Agreement(
            id=self.facts.agreement_id,
            reference=self.facts.reference,
            state=State.COMPLETED,
            edition=self.facts.edition,
            order=self.order,
            annex_locked=self.order is Order.PROCESSOR_FIRST,
            processor=processor_in(self.printed),
            processor_version=processor_version,
            controller=controller_in(self.printed),
            signatory=signatory_in(self.printed, signatory.person.email),
            signatory_id=controller.signatory_id or "",
            main_agreement=main_agreement_in(self.printed),
            services=services_in(self.printed),
            annex=annex_in(self.printed, self.evidence["annex"]),
            details_confirmed=True,
            message="",
            link_days=(until - local_date(sent.at)).days if until else LEAST_DAYS,
            sender_id=self._owner_id,
            created_at=created.at,
            sent_at=sent.at,
            opened_at=self._opened_at(),
            expires_at=self._expires_at(),
            fully_signed_at=datetime.fromisoformat(effective["last_act_at"]),
            effective_date=self.facts.effective_date,
            template_sha256=self.template.sha256 if self.template else "",
            frozen_sha256=self.evidence["documents"]["shown"],
            failure="",
            places={act.place: PlaceState.SIGNED for act in self.acts},
            countersigner=Countersigner(
                ours.staff_id or "", person.name, person.function, can_sign=False
            ),
        )

    @property
    def _owner_id(self) -> str:
        """Of the last to whom it was handed over; else who made it, for themselves or another."""
        given = [e for e in self.entries if e.event in _OWNED and e.data.get("staff")]
        if given:
            return str(given[-1].data["staff"])
        return self._first(Event.AGREEMENT_CREATED).actor.removeprefix(_STAFF)

    @property
    def acts_of_controller(self) -> list[AcceptedAct]:
        return [act for act in self.acts if act.place.party is Party.CONTROLLER]

    def further_signatories(self) -> list[tuple[str, int, Signatory]]:
        """The controller's signatories besides the first one: id, number and person."""
        found = {}
        for act in self.acts_of_controller:
            number = act.place.signatory
            if number != SIGNATORY.number and act.signatory_id:
                found[act.signatory_id] = (act.signatory_id, number, act.record.person)
        return list(found.values())

    @property
    def flags(self) -> tuple[str, ...]:
        """The reasons for review found in the log and the document."""
        told = [_FLAGS[e.event] for e in self.entries if e.event in _FLAGS]
        informal = self.printed["controller"]["kind"] in _INFORMAL
        return tuple(dict.fromkeys([*(["public_or_informal"] if informal else []), *told]))

    @cached_property
    def _requested(self) -> Entry | None:
        return next((e for e in self.entries if e.event is Event.AGREEMENT_REQUESTED), None)

    @property
    def start(self) -> SelfStarted | None:
        """None if a member of staff began it."""
        if self._requested is None:
            return None
        said, beside = self._requested.data, self._requested.personal or {}
        return SelfStarted(
            Known(said["known"]),
            said["number"],
            beside.get("enterprise_number", ""),
            beside.get("customer", ""),
        )

    @property
    def closed_at(self) -> datetime:
        """When the original was closed; the log in a package ends there."""
        return self.entries[-1].at

    def people(self) -> list[Staff]:
        """All members of staff who acted, in whose name the service did, or who were the owner;
        without roles."""
        names: dict[str, str] = {}
        for entry in self.entries:
            if entry.event in _OWNED and (own := str(entry.data.get("staff", ""))):
                names[own] = names.get(own) or str((entry.personal or {}).get("to", ""))
            if entry.actor.startswith(_STAFF):
                own = entry.actor.removeprefix(_STAFF)
                names[own] = str((entry.personal or {}).get("name", "") or names.get(own, ""))
        signed = {act.staff_id: act.record.person for act in self.acts if act.staff_id}
        names = {**dict.fromkeys(signed, ""), **names}  # under a mandate, the service acted
        return [
            Staff(
                id=own,
                name=signed[own].name if own in signed else name,
                email=signed[own].email if own in signed else FORMER_ADDRESS.format(id=own),
                function=signed[own].function if own in signed else "",
                roles=frozenset(),
            )
            for own, name in names.items()
        ]

    def document(self) -> Document:
        """Without the bytes that are in the bucket."""
        frozen = [e for e in self.entries if e.event is Event.DOCUMENT_FROZEN][-1]
        return Document(
            edition=self.facts.edition,
            kind=DocumentKind.FROZEN,
            sha256=self.evidence["documents"]["shown"],
            pdf=None,
            size=len(self.files[SHOWN]),
            pages=frozen.data.get("pages", 0),
            reading_html=None if VIEW in self.files else "",  # older packages have none
            context={"processor": {"representative": self.printed["processor"]["representative"]}},
            template_version=self.evidence["template"]["version"],
            template_sha256=self.evidence["template"]["sha256"],
            engine=self.evidence["template"]["engine"],
        )

    @property
    def template(self) -> TemplateVersion | None:
        """The document's template, without its declaration; missing in the first packages."""
        if TEMPLATE not in self.files:
            return None
        return TemplateVersion(
            sha256=self.evidence["template"]["sha256"],
            kind=AGREEMENT_TEMPLATE,
            version=self.evidence["template"]["version"],
            language=_LANGUAGE,
            docx=self.files[TEMPLATE],
            declaration="",
        )

    def original(self) -> Original:
        """Without the bytes that are in the bucket."""
        return Original(
            edition=self.facts.edition,
            pdf=None,
            sha256=_sha256(self.files[AGREEMENT]),
            size=len(self.files[AGREEMENT]),
            level=self.evidence["seal"]["level"],
            evidence_pdf=None,
            evidence_sha256=_sha256(self.files[SHEET]),
            evidence_json=None,
            log_jsonl=None,
            manifest_facts=self._manifest_facts(),
            further_files=None,
        )

    def _manifest_facts(self) -> ManifestFacts:
        qualities = {act["record"]["place"]: act["token_quality"] for act in self.evidence["acts"]}
        closing = self._first(Event.ORIGINAL_CLOSED).data.get("token_quality")
        return ManifestFacts(
            effective_date=self.facts.effective_date,
            controller=self.facts.controller_name,
            processor=self.facts.processor_name,
            template_version=self.facts.template_version,
            token_quality={**qualities, **({"closing": closing} if closing else {})},
            certificates={},
        )

    def _first(self, *events: Event) -> Entry:
        return next(entry for entry in self.entries if entry.event in events)

    def _opened_at(self) -> datetime | None:
        """When the present signatory first opened a link."""
        opened: datetime | None = None
        for entry in self.entries:
            if entry.event in (Event.SIGNATORY_CHANGED, Event.SIGNATORY_DELEGATED):
                opened = None
            elif entry.event is Event.LINK_OPENED:
                opened = opened or entry.at
        return opened

    def _expires_at(self) -> datetime | None:
        fixed = [e for e in self.entries if e.event in (*_SENT, Event.AGREEMENT_EXTENDED)]
        until = _day(fixed[-1])
        return end_of_day_after(datetime.combine(until, time(12), BRUSSELS), 0) if until else None


def missing_files(files: Mapping[str, bytes]) -> Sequence[str]:
    return [each for each in (AGREEMENT, SHOWN, SHEET, EVIDENCE, LOG) if each not in files]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry_of_line(line: Mapping[str, Any]) -> Entry:
    """The entry of the log in one line of ``logboek.jsonl``."""
    said = line["entry"]
    known = said["event"] in set(Event)
    return Entry(
        agreement_id=said["agreement"],
        seq=said["seq"],
        at=datetime.fromisoformat(said["at"]),
        actor=said["actor"],
        event=Event(said["event"]) if known else said["event"],
        data=said["data"],
        personal_digest=said["personal"],
        personal=line["personal_data"],
        salt=line["salt"],
        prev_hash=said["prev"],
        hash=line["hash"],
    )


def _places(entry: Entry) -> tuple[Any, ...]:
    # The oldest entries have the place in words, and its code separately.
    return (entry.data.get("place_id"), entry.data.get("place"))


def _day(entry: Entry) -> date | None:
    """The last day of the link; None for the oldest entries, which have it in words."""
    try:
        return date.fromisoformat(entry.data["until"])
    except (KeyError, ValueError):
        return None
