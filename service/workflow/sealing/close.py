"""The closing: makes and seals the evidence, and stores the one original.

A repetition after a crash makes the same evidence except for the current revocation lists, whose
digests are in it; the sealed sheet also differs in its time stamp. The database keeps the first.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import rfc8785

from service.agreement.events import Event
from service.agreement.evidence_sheet import sheet
from service.agreement.manifest_facts import ManifestFacts
from service.agreement.permissions import SYSTEM
from service.agreement.proof import Facts, evidence, qualities
from service.agreement.states import SIGNED_NOT_SEALED, PackageState, Step, next_state
from service.database.agreement.documents import NewOriginal
from service.deps import Deps
from service.workflow.package.log import log_lines
from service.workflow.sealing.certificate_files import certificate_files, stamp_files
from service.workflow.sealing.closing_facts import closing_facts, views
from service.workflow.sealing.evidence_package import (
    digests,
    encoded,
    explanations,
    files_of_sheet,
    fixed_files,
    parts_of,
)
from service.workflow.sealing.seal import with_present_keys
from signatures.package.names import AGREEMENT, CERTIFICATES, SHOWN

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
        facts, entries = closing_facts(deps, tx, agreement, sealed, closed.sha256)
        template = tx.templates.docx(facts.template_sha256)
        pages = views(tx, agreement, facts)
    seals = parts_of(closed.pdf)
    fixed = fixed_files(facts, seals=seals, template=template, views=pages)
    known = {**fixed, AGREEMENT: closed.pdf, SHOWN: sealed.frozen}
    made = with_present_keys(deps, lambda sealer: _sealed_sheet(deps, sealer, facts, known, seals))
    seals_of_sheet = parts_of(made.pdf)
    others = made.sealer.stamp_evidence([*seals, *seals_of_sheet])
    certificates = {**certificate_files(made.chains), **stamp_files(others, made.chains.stamps)}
    further = {**fixed, **made.explanations, **files_of_sheet(seals_of_sheet)}
    original = NewOriginal(
        edition=agreement.edition,
        pdf=closed.pdf,
        sha256=closed.sha256,
        size=len(closed.pdf),
        level=facts.level,
        evidence_pdf=made.pdf,
        evidence_sha256=hashlib.sha256(made.pdf).hexdigest(),
        evidence_json=made.proof,
        log_jsonl=log_lines(entries),
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
    deps: Deps, sealer: Sealer, facts: Facts, known: Mapping[str, bytes], seals: Sequence[Part]
) -> _Sheet:
    """The evidence sheet over the ``known`` files and the current certificates; ``seals`` are those
    in the agreement.

    Raises AuthorityError ``superseded`` if the keys were replaced meanwhile.
    """
    chains = sealer.certificates(seals)
    certificates = {
        f"{CERTIFICATES}{name}": data for name, data in certificate_files(chains).items()
    }
    told = explanations(facts, known, seals=seals, shown=known[SHOWN], checked_at=datetime.now(UTC))
    proof = rfc8785.dumps(evidence(facts, digests({**known, **certificates, **told})))
    printed = deps.maker().evidence_sheet(sheet(facts), evidence_json=proof, dated=facts.closed_at)
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
