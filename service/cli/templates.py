"""``zegel template``: Word files of the processor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from service.cli.parts import FILE, NEW_FILE, settings
from service.texts import OURS, text

# Imports inside functions: a command loads what it needs when it runs, so that `--help` and short
# commands answer at once.


@click.group(help=text("cli.about_templates", OURS))
def template() -> None:
    """Word files of the processor."""


@template.command("check", help=text("cli.template_check", OURS))
@click.argument("file", type=FILE)
@click.option("--sample", type=NEW_FILE, help=text("cli.template_sample", OURS))
@click.option("--json", "as_json", is_flag=True, help=text("cli.import_json", OURS))
def template_check(file: Path, sample: Path | None, as_json: bool) -> None:
    """What is wrong with one as a template, without a server, a database or settings."""
    # Loads the documents' libraries.
    from service.commands.templates import check_file  # noqa: PLC0415

    sys.exit(check_file(file, sample, as_json=as_json))


@template.command("prepare", help=text("cli.template_prepare", OURS))
@click.argument("file", type=FILE)
@click.argument("made", type=NEW_FILE)
@click.option("--own", multiple=True, metavar="NAME=WORDS", help=text("cli.template_own", OURS))
@click.option("--json", "as_json", is_flag=True, help=text("cli.import_json", OURS))
def template_prepare(file: Path, made: Path, own: tuple[str, ...], as_json: bool) -> None:
    """Fill in what is recognised in a contract, without a server, a database or settings."""
    # Loads the documents' libraries.
    from service.commands.templates import prepare_file  # noqa: PLC0415

    sys.exit(prepare_file(file, made, own, as_json=as_json))


@template.command("starter", help=text("cli.template_starter", OURS))
@click.argument("file", type=NEW_FILE)
def template_starter(file: Path) -> None:
    """A Word file to begin with."""
    # Loads the documents' libraries.
    from service.commands.templates import write_starter  # noqa: PLC0415

    write_starter(file)


@template.command("list", help=text("cli.template_list", OURS))
@click.option("--json", "as_json", is_flag=True, help=text("cli.import_json", OURS))
def template_list(as_json: bool) -> None:
    """All families with their versions."""
    # These commands load the database's libraries.
    from service.commands.own_templates import say_all  # noqa: PLC0415

    say_all(settings(), as_json=as_json)


@template.command("import", help=text("cli.template_import", OURS))
@click.argument("file", type=FILE)
@click.option("--name", required=True, help=text("cli.template_name", OURS))
def template_import(file: Path, name: str) -> None:
    """A Word file as the next version of a family, or the first of a new one."""
    from service.commands.own_templates import take_in_file  # noqa: PLC0415

    sys.exit(take_in_file(settings(), file, name))


@template.command("publish", help=text("cli.template_publish", OURS))
@click.argument("name")
@click.argument("version", type=int, required=False)
def template_publish(name: str, version: int | None) -> None:
    """A version by its number, or by the file that it was imported from."""
    from service.commands.own_templates import publish_file, publish_version  # noqa: PLC0415

    if version is not None:
        publish_version(settings(), name, version)
    elif Path(name).is_file():
        publish_file(settings(), Path(name))
    else:
        raise click.UsageError(text("cli.template_no_file", OURS, file=name))


@template.command("withdraw", help=text("cli.template_withdraw", OURS))
@click.argument("name")
@click.argument("version", type=int)
def template_withdraw(name: str, version: int) -> None:
    from service.commands.own_templates import withdraw_version  # noqa: PLC0415

    withdraw_version(settings(), name, version)


@template.command("default", help=text("cli.template_default", OURS))
@click.argument("name")
def template_default(name: str) -> None:
    from service.commands.own_templates import prefer  # noqa: PLC0415

    prefer(settings(), name)


@template.command("names", help=text("cli.template_names", OURS))
def template_names() -> None:
    """What a template can fill in."""
    # Loads the documents' libraries.
    from service.commands.templates import say_names  # noqa: PLC0415

    say_names()
