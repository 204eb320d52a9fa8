"""Beside which version another one is shown."""

from __future__ import annotations

from collections.abc import Sequence

from service.agreement.template_family import Choice, Version


def compared_with(version: Version, offered: Sequence[Choice]) -> Choice | None:
    """The current version of its family, or else the default; None if it is that one itself."""
    own = [each for each in offered if each.family_id == version.family_id]
    found = next(iter([*own, *offered]))
    return None if found.sha256 == version.sha256 else found
