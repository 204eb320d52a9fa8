"""Sealing with the current keys, which a command may replace at any moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from service.deps import Deps
from signatures.errors import AuthorityError

if TYPE_CHECKING:
    from signatures.sealing.seal import Sealer

T = TypeVar("T")


def with_present_keys(deps: Deps, make: Callable[[Sealer], T]) -> T:
    """The result of ``make`` with the current sealer; repeated with the new one if the keys were
    replaced meanwhile, because the old certificate may have been revoked. Raises AuthorityError."""
    while True:
        try:
            return make(deps.sealer())
        except AuthorityError as error:
            if error.code != "superseded":
                raise
