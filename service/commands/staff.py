"""``zegel staff``: gives access again; for the operator of the machine."""

from __future__ import annotations

from collections.abc import Callable

import click

from service.agreement.deadlines import show_moment
from service.commands.installation import installation
from service.deps import Deps
from service.errors import NotFound
from service.settings.table import Settings
from service.texts import OURS, text
from service.workflow.people.rescue import RescueLink, administrator, password_link


def link(settings: Settings, email: str) -> None:
    """Print a link for choosing a password, usable once."""
    _print(settings, email, password_link)


def make_administrator(settings: Settings, email: str) -> None:
    """Give a person access and the role ``beheer``, and print such a link."""
    _print(settings, email, administrator)


def _print(settings: Settings, email: str, step: Callable[[Deps, str], RescueLink]) -> None:
    with installation(settings) as deps:
        try:
            made = step(deps, email)
        except NotFound as unknown:
            raise click.ClickException(text("cli.staff_unknown", OURS, email=email)) from unknown
    click.echo(
        text(
            "cli.staff_link_made",
            OURS,
            name=made.name,
            until=show_moment(made.until, OURS),
            link=made.link,
        )
    )
