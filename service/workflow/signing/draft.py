"""Saves a signer's unsubmitted input as typed, only to fill in the form again: a closed tab or a
mistake loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from service.database.agreement.drafts import Draft
from service.database.engine import Transaction
from service.deps import Deps
from service.errors import Invalid, Refused
from service.workflow.signing.open_link import Visit, load_open_visit, must_be_open

__all__ = ["FORMS", "SIGNATURE", "Draft", "Sent", "draft", "keep", "step_or_keep"]

Sent = Mapping[str, list[str]]  # fields as a browser sends them

FORMS = ("details", "annex", "ask", "decline", "delegate")  # saved during typing
SIGNATURE = "sign"  # saved on sending or leaving, until the first signature is prepared


def keep(deps: Deps, found: Visit, form: str, fields: Sent) -> datetime:
    """Save the input of this form; returns the time. Raises if the link is no longer open."""
    must_be_open(found)
    with deps.database.begin() as tx:
        return tx.drafts.keep(found.link.signatory_id, form, fields)


def draft(deps: Deps, found: Visit, form: str) -> Draft | None:
    """The last input of this form that was not sent, or sent with a mistake."""
    with deps.database.look() as tx:
        return tx.drafts.get(found.link.signatory_id, form)


def step_or_keep(
    deps: Deps,
    secret: str,
    form: str,
    sent: Sent | None,
    step: Callable[[Transaction, Visit], None],
) -> None:
    """Take a step with what was sent, or keep that as a draft if it is refused.

    ``step`` must raise before it writes. Raises what the step raises, and LinkUnusable.
    """
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        try:
            step(tx, found)
        except (Invalid, Refused) as refusal:
            if sent is not None:
                tx.drafts.keep(found.link.signatory_id, form, sent)
            refused = refusal
        else:
            tx.drafts.forget(found.link.signatory_id, form)
            return
    raise refused
