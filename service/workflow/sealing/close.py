"""The closing: makes and seals the evidence, and stores the one original.

A repetition differs in the digests of revocation lists and the sheet's time stamp; the database
keeps the first.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import rfc8785

from service.agreement import shown
from service.agreement.events import Event
from service.agreement.evidence_sheet import sheet
from service.agreement.manifest_facts import ManifestFacts
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.proof import ActFacts, EventFacts, Facts, Succession, evidence, qualities
from service.agreement.shown import sha256_of
from service.agreement.states import SIGNED_NOT_SEALED, PackageState, Step, next_state
from service.database.agreement.documents import Original
from service.database.agreement.seals import Sealed
from service.database.engine import Transaction
from service.database.log.audit_log import Entry
from service.deps import Deps
from service.workflow.sealing.evidence_package import (
    certificate_files,
    digests,
    encoded,
    explanations,
    files_of_sheet,
    fixed_files,
    parts_of,
    stamp_files,
)
from service.workflow.sealing.seal import with_present_keys
from signatures.chains.certificates import fingerprint
from signatures.field_names import LEVEL
from signatures.package.names import (
    AGREEMENT,
    CERTIFICATES,
    COMMON,
    DIFFERENCE,
    MANDATE,
    SHOWN,
    VIEW,
)

if TYPE_CHECKING:  # they load the PDF library
    from signatures.pdf.extraction import Part
    from signatures.sealing.seal import Sealer
    from signatures.sealing.validation_data import Chains


def close(deps: Deps, agreement_id: str) -> None:
    """Make and seal the evidence sheet, and store the original for the archive."""
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        if agreement.state not in SIGNED_NOT_SEALED:
            return
        sealed = tx.seals.so_far(agreement.id, agreement.edition)
        if sealed is None or sealed.last is None or sealed.step != agreement.closing_step:
            return
        closed = sealed.last
        facts, entries = _facts(deps, tx, agreement, sealed, closed.sha256)
        template = tx.templates.docx(facts.template_sha256)
        pages = _views(tx, agreement, facts)
        look = tx.looks.newest()
        logo = tx.looks.png(look.logo.sha256) if look.logo else None
    seals = parts_of(closed.pdf)
    fixed = fixed_files(facts, seals=seals, template=template, views=pages)
    known = {**fixed, AGREEMENT: closed.pdf, SHOWN: sealed.frozen}
    decoration = {"colour": look.accent, "logo": logo or b""}
    made = with_present_keys(
        deps, lambda sealer: _sealed_sheet(deps, sealer, facts, known, seals, decoration)
    )
    seals_of_sheet = parts_of(made.pdf)
    others = made.sealer.stamp_evidence([*seals, *seals_of_sheet])
    certificates = {**certificate_files(made.chains), **stamp_files(others, made.chains.stamps)}
    further = {**fixed, **made.explanations, **files_of_sheet(seals_of_sheet)}
    original = Original(
        edition=agreement.edition,
        pdf=closed.pdf,
        sha256=closed.sha256,
        size=len(closed.pdf),
        level=facts.level,
        evidence_pdf=made.pdf,
        evidence_sha256=hashlib.sha256(made.pdf).hexdigest(),
        evidence_json=made.proof,
        log_jsonl=_log_lines(entries),
        manifest_facts=_manifest_facts(facts, certificates),
        further_files=encoded(further),
    )
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        if before.state not in SIGNED_NOT_SEALED:
            return
        if tx.documents.add_original(agreement_id, original):
            tx.audit.append(
                agreement_id, Event.EVIDENCE_MADE, SYSTEM, sha256=original.evidence_sha256
            )
        tx.agreements.save(
            before,
            dataclasses.replace(before, state=next_state(Step.CLOSE, before.state), failure=""),
        )
        tx.audit.append(agreement_id, Event.AGREEMENT_COMPLETED, SYSTEM, sha256=original.sha256)
        tx.archive.set_state(agreement_id, PackageState.LOCAL, "")


@dataclass(frozen=True)
class _Sheet:
    """The sealed sheet, its evidence JSON, the explanations, and the keys and chains used."""

    pdf: bytes
    proof: bytes
    explanations: Mapping[str, bytes]
    sealer: Sealer
    chains: Chains


def _sealed_sheet(
    deps: Deps,
    sealer: Sealer,
    facts: Facts,
    known: Mapping[str, bytes],
    seals: Sequence[Part],
    decoration: Mapping[str, Any],
) -> _Sheet:
    """The evidence sheet over the ``known`` files and the current certificates.

    ``seals`` are those in the agreement, ``decoration`` the processor's colour and logo. Raises
    AuthorityError ``superseded`` if the keys were replaced meanwhile.
    """
    chains = sealer.certificates(seals)
    certificates = {
        f"{CERTIFICATES}{name}": data for name, data in certificate_files(chains).items()
    }
    told = explanations(facts, known, seals=seals, shown=known[SHOWN], checked_at=datetime.now(UTC))
    proof = rfc8785.dumps(evidence(facts, digests({**known, **certificates, **told})))
    printed = deps.maker().evidence_sheet(
        sheet(facts), evidence_json=proof, dated=facts.closed_at, **decoration
    )
    return _Sheet(sealer.seal_sheet(printed), proof, told, sealer, chains)


def _manifest_facts(facts: Facts, certificates: dict[str, bytes]) -> ManifestFacts:
    agreement = facts.agreement
    if agreement.effective_date is None:  # the last signature is missing
        raise LookupError(agreement.reference)
    return ManifestFacts(
        effective_date=agreement.effective_date,
        controller=agreement.controller.name,
        processor=agreement.processor.known_as,
        template_version=facts.template_version,
        token_quality=qualities(facts),
        certificates=encoded(certificates),
    )


def _facts(
    deps: Deps, tx: Transaction, agreement: Agreement, sealed: Sealed, sealed_sha256: str
) -> tuple[Facts, list[Entry]]:
    """The facts, and the log entries they come from. Raises LookupError without a frozen text."""
    frozen = tx.documents.frozen(agreement.id, agreement.edition)
    if frozen is None or frozen.reading_html is None:
        raise LookupError(agreement.reference)
    tokens = sealed.tokens
    acts = tuple(
        ActFacts(
            place=act.place.key,
            signed_at=act.signed_at,
            record=act.record,
            record_sha256=act.record_sha256,
            token_time=tokens[act.ordinal][0],
            token_quality=tokens[act.ordinal][1],
        )
        for act in tx.documents.acts(agreement.id, agreement.edition)
    )
    entries = _until_closed(tx.audit.of(agreement.id))
    people = tx.agreements.delegations(agreement.id)
    sealer = deps.sealer()
    by = sealer.seal
    return (
        Facts(
            agreement=agreement,
            template_version=frozen.template_version,
            template_sha256=frozen.template_sha256,
            engine=frozen.engine,
            documents=(
                ("shown", frozen.sha256),
                ("view", sha256_of(frozen.reading_html)),
                ("sealed", sealed_sha256),
            ),
            acts=acts,
            events=tuple(
                EventFacts(e.seq, e.at, str(e.event), e.sentence(agreement.language), e.hash)
                for e in entries
            ),
            successions=tuple(
                Succession(
                    old=before.name,
                    new=after_.name,
                    delegated=bool(after_.delegated_by),
                    mailbox=after_.proof,
                )
                for before, after_ in pairwise(people)
            ),
            seal_subject=by.certificate.subject.rfc4514_string(),
            seal_fingerprint=fingerprint(by.certificate),
            root_fingerprint=fingerprint(by.issuers[-1]),
            level=LEVEL,
            closed_at=tokens[agreement.closing_step][0],
            closing_quality=tokens[agreement.closing_step][1],
            verify_url=f"{deps.settings.base_url}/verifieer",
        ),
        entries,
    )


def _views(tx: Transaction, agreement: Agreement, facts: Facts) -> dict[str, bytes]:
    """The texts shown as pages, and the mandate of an act that names one, by their name in the
    package."""
    view = tx.openings.view(agreement.id, agreement.edition)
    if view is None:
        raise LookupError(agreement.reference)
    found = {VIEW: view.html}
    for act in facts.acts:
        for opened in act.record.shown:
            if opened.what == shown.DIFFERENCE:
                found[DIFFERENCE] = tx.openings.difference(agreement.id, opened.sha256)
                found[COMMON] = tx.openings.common_text(opened.common_sha256)
        if act.record.mandate:
            found[MANDATE] = _mandate(tx, agreement)
    return {name: html.encode() for name, html in found.items()}


def _mandate(tx: Transaction, agreement: Agreement) -> str:
    """The record of the mandate, byte for byte what was hashed. Raises LookupError."""
    case = tx.mandates.case(agreement.id, agreement.edition)
    mandate = tx.mandates.get(case.mandate_id) if case else None
    if mandate is None:
        raise LookupError(agreement.reference)
    return mandate.canonical.decode()


def _until_closed(entries: list[Entry]) -> list[Entry]:
    """The log up to the closing, without gaps: always the same."""
    closed = max(e.seq for e in entries if e.event is Event.ORIGINAL_CLOSED)
    return [entry for entry in entries if entry.seq <= closed]


def _log_lines(entries: list[Entry]) -> bytes:
    """The log as JSON lines with personal data and salts, so that it proves itself.

    Lines are canonical (RFC 8785), so the bytes after ``"entry":`` are exactly those hashed.
    """
    lines = [rfc8785.dumps(entry.line) for entry in entries]
    return b"\n".join(lines) + b"\n"
