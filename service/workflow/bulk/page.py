"""The rows of an import as a page shows them: some at a time, each with what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.agreement.bulk.columns import Columns
from service.agreement.bulk.states import LineState
from service.agreement.permissions import Permission, Staff, require
from service.database.bulk.imports import Import
from service.database.bulk.line_counts import Reason
from service.database.bulk.lines import Line
from service.deps import Deps
from service.error_words import kept_in_words
from service.texts import Language, has_text, text
from service.workflow.bulk.look import PAGE
from service.workflow.bulk.problems import (
    WITH_A_FAULT,
    Fault,
    column_name,
    doubt_in_words,
    faults_of,
    skip_in_words,
)


class Kind(StrEnum):
    """Which rows are shown; each has a name under ``filter`` in the catalogue ``bulk``."""

    ALL = ""
    PROBLEMS = "problemen"
    DOUBTFUL = "waarschuwingen"
    GOOD = "goed"
    SKIPPED = "overgeslagen"
    MADE = "gemaakt"
    SENT = "verstuurd"
    STOPPED = "gestopt"


STATES: dict[Kind, tuple[LineState, ...]] = {
    Kind.ALL: (),
    Kind.PROBLEMS: WITH_A_FAULT,
    Kind.DOUBTFUL: (LineState.GOOD,),
    Kind.GOOD: (LineState.GOOD,),
    Kind.SKIPPED: (LineState.SKIPPED,),
    Kind.MADE: (LineState.MADE,),
    Kind.SENT: (LineState.SENT,),
    Kind.STOPPED: (LineState.STOPPED,),
}


@dataclass(frozen=True)
class Told:
    """A line with the mistakes in its cells, and the sentences about the whole row."""

    line: Line
    faults: list[Fault]
    notes: list[str]


@dataclass(frozen=True)
class Page:
    """``next`` is the row after which the next page begins, None on the last one."""

    rows: list[Told]
    next: int | None


@dataclass(frozen=True)
class Often:
    """Something said of ``count`` rows, of which ``first`` is the first."""

    words: str
    count: int
    first: int


def page(deps: Deps, number: int, by: Staff, kind: Kind, *, after: int = 0) -> Page:
    """The lines of this kind that come after a row. Raises NotFound."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        lines = tx.lines.page(
            found.id,
            STATES[kind],
            doubtful=kind is Kind.DOUBTFUL,
            after=after,
            limit=PAGE + 1,
        )
    shown = lines[:PAGE]
    rows = [_told(each, found, by.language) for each in shown]
    return Page(rows, shown[-1].row if len(lines) > PAGE else None)


def _told(line: Line, found: Import, language: Language) -> Told:
    notes = [doubt_in_words(each, language) for each in line.warnings]
    if line.state is LineState.SKIPPED and line.skip:
        notes = [skip_in_words(line.skip, language)]
    if line.failure:
        notes = [kept_in_words(line.failure, language)]
    faulty = line.state is LineState.FAULTY
    return Told(line, faults_of(line, found, language) if faulty else [], [] if faulty else notes)


def often(deps: Deps, number: int, by: Staff) -> tuple[list[Often], list[Often]]:
    """What is wrong in faulty rows, and the warnings on good ones, the most frequent first."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        faults, doubts = tx.line_counts.faults(found.id), tx.line_counts.doubts(found.id)
    return (
        [Often(_fault(each, found, by.language), each.count, each.first) for each in faults],
        [
            Often(text(f"bulk.doubts.{each.code}", by.language), each.count, each.first)
            for each in doubts
        ],
    )


def _fault(reason: Reason, found: Import, language: Language) -> str:
    """The sentence without the values of one row."""
    own, usual = f"bulk.faults.{reason.code}", f"errors.{reason.code}"
    words = text(own if has_text(own, language) else usual, language)
    column = column_name(reason.field, Columns(found.targets), found.headings)
    return text("bulk.problem", language, column=column, words=words)
