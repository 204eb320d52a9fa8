"""The template of an agreement: the one installed when it was prepared.

A new version of Zegel may have another template. Running agreements keep theirs for every edition
of their text, so that the final text has the template that the customer read at the start.
"""

from __future__ import annotations

from service.agreement.model import Agreement
from service.agreement.template_version import TemplateVersion
from service.database.engine import Transaction
from service.deps import Deps


def install(deps: Deps) -> None:
    """Store the installed template; runs first at each start.

    Agreements that name no template and have no text yet are assigned this one.
    """
    with deps.database.begin() as tx:
        tx.templates.keep(deps.template)
        tx.templates.name_where_none(deps.template.sha256)


def template_of(deps: Deps, tx: Transaction, agreement: Agreement) -> TemplateVersion:
    """The template for the text of this agreement.

    The installed one if it names none, or if former code stored only the Word file of its template,
    without the declaration.
    """
    kept = tx.templates.get(agreement.template_sha256) if agreement.template_sha256 else None
    return kept or deps.template
