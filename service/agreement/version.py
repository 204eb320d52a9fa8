"""The version of an agreement: a number that only its own changes raise.

Its own are what people decide and write: the content, who signs, until when, sent, signed, ended.
Not its own are a visit, and what the worker does with it: making the document, sealing, storing and
what went wrong at that. So whoever read an agreement and wants to change it can say which version
they saw, and is not stopped by what changes nothing for them.
"""

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
# Between these only the worker moves it.
_ONE_STAGE = {
    State.GENERATION_FAILED: State.PREPARING,
    State.READY: State.PREPARING,
    State.SEALING: State.FULLY_SIGNED,
    State.SEAL_FAILED: State.FULLY_SIGNED,
    State.COMPLETED: State.FULLY_SIGNED,
}


def is_own_change(before: Agreement, after: Agreement) -> bool:
    """Whether the version is raised by this change."""
    return _own(before) != _own(after)


def require_version(agreement: Agreement, seen: int | None) -> None:
    """Raises Outdated when who asks ``seen`` another version; None: they do not say."""
    if seen is not None and seen != agreement.version:
        raise Outdated(ErrorCode.OUTDATED, version=agreement.version)


def _own(agreement: Agreement) -> list[Any]:
    content = [
        getattr(agreement, each.name) for each in fields(agreement) if each.name not in _NOT_ITS_OWN
    ]
    stage = _ONE_STAGE.get(agreement.state, agreement.state)
    return [*content, stage, agreement.signed_places]
