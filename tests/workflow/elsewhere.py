"""Agreements that were signed elsewhere, registered in the house of a test."""

from __future__ import annotations

from house import House
from papers import pdf

from service.workflow.keeping import keep_registered, register

TYPED = {
    "name": "Bakkerij Peeters BV",
    "number": "0863.643.458",
    "signed_on": "2/3/2024",
    "signed_by": "An Peeters",
    "kept_at": "Map 2024, archief Gent",
    "note": "Tekst van de klant.",
}


def added(house: House, data: bytes | None = None, **typed: str) -> str:
    """Registered; the worker has not come yet."""
    kept = register.receive(house.deps, data or pdf(), "C:\\scans\\peeters.pdf", house.staff)
    return register.register(house.deps, kept.id, {**TYPED, **typed}, house.staff)


def archived(house: House, data: bytes | None = None, **typed: str) -> str:
    reference = added(house, data, **typed)
    keep_registered.keep_registered(house.deps, house.agreement(reference).id)
    return reference
