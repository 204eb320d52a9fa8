"""The queries of pages and jobs over many agreements; changes are rolled back."""

from __future__ import annotations

from collections.abc import Iterator

from bench.asked import GOAL, Question
from bench.questions_jobs import jobs
from bench.questions_lists import lists, searches
from bench.questions_overview import of_the_overview
from service.workflow.keeping.dossier import dossier_of
from signatures.effective_date import local_date


def questions() -> list[Question]:
    """Each with its name and its goal in milliseconds."""
    return [*lists(), *searches(), *of_the_overview(), *_dossiers(), *jobs()]


def _dossiers() -> Iterator[Question]:
    yield "dossier: completed", GOAL, lambda a: dossier_of(a.deps, a.completed, a.staff)
    yield "dossier: running", GOAL, lambda a: dossier_of(a.deps, a.running, a.staff)
    yield (
        "dossier: other with this number",
        GOAL,
        lambda a: a.undone(
            lambda tx: tx.overview.same_number(a.number.replace(".", ""), "", local_date(tx.now()))
        ),
    )
    yield (
        "verify: by SHA-256",
        GOAL,
        lambda a: a.undone(
            lambda tx: (
                tx.documents.by_original_sha256(a.sha256),
                tx.documents.by_evidence_sha256(a.sha256),
                tx.archive.renewed_with_sha256(a.sha256),
                tx.registered_files.with_sha256(a.sha256),
            )
        ),
    )
