"""The search of the archive as its pages and exports receive it, in the address."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.fields import Checker
from service.agreement.lists import Search
from service.agreement.states import EFFECTIVE
from service.web.staff.filters import cursor

MOST_OF_A_FIELD = 200  # characters
FIELDS = ("zoek", "status", "van", "tot", "op")


def typed_fields() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:MOST_OF_A_FIELD] for name in FIELDS}


def kept_fields(typed: dict[str, str]) -> dict[str, Any]:
    """Those with a value, for the address of the same search."""
    return {name: value for name, value in typed.items() if value}


def asked_search(typed: dict[str, str], check: Checker) -> Search:
    """The search; adds to ``check``: ``van``, ``tot`` and ``op``."""
    return Search(
        words=typed["zoek"],
        state=typed["status"] if typed["status"] in EFFECTIVE else "",
        signed_from=check.day("van", typed["van"]),
        signed_until=check.day("tot", typed["tot"]),
        in_force_on=check.day("op", typed["op"]),
        archived_only=True,
        after=cursor(request.args.get("na", "")),
    )
