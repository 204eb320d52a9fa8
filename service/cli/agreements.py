"""``zegel agreement`` and ``zegel import``: one agreement, or a list of customers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from service.agreement.end_reason import CHOICES
from service.cli.parts import FILE, NEW_FILE, settings
from service.texts import OURS, text

# Imports inside functions: a command loads only what it needs, so that `--help` answers at once.


@click.group(help=text("cli.agreement", OURS))
def agreement() -> None:
    """What is done with one agreement by hand."""


@agreement.command("end", help=text("cli.agreement_end", OURS))
@click.argument("reference")
@click.option("--on", "day", required=True, metavar="2027-12-31", help=text("cli.end_on", OURS))
@click.option(
    "--reason",
    required=True,
    type=click.Choice([each.value for each in CHOICES]),
    help=text("cli.end_reason", OURS),
)
@click.option("--note", default="", help=text("cli.end_note", OURS))
def agreement_end(reference: str, day: str, reason: str, note: str) -> None:
    """Record that it ended or will end."""
    # Loads the database's libraries.
    from service.commands.agreement import end  # noqa: PLC0415

    end(settings(), reference, day, reason, note)


@agreement.command("register", help=text("cli.agreement_register", OURS))
@click.argument("file", type=FILE)
@click.option("--name", required=True, help=text("cli.register_name", OURS))
@click.option("--number", default="", help=text("cli.register_number", OURS))
@click.option("--country", default="BE", show_default=True, help=text("cli.register_country", OURS))
@click.option(
    "--signed-on", required=True, metavar="2024-03-02", help=text("cli.register_signed_on", OURS)
)
@click.option("--signed-by", default="", help=text("cli.register_signed_by", OURS))
@click.option("--kept-at", required=True, help=text("cli.register_kept_at", OURS))
@click.option("--note", default="", help=text("cli.end_note", OURS))
@click.option("--another", is_flag=True, help=text("cli.register_another", OURS))
@click.option("--by", required=True, metavar="EMAIL", help=text("cli.register_by", OURS))
def agreement_register(file: Path, by: str, another: bool, **fields: str) -> None:
    """Add one that was signed elsewhere."""
    # Loads the database's libraries.
    from service.commands.agreement import register  # noqa: PLC0415

    register(settings(), file, by, another=another, fields=fields)


@agreement.command("withdraw", help=text("cli.agreement_withdraw", OURS))
@click.argument("reference")
@click.option("--reason", required=True, help=text("cli.withdraw_reason", OURS))
@click.option("--by", required=True, metavar="EMAIL", help=text("cli.register_by", OURS))
def agreement_withdraw(reference: str, reason: str, by: str) -> None:
    """Take back a registration that was a mistake."""
    # Loads the database's libraries.
    from service.commands.agreement import withdraw  # noqa: PLC0415

    withdraw(settings(), reference, reason, by)


@agreement.command("hand-over", help=text("cli.agreement_hand_over", OURS))
@click.argument("references", nargs=-1, required=True)
@click.option("--to", required=True, metavar="EMAIL", help=text("cli.hand_over_to", OURS))
def agreement_hand_over(references: tuple[str, ...], to: str) -> None:
    """Give them another owner."""
    # Loads the database's libraries.
    from service.commands.agreement import hand_over  # noqa: PLC0415

    hand_over(settings(), references, to)


@click.command("import", help=text("cli.import_list", OURS))
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help=text("cli.import_check", OURS))
@click.option("--json", "as_json", is_flag=True, help=text("cli.import_json", OURS))
@click.option("--send", is_flag=True, help=text("cli.import_send", OURS))
@click.option("--out", type=NEW_FILE, help=text("cli.import_out", OURS))
@click.option("--by", default="", metavar="EMAIL", help=text("cli.import_by", OURS))
@click.option("--owner", default="", metavar="EMAIL", help=text("cli.import_owner", OURS))
@click.option("--signer", default="", metavar="EMAIL", help=text("cli.import_signer", OURS))
@click.option("--service", "services", multiple=True, help=text("cli.import_service", OURS))
@click.option("--template", default="", metavar="NAME", help=text("cli.import_template", OURS))
@click.option("--days", type=int, help=text("cli.import_days", OURS))
@click.option("--message", type=FILE, help=text("cli.import_message", OURS))
@click.option("--per-minute", type=click.IntRange(1), help=text("cli.import_per_minute", OURS))
@click.option(
    "--together/--apart", default=True, show_default=True, help=text("cli.import_together", OURS)
)
@click.option("--again", is_flag=True, help=text("cli.import_again", OURS))
@click.option("--without-doubtful", is_flag=True, help=text("cli.import_without_doubtful", OURS))
def import_list(file: Path, **given: Any) -> None:
    """Agreements from a list of customers."""
    # Loads the database.
    from service.commands.imports import Asked, import_file  # noqa: PLC0415

    sys.exit(import_file(settings, Asked(file=file, **given)))
