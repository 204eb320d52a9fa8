"""What a signer types is kept before it is sent, so that a closed tab or a mistake loses nothing.

It is kept as it was typed, right or wrong, for the person whose link it is. It only helps to fill
in the form again: what counts is what the steps themselves accept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.database.agreement.drafts import Draft
from service.deps import Deps
from service.workflow.signing.open_link import Visit, must_be_open

__all__ = ["FORMS", "SIGNATURE", "Draft", "draft", "forget", "keep"]

FORMS = ("details", "annex", "ask", "decline", "delegate")  # kept while they are typed
SIGNATURE = "sign"  # kept when it is sent or left, until the first signature is prepared


def keep(deps: Deps, found: Visit, form: str, fields: Mapping[str, list[str]]) -> datetime:
    """Keep what was typed in this form; says when. Raises what says that it is no longer open."""
    must_be_open(found)
    with deps.database.begin() as tx:
        return tx.drafts.keep(found.link.signatory_id, form, fields)


def draft(deps: Deps, found: Visit, form: str) -> Draft | None:
    """What was last typed in this form and not sent, or sent with a mistake."""
    with deps.database.look() as tx:
        return tx.drafts.get(found.link.signatory_id, form)


def forget(deps: Deps, found: Visit, form: str) -> None:
    """It says nothing else than what is kept already."""
    with deps.database.begin() as tx:
        tx.drafts.forget(found.link.signatory_id, form)
