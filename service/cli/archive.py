"""``zegel archive``: work on the archive by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from service.cli.parts import FILE, NEW_FILE, settings
from service.commands.which import which_agreements
from service.texts import OURS, text

# Imports inside functions: a command loads only what it needs, so that `--help` answers at once.


@click.group(help=text("cli.archive", OURS))
def archive() -> None:
    """What is done with the archive by hand."""


@archive.command("rebuild-index", help=text("cli.archive_rebuild", OURS))
@click.option("--root", "roots", multiple=True, type=FILE, help=text("cli.rebuild_root", OURS))
@click.option(
    "--stamp-root", "stamp_roots", multiple=True, type=FILE, help=text("cli.verify_stamp", OURS)
)
@click.option("--since", default="", metavar="VO-2026-00042", help=text("cli.rebuild_since", OURS))
@click.option("--json", "as_json", is_flag=True, help=text("cli.verify_json", OURS))
def archive_rebuild_index(
    roots: tuple[Path, ...], stamp_roots: tuple[Path, ...], since: str, as_json: bool
) -> None:
    # Loads the database and the verifier.
    from service.commands.archive import rebuild  # noqa: PLC0415

    sys.exit(rebuild(settings, roots, stamp_roots, since=since, as_json=as_json))


@archive.command("register", help=text("cli.archive_register", OURS))
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "json"]), default="xlsx")
@click.option("--out", type=NEW_FILE, required=True, help=text("cli.export_out", OURS))
@which_agreements
def archive_register(kind: str, out: Path, **given: str) -> None:
    """The register of article 30(2) GDPR."""
    # Loads the database.
    from service.commands.exports import register  # noqa: PLC0415

    register(settings(), kind, out, given)


@archive.command("export", help=text("cli.archive_export", OURS))
@click.option("--out", type=NEW_FILE, required=True, help=text("cli.export_out", OURS))
@which_agreements
def archive_export(out: Path, **given: str) -> None:
    """Originals and evidence sheets as one ZIP."""
    # Loads the database and the archive.
    from service.commands.exports import originals  # noqa: PLC0415

    sys.exit(originals(settings(), out, given))
