"""Keeps a rejected form for one browser and one page for a limited time, so that the page can show
it again. The caller leaves secret fields out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from service.agreement.capabilities import hash_secret
from service.agreement.permissions import Staff
from service.database.people.kept_forms import Place
from service.deps import Deps

__all__ = ["Place", "find", "forget", "forget_all", "has_session", "keep", "waiting"]


def keep(
    deps: Deps,
    place: Place,
    content: Mapping[str, Any],
    *,
    former: str = "",
    staff: Staff | None = None,
    stranger: bool = False,
) -> str:
    """Store it and return its id.

    ``former`` is the id of the corrected form, which this one replaces for the whole history of the
    browser. ``stranger``: nobody is signed in.
    """
    staff_id = staff.id if staff else None
    with deps.database.begin() as tx:
        if former and tx.forms.replace(former, place, content, staff_id=staff_id):
            return former
        form_id = secrets.token_urlsafe(16)
        tx.forms.keep(form_id, place, content, staff_id=staff_id, stranger=stranger)
    return form_id


def find(deps: Deps, form_id: str, place: Place, staff: Staff | None) -> dict[str, Any] | None:
    """If it was kept for this place and person."""
    with deps.database.look() as tx:
        return tx.forms.get(form_id, place, staff_id=staff.id if staff else None)


def waiting(deps: Deps, place: Place) -> tuple[str, dict[str, Any]] | None:
    """The id and contents of a form sent to this place after its session had ended."""
    with deps.database.look() as tx:
        return tx.forms.waiting(place)


def has_session(deps: Deps, secret: str) -> bool:
    """Whether this cookie belongs to a signer's session."""
    if not secret:
        return False
    with deps.database.look() as tx:
        return tx.visits.session(hash_secret(secret)) is not None


def forget(deps: Deps, form_id: str, holder: bytes) -> None:
    with deps.database.begin() as tx:
        tx.forms.forget(form_id, holder)


def forget_all(deps: Deps, holder: bytes) -> None:
    with deps.database.begin() as tx:
        tx.forms.forget_all(holder)
