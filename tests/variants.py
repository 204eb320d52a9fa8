"""Many cases of one rule: `make test` runs some of them, `make thorough` the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], *, one_in: int = 3) -> list[Any]:
    """These cases for ``parametrize``: the first of each ``one_in`` unmarked, the others marked
    long."""
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)
        if number % one_in
        else case
        for number, case in enumerate(cases)
    ]
