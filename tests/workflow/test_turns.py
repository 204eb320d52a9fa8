"""Few run at once, few wait, nobody twice, and in the order of asking."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from service.engines.process import wait_until
from service.workflow.turns import NoTurn, Turns

LONG = 60.0


def test_what_is_free_is_given_at_once_and_what_is_taken_is_refused() -> None:
    turns = Turns(at_once=2, waiting=0)
    with turns.turn(LONG), turns.turn(LONG), pytest.raises(NoTurn):
        turns.turn(LONG).__enter__()
    with turns.turn(0):
        pass


def test_one_asker_has_one_place() -> None:
    turns = Turns(at_once=2, waiting=2)
    with turns.turn(0, "a"):
        with pytest.raises(NoTurn):
            turns.turn(LONG, "a").__enter__()
        with turns.turn(0, "b"):
            pass
    with turns.turn(0, "a"):
        pass


def test_who_waits_too_long_leaves_the_place_to_others() -> None:
    turns = Turns(at_once=1, waiting=1)
    with turns.turn(0):
        for _ in range(3):
            with pytest.raises(NoTurn):
                turns.turn(0.01, "late").__enter__()
    with turns.turn(0, "late"):
        pass


def test_turns_come_in_the_order_of_asking_and_the_rest_is_refused() -> None:
    turns = Turns(at_once=1, waiting=3)
    served: list[int] = []

    def asks(number: int) -> None:
        with turns.turn(LONG, str(number)):
            served.append(number)

    with ThreadPoolExecutor(3) as pool, ExitStack() as taken:
        taken.enter_context(turns.turn(0, "first"))
        asked: list[Future[None]] = []
        for number in range(3):
            asked.append(pool.submit(asks, number))
            assert wait_until(lambda many=number + 1: len(turns._queue) == many, seconds=LONG)
        with pytest.raises(NoTurn):
            turns.turn(LONG, "fourth").__enter__()
        assert served == []
        taken.close()
        for each in asked:
            each.result(LONG)
    assert served == [0, 1, 2]


def test_a_failure_gives_the_turn_back() -> None:
    turns = Turns(at_once=1, waiting=0)
    with pytest.raises(ZeroDivisionError), turns.turn(0):
        1 / 0  # noqa: B018
    with turns.turn(0):
        pass
