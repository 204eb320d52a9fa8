"""Sealed revisions of a frozen document, until the archive has the whole.

Only the added bytes of each are stored: a seal only appends.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.states import DocumentKind
from service.database.tables.documents import documents, seals
from service.database.tables.records import Records, columns, record


@dataclass(frozen=True)
class Seal:
    """One whole sealed revision; its step is the number of the act, or the closing after them."""

    step: int
    pdf: bytes
    sha256: str
    token_time: datetime
    token_quality: str


@dataclass(frozen=True)
class Sealed:
    """Progress of sealing: the frozen document, the last revision, if any, and the time and quality
    of each step's token."""

    frozen: bytes
    last: Seal | None
    tokens: dict[int, tuple[datetime, str]]

    @property
    def step(self) -> int:
        """The last finished step; 0 before the first."""
        return self.last.step if self.last else 0

    @property
    def pdf(self) -> bytes:
        return self.last.pdf if self.last else self.frozen


_FROZEN = select(documents.c.pdf).where(
    documents.c.agreement_id == bindparam("agreement"),
    documents.c.edition == bindparam("attempt"),
    documents.c.kind == DocumentKind.FROZEN,
)
_SEALS = (
    select(seals)
    .where(seals.c.agreement_id == bindparam("agreement"), seals.c.edition == bindparam("attempt"))
    .order_by(seals.c.step)
)


class Seals(Records):
    def add(self, agreement_id: str, edition: int, seal: Seal, before: bytes) -> bool:
        """Store a revision that continues ``before``; False if another worker's was first."""
        begins_at = len(before) if seal.pdf.startswith(before) else 0
        made = self._connection.execute(
            upsert(seals)
            .values(
                columns(
                    seal,
                    agreement_id=agreement_id,
                    edition=edition,
                    begins_at=begins_at,
                    pdf=seal.pdf[begins_at:],
                )
            )
            .on_conflict_do_nothing(index_elements=["agreement_id", "edition", "step"])
            .returning(seals.c.step)
        )
        return made.first() is not None

    def so_far(self, agreement_id: str, edition: int) -> Sealed | None:
        """The progress of sealing an edition; None if nothing is frozen."""
        wanted = {"agreement": agreement_id, "attempt": edition}
        frozen = self._connection.execute(_FROZEN, wanted).scalar()
        if frozen is None:
            return None
        rows = self._connection.execute(_SEALS, wanted).all()
        pdf = frozen
        for row in rows:  # those of former code are whole and begin at 0
            pdf = pdf[: row.begins_at] + row.pdf
        last = None
        if rows:
            last = record(Seal, rows[-1], pdf=pdf)
            if hashlib.sha256(pdf).hexdigest() != last.sha256:
                raise LookupError(f"{agreement_id}: the seals do not form one chain")
        tokens = {row.step: (row.token_time, row.token_quality) for row in rows}
        return Sealed(frozen, last, tokens)
