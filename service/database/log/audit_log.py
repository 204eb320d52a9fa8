"""The audit log: one hash chain per agreement, and one for what belongs to none.

``hash = SHA-256(canonical JSON of {agreement, seq, at, actor, event, data, personal, prev})``,
canonical as in RFC 8785; ``personal`` is the salted digest of the personal data, which lie beside
the chain so that erasing them does not break it. The row lock of the agreement (or an advisory
lock for the general chain) makes the entries follow each other without a gap.
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
    Connection,
    Row,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from service.agreement.events import IN_THE_CHAIN, Event
from service.agreement.permissions import Principal
from service.database.tables.anchors import NOBODY, chain
from service.database.tables.log import audit_entries, audit_personal

FIRST = "0" * 64
_GENERAL_LOCK = 7_403_143
_CLOCK = select(func.clock_timestamp())


@dataclass(frozen=True)
class Entry:
    """One entry. ``at`` is aware UTC; ``personal`` is None once erased or when there was none."""

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
        """What the hash is over, as entry ``seq`` if another than its own."""
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
        """The hash that this entry's content gives, as entry ``seq`` if another than its own.

        Raises ``rfc8785.CanonicalizationError`` for content that never was an entry of ours.
        """
        return _sha256(self.hashed(seq))

    def personal_fits(self) -> bool:
        """Whether the personal data beside it are those whose digest is in the chain.

        What was erased fits: the digest stays and says that there was something.
        """
        if self.personal is None:
            return True
        return _personal_digest(bytes.fromhex(self.salt), self.personal) == self.personal_digest


class AuditLog:
    """The log of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(
        self,
        agreement_id: str | None,
        event: Event,
        by: Principal,
        *,
        personal: Mapping[str, Any] | None = None,
        **data: Any,
    ) -> str:
        """Write the next entry of the chain and return its hash.

        Kept of ``by`` is ``signer:<id>``, ``staff:<id>`` or ``system``. The caller holds the
        agreement's row lock. ``data`` can never be erased, ``personal`` can: names, addresses and
        whatever somebody typed or a program reported go there. Raises ValueError for a name in
        ``data`` that is not in ``IN_THE_CHAIN``.
        """
        if unknown := data.keys() - IN_THE_CHAIN:
            raise ValueError(f"not for the chain: {', '.join(sorted(unknown))}")
        if agreement_id is None:
            self._connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": _GENERAL_LOCK})
            found = self._connection.execute(_LAST_GENERAL)
        else:
            found = self._connection.execute(_LAST, {"chain": agreement_id})
        last = found.one_or_none()
        seq, prev = (last.seq + 1, last.hash) if last else (1, FIRST)
        at = last.now if last else _clock(self._connection)
        salt = secrets.token_bytes(16)
        digest = _personal_digest(salt, personal) if personal else ""
        entry_hash = _sha256(_hashed(agreement_id, seq, at, by.actor, event, data, digest, prev))
        entry = {
            "new_agreement_id": agreement_id,
            "new_seq": seq,
            "new_at": at,
            "new_actor": by.actor,
            "new_event": event.value,
            "new_data": data,
            "new_personal_digest": digest,
            "new_prev_hash": prev,
            "new_hash": entry_hash,
        }
        if personal:
            beside = {"new_salt": salt, "new_personal": dict(personal)}
            self._connection.execute(_WITH_PERSONAL, entry | beside)
        else:
            self._connection.execute(_ENTRY, entry)
        return entry_hash

    def restore(self, entries: Sequence[Entry]) -> None:
        """Write entries again as they were, of a chain that ends where they begin.

        Whoever calls holds the agreement's row lock and knows that they follow each other.
        """
        for entry in entries:
            written = {
                "new_agreement_id": entry.agreement_id,
                "new_seq": entry.seq,
                "new_at": entry.at,
                "new_actor": entry.actor,
                "new_event": str(entry.event),
                "new_data": entry.data,
                "new_personal_digest": entry.personal_digest,
                "new_prev_hash": entry.prev_hash,
                "new_hash": entry.hash,
            }
            if entry.personal is None:  # there was none, or it was erased
                self._connection.execute(_ENTRY, written)
            else:
                beside = {"new_salt": bytes.fromhex(entry.salt), "new_personal": entry.personal}
                self._connection.execute(_WITH_PERSONAL, written | beside)

    def of(self, agreement_id: str | None) -> list[Entry]:
        """The entries of one chain, first to last."""
        if agreement_id is None:
            rows = self._connection.execute(_GENERAL_ENTRIES)
        else:
            rows = self._connection.execute(_ENTRIES_OF, {"chain": agreement_id})
        return [entry_of(row) for row in rows]

    def newest(self, event: Event) -> tuple[datetime, dict[str, Any]] | None:
        """When this last stood in the general chain, and what it said with what lies beside it;
        None when never."""
        row = self._connection.execute(
            _ENTRIES.where(_OF_NONE)
            .where(audit_entries.c.event == event.value)
            .order_by(audit_entries.c.seq.desc())
            .limit(1)
        ).one_or_none()
        return (row.at, {**(row.personal or {}), **row.data}) if row else None


OF_CHAIN: ColumnElement[str] = literal_column(chain("audit_entries"), UUID(as_uuid=False))
"""The chain of an entry, in the words of the index on it: asked for the agreement's id alone,
PostgreSQL reads the whole log."""

_OF_ONE = bindparam("chain", type_=UUID(as_uuid=False)) == OF_CHAIN
_OF_NONE = literal_column(f"'{NOBODY}'::uuid") == OF_CHAIN
_NEWEST = (
    select(audit_entries.c.seq, audit_entries.c.hash, func.clock_timestamp().label("now"))
    .order_by(audit_entries.c.seq.desc())
    .limit(1)
)
_LAST, _LAST_GENERAL = _NEWEST.where(_OF_ONE), _NEWEST.where(_OF_NONE)

# One statement where personal data lie beside the entry: a signer waits for each.
_ENTRY = insert(audit_entries).values(
    {
        column: bindparam(f"new_{column.name}", type_=column.type)
        for column in audit_entries.c
        if column is not audit_entries.c.id
    }
)
_MADE = _ENTRY.returning(audit_entries.c.id).cte("made")
_WITH_PERSONAL = insert(audit_personal).from_select(
    [audit_personal.c.entry_id, audit_personal.c.salt, audit_personal.c.data],
    select(
        _MADE.c.id,
        bindparam("new_salt", type_=audit_personal.c.salt.type),
        bindparam("new_personal", type_=audit_personal.c.data.type),
    ),
)

_EVENTS = frozenset(Event)
_ENTRIES = select(
    audit_entries, audit_personal.c.data.label("personal"), audit_personal.c.salt
).outerjoin(audit_personal, audit_personal.c.entry_id == audit_entries.c.id)
_ENTRIES_OF = _ENTRIES.where(_OF_ONE).order_by(audit_entries.c.seq)
_GENERAL_ENTRIES = _ENTRIES.where(_OF_NONE).order_by(audit_entries.c.seq)


def entry_of(row: Row[Any]) -> Entry:
    """The entry in a row with ``personal`` and ``salt`` beside it, whatever stands in it."""
    return Entry(
        str(row.agreement_id) if row.agreement_id else None,
        row.seq,
        row.at,
        row.actor,
        Event(row.event) if row.event in _EVENTS else row.event,
        row.data,
        row.personal_digest,
        row.personal,
        row.salt.hex() if row.salt else "",
        row.prev_hash,
        row.hash,
    )


def _clock(connection: Connection) -> datetime:
    return cast(datetime, connection.execute(_CLOCK).scalar_one())


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
