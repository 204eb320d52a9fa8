"""Which template an agreement is made from: the one that was installed when it was prepared.

A new version of Zegel may bring another template. Agreements that are under way keep theirs, with
every edition of their text, so what a customer read at the start is what the text is made from.
"""

from __future__ import annotations

from service.agreement.model import Agreement
from service.agreement.template_version import TemplateVersion
from service.database.engine import Transaction
from service.deps import Deps


def install(deps: Deps) -> None:
    """Keep the installed template; at each start, before anything else.

    Agreements of before they named a template, and without a text, name this one from now on.
    """
    with deps.database.begin() as tx:
        tx.templates.keep(deps.template)
        tx.templates.name_where_none(deps.template.sha256)


def template_of(deps: Deps, tx: Transaction, agreement: Agreement) -> TemplateVersion:
    """The template to make the text of this agreement from.

    The installed one where it names none, or one of which former code kept the Word file but not
    what is declared of it.
    """
    kept = tx.templates.get(agreement.template_sha256) if agreement.template_sha256 else None
    return kept or deps.template
