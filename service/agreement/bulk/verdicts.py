"""The verdict on each row: what is wrong, what deserves a look, and what will happen.

Rows are judged one by one, beside each other, and beside what the database has (``Known``).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from service.agreement.bulk.columns import Columns
from service.agreement.bulk.options import Options, People
from service.agreement.bulk.rows import Given, given_in
from service.agreement.bulk.states import LineState
from service.agreement.drafting import draft
from service.agreement.fields import fold
from service.agreement.mailboxes import meant
from service.agreement.parties import Processor
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid

NAMED_ROWS = 5  # of many rows with the same value
MOST_SHARING = 50  # rows with one mailbox, of which the names are compared


class Doubt(StrEnum):
    """A warning: the row can be made, but a person had better look. Sentences under ``doubt`` in
    the catalogue ``bulk``."""

    SAME_NUMBER = "same_number"
    SAME_NAME = "same_name"
    SAME_MAILBOX = "same_mailbox"
    SAME_PERSON = "same_person"
    ACTIVE_NUMBER = "active_number"
    ACTIVE_NAME = "active_name"
    ADDRESS_MEANT = "address_meant"


class Skip(StrEnum):
    """Why a row is left out; each has a sentence under ``skip`` in the catalogue ``bulk``."""

    SAME_ROW = "same_row"
    MADE_BEFORE = "made_before"
    BY_HAND = "by_hand"


@dataclass(frozen=True)
class Note:
    """A warning or a reason, with the values of its sentence."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Identity:
    """By what rows are compared; empty values are not. ``whole`` is a digest of all a row says."""

    name: str = ""
    number: str = ""
    mailbox: str = ""
    person: str = ""
    customer: str = ""
    whole: str = ""

    @property
    def signer(self) -> str:
        """A digest of the person and the mailbox: rows with the same one can go in one mail."""
        if not (self.person and self.mailbox):
            return ""
        return hashlib.sha256(f"{fold(self.person)} {self.mailbox}".encode()).hexdigest()[:32]

    @property
    def keys(self) -> tuple[str, ...]:
        """Digests, of which an equal one means the same agreement: the same customer number, or the
        same name or number with the same mailbox."""
        said = []
        if self.customer:
            said.append(f"customer {fold(self.customer)}")
        if self.mailbox and self.name:
            said.append(f"name {fold(self.name)} {self.mailbox}")
        if self.mailbox and self.number:
            said.append(f"number {self.number} {self.mailbox}")
        return tuple(hashlib.sha256(each.encode()).hexdigest()[:32] for each in said)


@dataclass(frozen=True)
class Verdict:
    """On one row, by its number in the file."""

    row: int
    given: Given
    identity: Identity
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[Note, ...] = ()
    skip: Note | None = None

    @property
    def state(self) -> LineState:
        if self.errors:
            return LineState.FAULTY
        return LineState.SKIPPED if self.skip else LineState.GOOD


@dataclass(frozen=True)
class Known:
    """References of agreements that have not ended, by number and by name in small letters; and by
    key, of what an earlier import of the list made."""

    numbers: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)


def judge(
    row: int,
    cells: Sequence[str],
    columns: Columns,
    options: Options,
    people: People,
    *,
    default_days: int,
    today: date,
    processor: Processor | None,
) -> Verdict:
    """The verdict on a row by itself. ``today`` is the date in Brussels."""
    given = given_in(cells, columns, options, people)
    errors = {each.field: each for each in given.errors}
    warnings: tuple[Note, ...] = ()
    try:
        made = draft(
            given.content,
            default_days=default_days,
            today=today,
            able=people.able,
            processor=processor,
        )
    except Invalid as wrong:
        # What was not understood is the reason why it is missing.
        errors = {each.field: each for each in wrong.errors} | errors
        identity = _typed_identity(given, cells)
    else:
        identity = Identity(
            made.controller.name,
            made.controller.number,
            made.signatory.email.casefold(),
            made.signatory.name,
            given.customer,
            _digest(cells),
        )
        if likely := meant(made.signatory.email):
            warnings = (Note(Doubt.ADDRESS_MEANT, {"meant": likely}),)
    return Verdict(row, given, identity, tuple(errors.values()), warnings)


def _typed_identity(given: Given, cells: Sequence[str]) -> Identity:
    said = given.content.fields
    return Identity(
        name=str(said.get("name", "")).strip(),
        mailbox=str(said.get("signatory_email", "")).strip().casefold(),
        person=str(said.get("signatory_name", "")).strip(),
        customer=given.customer,
        whole=_digest(cells),
    )


def _digest(cells: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(each.strip() for each in cells).encode()).hexdigest()


def beside_each_other(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts with what shows only beside the other rows of the file."""
    rows = _Rows()
    for each in verdicts:
        rows.add(each)
    return [_noted(each, rows.doubts(each), skip=rows.earlier(each)) for each in verdicts]


def beside_what_is_known(
    verdicts: Iterable[Verdict], known: Known, *, again: bool = False
) -> list[Verdict]:
    """The same with what the database knows; ``again`` makes what an earlier import made."""
    found = []
    for each in verdicts:
        identity, doubts, skip = each.identity, [], None
        before = next((known.made[key] for key in identity.keys if key in known.made), "")
        if before and not again:
            skip = Note(Skip.MADE_BEFORE, {"reference": before})
        elif identity.number and (reference := known.numbers.get(identity.number)):
            doubts.append(Note(Doubt.ACTIVE_NUMBER, {"reference": reference}))
        elif reference := known.names.get(identity.name.lower(), ""):
            doubts.append(Note(Doubt.ACTIVE_NAME, {"reference": reference}))
        found.append(_noted(each, doubts, skip=skip))
    return found


def _noted(verdict: Verdict, doubts: Sequence[Note], *, skip: Note | None) -> Verdict:
    if not doubts and skip is None:
        return verdict
    return dataclasses.replace(
        verdict, warnings=(*verdict.warnings, *doubts), skip=verdict.skip or skip
    )


class _Rows:
    """The rows of a file by what they have in common."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._numbers: dict[str, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        self._mailboxes: dict[str, list[tuple[int, str, str]]] = {}

    def add(self, verdict: Verdict) -> None:
        said = verdict.identity
        self._first.setdefault(said.whole, verdict.row)
        if said.number:
            self._numbers.setdefault(said.number, []).append(verdict.row)
        if name := fold(said.name):
            self._names.setdefault(name, []).append(verdict.row)
        if said.mailbox:
            sharing = self._mailboxes.setdefault(said.mailbox, [])
            if len(sharing) < MOST_SHARING:
                sharing.append((verdict.row, name, fold(said.person)))

    def earlier(self, verdict: Verdict) -> Note | None:
        """The first of several identical rows counts."""
        first = self._first[verdict.identity.whole]
        return Note(Skip.SAME_ROW, {"row": first}) if first != verdict.row else None

    def doubts(self, verdict: Verdict) -> list[Note]:
        said, found = verdict.identity, []
        numbers = _others(self._numbers.get(said.number, ()), verdict.row)
        names = _others(self._names.get(fold(said.name), ()), verdict.row)
        if numbers:
            found.append(Note(Doubt.SAME_NUMBER, {"rows": numbers}))
        elif names:
            found.append(Note(Doubt.SAME_NAME, {"rows": names}))
        name, person = fold(said.name), fold(said.person)
        sharing = [each for each in self._mailboxes.get(said.mailbox, ()) if each[1] != name]
        if sharing:
            alike = all(each[2] == person for each in sharing)
            code = Doubt.SAME_PERSON if alike else Doubt.SAME_MAILBOX
            found.append(Note(code, {"rows": _listed([each[0] for each in sharing])}))
        return found


def _others(rows: Sequence[int], row: int) -> str:
    return _listed([each for each in rows[: NAMED_ROWS + 2] if each != row])


def _listed(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:NAMED_ROWS]))
    return f"{shown} …" if len(rows) > NAMED_ROWS else shown


def errors_as_json(errors: Iterable[FieldError]) -> list[dict[str, Any]]:
    """As stored with a line."""
    return [
        {"field": each.field, "code": each.code.value, "values": dict(each.values)}
        for each in errors
    ]


def errors_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[FieldError, ...]:
    return tuple(
        FieldError(each["field"], FieldCode(each["code"]), each["values"]) for each in stored
    )
