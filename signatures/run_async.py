"""Runs pyHanko's coroutines from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, from another thread if this one has an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _result(coroutine)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="signatures") as thread:
        return thread.submit(_result, coroutine).result()


def _result(coroutine: Coroutine[Any, Any, T]) -> T:
    """Its task has no result: in the main thread ``asyncio.run`` prints the task into an error that
    nobody sees, which encodes a signature again (``frozen_asn1``): for some sizes, for a minute."""
    found: list[T] = []

    async def keep() -> None:
        found.append(await coroutine)

    asyncio.run(keep())
    return found[0]
