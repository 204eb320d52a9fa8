"""An audit of the log detects each kind of tampering with the real database."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from days import TODAY, audited, day
from emptied import as_owner
from house import House
from sqlalchemy import create_engine, text

from service.agreement.events import Event
from service.commands.audit import told
from service.database.log import audit_check as checks
from service.workflow.keeping import audit
from service.workflow.keeping.audit import AnchorFinding, AuditReport, ChainFinding
from signatures.stamps.tokens import stamp
from storage.anchors import KINDS, key_of, read_anchor
from tests.variants import some


def tamper(house: House, statement: str, **values: Any) -> None:
    """Change the database as its owner, without its guards."""
    engine = create_engine(as_owner(house.deps.database.url))
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        assert connection.execute(text(statement), values).rowcount
    engine.dispose()


def findings(house: House) -> list[tuple[str, str, int, int]]:
    """The findings in the chains; each also has a sentence."""
    report = audited(house)
    assert report.holds == (not report.chain_findings and not report.anchor_findings)
    assert len(told(report)) > len(report.chain_findings) + len(report.anchor_findings)
    return [
        (each.reference, each.finding.kind, each.finding.seq, each.finding.until)
        for each in report.chain_findings
    ]


def anchor_findings(house: House) -> list[tuple[str, str]]:
    return [(each.kind, each.detail) for each in audited(house).anchor_findings]


def test_a_changed_entry_is_named(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    tamper(
        house,
        'update audit_entries set data = data || \'{"until": "x"}\' '
        "where seq = 2 and agreement_id = :id",
        id=house.agreement(reference).id,
    )
    assert findings(house) == [(reference, "changed", 2, 2)]
    assert any(reference in line and "regel 2" in line for line in told(audited(house)))


@pytest.mark.parametrize("event", ["no.event", "link.opened"])
def test_an_entry_of_another_kind_is_named(anchored: tuple[House, str], event: str) -> None:
    house, reference = anchored
    tamper(
        house,
        "update audit_entries set event = :event where seq = 3 and agreement_id = :id",
        event=event,
        id=house.agreement(reference).id,
    )
    assert findings(house) == [(reference, "changed", 3, 3)]


def test_a_missing_entry_is_named_with_and_without_a_gap(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    own = house.agreement(reference).id
    tamper(house, "delete from audit_entries where seq = 4 and agreement_id = :id", id=own)
    assert findings(house) == [(reference, "missing", 4, 4)]
    _shift(house, own, 4, -1)
    assert (reference, "missing", 4, 4) in findings(house)


def test_an_inserted_entry_is_named(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    own = house.agreement(reference).id
    _shift(house, own, 3, 1)
    with house.deps.database.begin() as tx:
        before = tx.audit.of(own)[1]
    forged = _forged(before, seq=3, prev=before.hash)
    tamper(house, _INSERT, **forged)
    assert (reference, "inserted", 3, 3) in findings(house)


def test_swapped_entries_are_named(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    own = house.agreement(reference).id
    for old, new in ((3, 9003), (4, 3), (9003, 4)):
        tamper(
            house,
            "update audit_entries set seq = :new where seq = :old and agreement_id = :id",
            old=old,
            new=new,
            id=own,
        )
    assert (reference, "reordered", 4, 3) in findings(house)


def test_a_cut_end_is_told_by_the_anchor(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    own = house.agreement(reference).id
    with house.deps.database.begin() as tx:
        last = tx.audit.of(own)[-1].seq
    tamper(house, "delete from audit_entries where seq > 5 and agreement_id = :id", id=own)
    assert findings(house) == [(reference, "truncated", 6, last)]


def test_a_whole_chain_that_is_gone_is_told(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    own = house.agreement(reference).id
    with house.deps.database.begin() as tx:
        last = tx.audit.of(own)[-1].seq
    tamper(house, "delete from audit_entries where agreement_id = :id", id=own)
    assert findings(house) == [(reference, "truncated", 1, last)]
    house.draft()
    tamper(house, "delete from audit_entries where event = 'agreement.created'")
    kinds = {(kind, first, until) for _, kind, first, until in findings(house)}
    assert ("missing", 1, 1) in kinds


def test_a_chain_computed_anew_is_told_by_the_anchor(anchored: tuple[House, str]) -> None:
    """Somebody who recomputes every hash leaves a valid chain: only the anchor detects it."""
    house, reference = anchored
    own = house.agreement(reference).id
    with house.deps.database.begin() as tx:
        entries = tx.audit.of(own)
        anchored_first = next(h for h in tx.anchors.heads(1) if h.agreement_id == own)
    prev = entries[anchored_first.seq].prev_hash
    for entry in entries[anchored_first.seq :]:
        forged = _forged(entry, seq=entry.seq, prev=prev)
        tamper(
            house,
            "delete from audit_entries where agreement_id = :id and seq = :seq",
            id=own,
            seq=entry.seq,
        )
        tamper(house, _INSERT, **forged)
        prev = forged["hash"]
    assert findings(house) == [(reference, "rewritten", anchored_first.seq + 1, entries[-1].seq)]


def test_the_general_chain_is_looked_at_too(anchored: tuple[House, str]) -> None:
    house, _ = anchored
    tamper(house, "update audit_entries set actor = 'x' where agreement_id is null and seq = 1")
    assert findings(house) == [("", "changed", 1, 1)]
    assert any("Algemeen logboek" in line for line in told(audited(house)))


def test_personal_data_may_be_erased_and_not_changed(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    own = house.agreement(reference).id
    first = "(select id from audit_entries where agreement_id = :id and seq = 1)"
    tamper(house, f"delete from audit_personal where entry_id = {first}", id=own)
    report = audited(house)
    assert report.holds
    assert report.erased == 1
    tamper(
        house,
        """update audit_personal set data = '{"name": "x"}' where entry_id =
        (select id from audit_entries where agreement_id = :id and seq = 2)""",
        id=own,
    )
    assert findings(house) == [(reference, "personal", 2, 2)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    some(
        [
            ("update anchors set day = day - 9", "record_altered"),
            ("update anchors set sha256 = 'x'", "record_altered"),
            ("update anchors set token_time = token_time - interval '1 day'", "token_invalid"),
            (
                "update anchors set response = (select response from anchors where number = 2)",
                "token_invalid",
            ),
            ("delete from anchors", "not_following"),
            ("update anchor_heads set hash = decode(repeat('0', 64), 'hex')", "tree_altered"),
            ("delete from anchor_heads", "tree_altered"),
        ]
    ),
)
def test_an_anchor_that_was_touched_is_told(
    anchored: tuple[House, str], changed: str, expected: str
) -> None:
    house, _ = anchored
    tamper(house, f"{changed} where number = 1")
    assert expected in {kind for kind, _ in anchor_findings(house)}


def test_the_newest_anchor_taken_away_is_told_by_the_bucket(anchored: tuple[House, str]) -> None:
    house, _ = anchored
    tamper(house, "delete from anchors where number = 2")
    assert anchor_findings(house) == [("lost_here", "")]


def test_an_anchor_made_anew_with_its_key_differs_from_the_bucket(
    anchored: tuple[House, str],
) -> None:
    """An owner of the database and of our own time stamps can make an anchor with any contents."""
    house, _ = anchored
    with house.deps.database.begin() as tx:
        second = tx.anchors.all()[1]
    forged = second.record.replace(b'"missed":[]', b'"missed":["2020-01-01"]')
    token = stamp(forged, house.deps.timestamps())
    tamper(
        house,
        "update anchors set record = :record, sha256 = :sha, response = :response, "
        "token_time = :time where number = 2",
        record=forged,
        sha=hashlib.sha256(forged).hexdigest(),
        response=token.response,
        time=token.time,
    )
    assert {kind for kind, _ in anchor_findings(house)} == {"different_there"}


def test_an_anchor_that_the_bucket_lost_is_told(anchored: tuple[House, str]) -> None:
    house, _ = anchored
    objects = house.deps.objects()
    for kind in KINDS:
        key = key_of((TODAY + timedelta(days=1)).date(), kind)
        for version in list(objects.versions(key)):
            objects.client.delete_object(
                Bucket=objects.bucket,
                Key=key,
                VersionId=version.version_id,
                BypassGovernanceRetention=True,
            )
    assert read_anchor(objects, day(1)) == dict.fromkeys(KINDS)
    assert anchor_findings(house) == [("lost_there", kind) for kind in KINDS]


def test_another_root_proves_nothing(anchored: tuple[House, str]) -> None:
    house, _ = anchored
    report = audit.audit(house.deps, [])
    assert [each.kind for each in report.anchor_findings] == ["token_invalid"] * 2


def test_every_kind_of_finding_has_a_sentence() -> None:
    kinds = [
        checks.CHANGED,
        checks.MISSING,
        checks.INSERTED,
        checks.REORDERED,
        checks.PERSONAL,
        checks.REWRITTEN,
        checks.TRUNCATED,
    ]
    anchors = [
        audit.RECORD_ALTERED,
        audit.TOKEN_INVALID,
        audit.TREE_ALTERED,
        audit.NOT_FOLLOWING,
        audit.LOST_HERE,
        audit.LOST_THERE,
        audit.DIFFERENT_THERE,
    ]
    report = AuditReport(
        1,
        1,
        1,
        1,
        0,
        None,
        ("2026-01-01",),
        tuple(ChainFinding("", "", checks.Finding(kind, 1, 2, "link.opened")) for kind in kinds),
        tuple(AnchorFinding(kind, "2026-01-02", "x") for kind in anchors),
    )
    assert len(set(told(report))) == len(kinds) + len(anchors) + 6


_INSERT = """insert into audit_entries
    (agreement_id, seq, at, actor, event, data, personal_digest, prev_hash, hash)
    values (:agreement_id, :seq, :at, :actor, :event, cast(:data as jsonb), '',
            decode(:prev_hash, 'hex'), decode(:hash, 'hex'))"""


def _forged(entry: Any, *, seq: int, prev: str) -> dict[str, Any]:
    """A forged entry that fits after ``prev``."""
    made = dataclasses.replace(
        entry, seq=seq, event=Event.LINK_OPENED, data={}, personal_digest="", prev_hash=prev
    )
    made = dataclasses.replace(made, hash=made.recomputed())
    values = {
        name: getattr(made, name)
        for name in ("agreement_id", "seq", "at", "actor", "prev_hash", "hash")
    }
    return {**values, "event": made.event.value, "data": json.dumps(made.data)}


def _shift(house: House, agreement_id: str, start: int, by: int) -> None:
    """Renumber the entries from ``start``."""
    for change in (9000, by - 9000):
        tamper(
            house,
            "update audit_entries set seq = seq + :change "
            "where seq >= :start and agreement_id = :id",
            change=change,
            start=start,
            id=agreement_id,
        )
