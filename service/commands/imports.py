"""``zegel import``: agreements from a list of customers, made by this process; only a worker sends
them.

Status 0: every row is good or was made before; 1: a row has a fault, or failed; 2: the list, the
settings, the database or the command cannot be used.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from service.agreement.bulk.columns import Columns, shown_name
from service.agreement.bulk.options import Options
from service.agreement.bulk.states import LineState
from service.agreement.bulk.verdicts import Verdict
from service.agreement.permissions import Role, Staff
from service.commands.installation import UNUSABLE, installation, say_why
from service.deps import Deps
from service.error_words import kept_in_words, words_of
from service.errors import Invalid, Refused
from service.settings.table import Settings
from service.spreadsheets.read import read_table
from service.spreadsheets.table import column_letter
from service.texts import OURS, catalogue, text
from service.workflow.bulk import decide, judge, look, problems, run, take_in
from service.workflow.bulk.judge import Checked
from service.workflow.offered import choices

GOOD, FAULTY, UNUSABLE_LIST = 0, 1, 2
SAID_EVERY = 2.0  # seconds between two lines of progress
SHOWN = 50  # rows with faults or warnings; the rest is counted


@dataclass(frozen=True)
class Asked:
    """The command as given; people are named by their e-mail addresses."""

    file: Path
    check: bool
    as_json: bool
    send: bool
    out: Path | None
    by: str
    owner: str
    signer: str
    services: Sequence[str]
    template: str
    days: int | None
    message: Path | None
    per_minute: int | None
    together: bool
    again: bool
    without_doubtful: bool


def import_file(given: Callable[[], Settings], asked: Asked) -> int:
    """Import, say what was found and made, and return the exit status."""
    try:
        with installation(given()) as deps:
            by = _who(deps, asked)
            found = judge.find(deps, read_table(asked.file.read_bytes()), by)
            options = _options(deps, asked, found.options, by)
            checked = judge.check(deps, dataclasses.replace(found, options=options), by)
            _say(asked, lambda: _told(checked, asked.file.name))
            if asked.check:
                return _checked_only(asked, checked)
            return _import(deps, asked, checked, by)
    except Invalid as wrong:
        click.echo("\n".join(words_of(each) for each in wrong.errors), err=True)
        return UNUSABLE_LIST
    except UNUSABLE as error:
        say_why(error, "cli.import_unknown")
        return UNUSABLE_LIST


def _say(asked: Asked, lines: Callable[[], Iterator[str]]) -> None:
    if not asked.as_json:
        for line in lines():
            click.echo(line)


def _who(deps: Deps, asked: Asked) -> Staff:
    """Who does this: the one named, or the only one who may."""
    with deps.database.look() as tx:
        sellers = judge.people(tx).sellers
    if asked.by:
        return _named(sellers, asked.by)
    if len(sellers) != 1:
        names = ", ".join(each.email for each in sellers)
        raise click.UsageError(text("cli.import_who", OURS, names=names))
    return sellers[0]


def _named(people: Sequence[Staff], email: str) -> Staff:
    found = next((each for each in people if each.email.casefold() == email.casefold()), None)
    if found is None:
        raise click.UsageError(text("cli.import_nobody", OURS, email=email))
    return found


def _options(deps: Deps, asked: Asked, before: Options, by: Staff) -> Options:
    """What the command says, and else the choices of the list's last import."""
    fields = dict(before.fields)
    if asked.days is not None:
        fields["link_days"] = str(asked.days)
    if asked.message is not None:
        fields["message"] = asked.message.read_text(encoding="utf-8")
    with deps.database.look() as tx:
        people, able = judge.people(tx), tx.accounts.with_role(Role.SIGNATORY)
    if asked.signer:
        fields["countersigner"] = _named(able, asked.signer).id
    owner_id = _named(people.sellers, asked.owner).id if asked.owner else before.owner_id
    known = catalogue("service_names", OURS)
    for service in asked.services:
        if service not in known:
            raise click.UsageError(
                text("cli.import_unknown_service", OURS, service=service, services=", ".join(known))
            )
    family = before.family
    if asked.template:
        there = choices(deps, by)
        named = [each for each in there if each.name.casefold() == asked.template.casefold()]
        if not named:
            names = ", ".join(each.name for each in there)
            raise click.UsageError(
                text("cli.import_unknown_template", OURS, name=asked.template, names=names)
            )
        family = named[0].family_id
    return Options(
        fields,
        tuple(asked.services) or before.services,
        before.chosen,
        owner_id,
        asked.again,
        family,
    )


def _checked_only(asked: Asked, checked: Checked) -> int:
    faulty = [each for each in checked.verdicts if each.errors]
    if asked.out and faulty:
        asked.out.write_bytes(_with_problems(checked, faulty))
    if asked.as_json:
        click.echo(json.dumps(_as_json(checked), ensure_ascii=False, indent=2))
    else:
        if asked.out and faulty:
            click.echo(text("cli.import_written", OURS, file=asked.out))
        click.echo(text("cli.import_checked", OURS))
    return FAULTY if faulty else GOOD


def _import(deps: Deps, asked: Asked, checked: Checked, by: Staff) -> int:
    found = take_in.take_in_checked(deps, checked, asked.file.name, by)
    _say(asked, lambda: iter([text("cli.import_begun", OURS, number=found.number)]))
    try:
        decide.start(
            deps,
            found.number,
            by,
            send=asked.send,
            per_minute=asked.per_minute,
            doubtful=not asked.without_doubtful,
            together=asked.together,
        )
    except Refused as refused:
        said = words_of(refused)
        _say(asked, lambda: iter([said]))
    else:
        _make_all(deps, found.number, by)
    ended = look.progress(deps, found.number, by)
    failed = ended.of(LineState.FAULTY) + ended.of(LineState.FAILED)
    if asked.out and failed:
        asked.out.write_bytes(problems.problems(deps, found.number, by).data)
    if asked.as_json:
        counts = {state.value: ended.of(state) for state in LineState if ended.of(state)}
        told = {**_as_json(checked), "import": found.number, "counts": counts}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_result(deps, ended, asked, by)))
    return FAULTY if failed or ended.found.failure else GOOD


def _make_all(deps: Deps, number: int, by: Staff) -> None:
    """Make what is to be made, perhaps with a worker; only a worker sends."""
    while (now := look.progress(deps, number, by)).of(LineState.GOOD):
        made = now.of(LineState.MADE) + now.of(LineState.SENT)
        left = now.of(LineState.GOOD)
        click.echo(text("cli.import_progress", OURS, made=made, left=left), err=True)
        if not run.make(deps, now.found, seconds=SAID_EVERY):
            return


def _result(deps: Deps, ended: look.Progress, asked: Asked, by: Staff) -> Iterator[str]:
    made = ended.of(LineState.MADE) + ended.of(LineState.SENT)
    for line in look.lines(deps, ended.found.number, by, states=(LineState.FAILED,), limit=SHOWN):
        words = kept_in_words(line.failure, OURS)
        yield text("cli.import_row", OURS, row=line.row, words=words)
    if ended.found.failure:
        yield kept_in_words(ended.found.failure, OURS)
    yield text(
        "cli.import_made",
        OURS,
        made=made,
        skipped=ended.of(LineState.SKIPPED),
        failed=ended.of(LineState.FAILED),
        faulty=ended.of(LineState.FAULTY),
    )
    if asked.send and made:
        yield text("cli.import_sending", OURS, count=made)
    if asked.out and ended.of(LineState.FAULTY) + ended.of(LineState.FAILED):
        yield text("cli.import_written", OURS, file=asked.out)


def _told(checked: Checked, name: str) -> Iterator[str]:
    """The columns, the rows with something to say, and the counts."""
    columns, headings = checked.columns, checked.listing.headings
    encoding = checked.dialect.encoding or checked.dialect.sheet
    yield text("cli.import_columns", OURS, file=name, rows=len(checked.verdicts), encoding=encoding)
    for number, target in enumerate(columns.targets):
        heading = headings[number] or text("bulk.no_heading", OURS, letter=column_letter(number))
        if target:
            yield text("cli.import_column", OURS, heading=heading, target=shown_name(target))
        else:
            yield text("cli.import_column_unused", OURS, heading=heading)
    if missing := columns.missing():
        names = ", ".join(map(shown_name, missing))
        yield text("cli.import_missing", OURS, names=names)
    if checked.listing.left_out:
        rows = ", ".join(map(str, checked.listing.left_out[:SHOWN]))
        yield text("cli.import_left_out", OURS, rows=rows)
    spoken = [each for each in checked.verdicts if _sentences(each, columns, headings)]
    for verdict in spoken[:SHOWN]:
        words = " ".join(_sentences(verdict, columns, headings))
        faulty = verdict.errors or verdict.skip
        key = "cli.import_row" if faulty else "cli.import_row_warned"
        yield text(key, OURS, row=verdict.row, words=words)
    if len(spoken) > SHOWN:
        yield text("cli.import_more", OURS, count=len(spoken) - SHOWN)
    yield text("cli.import_counts", OURS, **_counts(checked))


def _counts(checked: Checked) -> dict[str, int]:
    good = [each for each in checked.verdicts if each.state is LineState.GOOD]
    return {
        "good": len(good),
        "doubtful": sum(bool(each.warnings) for each in good),
        "faulty": checked.count(LineState.FAULTY),
        "skipped": checked.count(LineState.SKIPPED),
    }


def _sentences(verdict: Verdict, columns: Columns, headings: Sequence[str]) -> list[str]:
    if verdict.errors:
        return [problems.in_words(each, columns, headings, OURS) for each in verdict.errors]
    if verdict.skip:
        return [problems.skip_in_words(verdict.skip, OURS)]
    return [problems.doubt_in_words(each, OURS) for each in verdict.warnings]


def _with_problems(checked: Checked, faulty: Sequence[Verdict]) -> bytes:
    cells = {row.number: row.cells for row in checked.listing.rows}
    headings = checked.listing.headings
    rows = ((cells[each.row], _sentences(each, checked.columns, headings)) for each in faulty)
    return problems.with_problems(rows, headings, checked.dialect)


def _as_json(checked: Checked) -> dict[str, Any]:
    headings = checked.listing.headings
    return {
        "columns": [
            {"heading": heading, "target": target or None}
            for heading, target in zip(headings, checked.columns.targets, strict=True)
        ],
        **_counts(checked),
        "rows": [
            {
                "row": each.row,
                "state": each.state.value,
                "errors": [
                    {
                        "field": error.field,
                        "code": error.code.value,
                        "detail": problems.in_words(error, checked.columns, headings, OURS),
                    }
                    for error in each.errors
                ],
                "warnings": [
                    {"code": str(note.code), "detail": problems.doubt_in_words(note, OURS)}
                    for note in each.warnings
                ],
                "skip": each.skip
                and {
                    "code": str(each.skip.code),
                    "detail": problems.skip_in_words(each.skip, OURS),
                },
            }
            for each in checked.verdicts
        ],
    }
