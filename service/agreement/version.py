"""The version of an agreement: a number raised only by changes that people make, not by visits or
the worker, so that nobody is refused because of what does not concern them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from service.agreement.model import Agreement
from service.agreement.states import State
from service.error_codes import ErrorCode
from service.errors import Outdated

_NOT_ITS_OWN = frozenset(
    {"state", "places", "opened_at", "template_sha256", "frozen_sha256", "failure", "version"}
)
# Only the worker moves an agreement between these.
_ONE_STAGE = {
    State.GENERATION_FAILED: State.PREPARING,
    State.READY: State.PREPARING,
    State.SEALING: State.FULLY_SIGNED,
    State.SEAL_FAILED: State.FULLY_SIGNED,
    State.COMPLETED: State.FULLY_SIGNED,
}


def is_own_change(before: Agreement, after: Agreement) -> bool:
    return _own(before) != _own(after)


def require_version(agreement: Agreement, seen: int | None) -> None:
    """Raises Outdated if the caller has ``seen`` another version; None skips the check."""
    if seen is not None and seen != agreement.version:
        raise Outdated(ErrorCode.OUTDATED, version=agreement.version)


def _own(agreement: Agreement) -> list[Any]:
    content = [
        getattr(agreement, each.name) for each in fields(agreement) if each.name not in _NOT_ITS_OWN
    ]
    # A person chooses a draft's template; later only the worker may have to name another one.
    template = agreement.template_sha256 if agreement.state is State.DRAFT else ""
    stage = _ONE_STAGE.get(agreement.state, agreement.state)
    return [*content, template, stage, agreement.signed_places]
