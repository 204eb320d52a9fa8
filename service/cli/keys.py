"""``zegel keys``: keys and certificates."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from service.cli.parts import FILE, settings
from service.texts import OURS, text

# Imports inside functions: a command loads only what it needs, so that `--help` answers at once.

# As in signatures.keys.rotation.REASONS, which would load the certificates' library here.
REVOCATION_REASONS = ("key_compromise", "superseded", "cessation", "affiliation")


@click.group(help=text("cli.about_keys", OURS))
def keys() -> None:
    """What is done with keys and certificates."""


@keys.command("show", help=text("cli.keys_show", OURS))
@click.option("--json", "as_json", is_flag=True)
def keys_show(as_json: bool) -> None:
    # These commands load the database's and the certificates' libraries.
    from service.commands.keys import show  # noqa: PLC0415

    sys.exit(show(settings(), as_json=as_json))


@keys.command("renew-seal", help=text("cli.keys_renew_seal", OURS))
def keys_renew_seal() -> None:
    from service.commands.keys import renew_seal  # noqa: PLC0415

    renew_seal(settings())


@keys.command("renew-stamp", help=text("cli.keys_renew_stamp", OURS))
def keys_renew_stamp() -> None:
    from service.commands.keys import renew_stamp  # noqa: PLC0415

    renew_stamp(settings())


@keys.command("new-authority", help=text("cli.keys_new_authority", OURS))
def keys_new_authority() -> None:
    from service.commands.keys import new_authority  # noqa: PLC0415

    new_authority(settings())


@keys.command("renew-root-list", help=text("cli.keys_renew_root_list", OURS))
@click.option("--root-key", type=FILE, help=text("cli.keys_root_key", OURS))
def keys_renew_root_list(root_key: Path | None) -> None:
    from service.commands.keys import renew_root_list  # noqa: PLC0415

    renew_root_list(settings(), root_key)


@keys.command("revoke", help=text("cli.keys_revoke", OURS))
@click.argument("fingerprint")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REVOCATION_REASONS),
    help=text("cli.keys_reason", OURS),
)
@click.option("--since", help=text("cli.keys_since", OURS))
def keys_revoke(fingerprint: str, reason: str, since: str | None) -> None:
    from service.commands.keys import revoke  # noqa: PLC0415

    revoke(settings(), fingerprint, reason, since)
