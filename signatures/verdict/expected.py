"""The fields that must be filled in a file, in order: from the ledger if it names them, else from
the form of the frozen document, which every seal covers."""

from __future__ import annotations

from signatures.field_names import ARCHIVE_FIELD, MOST_PLACES, SHEET_FIELD, SHEET_ORDER
from signatures.pdf.objects import text_of
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import fields_in
from signatures.verdict.report import Ledger

FEWEST_PLACES = 2  # one of each party


def expected_fields(file: Revisions, ledger: Ledger | None) -> tuple[str, ...]:
    """Their names, the closing time stamp last; () if the file is no agreement or evidence sheet of
    ours. Raises NotStrict."""
    if ledger is not None and ledger.fields:
        return (*ledger.fields, ARCHIVE_FIELD)
    names = _in_the_frozen_form(file)
    if names == (SHEET_FIELD,):
        return SHEET_ORDER
    ours = {SHEET_FIELD, ARCHIVE_FIELD, ""}
    if not FEWEST_PLACES <= len(set(names)) == len(names) <= MOST_PLACES or ours & set(names):
        return ()
    return (*names, ARCHIVE_FIELD)


def _in_the_frozen_form(file: Revisions) -> tuple[str, ...]:
    widgets = [file.value(each, 0) for each in fields_in(file, 0)[: MOST_PLACES + 1]]
    return tuple(text_of(each.get("T")) if isinstance(each, dict) else "" for each in widgets)
