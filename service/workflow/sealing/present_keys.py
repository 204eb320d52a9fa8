"""Sealing with the keys that count: they may be replaced at any moment, by a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from service.deps import Deps
from signatures.errors import AuthorityError

if TYPE_CHECKING:
    from signatures.sealing.seal import Sealer

T = TypeVar("T")


def with_present_keys(deps: Deps, make: Callable[[Sealer], T]) -> T:
    """What ``make`` makes with the sealer; again with the new one when the keys were replaced
    meanwhile, because the certificate of the old may be revoked since. Raises AuthorityError."""
    while True:
        try:
            return make(deps.sealer())
        except AuthorityError as error:
            if error.code != "superseded":
                raise
