"""``zegel staff`` and ``zegel audit``: people's access, and checking the log."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from service.cli.parts import settings
from service.texts import OURS, text

# Imports inside functions: a command loads only what it needs, so that `--help` answers at once.


@click.group(help=text("cli.staff", OURS))
def staff() -> None:
    """The way back in."""


@staff.command("link", help=text("cli.staff_link", OURS))
@click.argument("email")
def staff_link(email: str) -> None:
    # These commands load the database's libraries.
    from service.commands.staff import link  # noqa: PLC0415

    link(settings(), email)


@staff.command("administrator", help=text("cli.staff_administrator", OURS))
@click.argument("email")
def staff_administrator(email: str) -> None:
    from service.commands.staff import make_administrator  # noqa: PLC0415

    make_administrator(settings(), email)


@click.group(help=text("cli.audit", OURS))
def audit() -> None:
    """What the log is worth."""


@audit.command("verify", help=text("cli.audit_verify", OURS))
@click.option("--root", "roots", multiple=True, type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True)
def audit_verify(roots: tuple[Path, ...], as_json: bool) -> None:
    # Loads the database and the time stamps.
    from service.commands.audit import verify_log  # noqa: PLC0415

    sys.exit(verify_log(settings, roots, as_json=as_json))
