"""Reads the recorded ends of one agreement from the objects beside its package.

Each change must have our seal and name the one before. If one proves nothing, none is believed:
without an end the locks are extended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from service.agreement.end_record import FIRST, EndRecord, digest, read
from service.database.agreement.end_records import KeptEnd
from service.workflow.keeping.trust import Trust
from signatures.errors import RecordInvalid
from storage.ends import RECORD, SEAL
from storage.inventory import HeldPackage


@dataclass(frozen=True)
class RecoveredEnds:
    """The archive's changes in order; the last says which ``end`` is in force.

    ``objects`` are their names. If ``proven`` is False, the rest is empty.
    """

    changes: tuple[tuple[EndRecord, KeptEnd], ...] = ()
    objects: frozenset[str] = frozenset()
    proven: bool = True


@dataclass(frozen=True)
class _Change:
    record: EndRecord
    data: bytes
    seal: bytes
    moment: datetime
    name: str


def recovered_ends(held: HeldPackage, trust: Trust) -> RecoveredEnds:
    """The changes up to the last one, each sealed under a trusted root."""
    found: dict[str, _Change] = {}
    try:
        for name, files in _complete(held.ends):
            data, seal = files[RECORD], files[SEAL]
            moment = _sealed_at(seal, data, trust)
            change = _Change(_of_this(held, data), data, seal, moment, name)
            found[digest(data)] = change
        return _until_last(found)
    except (RecordInvalid, ValueError, KeyError, TypeError):
        return RecoveredEnds(proven=False)


def _complete(ends: Mapping[str, bytes]) -> list[tuple[str, dict[str, bytes]]]:
    """The objects of each change by their kind; without a change whose record was never put."""
    named = sorted(name.rpartition(".") for name in ends)
    grouped = {
        stem: {f".{kind}": ends[f"{stem}.{kind}"] for _, _, kind in parts}
        for stem, parts in groupby(named, key=lambda each: each[0])
    }
    return [(stem, files) for stem, files in grouped.items() if RECORD in files]


def _sealed_at(seal: bytes, data: bytes, trust: Trust) -> datetime:
    # It loads the library for seals.
    from signatures.verdict.sealed_record import check_record  # noqa: PLC0415

    return check_record(
        seal, data, roots=trust.roots, stamp_roots=trust.stamp_roots, crls=trust.crls
    )


def _of_this(held: HeldPackage, data: bytes) -> EndRecord:
    record, facts = read(data), held.stored.facts
    if (record.agreement_id, record.reference) != (facts.agreement_id, facts.reference):
        raise ValueError(f"{facts.reference}: this is about {record.reference}")
    return record


def _latest(change: _Change) -> tuple[datetime, int]:
    return change.moment, change.record.number  # a time stamp has whole seconds


def _until_last(found: Mapping[str, _Change]) -> RecoveredEnds:
    """The changes from first to last sealed, each naming the one before.

    After a restored backup two may follow the same one; then the later one counts.
    """
    line: list[_Change] = []
    if found:
        line.append(max(found.values(), key=_latest))
    while line and line[-1].record.previous != FIRST:
        line.append(found[line[-1].record.previous])
    line.reverse()
    if [each.record.number for each in line] != list(range(1, len(line) + 1)):
        raise ValueError("the numbers are not consecutive")
    changes = ((each.record, KeptEnd(each.record.number, each.data, each.seal)) for each in line)
    names = (f"{each.name}{kind}" for each in line for kind in (RECORD, SEAL))
    return RecoveredEnds(tuple(changes), frozenset(names))
