"""``zegel template import``, ``publish``, ``withdraw``, ``default`` and ``list``.

As the pages under *Beheer*, but without a password, because whoever runs a command here could
change the database too. The log names the operator, and all administrators are mailed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from service.agreement.deadlines import show_date
from service.agreement.permissions import OPERATOR
from service.agreement.reasons import in_words
from service.agreement.template_family import Family, TemplateState, Version
from service.commands.installation import installation
from service.commands.templates import FAULTY, GOOD, tell_findings
from service.deps import Deps
from service.error_words import words_by_field
from service.errors import Invalid
from service.settings.table import Settings
from service.texts import OURS, text
from service.workflow.templates import publish, take_in
from service.workflow.templates.families import families, of_file
from signatures.effective_date import local_date


def take_in_file(settings: Settings, file: Path, name: str) -> int:
    """Import a file, say what was found in it, and return the exit status."""
    given = file.read_bytes()
    with installation(settings) as deps:
        known = _named(deps, name)
        try:
            found = take_in.take_in(
                deps,
                given,
                file.name,
                OPERATOR,
                name=name,
                family_id=known.id if known and not known.installed else take_in.NEW,
            )
            if found.errors:
                raise Invalid([*found.errors])
        except Invalid as wrong:
            raise click.ClickException(" ".join(words_by_field(wrong).values())) from wrong
    tell_findings(found.findings)
    if found.version is None:
        return FAULTY
    click.echo(text("cli.template_imported", OURS, version=found.version.shown))
    return GOOD


def publish_version(settings: Settings, name: str, number: int) -> None:
    """Publish a checked version."""
    with installation(settings) as deps:
        done = publish.publish(deps, _version(deps, name, number).id, OPERATOR)
    click.echo(text("cli.template_published", OURS, version=done.shown))


def publish_file(settings: Settings, file: Path) -> None:
    """Publish the version imported from this file; if published already, say so, so that a pipeline
    can run again."""
    given = file.read_bytes()
    with installation(settings) as deps:
        found = of_file(deps, given, OPERATOR)
        if found is None:
            raise click.ClickException(text("cli.template_not_imported", OURS, file=file.name))
        if found.state is TemplateState.PUBLISHED:
            click.echo(text("cli.template_published_before", OURS, version=found.shown))
            return
        if found.state is TemplateState.IMPORTED:
            raise click.ClickException(text("cli.template_untried", OURS, version=found.shown))
        done = publish.publish(deps, found.id, OPERATOR)
    click.echo(text("cli.template_published", OURS, version=done.shown))


def withdraw_version(settings: Settings, name: str, number: int) -> None:
    """Withdraw a published version."""
    with installation(settings) as deps:
        done = publish.withdraw(deps, _version(deps, name, number).id, OPERATOR)
    click.echo(text("cli.template_withdrawn", OURS, version=done.shown))


def prefer(settings: Settings, name: str) -> None:
    """Make a family the default."""
    with installation(settings) as deps:
        done = publish.make_default(deps, _family(deps, name).id, OPERATOR)
    click.echo(text("cli.template_preferred", OURS, name=done.name))


def say_all(settings: Settings, *, as_json: bool) -> None:
    """Print all families with their versions."""
    with installation(settings) as deps:
        found = families(deps, OPERATOR)
        installed = deps.template.version
    if as_json:
        click.echo(json.dumps([_values(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        click.echo("\n".join(_lines(each, installed)))


def _lines(family: Family, installed: str) -> Iterator[str]:
    key = "cli.template_family_default" if family.is_default else "cli.template_family"
    key = key if family.offered else "cli.template_family_hidden"
    yield text(key, OURS, name=family.name)
    if family.installed:
        yield text("cli.template_installed_line", OURS, number=installed)
    for each in family.versions:
        yield text(
            "cli.template_version_line",
            OURS,
            number=each.number,
            state=text(f"templates.state.{each.state}", OURS),
            day=show_date(local_date(each.imported_at), OURS),
            by=each.imported_by_name or text("labels.operator", OURS),
        )
        if each.failure:
            reason = in_words(each.failure, OURS)
            yield text("cli.template_failed", OURS, reason=reason)


def _values(family: Family) -> dict[str, object]:
    return {
        "name": family.name,
        "default": family.is_default,
        "offered": family.offered,
        "current": family.current.version if family.current else None,
        "versions": [
            {
                "version": each.number,
                "sha256": each.sha256,
                "state": each.state.value,
                "file": each.file_name,
                "imported_at": each.imported_at.isoformat(),
                "published_at": each.published_at.isoformat() if each.published_at else None,
                "failure": each.failure,
            }
            for each in family.versions
        ],
    }


def _named(deps: Deps, name: str) -> Family | None:
    there = families(deps, OPERATOR)
    return next((each for each in there if each.name.casefold() == name.strip().casefold()), None)


def _family(deps: Deps, name: str) -> Family:
    found = _named(deps, name)
    if found is None:
        raise click.ClickException(text("cli.template_unknown", OURS, name=name))
    return found


def _version(deps: Deps, name: str, number: int) -> Version:
    found = _family(deps, name)
    for each in found.versions:
        if each.number == number:
            return each
    unknown = text("cli.template_version_unknown", OURS, name=found.name, number=number)
    raise click.ClickException(unknown)
