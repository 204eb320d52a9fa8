"""One version as its page shows it: its sample beside that of the current version."""

from __future__ import annotations

from dataclasses import dataclass

from service.agreement.permissions import Permission, Principal, require
from service.agreement.template_family import Choice, TemplateStep, Version, may
from service.agreement.text_changes import Paragraph, text_changes
from service.database.agreement.template_samples import TemplateSample
from service.deps import Deps
from service.documents.own.findings import Finding
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.offered import offered
from service.workflow.templates.compare import compared_with
from service.workflow.templates.publish import alone_with, another_administrator


@dataclass(frozen=True)
class Looked:
    """A version with what people look at before they publish it.

    ``sample`` is None until it was made; ``fallen`` is what changes in it without all optional
    contents. ``changes`` are the differences from ``beside``, if there is one. ``offered``: new
    agreements can get it. ``waits_for_another``: another administrator must publish it; ``alone``:
    there is no other.
    """

    version: Version
    findings: tuple[Finding, ...]
    sample: TemplateSample | None
    beside: Choice | None
    beside_sample: TemplateSample | None
    changes: list[Paragraph] | None
    fallen: list[Paragraph] | None
    offered: bool
    waits_for_another: bool
    alone: bool

    @property
    def may_publish(self) -> bool:
        return may(TemplateStep.PUBLISH, self.version.state) and not self.waits_for_another


def look(deps: Deps, version_id: str, by: Principal) -> Looked:
    """Raises NotFound."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.look() as tx:
        version = tx.own_templates.get(version_id)
        sample = tx.template_samples.get(version.sha256)
        choices = offered(deps, tx)
        beside = compared_with(version, choices)
        other = tx.template_samples.get(beside.sha256) if beside else None
        own, another = alone_with(version, by), another_administrator(tx, by)
    return Looked(
        version,
        tuple(Finding.from_json(each) for each in version.findings),
        sample,
        beside,
        other,
        text_changes(other.reading_html, sample.reading_html) if sample and other else None,
        text_changes(sample.reading_html, sample.least_html)
        if sample and sample.least_html
        else None,
        offered=version.sha256 in {each.sha256 for each in choices},
        waits_for_another=own and another,
        alone=own and not another,
    )


def sample_pdf(deps: Deps, sha256: str, by: Principal, *, least: bool = False) -> bytes:
    """The sample of a template as PDF, or the one with as little as possible. Raises NotFound."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.look() as tx:
        return _there(tx.template_samples.pdf(sha256, least=least))


def sample_picture(
    deps: Deps, sha256: str, page: int, by: Principal, *, least: bool = False
) -> bytes:
    """A page of the same as PNG; the first is 1. Raises NotFound."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.look() as tx:
        return _there(tx.template_samples.picture(sha256, page, least=least))


def _there(found: bytes | None) -> bytes:
    if found is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return found


def given_file(deps: Deps, version_id: str, by: Principal) -> tuple[str, bytes]:
    """The Word file as it was given, and its name. Raises NotFound."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.look() as tx:
        version = tx.own_templates.get(version_id)
        return version.file_name, tx.own_templates.given(version_id)
