"""The audit log: one hash chain per agreement, and a general one for everything else.

``hash = SHA-256(canonical JSON of {agreement, seq, at, actor, event, data, personal, prev})``,
canonical as in RFC 8785; ``personal`` is the salted digest of personal data beside the chain, which
can be erased. The agreement's row lock (or an advisory lock) keeps the numbering without gaps.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import rfc8785
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Row,
    bindparam,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.agreement.events import IN_THE_CHAIN, Event, in_words
from service.agreement.permissions import Principal
from service.database.tables.anchors import NOBODY, chain
from service.database.tables.columns import Digest
from service.database.tables.log import audit_entries, audit_personal
from service.database.tables.records import Records, record
from service.texts import Language

FIRST = "0" * 64
_GENERAL_LOCK = 7_403_143


@dataclass(frozen=True)
class Entry:
    """One entry. ``at`` is aware UTC; ``personal`` is None if erased or never present."""

    agreement_id: str | None
    seq: int
    at: datetime
    actor: str
    event: Event
    data: dict[str, Any]
    personal_digest: str
    personal: dict[str, Any] | None
    salt: str
    prev_hash: str
    hash: str

    def hashed(self, seq: int | None = None) -> dict[str, Any]:
        """The values that the hash covers, with the number ``seq`` if given."""
        return _hashed(
            self.agreement_id,
            self.seq if seq is None else seq,
            self.at,
            self.actor,
            self.event,
            self.data,
            self.personal_digest,
            self.prev_hash,
        )

    def recomputed(self, seq: int | None = None) -> str:
        """The hash of this entry's content, with the number ``seq`` if given.

        Raises ``rfc8785.CanonicalizationError`` for content that cannot be an entry of ours.
        """
        return _sha256(self.hashed(seq))

    def personal_fits(self) -> bool:
        """Whether the personal data match their digest in the chain; erased data do."""
        if self.personal is None:
            return True
        return _personal_digest(bytes.fromhex(self.salt), self.personal) == self.personal_digest

    @property
    def line(self) -> dict[str, Any]:
        """The entry as one line of ``logboek.jsonl``: all that its hashes can be checked with."""
        return {
            "entry": self.hashed(),
            "personal_data": self.personal,
            "salt": self.salt,
            "hash": self.hash,
        }

    def sentence(self, language: Language) -> str:
        """The entry as a sentence; erased values are marked as erased."""
        known = {**(self.personal or {}), **self.data}
        erased = bool(self.personal_digest) and self.personal is None
        return in_words(str(self.event), known, language, erased=erased)


class AuditLog(Records):
    def append(
        self,
        agreement_id: str | None,
        event: Event,
        by: Principal,
        *,
        personal: Mapping[str, Any] | None = None,
        **data: Any,
    ) -> str:
        """Write the next entry of the chain and return its hash; the caller holds the agreement's
        row lock.

        ``by`` is stored as ``signer:<id>``, ``staff:<id>``, ``operator`` or ``system``. ``data``
        can never be erased; names, addresses and free text belong in ``personal``. Raises
        ValueError for a name in ``data`` that is not in ``IN_THE_CHAIN``.
        """
        if unknown := data.keys() - IN_THE_CHAIN:
            raise ValueError(f"not for the chain: {', '.join(sorted(unknown))}")
        if agreement_id is None:
            self._connection.execute(_TAKE_TURNS, {"n": _GENERAL_LOCK})
        salt = secrets.token_bytes(16) if personal else None
        digest = _personal_digest(salt, personal) if salt and personal else ""
        until_at, until_prev = _cut(agreement_id, by.actor, event, data, digest)
        entry = {
            "agreement_id": agreement_id,
            "chain": agreement_id or NOBODY,
            "actor": by.actor,
            "event": event.value,
            "data": data,
            "personal_digest": digest,
            "salt": salt,
            "personal": dict(personal) if personal else None,
            "first": FIRST,
            "until_at": until_at,
            "until_prev": until_prev,
        }
        return cast(str, self._connection.execute(_APPEND, entry).scalar_one())

    def restore(self, entries: Sequence[Entry]) -> None:
        """Write consecutive entries back unchanged, at the end of the chain just before them. The
        caller holds the agreement's row lock."""
        for entry in entries:
            written = {
                "agreement_id": entry.agreement_id,
                "seq": entry.seq,
                "at": entry.at,
                "actor": entry.actor,
                "event": str(entry.event),
                "data": entry.data,
                "personal_digest": entry.personal_digest,
                "prev_hash": entry.prev_hash,
                "hash": entry.hash,
            }
            entry_id = self._connection.execute(_RESTORE, written).scalar_one()
            if entry.personal is not None:  # else there was none, or it was erased
                salt = bytes.fromhex(entry.salt)
                beside = {"entry_id": entry_id, "salt": salt, "data": entry.personal}
                self._connection.execute(insert(audit_personal), beside)

    def of(self, agreement_id: str | None) -> list[Entry]:
        """In order."""
        if agreement_id is None:
            rows = self._connection.execute(_GENERAL_ENTRIES)
        else:
            rows = self._connection.execute(_ENTRIES_OF, {"chain": agreement_id})
        return [entry_of(row) for row in rows]

    def newest(self, event: Event) -> tuple[datetime, dict[str, Any]] | None:
        """The time of the newest such entry in the general chain, and its data with the personal
        data."""
        row = self._connection.execute(
            _ENTRIES.where(_OF_NONE)
            .where(audit_entries.c.event == event.value)
            .order_by(audit_entries.c.seq.desc())
            .limit(1)
        ).one_or_none()
        return (row.at, {**(row.personal or {}), **row.data}) if row else None


OF_CHAIN: ColumnElement[str] = literal_column(chain("audit_entries"), UUID(as_uuid=False))
"""The chain of an entry, spelled as in its index: with the agreement id alone, PostgreSQL would
read the whole log."""

_OF_ONE = bindparam("chain", type_=UUID(as_uuid=False)) == OF_CHAIN
_OF_NONE = literal_column(f"'{NOBODY}'::uuid") == OF_CHAIN
_TAKE_TURNS = text("select pg_advisory_xact_lock(:n)")

MOMENT = """replace(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')"""
"""The moment ``at`` without its offset, as ``isoformat`` writes it: a zero fraction is omitted."""

# One statement, because a signer waits for each: the database fills in number, time and previous
# hash.
_APPEND = text(
    f"""
with last as (
  select seq, hash from audit_entries
  where cast(:chain as uuid) = {chain("audit_entries")} order by seq desc limit 1
), next as (
  select clock_timestamp() as at, coalesce((select seq from last), 0) + 1 as seq,
    coalesce((select hash from last), :first) as prev
), made as (
  insert into audit_entries
    (agreement_id, seq, at, actor, event, data, personal_digest, prev_hash, hash)
  select cast(:agreement_id as uuid), seq, at, :actor, :event, :data, :personal_digest, prev,
    sha256(
      cast(:until_at as bytea)
      || convert_to({MOMENT}, 'UTF8')
      || cast(:until_prev as bytea)
      || convert_to(encode(prev, 'hex') || '","seq":' || seq || '}}', 'UTF8')
    )
  from next
  returning id, hash
), beside as (
  insert into audit_personal (entry_id, salt, data)
  select id, :salt, :personal from made where cast(:salt as bytea) is not null
)
select encode(hash, 'hex') from made
"""  # noqa: S608  nothing in it comes from outside
).bindparams(
    bindparam("data", type_=JSONB),
    bindparam("personal", type_=JSONB(none_as_null=True)),
    *(bindparam(name, type_=LargeBinary) for name in ("salt", "until_at", "until_prev")),
    *(bindparam(name, type_=Digest) for name in ("personal_digest", "first")),
)

_RESTORE = insert(audit_entries).returning(audit_entries.c.id)
_EVENTS = frozenset(Event)
_ENTRIES = select(
    audit_entries, audit_personal.c.data.label("personal"), audit_personal.c.salt
).outerjoin(audit_personal, audit_personal.c.entry_id == audit_entries.c.id)
_ENTRIES_OF = _ENTRIES.where(_OF_ONE).order_by(audit_entries.c.seq)
_GENERAL_ENTRIES = _ENTRIES.where(_OF_NONE).order_by(audit_entries.c.seq)


def entry_of(row: Row[Any]) -> Entry:
    """The entry of a row with ``personal`` and ``salt`` joined, whatever it contains."""
    return record(
        Entry,
        row,
        agreement_id=str(row.agreement_id) if row.agreement_id else None,
        event=Event(row.event) if row.event in _EVENTS else row.event,
        salt=row.salt.hex() if row.salt else "",
    )


def _personal_digest(salt: bytes, personal: Mapping[str, Any]) -> str:
    return hashlib.sha256(salt + rfc8785.dumps(dict(personal))).hexdigest()


def _hashed(
    agreement_id: str | None,
    seq: int,
    at: datetime,
    actor: str,
    event: Event,
    data: Mapping[str, Any],
    personal_digest: str,
    prev: str,
) -> dict[str, Any]:
    return {
        "agreement": agreement_id,
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(),
        "actor": actor,
        "event": str(event),
        "data": dict(data),
        "personal": personal_digest,
        "prev": prev,
    }


def _sha256(hashed: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(hashed))).hexdigest()


def _cut(
    agreement_id: str | None, actor: str, event: Event, data: Mapping[str, Any], personal: str
) -> tuple[bytes, bytes]:
    """The canonical JSON (RFC 8785) of an entry up to its time, and from there up to the previous
    hash; ``_APPEND`` adds ``seq``, the last name."""
    before = rfc8785.dumps({"actor": actor, "agreement": agreement_id})
    between = rfc8785.dumps({"data": dict(data), "event": str(event), "personal": personal})
    return before[:-1] + b',"at":"', b'+00:00",' + between[1:-1] + b',"prev":"'
