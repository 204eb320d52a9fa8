"""The steps of ``zegel public-page`` that need the installation."""

from __future__ import annotations

import click

from service.agreement.permissions import OPERATOR
from service.agreement.public_page import public_address
from service.commands.installation import installation
from service.deps import Deps
from service.error_words import words_by_field
from service.errors import Invalid
from service.settings.table import Settings
from service.texts import OURS, text
from service.workflow.applying import page


def say(settings: Settings) -> None:
    with installation(settings) as deps:
        _say(deps)


def reopen(settings: Settings) -> None:
    """Open the page as it was set before."""
    with installation(settings) as deps:
        try:
            page.reopen(deps, OPERATOR)
        except Invalid as wrong:
            said = " ".join(words_by_field(wrong).values())
            raise click.ClickException(text("cli.public_page_unset", OURS, said=said)) from wrong
        _say(deps)


def close(settings: Settings) -> None:
    with installation(settings) as deps:
        page.close(deps, OPERATOR)
        _say(deps)


def _say(deps: Deps) -> None:
    found = page.setting(deps, OPERATOR)
    key = "open" if found.usable else "unusable" if found.page.opened else "closed"
    usage = found.usage
    click.echo(
        text(
            f"cli.public_page_is.{key}",
            OURS,
            address=public_address(deps.settings.base_url),
            asked=usage.asked,
            most=usage.most,
        )
    )
