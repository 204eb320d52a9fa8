"""Saves a signer's unsubmitted input, so that a closed tab or a mistake loses nothing.

It is stored as typed, right or wrong, for the link's owner. It only serves to fill in the form
again: the steps themselves decide what is accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.database.agreement.drafts import Draft
from service.deps import Deps
from service.workflow.signing.open_link import Visit, must_be_open

__all__ = ["FORMS", "SIGNATURE", "Draft", "draft", "forget", "keep"]

FORMS = ("details", "annex", "ask", "decline", "delegate")  # saved during typing
SIGNATURE = "sign"  # saved on sending or leaving, until the first signature is prepared


def keep(deps: Deps, found: Visit, form: str, fields: Mapping[str, list[str]]) -> datetime:
    """Save the input of this form; returns the time. Raises if the link is no longer open."""
    must_be_open(found)
    with deps.database.begin() as tx:
        return tx.drafts.keep(found.link.signatory_id, form, fields)


def draft(deps: Deps, found: Visit, form: str) -> Draft | None:
    """The last input of this form that was not sent, or sent with a mistake."""
    with deps.database.look() as tx:
        return tx.drafts.get(found.link.signatory_id, form)


def forget(deps: Deps, found: Visit, form: str) -> None:
    """Delete the input of a form that only repeats stored data."""
    with deps.database.begin() as tx:
        tx.drafts.forget(found.link.signatory_id, form)
