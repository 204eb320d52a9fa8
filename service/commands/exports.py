"""``zegel archive register``: exports of the archive to a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from service.agreement.fields import Checker
from service.agreement.lists import Search
from service.agreement.permissions import OPERATOR
from service.commands.installation import installation
from service.error_words import words_by_field
from service.errors import Invalid
from service.settings.table import Settings
from service.texts import OURS, text
from service.workflow.keeping.export_register import RegisterKind, export_register


def register(settings: Settings, kind: str, out: Path, given: Mapping[str, str]) -> None:
    """Write the register of a selection, and print how many agreements are in it."""
    try:
        search = _search(given)
        with installation(settings) as deps:
            found = export_register(deps, search, RegisterKind(kind), OPERATOR)
            _write(out, found.parts)
    except Invalid as wrong:
        raise click.ClickException(" ".join(words_by_field(wrong).values())) from wrong
    click.echo(text("cli.exported", OURS, count=found.count, file=out))


def _search(given: Mapping[str, str]) -> Search:
    """The search, from fields named as on the page of the archive. Raises Invalid."""
    check = Checker()
    search = Search(
        words=given["zoek"],
        signed_from=check.day("van", given["van"]),
        signed_until=check.day("tot", given["tot"]),
        in_force_on=check.day("op", given["op"]),
    )
    check.raise_if_wrong()
    return search


def _write(out: Path, parts: Iterator[bytes]) -> None:
    """Under its name only once it is whole."""
    unfinished = out.with_name(f"{out.name}.deel")
    try:
        with unfinished.open("wb") as file:
            for part in parts:
                file.write(part)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
