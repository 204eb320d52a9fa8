"""Makes a sample of an imported version, as agreements are made; a job of the worker.

Only a version with a sample can be published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.agreement.permissions import Permission, Principal, require
from service.agreement.template_family import Choice, TemplateState, TemplateStep, next_state
from service.agreement.template_version import TemplateVersion
from service.database.engine import Transaction
from service.deps import Deps, MadeSample
from service.documents.own.findings import Finding
from service.errors import GenerationFailed
from service.workflow.offered import offered, template_for
from service.workflow.tasks import TEMPLATE
from service.workflow.templates.compare import compared_with


def try_out(deps: Deps, version_id: str) -> None:
    """Make the sample of a version that waits for it, and of the version shown beside it.
    Repeatable."""
    with deps.database.look() as tx:
        version = tx.own_templates.get(version_id)
        if version.state is not TemplateState.IMPORTED:
            return
        template = tx.own_templates.template(version_id)
        beside = _unsampled(deps, tx, compared_with(version, offered(deps, tx)))
    try:
        made = deps.maker().sample(template)
        other = deps.maker().sample(beside) if beside else None
    except GenerationFailed as failed:
        note_failure(deps, version_id, f"{failed.reason} {failed.detail}".strip())
        return
    # Drawn before the transaction begins.
    pictures, others = (_Pictures.of(each) for each in (made, other))
    with deps.database.begin() as tx:
        version = tx.own_templates.lock(version_id)
        if version.state is not TemplateState.IMPORTED:
            return
        if beside and other:
            _keep(tx, beside.sha256, other, others)
        found = [Finding.from_json(each) for each in version.findings]
        if made.findings:
            state = next_state(TemplateStep.REFUSE, version.state)
            found = [*made.findings, *found]
        else:
            state = next_state(TemplateStep.ACCEPT, version.state)
            found = list(made.placed(found))
            _keep(tx, version.sha256, made, pictures)
        findings = [each.as_json() for each in found]
        tx.own_templates.change(version_id, state, findings=findings, failure="")


def note_failure(deps: Deps, version_id: str, reason: str) -> None:
    """Record that no sample could be made; a person decides whether to try again."""
    with deps.database.begin() as tx:
        version = tx.own_templates.lock(version_id)
        if version.state is TemplateState.IMPORTED:
            state = next_state(TemplateStep.REFUSE, version.state)
            tx.own_templates.change(version_id, state, failure=reason[:500])


def try_again(deps: Deps, version_id: str, by: Principal) -> None:
    """Have the sample made once more after a failure. Raises Refused, NotFound."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.begin() as tx:
        version = tx.own_templates.lock(version_id)
        state = next_state(TemplateStep.TRY_AGAIN, version.state)
        tx.own_templates.change(version_id, state, failure="")
        tx.jobs.defer(TEMPLATE, version_id=version_id)


def _unsampled(deps: Deps, tx: Transaction, choice: Choice | None) -> TemplateVersion | None:
    """The template of a choice whose sample has no pictures; those of former versions have none."""
    if choice is None or tx.template_samples.there(choice.sha256):
        return None
    return template_for(deps, tx, choice.sha256)


@dataclass(frozen=True)
class _Pictures:
    """Of the pages of a sample, and of those with as little as possible."""

    most: Sequence[bytes] = ()
    least: Sequence[bytes] = ()

    @classmethod
    def of(cls, made: MadeSample | None) -> _Pictures:
        return cls(made.pictures(), made.least_pictures()) if made and made.pdf else cls()


def _keep(tx: Transaction, sha256: str, made: MadeSample, pictures: _Pictures) -> None:
    if made.pdf:
        tx.template_samples.keep(
            sha256,
            pdf=made.pdf,
            pages=len(made.pages),
            reading_html=made.reading_html,
            least_html=made.least_html,
            pictures=pictures.most,
            least_pdf=made.least_pdf,
            least_pictures=pictures.least,
        )
