"""Audits the log: recomputes every chain and compares it with every anchor; changes nothing.

Nobody can change anchored entries unnoticed: an external authority's token is a third party's, and
a copy is locked in the bucket. Only the chain protects later entries; the report counts them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from cryptography import x509

from service.agreement import anchoring
from service.agreement.anchoring import Head
from service.database.log.anchors import Anchor
from service.database.log.audit_chains import Chain
from service.database.log.audit_check import MISSING, Finding, check_chain
from service.deps import Deps
from signatures.errors import TokenInvalid
from signatures.stamps.tokens import check
from storage.anchors import HEADS, KINDS, RECORD, TOKEN, list_days, read_anchor
from storage.objects import ObjectStore

# The kinds of faults of an anchor; ``detail`` says more.
RECORD_ALTERED, TOKEN_INVALID, TREE_ALTERED = "record_altered", "token_invalid", "tree_altered"
NOT_FOLLOWING, LOST_HERE, LOST_THERE = "not_following", "lost_here", "lost_there"
DIFFERENT_THERE = "different_there"


@dataclass(frozen=True)
class ChainFinding:
    """A fault in the chain of one agreement, or in the general chain: then both are ''."""

    agreement_id: str
    reference: str
    finding: Finding


@dataclass(frozen=True)
class AnchorFinding:
    """A fault in the anchor of one day (ISO 8601)."""

    kind: str
    day: str
    detail: str = ""


@dataclass(frozen=True)
class AuditReport:
    """The scope and the faults found. ``erased`` counts personal data that were rightly erased,
    ``not_anchored`` entries without an anchor. Instants are aware UTC."""

    chains: int
    entries: int
    erased: int
    not_anchored: int
    anchors: int
    anchored_until: datetime | None
    missed_days: tuple[str, ...]
    chain_findings: tuple[ChainFinding, ...]
    anchor_findings: tuple[AnchorFinding, ...]

    @property
    def holds(self) -> bool:
        return not self.chain_findings and not self.anchor_findings

    def as_json(self) -> dict[str, Any]:
        values = {"holds": self.holds, **asdict(self)}
        values["anchored_until"] = self.anchored_until and self.anchored_until.isoformat()
        for each in values["chain_findings"]:
            day = each["finding"]["day"]
            each["finding"]["day"] = day and day.isoformat()
        return values


def audit(deps: Deps, roots: Sequence[x509.Certificate]) -> AuditReport:
    """Audit all chains and anchors; the tokens must chain to ``roots``.

    Raises Unavailable or the store's errors: then there is no result.
    """
    with deps.database.begin() as tx:
        anchors = tx.anchors.all()
        waiting = {each.number for each in tx.anchors.not_stored()}
    days = {each.day.isoformat() for each in anchors}
    found = [AnchorFinding(LOST_HERE, day) for day in sorted(list_days(deps.objects()) - days)]
    before = anchoring.FIRST
    for number, each in enumerate(anchors, 1):
        with deps.database.begin() as tx:
            heads = tx.anchors.heads(each.number)
        found += _following(each, number, before)
        found += _by_itself(each, heads, roots)
        found += _in_bucket(deps.objects(), each, heads, waiting=each.number in waiting)
        before = hashlib.sha256(each.record).hexdigest()
    records = [anchoring.read(each.record) for each in anchors]
    chains = _chains(deps)
    return AuditReport(
        chains=chains.chains,
        entries=chains.entries,
        erased=chains.erased,
        not_anchored=chains.not_anchored,
        anchors=len(anchors),
        anchored_until=anchors[-1].token_time if anchors else None,
        missed_days=tuple(day for each in records for day in each.get("missed", ())),
        chain_findings=tuple(chains.findings),
        anchor_findings=tuple(found),
    )


def _following(each: Anchor, number: int, before: str) -> Iterator[AnchorFinding]:
    """Check that this is the ``number``-th anchor and that its record names the previous one."""
    if each.number != number or anchoring.read(each.record).get("previous") != before:
        yield AnchorFinding(NOT_FOLLOWING, each.day.isoformat(), str(each.number))


def _by_itself(
    each: Anchor, heads: Sequence[Head], roots: Sequence[x509.Certificate]
) -> Iterator[AnchorFinding]:
    """Check the record, tree and token of one anchor."""
    day = each.day.isoformat()
    says = anchoring.read(each.record)
    digest = hashlib.sha256(each.record).hexdigest()
    if digest != each.sha256 or (says.get("number"), says.get("day")) != (each.number, day):
        yield AnchorFinding(RECORD_ALTERED, day)
    if (says.get("size"), says.get("root")) != (len(heads), anchoring.root(heads)):
        yield AnchorFinding(TREE_ALTERED, day)
    try:
        moment = check(each.response, each.record, roots=roots)
    except TokenInvalid as invalid:
        yield AnchorFinding(TOKEN_INVALID, day, str(invalid))
    else:
        if moment != each.token_time:
            yield AnchorFinding(TOKEN_INVALID, day, moment.isoformat())


def _in_bucket(
    objects: ObjectStore, each: Anchor, heads: Sequence[Head], *, waiting: bool
) -> Iterator[AnchorFinding]:
    """Compare with the copy in the bucket; ``waiting`` ones have none yet."""
    day = each.day.isoformat()
    kept = read_anchor(objects, day)
    ours = {RECORD: each.record, TOKEN: each.response, HEADS: anchoring.lines(heads)}
    for kind in KINDS:
        if kept[kind] is None and not waiting:
            yield AnchorFinding(LOST_THERE, day, kind)
        elif kept[kind] is not None and kept[kind] != ours[kind]:
            yield AnchorFinding(DIFFERENT_THERE, day, kind)


@dataclass
class _Chains:
    chains: int = 0
    entries: int = 0
    erased: int = 0
    not_anchored: int = 0
    findings: list[ChainFinding] = field(default_factory=list)

    def add(self, chain: Chain, gone: Sequence[tuple[Head, date]]) -> None:
        """Check one chain; ``gone`` are its anchored heads without an entry."""
        anchored = sorted([*chain.anchored, *gone], key=lambda each: each[0].seq)
        last = anchored[-1][0].seq if anchored else 0
        self.chains += 1
        self.entries += len(chain.entries)
        self.erased += sum(
            bool(each.personal_digest) and each.personal is None for each in chain.entries
        )
        self.not_anchored += sum(each.seq > last for each in chain.entries)
        for finding in check_chain(chain.entries, anchored):
            self.findings.append(ChainFinding(chain.agreement_id or "", chain.reference, finding))


def _chains(deps: Deps) -> _Chains:
    found = _Chains()
    with deps.database.begin() as tx:
        gone = {chain.agreement_id: chain for chain in tx.chains.gone()}
        for chain in tx.chains.each():
            lost = gone.pop(chain.agreement_id, None)
            found.add(chain, lost.anchored if lost else [])
        for chain in gone.values():
            found.add(chain, [])
        for agreement_id, reference in tx.chains.empty():
            if agreement_id not in gone:
                found.findings.append(ChainFinding(agreement_id, reference, Finding(MISSING, 1, 1)))
    return found
