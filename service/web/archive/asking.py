"""The search of the archive in the address of its pages and exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request

from service.agreement.facets import FLAGS, Facets
from service.agreement.fields import Checker
from service.agreement.lists import Search
from service.agreement.parties import countries
from service.agreement.states import EFFECTIVE
from service.texts import OURS, catalogue, text
from service.web.staff.filters import cursor

MOST_OF_A_FIELD = 200  # characters
FACETS = ("tekst", "dienst", "gegevens", "land")
NARROWING = frozenset({"op", *FACETS})  # on the page: below the others, folded
FIELDS = ("zoek", "status", "van", "tot", "op", *FACETS)


def typed_fields() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:MOST_OF_A_FIELD] for name in FIELDS}


def kept_fields(typed: dict[str, str]) -> dict[str, Any]:
    """Those with a value."""
    return {name: value for name, value in typed.items() if value}


def facet_choices(texts: Sequence[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The values and names to choose from in ``FACETS``; ``texts`` are the templates'."""
    return {
        "tekst": list(texts),
        "dienst": list(catalogue("service_names", OURS).items()),
        "gegevens": [(flag, text(f"labels.flag.{flag}", OURS)) for flag in FLAGS],
        "land": list(countries().items()),
    }


def asked_search(typed: dict[str, str], check: Checker) -> Search:
    """The search; adds to ``check``: ``van``, ``tot`` and ``op``."""
    return Search(
        words=typed["zoek"],
        state=typed["status"] if typed["status"] in EFFECTIVE else "",
        signed_from=check.day("van", typed["van"]),
        signed_until=check.day("tot", typed["tot"]),
        in_force_on=check.day("op", typed["op"]),
        facets=Facets(
            template=typed["tekst"],
            service=typed["dienst"] if typed["dienst"] in catalogue("service_names", OURS) else "",
            flag=typed["gegevens"] if typed["gegevens"] in FLAGS else "",
            country=typed["land"] if typed["land"] in countries() else "",
        ),
        archived_only=True,
        after=cursor(request.args.get("na", "")),
    )
