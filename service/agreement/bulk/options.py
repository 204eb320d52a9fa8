"""What is chosen once for a whole list; a row that says something else goes before it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.agreement.annex import LISTS, ListName
from service.agreement.permissions import Permission, Staff


@dataclass(frozen=True)
class Options:
    """The choices for every agreement of an import, as in the form of one.

    ``fields`` may hold ``message``, ``link_days``, ``order``, ``countersigner`` (an id of staff)
    and ``country``. ``owner_id`` is the owner (empty: who imports). ``again``: even if an earlier
    import of this list made it. ``family`` is the template's, with its version at the start of the
    import; empty: the default.
    """

    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    services: tuple[str, ...] = ()
    chosen: Mapping[ListName, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    owner_id: str = ""
    again: bool = False
    family: str = ""

    def as_json(self) -> dict[str, Any]:
        """As stored with an import."""
        return {
            "fields": dict(self.fields),
            "services": list(self.services),
            "chosen": {name: list(codes) for name, codes in self.chosen.items()},
            "owner_id": self.owner_id,
            "again": self.again,
            "family": self.family,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Options:
        return cls(
            stored["fields"],
            tuple(stored["services"]),
            {name: tuple(stored["chosen"][name]) for name in LISTS if name in stored["chosen"]},
            stored["owner_id"],
            stored["again"],
            stored.get("family", ""),
        )


FIELDS = ("message", "link_days", "order", "countersigner", "country")


@dataclass(frozen=True)
class People:
    """The staff whom a list may name: ``able`` may sign for the processor, ``sellers`` may own an
    agreement."""

    able: Sequence[Staff] = ()
    sellers: Sequence[Staff] = ()


def sellers_of(everybody: Sequence[Staff]) -> list[Staff]:
    return [each for each in everybody if each.may(Permission.PREPARE)]
