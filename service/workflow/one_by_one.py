"""Processes many items in one job: a failed item does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from service.error_words import kept

Item = TypeVar("Item")

log = logging.getLogger(__name__)

NAMED = 3  # the number of failures listed in the message of SomeFailed


class SomeFailed(Exception):
    """Some items failed; all others were processed."""


def said(failure: Exception) -> str:
    return kept(failure)


def one_by_one(items: Iterable[Item], step: Callable[[Item], int]) -> int:
    """Call ``step`` for each item and return the sum of the results.

    Raises SomeFailed after the last item if a step raised.
    """
    done = 0
    failures: list[str] = []
    all_of_them = list(items)
    for item in all_of_them:
        try:
            done += step(item)
        except Exception as failure:  # reported at the end, after all others
            log.exception("%s", item)
            failures.append(f"{item}: {said(failure)}")
    if failures:
        raise SomeFailed(
            f"{len(failures)} of {len(all_of_them)} failed: {'; '.join(failures[:NAMED])}"
        )
    return done
