"""A contract that was never made for Zegel, on its way to being a template."""

from __future__ import annotations

from functools import cache

from colleagues import add_colleague, proof_of

from service.agreement.permissions import Role, Staff
from service.agreement.template_family import Version
from service.deps import Deps
from service.workflow.templates import publish, take_in, try_out
from tests.documents.foreign import contract, paragraph

NAME = "Hosting"


@cache
def word_file(words: str = "") -> bytes:
    """The contract made ready, with a paragraph more if given."""
    return contract(*([paragraph(words)] if words else []))


def imported(deps: Deps, by: Staff, words: str = "", *, name: str = NAME) -> Version:
    """The next version of the family, or the first."""
    known = [each for each in _families(deps) if each[1] == name]
    found = take_in.take_in(
        deps,
        word_file(words),
        "contract.docx",
        by,
        name=name,
        family_id=known[0][0] if known else take_in.NEW,
    )
    assert found.version, found.findings
    return found.version


def tried(deps: Deps, by: Staff, words: str = "", *, name: str = NAME) -> Version:
    """The same with a sample by the worker."""
    version = imported(deps, by, words, name=name)
    for _ in range(2):
        try_out.try_out(deps, version.id)
    with deps.database.look() as tx:
        return tx.own_templates.get(version.id)


def published(deps: Deps, by: Staff, words: str = "", *, name: str = NAME) -> Version:
    """The same, published by a second administrator."""
    version = tried(deps, by, words, name=name)
    second = second_administrator(deps)
    return publish.publish(deps, version.id, second, proof_of(deps, second))


def second_administrator(deps: Deps) -> Staff:
    email = "ine@it4.example"
    with deps.database.look() as tx:
        known = tx.accounts.by_email(email)
    return known.person if known else add_colleague(deps, email, Role.ADMIN, name="Ine Smet")


def _families(deps: Deps) -> list[tuple[str, str]]:
    with deps.database.look() as tx:
        return [(each.id, each.name) for each in tx.own_templates.families()]
