"""What a person is asked about a list: what its columns hold, and what is the same for all rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from service.agreement.bulk.options import People
from service.agreement.bulk.states import ImportStep, next_state
from service.agreement.drafting import suggested
from service.agreement.permissions import Permission, Staff, require
from service.agreement.template_family import Choice
from service.database.bulk.imports import Import
from service.deps import Deps
from service.spreadsheets.table import column_letter
from service.workflow.bulk.judge import people
from service.workflow.offered import offered

LOOKED_AT = 100  # rows of the list, for examples
EXAMPLES = 3


@dataclass(frozen=True)
class Column:
    """A column by its letter in a spreadsheet, with its heading (or none) and its first values."""

    letter: str
    heading: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Questions:
    """``remembered`` is the number of the import that gave the answers, None for guesses;
    ``suggested`` signs for us by default; the first of ``templates`` is the default."""

    found: Import
    rows: int
    columns: tuple[Column, ...]
    remembered: int | None
    people: People
    suggested: Staff | None
    templates: list[Choice]


def questions(deps: Deps, number: int, by: Staff) -> Questions:
    """With the answers so far. Raises NotFound, and Refused once it was started."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        next_state(ImportStep.JUDGE_AGAIN, found.state)
        sample = tx.lines.page(found.id, limit=LOOKED_AT)
        former = tx.imports.like(found.shape, before=number) if any(found.headings) else None
        profile, named = tx.profiles.newest(), people(tx)
        templates = offered(deps, tx)
        rows = sum(tx.imports.counts(found.id).values())
    columns = tuple(
        Column(
            column_letter(place),
            heading,
            tuple(islice((each for line in sample if (each := line.cells[place])), EXAMPLES)),
        )
        for place, heading in enumerate(found.headings)
    )
    return Questions(
        found,
        rows,
        columns,
        former.number if former else None,
        named,
        suggested(named.able, profile[1] if profile else None),
        templates,
    )
