"""Coroutines run from synchronous code."""

from __future__ import annotations

import asyncio

import pytest

from signatures.run_async import run


class Printed:
    """Counts how often it is printed; a large signature takes a minute."""

    times = 0

    def __repr__(self) -> str:
        self.times += 1
        return "printed"


async def _made(result: object) -> object:
    await asyncio.sleep(0)
    return result


def test_a_result_is_not_printed_in_the_main_thread_either() -> None:
    result = Printed()

    assert run(_made(result)) is result
    assert result.times == 0


def test_in_a_thread_with_an_event_loop_too() -> None:
    async def inside() -> object:
        return run(_made("done"))

    assert asyncio.run(inside()) == "done"


def test_what_it_raises_is_raised() -> None:
    async def fails() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        run(fails())
