"""Restores the log's anchors from the bucket, verifying the time stamp and tree of each.

Existing anchors are not changed. ``zegel audit verify`` checks that they are consecutive.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.agreement import anchoring
from service.agreement.anchoring import Head
from service.database.log.anchors import Anchor, AnchorObject
from service.deps import Deps
from service.workflow.keeping.put_in_index import ADDED, COMPLETED, DIFFERENT, NOT_LOCKED, PRESENT
from service.workflow.keeping.rebuild_index import REFUSED
from service.workflow.keeping.trust import Trust
from service.workflow.one_by_one import said
from signatures.errors import TokenInvalid
from storage.anchors import HEADS, RECORD, TOKEN, key_of, list_days, read_anchor
from storage.errors import StorageRefused, StorageUnavailable
from storage.objects import ObjectStore
from storage.witness import prove_working

OWN, EXTERNAL = "eigen", "extern"  # as in signatures.stamps; the service is not named


@dataclass(frozen=True)
class AnchorOutcome:
    """The result for the anchor of one day (ISO 8601); ``detail`` is the reason for a refusal."""

    day: str
    result: str
    detail: str = ""


def rebuild_anchors(deps: Deps, trust: Trust) -> Iterator[AnchorOutcome]:
    """Restore every anchor in the bucket, day by day.

    Raises StorageUnavailable, StorageRefused, or Unavailable for the database.
    """
    for day in sorted(list_days(deps.objects())):
        try:
            files = read_anchor(deps.objects(), day)
            anchor, heads = _proven(day, files, trust)
            kept = _kept(deps.objects(), anchor, files)
        except (StorageUnavailable, StorageRefused) as failure:
            prove_working(deps.objects())  # otherwise the fault is the store's
            yield AnchorOutcome(day, REFUSED, said(failure))
            continue
        except (ValueError, KeyError, TypeError, AttributeError, TokenInvalid) as wrong:
            yield AnchorOutcome(day, REFUSED, said(wrong))
            continue
        yield AnchorOutcome(day, _put(deps, anchor, heads, kept))


def _proven(day: str, files: Mapping[str, bytes | None], trust: Trust) -> tuple[Anchor, list[Head]]:
    """Parse and verify the anchor in these three files.

    Raises TokenInvalid or ValueError if they prove nothing, and KeyError, TypeError or
    AttributeError for a record that is not ours.
    """
    record, response, lines = (files[kind] for kind in (RECORD, TOKEN, HEADS))
    if record is None or response is None or lines is None:
        raise ValueError("not all three files are present")
    told = anchoring.read(record)
    heads = [_head(json.loads(line)) for line in lines.splitlines()]
    if (told["day"], told["size"], told["root"]) != (day, len(heads), anchoring.root(heads)):
        raise ValueError("the record is of another day or another tree")
    moment, quality = _stamped(record, response, trust)
    anchor = Anchor(
        number=int(told["number"]),
        day=date.fromisoformat(day),
        record=record,
        sha256=hashlib.sha256(record).hexdigest(),
        response=response,
        token_time=moment,
        token_quality=quality,
        through=0,  # entries have new numbers now: the search for grown chains starts over
    )
    return anchor, heads


def _head(leaf: Mapping[str, Any]) -> Head:
    return Head(leaf["agreement"], leaf["seq"], leaf["hash"])


def _stamped(record: bytes, response: bytes, trust: Trust) -> tuple[datetime, str]:
    """The time in the token, and whether it is ours or external. Raises TokenInvalid."""
    # It loads the library for tokens.
    from signatures.stamps.tokens import check  # noqa: PLC0415

    try:
        return check(response, record, roots=trust.roots), OWN
    except TokenInvalid:
        return check(response, record, roots=trust.stamp_roots), EXTERNAL


def _kept(
    objects: ObjectStore, anchor: Anchor, files: Mapping[str, bytes | None]
) -> list[AnchorObject]:
    """Its objects in their first version, with the lock of each."""
    kept = []
    for kind, data in files.items():
        key = key_of(anchor.day, kind)
        version_id = objects.original(key)
        digest = hashlib.sha256(data or b"").hexdigest()
        until = objects.locked_until(key, version_id) or NOT_LOCKED
        kept.append(AnchorObject(anchor.number, key, version_id, digest, len(data or b""), until))
    return kept


def _put(deps: Deps, anchor: Anchor, heads: list[Head], kept: list[AnchorObject]) -> str:
    with deps.database.begin() as tx:
        added = tx.anchors.add(anchor, heads)
        if not added and tx.anchors.of_day(anchor.day) != anchor.sha256:
            return DIFFERENT
        waited = anchor.number in {each.number for each in tx.anchors.not_stored()}
        tx.anchors.put_objects(kept)
    return ADDED if added else COMPLETED if waited else PRESENT
