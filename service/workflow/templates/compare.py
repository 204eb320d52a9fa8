"""Beside which version another one is shown."""

from __future__ import annotations

from collections.abc import Sequence

from service.agreement.template_family import Choice, Version


def compared_with(version: Version, offered: Sequence[Choice]) -> Choice | None:
    """The current version of its family, beside which it is read; None if there is none, or it is
    this one."""
    own = (each for each in offered if each.family_id == version.family_id)
    found = next(own, None)
    return found if found and found.sha256 != version.sha256 else None
