"""SIGKILL in the middle of an import: each row becomes one agreement with one invitation.

``KILLS`` is how often the worker is killed, at most ``MOST``: at every point of ``POINTS`` in turn,
then at random moments and where lines are sent. The quick run takes one of them at random.
"""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest
from fault_road import MakeHouse, until
from kill_harness import KILLED, Kennel, Letterbox, drawn, judge_mails

from service.agreement.bulk.options import Options
from service.agreement.bulk.states import ImportState, LineState
from service.workflow.bulk import decide, look, run, take_in

pytestmark = [pytest.mark.kills, pytest.mark.own_database]

POINTS = (
    "add_agreement:before:2",
    "add_agreement:after:3",
    "mark_line:after:2",
    "mark_line>commit:before:3",
    "mark_line>commit:after:3",
    "send_agreement:before:2",
    "send_agreement:after:2",
    "send_agreement>commit:after:2",
    "mail:before:2",
    "mail:after:2",
    "mail>commit:before:2",
    "acknowledge:before:2",
)
WHEN_SENT = tuple(each for each in POINTS if not each.startswith("add_agreement"))
"""Lines are made faster than they may be sent: soon none is left to make."""

ROWS_BEFORE_A_KILL = 8  # the last points are reached only while rows are left
A_SECOND = 4
MOST = 50  # each takes one or two seconds
LONGEST_SECONDS = 120


def test_every_row_is_made_and_sent_once_however_often_the_worker_dies(
    kennel: Kennel, letterbox: Letterbox, make_house: MakeHouse
) -> None:
    house = make_house()
    chance, wanted = drawn()
    plan = _plan(chance, min(wanted, MOST))
    rows = ROWS_BEFORE_A_KILL * len(plan)
    lines = "\n".join(f"Zaak {n};An Peeters {n};an{n}@zaak{n}.example" for n in range(rows))
    data = f"Bedrijf;Contactpersoon;E-mail\n{lines}".encode()
    number = take_in.take_in(
        house.deps, data, "x.csv", house.staff, options=Options(services=("support",))
    ).number
    if look.progress(house.deps, number, house.staff).found.state is ImportState.JUDGING:
        run.run(house.deps)  # a long list is judged by a worker
    # Few a second, so that rows are left for every kill.
    decide.start(house.deps, number, house.staff, send=True, per_minute=60 * A_SECOND)

    for point in plan:
        pid = kennel.start("worker", point)
        moment = time.monotonic() + chance.uniform(0.3, 2.5)

        def died(pid: int = pid, point: str = point, moment: float = moment) -> bool:
            house.time_passes()
            if not point and time.monotonic() > moment:
                kennel.kill(pid)
                return True
            return kennel.wait(pid, 0) == KILLED

        until(died, point or "a random moment", LONGEST_SECONDS)
    worker = kennel.start("worker")

    def ended() -> bool:
        house.time_passes()
        now = look.progress(house.deps, number, house.staff)
        waiting = "select 1 from messages where state in ('queued', 'failed')"
        return now.found.state is ImportState.DONE and not house.rows(waiting)

    until(ended, "every row sent", LONGEST_SECONDS + rows / A_SECOND)
    kennel.kill(worker)  # it may have only just begun

    made = look.lines(house.deps, number, house.staff, limit=None)
    assert {each.state for each in made} == {LineState.SENT}
    assert len({each.reference for each in made}) == rows
    assert house.rows("select count(*) from agreements")[0][0] == rows
    for each in made:
        events = Counter(house.events(each.reference))
        once = ("agreement.created", "agreement.imported", "agreement.sent", "link.issued")
        assert {name: events[name] for name in once} == dict.fromkeys(once, 1)
    invited = house.rows("select agreement_id from messages where kind = 'invitation'")
    assert len(set(invited)) == len(invited) == rows
    repeated = judge_mails(house, letterbox, len(plan))
    print(f"{len(plan)} kills, {rows} rows, {repeated} mails repeated")


def _plan(chance: random.Random, wanted: int) -> list[str]:
    """Where to kill, '' for a random moment; the quick run's plan if ``wanted`` is 0."""
    if not wanted:
        return [chance.choice([*POINTS, ""])]
    points = [chance.choice(WHEN_SENT) for _ in range(max(wanted - len(POINTS), 0))]
    plan = [*POINTS, *("" if number % 2 else point for number, point in enumerate(points))]
    return plan[:wanted]
