"""Anchoring the log once a day: complete whatever is killed, and a missed day stays missed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from days import Travel, audited, day
from house import House

from service.agreement.anchoring import root
from service.workflow.keeping import anchor, retain
from service.workflow.one_by_one import SomeFailed
from signatures.errors import TimestampUnavailable
from signatures.stamps.tokens import check
from storage.anchors import list_days
from storage.errors import StorageUnavailable


def test_it_works(anchored: tuple[House, str]) -> None:
    house, reference = anchored
    report = audited(house)
    assert report.holds
    assert (report.anchors, report.missed_days, report.erased) == (2, (), 0)
    assert report.not_anchored == 1  # the entry about the anchor itself
    with house.deps.database.begin() as tx:
        first, second = tx.anchors.all()
        tree = tx.anchors.heads(2)
        chain = tx.audit.of(tx.agreements.get(reference).id)
    says = json.loads(second.record)
    assert says["previous"] == hashlib.sha256(first.record).hexdigest()
    assert says["root"] == root(tree)
    assert {head.agreement_id for head in tree} == {None, house.agreement(reference).id}
    assert chain[-1].hash in {head.hash for head in tree}
    roots = house.deps.authority().roots
    assert check(second.response, second.record, roots=roots) == second.token_time
    assert house.rows("select count(*) from anchor_objects")[0][0] == 6
    assert list_days(house.deps.objects()) == {day(0), day(1)}
    json.dumps(report.as_json())


def test_twice_is_once_and_a_day_has_one(anchored: tuple[House, str]) -> None:
    house, _ = anchored
    assert anchor.anchor(house.deps) == 0
    assert house.rows("select count(*) from anchors")[0][0] == 2


def test_missed_days_are_named_and_not_made_up(anchored: tuple[House, str], travel: Travel) -> None:
    house, _ = anchored
    travel(5)
    assert anchor.anchor(house.deps) == 2
    report = audited(house)
    assert report.holds
    assert report.missed_days == (day(2), day(3), day(4))
    assert list_days(house.deps.objects()) == {day(0), day(1), day(5)}
    travel(3)  # after a clock that went back, nothing is made
    assert anchor.anchor(house.deps) == 0


class Killed(BaseException):
    """Simulates the end of the process."""


@pytest.mark.parametrize(
    "moment",
    [
        "signatures.stamps.tokens.stamp",
        "service.database.log.anchors.Anchors.add",
        "service.database.log.audit_log.AuditLog.append",
        "service.workflow.keeping.anchor.put_anchor",
        "service.database.log.anchors.Anchors.put_objects",
    ],
)
def test_killed_anywhere_and_repeated(
    whole_house: House, moment: str, monkeypatch: pytest.MonkeyPatch, travel: Travel
) -> None:
    house = whole_house
    house.sent()

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(moment, die)
        with pytest.raises(Killed):
            anchor.anchor(house.deps)
    before = house.rows("select count(*) from anchors")[0][0]
    assert before == ("put" in moment)
    assert anchor.anchor(house.deps) == 2 - before
    report = audited(house)
    assert report.holds
    assert report.anchors == 1


@pytest.mark.parametrize("down", [TimestampUnavailable("x"), StorageUnavailable("x")])
def test_what_is_down_is_tried_again(
    whole_house: House, down: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = whole_house
    stamps = isinstance(down, TimestampUnavailable)

    def fail(*_: Any, **__: Any) -> None:
        raise down

    with monkeypatch.context() as patched:
        patched.setattr(
            "signatures.stamps.tokens.stamp"
            if stamps
            else "service.workflow.keeping.anchor.put_anchor",
            fail,
        )
        with pytest.raises(TimestampUnavailable if stamps else SomeFailed):
            anchor.anchor(house.deps)
    assert anchor.anchor(house.deps) == (2 if stamps else 1)
    assert audited(house).holds


def test_locks_of_anchors_are_prolonged(anchored: tuple[House, str]) -> None:
    house, _ = anchored
    house.rows("update anchor_objects set locked_until = now() + interval '3 days'")
    assert retain.begin_prolonging(house.deps) == 6
    assert retain.begin_prolonging(house.deps) == 0
