"""``zegel public-page``: the public page for the operator of the machine."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.parts import settings
from service.texts import OURS, text

# Imports inside functions: a command loads only what it needs, so that `--help` answers at once.


@click.group("public-page", help=text("cli.public_page", OURS))
def public_page() -> None:
    """The page on which customers begin by themselves."""


@public_page.command("show", help=text("cli.public_page_show", OURS))
def show() -> None:
    """Whether it is open, and how much it is used."""
    # Loads the database's libraries, like the next two.
    from service.commands.public_page import say  # noqa: PLC0415

    say(settings())


@public_page.command("open", help=text("cli.public_page_open", OURS))
def reopen() -> None:
    """Open it as it was set on the page of the administrator."""
    from service.commands.public_page import reopen as reopen_it  # noqa: PLC0415

    reopen_it(settings())


@public_page.command("close", help=text("cli.public_page_close", OURS))
def close() -> None:
    """Close it at once."""
    from service.commands.public_page import close as close_it  # noqa: PLC0415

    close_it(settings())


@public_page.command("link", help=text("cli.public_page_link", OURS))
@click.option("--customer", default="", help=text("cli.public_page_customer", OURS))
@click.option(
    "--qr",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.svg|FILE.png",
    help=text("cli.public_page_qr", OURS),
)
def link(customer: str, qr: Path | None) -> None:
    """Print its address, and draw that as a QR code."""
    # Loads the core's libraries.
    from service.agreement.public_page import public_address  # noqa: PLC0415

    address = public_address(settings().base_url, " ".join(customer.split()))
    if qr is not None:
        # Loads the library that draws.
        from service.qr_code import png, svg  # noqa: PLC0415

        draw = {".svg": svg, ".png": png}.get(qr.suffix.lower())
        if draw is None:
            raise click.UsageError(text("cli.public_page_kind", OURS))
        qr.write_bytes(draw(address))
    click.echo(address)
