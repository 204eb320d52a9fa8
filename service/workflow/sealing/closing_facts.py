"""What the evidence of one agreement says, read from the database at the closing."""

from __future__ import annotations

from itertools import pairwise

from service.agreement import shown
from service.agreement.model import Agreement
from service.agreement.proof import ActFacts, EventFacts, Facts, Succession
from service.agreement.shown import sha256_of
from service.database.agreement.seals import Sealed
from service.database.engine import Transaction
from service.database.log.audit_log import Entry
from service.deps import Deps
from service.workflow.package.log import sentence, until_closed
from signatures.keys.authority import fingerprint
from signatures.package.names import COMMON, DIFFERENCE, VIEW


def closing_facts(
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
    entries = until_closed(tx.audit.of(agreement.id))
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
                EventFacts(e.seq, e.at, str(e.event), sentence(e, agreement.language), e.hash)
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
            level=sealer.level,
            closed_at=tokens[agreement.closing_step][0],
            closing_quality=tokens[agreement.closing_step][1],
            verify_url=f"{deps.settings.base_url}/verifieer",
        ),
        entries,
    )


def views(tx: Transaction, agreement: Agreement, facts: Facts) -> dict[str, bytes]:
    """The texts shown as pages, by their name in the package."""
    view = tx.openings.view(agreement.id, agreement.edition)
    if view is None:
        raise LookupError(agreement.reference)
    found = {VIEW: view.html}
    for act in facts.acts:
        for opened in act.record.shown:
            if opened.what == shown.DIFFERENCE:
                found[DIFFERENCE] = tx.openings.difference(agreement.id, opened.sha256)
                found[COMMON] = tx.openings.common_text(opened.common_sha256)
    return {name: html.encode() for name, html in found.items()}
