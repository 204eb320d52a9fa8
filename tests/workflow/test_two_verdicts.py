"""Every archived original is judged twice; a disagreement is reported to people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from house import House

from service.agreement.alarms import AlarmKind
from service.agreement.reasons import in_words
from service.texts import OURS
from service.workflow.keeping import reread
from service.workflow.keeping.examine import objection_to
from service.workflow.telling import alarm
from service.workflow.telling.alarm import stalled_items


@pytest.fixture
def reference(done: tuple[House, str, str]) -> str:
    return done[1]


def read_back(house: House, days: int) -> int:
    """Run the nightly reading so many days later."""
    house.rows(
        "update archive_states set looked_at = looked_at - make_interval(days => :d)", d=days
    )
    return reread.reread(house.deps, 1)


def archive_state(house: House) -> Any:
    (row,) = house.rows("select state, failure, dispute from archive_states")
    return row


def test_what_is_new_is_judged_twice_once_and_then_within_the_year(
    whole_house: House, reference: str, second_verdict_once: None
) -> None:
    """It takes longer than archiving, so it is left to the following nights."""
    house = whole_house
    when = "select judged_twice_at as at from archive_states"
    assert house.rows(when)[0].at is None
    assert reread.reread(house.deps, 5) == 1
    assert house.rows(when)[0].at is not None
    assert reread.reread(house.deps, 5) == 0
    assert house.events(reference).count("archive.verified") == 2


@pytest.mark.long
def test_what_was_judged_once_keeps_no_damaged_one_waiting(
    whole_house: House, reference: str
) -> None:
    """After the upgrade the whole archive is waiting for it, for sixty nights."""
    house = whole_house
    other, _ = house.archived()
    house.rows(
        "update archive_states set state = 'missing', looked_at = now() - interval '1 day'"
        " where agreement_id = :id",
        id=house.agreement(other).id,
    )
    house.rows(
        "update archive_states set looked_at = now() - interval '9 days' where state = 'verified'"
    )
    assert reread.reread(house.deps, 1) == 1
    assert house.events(other).count("archive.verified") == 2
    assert house.events(reference).count("archive.verified") == 1


def test_two_verdicts_that_disagree_raise_an_alarm_and_change_no_state(
    whole_house: House, reference: str, second_verdict_once: None
) -> None:
    """Otherwise a fault in a new version of either could declare a whole archive damaged, or go
    unnoticed."""
    house = whole_house
    assert (archive_state(house).state, archive_state(house).dispute) == ("verified", "")
    with pytest.MonkeyPatch.context() as fault:
        # A faulty first verdict: every act is later than its own time stamp.
        fault.setattr("signatures.verdict.rules.CLOCKS_DIFFER", -timedelta(days=1))
        assert read_back(house, 300) == 1
        assert read_back(house, 1) == 1  # and every night while they disagree
        found = archive_state(house)
        assert (found.state, found.failure) == ("verified", "")
        assert "na haar eigen tijdstempel" in in_words(found.dispute, OURS)
        assert "archive.damaged" not in house.events(reference)
        assert alarm.alarm(house.deps) == 1
        assert alarm.alarm(house.deps) == 0
        (mail,) = house.rows("select \"values\" as said from messages where kind = 'alarm'")
        assert (mail.said["reference"], mail.said["trouble"]) == (reference, "disputed")

        # Somebody checks, and the first verdict decides.
        assert not reread.check(house.deps, reference, house.staff).intact
        assert archive_state(house).state == "corrupt"

    assert read_back(house, 1) == 1
    assert (archive_state(house).state, archive_state(house).dispute) == ("verified", "")
    assert alarm.alarm(house.deps) == 0
    assert not house.rows("select 1 from alarms")

    with pytest.MonkeyPatch.context() as fault:
        # A second verdict, computed again, that considers every seal's algorithm weak.
        fault.setattr("service.workflow.keeping.examine.objection_to", objection_to)
        fault.setattr("signatures.verdict.second_opinion.WEAK", frozenset({"sha256"}))
        assert read_back(house, 300) == 1
    assert archive_state(house).state == "verified"
    stalled = stalled_items(house.deps, house.staff)[0]  # mails wait as well: nobody sends any
    (disputed,) = [each for each in stalled if each.kind is AlarmKind.DISPUTED]
    assert "weak algorithm" in disputed.reason
