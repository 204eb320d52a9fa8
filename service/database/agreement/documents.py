"""Documents, acts and originals: the working copies, until the archive has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Text, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.act_record import AcceptedAct, ActRecord
from service.agreement.manifest_facts import ManifestFacts
from service.agreement.places import Place
from service.agreement.states import DocumentKind
from service.database.driver import driver
from service.database.tables.documents import acts, documents, originals, seals
from service.database.tables.records import Records, columns, names, record


@dataclass(frozen=True)
class Document:
    """``pdf`` are the bytes that are shown and signed; it and the reading view are None once only
    the archive has them; ``size`` is that of the PDF then."""

    edition: int
    kind: DocumentKind
    sha256: str
    pdf: bytes | None
    pages: int
    reading_html: str | None
    context: dict[str, Any]
    template_version: str
    template_sha256: str
    engine: str
    size: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class FrozenText:
    """A frozen document for pages that show its text, which is None if only the archive has it."""

    sha256: str
    pages: int
    reading_html: str | None
    context: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class Original:
    """The one sealed original. Byte fields are None once only the archive has them."""

    edition: int
    pdf: bytes | None
    sha256: str
    size: int
    level: str
    evidence_pdf: bytes | None
    evidence_sha256: str
    evidence_json: bytes | None
    log_jsonl: bytes | None
    manifest_facts: ManifestFacts
    further_files: dict[str, str] | None


@dataclass(frozen=True)
class Digests:
    """The SHA-256 of the sealed original, of its evidence sheet, and of the frozen document, its
    first ``shown_length`` bytes."""

    sealed: str
    evidence: str
    shown: str
    shown_length: int


_PUT = (
    upsert(documents)
    .on_conflict_do_nothing(index_elements=["agreement_id", "edition", "kind"])
    .returning(documents.c.edition)
)
_OF_KIND = select(documents).where(
    documents.c.agreement_id == bindparam("agreement"), documents.c.kind == bindparam("of_kind")
)
_DOCUMENT = _OF_KIND.where(documents.c.edition == bindparam("attempt"))
# For the driver itself, which can receive bytes as they are: decoding them takes three times the
# work.
_FROZEN_PDF = """
select pdf, encode(sha256, 'hex') from documents
where agreement_id = %s and kind = 'frozen' and edition = %s
"""
_SEALED_COPIES = "select pdf, evidence_pdf from originals where agreement_id = %s"
_FROZEN_TEXT = _DOCUMENT.with_only_columns(*(documents.c[name] for name in names(FrozenText)))
_OUR_SIGNER = documents.c.context["processor"]["representative"]
_PRINTED_FOR_US = _DOCUMENT.with_only_columns(
    _OUR_SIGNER["name"].astext.label("name"), _OUR_SIGNER["function"].astext.label("function")
)
_ACTS = (
    select(acts)
    .where(acts.c.agreement_id == bindparam("agreement"), acts.c.edition == bindparam("attempt"))
    .order_by(acts.c.ordinal)
)
_ADD_ACT = insert(acts)
_ORIGINAL = select(originals).where(originals.c.agreement_id == bindparam("agreement"))


class Documents(Records):
    def put(self, agreement_id: str, made: Document, *, common_sha256: str = "") -> bool:
        """Store a document; False if this edition already has one of its kind. A preview is
        replaced; a frozen one never is."""
        if made.kind is DocumentKind.PREVIEW:
            self._connection.execute(
                delete(documents).where(
                    documents.c.agreement_id == agreement_id,
                    documents.c.kind == DocumentKind.PREVIEW,
                )
            )
        kept = self._connection.execute(
            _PUT, columns(made, agreement_id=agreement_id, common_sha256=common_sha256)
        )
        return kept.first() is not None

    def frozen(self, agreement_id: str, edition: int) -> Document | None:
        row = self._frozen(_DOCUMENT, agreement_id, edition)
        return record(Document, row, kind=DocumentKind.FROZEN) if row else None

    def frozen_text(self, agreement_id: str, edition: int) -> FrozenText | None:
        """The same without the PDF."""
        row = self._frozen(_FROZEN_TEXT, agreement_id, edition)
        return record(FrozenText, row) if row else None

    def printed_for_us(self, agreement_id: str, edition: int) -> tuple[str, str] | None:
        """Name and function of the processor's signer, as printed in the frozen document."""
        row = self._frozen(_PRINTED_FOR_US, agreement_id, edition)
        return (row.name, row.function) if row else None

    def preview(self, agreement_id: str) -> Document | None:
        wanted = {"agreement": agreement_id, "of_kind": DocumentKind.PREVIEW}
        row = self._connection.execute(_OF_KIND, wanted).one_or_none()
        return record(Document, row, kind=DocumentKind.PREVIEW) if row else None

    def frozen_pdf(self, agreement_id: str, edition: int) -> tuple[bytes | None, str] | None:
        """Only the frozen bytes, if they are here, and their SHA-256."""
        wanted = (agreement_id, edition)
        return driver(self._connection).execute(_FROZEN_PDF, wanted, binary=True).fetchone()

    def _frozen(self, statement: Select[Any], agreement_id: str, edition: int) -> Row[Any] | None:
        wanted = {"agreement": agreement_id, "of_kind": DocumentKind.FROZEN, "attempt": edition}
        return self._connection.execute(statement, wanted).one_or_none()

    def add_act(self, agreement_id: str, edition: int, act: AcceptedAct) -> None:
        """A second act at the same place is impossible: the place is unique."""
        values = columns(act, place=act.place.key, record=dict(act.record.content))
        self._connection.execute(
            _ADD_ACT, {"agreement_id": agreement_id, "edition": edition, **values}
        )

    def acts(self, agreement_id: str, edition: int) -> list[AcceptedAct]:
        """In the order of signing."""
        rows = self._connection.execute(_ACTS, {"agreement": agreement_id, "attempt": edition})
        return [
            record(AcceptedAct, row, place=Place.named(row.place), record=ActRecord(row.record))
            for row in rows
        ]

    def add_original(self, agreement_id: str, original: Original) -> bool:
        """False if it is already stored."""
        made = self._connection.execute(
            upsert(originals)
            .values(
                agreement_id=agreement_id,
                **columns(original, manifest_facts=original.manifest_facts.kept()),
            )
            .on_conflict_do_nothing(index_elements=["agreement_id"])
            .returning(originals.c.agreement_id)
        )
        return made.first() is not None

    def original(self, agreement_id: str) -> Original | None:
        row = self._connection.execute(_ORIGINAL, {"agreement": agreement_id}).one_or_none()
        if row is None:
            return None
        return record(Original, row, manifest_facts=ManifestFacts.from_kept(row.manifest_facts))

    def sealed_copies(self, agreement_id: str) -> tuple[bytes | None, bytes | None] | None:
        """Only the working copies of the sealed original and of its evidence sheet."""
        wanted = (agreement_id,)
        return driver(self._connection).execute(_SEALED_COPIES, wanted, binary=True).fetchone()

    def digests(self, agreement_id: str) -> Digests | None:
        """Without the original's bytes."""
        row = self._connection.execute(
            select(
                originals.c.sha256.label("sealed"),
                originals.c.evidence_sha256.label("evidence"),
                documents.c.sha256.label("shown"),
                func.coalesce(documents.c.size, func.octet_length(documents.c.pdf)).label(
                    "shown_length"
                ),
            )
            .select_from(originals)
            .join(
                documents,
                (documents.c.agreement_id == originals.c.agreement_id)
                & (documents.c.edition == originals.c.edition)
                & (documents.c.kind == DocumentKind.FROZEN),
            )
            .where(originals.c.agreement_id == agreement_id)
        ).one_or_none()
        return Digests(row.sealed, row.evidence, row.shown, row.shown_length) if row else None

    def by_original_sha256(self, sha256: str) -> str | None:
        return self._connection.execute(
            select(originals.c.agreement_id).where(originals.c.sha256 == sha256)
        ).scalar()

    def by_evidence_sha256(self, sha256: str) -> str | None:
        return self._connection.execute(
            select(originals.c.agreement_id).where(originals.c.evidence_sha256 == sha256)
        ).scalar()

    def drop_working_copies(self, agreement_id: str) -> None:
        """Empty the working copies that the archive has verified, and delete the preview. The
        frozen document stays for now: see ``Shedding``."""
        self._connection.execute(
            delete(documents).where(
                documents.c.agreement_id == agreement_id, documents.c.kind == DocumentKind.PREVIEW
            )
        )
        self._connection.execute(delete(seals).where(seals.c.agreement_id == agreement_id))
        self._connection.execute(
            update(originals)
            .where(originals.c.agreement_id == agreement_id)
            .values(
                pdf=None,
                evidence_pdf=None,
                evidence_json=None,
                log_jsonl=None,
                further_files=None,
                manifest_facts=originals.c.manifest_facts.op("-")(literal("certificates", Text)),
            )
        )
