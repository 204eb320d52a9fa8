"""A signing act and its record: what is stored and hashed, and what the hash proves.

The record's SHA-256 is in the signed bytes of the act's seal (``/Reason``). The agreement has only
this hash of the addresses in the record; the salt prevents guessing them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from service.agreement.mandate import MandateInRecord
from service.agreement.model import Agreement
from service.agreement.parties import Signatory
from service.agreement.places import Place
from service.agreement.shown import Opening
from signatures.acts.statements import Statement

SCHEMA = "zegel-act/6"


@dataclass(frozen=True)
class ProvedMailbox:
    """A code was mailed to this mailbox and entered. Moments are aware.

    ``together`` are the references of all agreements for which it was mailed, if several.
    """

    address: str
    code_sent_at: datetime
    code_confirmed_at: datetime
    together: tuple[str, ...] = ()

    def in_record(self) -> dict[str, Any]:
        """As JSON values; ``together`` is left out for a code for one agreement."""
        said: dict[str, Any] = {
            "address": self.address,
            "code_sent_at": _utc(self.code_sent_at),
            "code_confirmed_at": _utc(self.code_confirmed_at),
        }
        return {**said, "together": list(self.together)} if self.together else said

    @classmethod
    def from_record(cls, said: Mapping[str, Any]) -> ProvedMailbox:
        return cls(
            said["address"],
            datetime.fromisoformat(said["code_sent_at"]),
            datetime.fromisoformat(said["code_confirmed_at"]),
            tuple(said.get("together", ())),
        )


@dataclass(frozen=True)
class UsedLink:
    """The link that was used, and whether staff had access to it. ``bundle`` is the id of the
    bundle's link, if any."""

    id: str
    sent_to: str
    opened_at: datetime | None
    copied_by_staff: bool
    bundle: str | None = None

    def in_record(self) -> dict[str, Any]:
        opened = _utc(self.opened_at) if self.opened_at else None
        return {**asdict(self), "opened_at": opened}


@dataclass(frozen=True)
class SignatureImage:
    """The typed name in a typeface (``face`` of ``signatures.acts.font``), or a re-encoded picture;
    ``method`` is the way of signing."""

    method: str
    typed: str
    image: bytes | None
    face: str = ""


@dataclass(frozen=True)
class Observed:
    """The browser at the act, and the proof of identity: a link and mailbox, or a member of staff's
    password."""

    ip: str
    user_agent: str
    mailbox: ProvedMailbox | None = None
    link: UsedLink | None = None
    reauthenticated: str = ""

    def in_record(self) -> dict[str, Any]:
        """As JSON values; inapplicable ones are left out."""
        said: dict[str, Any] = {"ip": self.ip, "user_agent": self.user_agent[:400]}
        if self.mailbox:
            said["mailbox"] = self.mailbox.in_record()
        if self.link:
            said["link"] = self.link.in_record()
        if self.reauthenticated:
            said["reauthenticated"] = self.reauthenticated
        return said


@dataclass(frozen=True)
class ActRecord:
    """``content`` is what was hashed, in this version or a former one; the properties read both,
    and are empty for what a former version lacks."""

    content: Mapping[str, Any]

    @property
    def canonical(self) -> bytes:
        """The hashed bytes: canonical JSON (RFC 8785), so that a record has exactly one hash."""
        return rfc8785.dumps(dict(self.content))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def what_stays(self) -> ActRecord:
        """The part that the database keeps once only the archive has the rest (migrations 0039 and
        0051)."""
        stays = ("person", "organisation", *(["mandate"] if self.mandate else []))
        return ActRecord({name: self.content[name] for name in stays})

    @property
    def reference(self) -> str:
        return str(self.content["reference"])

    @property
    def person(self) -> Signatory:
        return Signatory(**self.content["person"])

    @property
    def organisation(self) -> str:
        return str(self.content["organisation"])

    @property
    def method(self) -> str:
        return str(self.content["method"])

    @property
    def typed(self) -> str:
        return str(self.content["typed"] or "")

    @property
    def face(self) -> str:
        return str(self.content.get("face") or "")

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(Statement(**said) for said in self.content["statements"])

    @property
    def signed_at(self) -> datetime:
        """The time of signing, by the database's clock."""
        return datetime.fromisoformat(self.content["signed_at"])

    @property
    def document_sha256(self) -> str:
        return str(self.content["document_sha256"])

    @property
    def view_sha256(self) -> str | None:
        return self.content.get("view_sha256")

    @property
    def shown(self) -> tuple[Opening, ...]:
        """The texts this person opened; none in the first records."""
        return tuple(Opening.from_record(said) for said in self.content.get("shown", ()))

    @property
    def mandate(self) -> MandateInRecord | None:
        """The mandate under which the service placed the signature; None if the person did."""
        said = self.content.get("mandate")
        return MandateInRecord.from_record(said) if said else None

    @property
    def ip(self) -> str:
        return str(self.content["evidence"]["ip"])

    @property
    def user_agent(self) -> str:
        """By the User-Agent header."""
        return str(self.content["evidence"]["user_agent"])

    @property
    def mailbox(self) -> ProvedMailbox | None:
        """The proved mailbox; None for staff, who gave their password again."""
        said = self.content["evidence"].get("mailbox")
        return ProvedMailbox.from_record(said) if said else None

    @property
    def link_copied(self) -> bool:
        return bool(self.content["evidence"].get("link", {}).get("copied_by_staff"))


@dataclass(frozen=True)
class AcceptedAct:
    """An accepted signing act. ``record`` is the full evidence record with personal data."""

    place: Place
    ordinal: int
    signatory_id: str | None
    staff_id: str | None
    signed_at: datetime
    document_sha256: str
    record: ActRecord
    record_sha256: str
    image: bytes | None


def act_record(
    agreement: Agreement,
    place: Place,
    *,
    person: Signatory,
    organisation: str,
    signed_at: datetime,
    signature: SignatureImage,
    statements: Sequence[Statement],
    observed: Observed,
    salt: str,
    view_sha256: str,
    shown: Sequence[Opening],
    mandate: MandateInRecord | None = None,
) -> ActRecord:
    """``signed_at`` is aware (stored in UTC, ISO 8601 with microseconds); ``salt`` is 128 random
    bits in hexadecimal; ``view_sha256`` is of the reading view, and ``shown`` are this person's
    openings. The statements under a ``mandate`` are those made when it was given."""
    image = signature.image
    content = {
        "schema": SCHEMA,
        "reference": agreement.reference,
        "agreement_id": agreement.id,
        "revision": agreement.edition,
        "place": place.key,
        "person": asdict(person),
        "organisation": organisation,
        "signed_at": signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "document_sha256": agreement.frozen_sha256,
        "view_sha256": view_sha256,
        "shown": [opening.in_record() for opening in shown],
        "mandate": mandate.in_record() if mandate else None,
        "method": signature.method,
        "typed": signature.typed,
        "face": signature.face or None,
        "image_sha256": hashlib.sha256(image).hexdigest() if image else None,
        "statements": [asdict(said) for said in statements],
        "evidence": observed.in_record(),
        "salt": salt,
    }
    return ActRecord(content)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
