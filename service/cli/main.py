"""The command line: ``zegel``."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from service.cli.agreements import agreement, import_list
from service.cli.archive import archive
from service.cli.keys import keys
from service.cli.parts import FILE, Group, settings
from service.cli.public_page import public_page
from service.cli.staff import audit, staff
from service.cli.templates import template
from service.running.handover import received, supervised
from service.settings.choices import DEVELOPMENT, PRODUCTION
from service.settings.table import load_settings
from service.texts import OURS, text
from service.web.log_masking import MaskTokens

# Imports inside functions: a command loads only what it needs, so that `--help` answers at once.


@click.group(cls=Group, help=text("cli.help", OURS))
@click.version_option(package_name="zegel")
def main() -> None:
    """Set up logging for every command."""
    set_up_logging()


for _each in (keys, staff, audit, agreement, archive, import_list, template, public_page):
    main.add_command(_each)


@main.command(help=text("cli.run", OURS))
def run() -> None:
    # `zegel verify` should not load a web framework, nor web a PDF one.
    from service.running.supervisor import run_everything  # noqa: PLC0415

    sys.exit(run_everything(settings(DEVELOPMENT)))


@main.command(help=text("cli.web", OURS))
def web() -> None:
    # Only this command serves pages.
    from service.running.processes import serve  # noqa: PLC0415

    serve(lambda: load_settings(received(), mode_default=PRODUCTION, keys=False))


@main.command(help=text("cli.worker", OURS))
def worker() -> None:
    # Only this command makes documents and seals.
    from service.running.processes import work  # noqa: PLC0415

    work(settings)


@main.command(help=text("cli.prepare", OURS))
def prepare() -> None:
    # Loads the key and archive libraries.
    from service.running.processes import prepare as prepare_everything  # noqa: PLC0415

    first = prepare_everything(settings)
    if supervised():
        click.echo(first.as_line() if first else "")
    elif first:
        click.echo(text("cli.first_sign_in", OURS, email=first.email, password=first.password))


@main.command(help=text("cli.demo", OURS))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="demo-out")
@click.option("--input", "source", type=FILE)
def demo(out: Path, source: Path | None) -> None:
    # Loads an HTTP client and the verifier.
    from service.commands.demo import walk  # noqa: PLC0415

    sys.exit(walk(out, source))


@main.command(help=text("cli.verify", OURS))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--root", "roots", multiple=True, type=FILE, help=text("cli.verify_root", OURS))
@click.option(
    "--stamp-root", "stamp_roots", multiple=True, type=FILE, help=text("cli.verify_stamp", OURS)
)
@click.option("--crl", "crls", multiple=True, type=FILE, help=text("cli.verify_crl", OURS))
@click.option(
    "--person-root", "person_roots", multiple=True, type=FILE, help=text("cli.verify_person", OURS)
)
@click.option("--json", "as_json", is_flag=True, help=text("cli.verify_json", OURS))
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True)
def verify(
    files: tuple[Path, ...],
    roots: tuple[Path, ...],
    stamp_roots: tuple[Path, ...],
    crls: tuple[Path, ...],
    person_roots: tuple[Path, ...],
    as_json: bool,
    language: str,
) -> None:
    # Loads the libraries for certificates.
    from signatures.command import check_files  # noqa: PLC0415

    sys.exit(
        check_files(
            files,
            roots=roots,
            stamp_roots=stamp_roots,
            crls=crls,
            person_roots=person_roots,
            as_json=as_json,
            language=language,
        )
    )


def set_up_logging() -> None:
    """Log to standard error, never with a signing link in it."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "WARNING"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(MaskTokens())
