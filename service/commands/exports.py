"""``zegel archive register`` and ``export``: exports of the archive to a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from service.agreement.facets import FLAGS, Facets
from service.agreement.fields import Checker
from service.agreement.lists import Search
from service.agreement.parties import countries
from service.agreement.permissions import OPERATOR
from service.commands.installation import installation
from service.deps import Deps
from service.error_words import words_by_field
from service.errors import Invalid
from service.settings.table import Settings
from service.texts import OURS, catalogue, text
from service.workflow.keeping.export_originals import export_originals
from service.workflow.keeping.export_register import RegisterKind, export_register
from service.workflow.keeping.listing import versions_of_text


def register(settings: Settings, kind: str, out: Path, given: Mapping[str, str]) -> None:
    """Write the register of a selection, and print how many agreements are in it."""
    with _selecting(settings, given) as (deps, search):
        found = export_register(deps, search, RegisterKind(kind), OPERATOR)
        _write(out, found.parts)
    click.echo(text("cli.exported", OURS, count=found.count, file=out))


def originals(settings: Settings, out: Path, given: Mapping[str, str]) -> int:
    """Write the originals of a selection as a ZIP; status 1 if one could not be read."""
    with _selecting(settings, given) as (deps, search):
        found = export_originals(deps, search, OPERATOR)
        _write(out, found.parts)
    click.echo(text("cli.exported", OURS, count=found.count, file=out))
    if found.missing:
        click.echo(text("cli.export_missing", OURS, count=found.missing), err=True)
    return 1 if found.missing else 0


@contextmanager
def _selecting(settings: Settings, given: Mapping[str, str]) -> Iterator[tuple[Deps, Search]]:
    """The installation, and the search from the fields of the page of the archive."""
    try:
        with installation(settings) as deps:
            yield deps, _search(deps, given)
    except Invalid as wrong:
        raise click.ClickException(" ".join(words_by_field(wrong).values())) from wrong


def _search(deps: Deps, given: Mapping[str, str]) -> Search:
    """Raises Invalid, or UsageError for a value that cannot be chosen."""
    versions = {version: sha256 for sha256, version in reversed(versions_of_text(deps))}
    check = Checker()
    search = Search(
        words=given["zoek"],
        signed_from=check.day("van", given["van"]),
        signed_until=check.day("tot", given["tot"]),
        in_force_on=check.day("op", given["op"]),
        facets=Facets(
            template=versions.get(_chosen("--text", given["tekst"], versions), ""),
            service=_chosen("--service", given["dienst"], catalogue("service_names", OURS)),
            flag=_chosen("--data", given["gegevens"], FLAGS),
            country=_chosen("--country", given["land"].upper(), countries()),
        ),
    )
    check.raise_if_wrong()
    return search


def _chosen(option: str, value: str, choices: Collection[str]) -> str:
    if value and value not in choices:
        known = ", ".join(choices)
        said = text("cli.export_unknown", OURS, option=option, value=value, choices=known)
        raise click.UsageError(said)
    return value


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
