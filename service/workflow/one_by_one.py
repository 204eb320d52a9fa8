"""Many things in one run of a job: one that fails keeps no other from its turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from service.error_words import kept

Item = TypeVar("Item")

log = logging.getLogger(__name__)

NAMED = 3  # failures that the message of SomeFailed names


class SomeFailed(Exception):
    """Some of the things failed, and all others were done."""


def said(failure: Exception) -> str:
    """A failure in one line, for the log and the pages."""
    return kept(failure)


def one_by_one(items: Iterable[Item], step: Callable[[Item], int]) -> int:
    """Do ``step`` for each item and return the sum of what the steps return.

    Raises SomeFailed after the last item when a step raised, so that the job counts as failed.
    """
    done = 0
    failures: list[str] = []
    all_of_them = list(items)
    for item in all_of_them:
        try:
            done += step(item)
        except Exception as failure:  # told at the end, after the turn of all others
            log.exception("%s", item)
            failures.append(f"{item}: {said(failure)}")
    if failures:
        raise SomeFailed(
            f"{len(failures)} of {len(all_of_them)} failed: {'; '.join(failures[:NAMED])}"
        )
    return done
