"""``zegel agreement``: what the operator of the machine does with one agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from service.agreement.deadlines import show_date
from service.agreement.life import GivenEnd, kept_until
from service.agreement.permissions import OPERATOR, Staff
from service.commands.installation import installation
from service.deps import Deps
from service.error_words import words_by_field
from service.errors import Invalid
from service.settings.table import Settings
from service.texts import OURS, text
from service.workflow.keeping import register as registering
from service.workflow.life import end as ending
from service.workflow.life import withdraw as withdrawing
from service.workflow.offer import hand_over as handing


def end(settings: Settings, reference: str, day: str, reason: str, note: str) -> None:
    """Record the end of a completed agreement, and print until when its original is kept."""
    given = GivenEnd(day, reason, note)
    with installation(settings) as deps:
        try:
            found = ending.end(deps, reference, given, OPERATOR)
        except Invalid as wrong:
            raise click.ClickException(" ".join(words_by_field(wrong).values())) from wrong
    last = kept_until(found.ends_on, settings.retention_years)
    click.echo(
        text(
            "cli.ended",
            OURS,
            reference=reference,
            day=show_date(found.ends_on, OURS),
            last=show_date(last, OURS),
        )
    )


def register(
    settings: Settings, file: Path, by: str, *, another: bool, fields: Mapping[str, str]
) -> None:
    """Register a file that was signed elsewhere, and print the reference."""
    typed = {**fields, registering.AGAIN: "yes" if another else ""}
    with installation(settings) as deps:
        staff = _person(deps, by)
        try:
            kept = registering.receive(deps, file.read_bytes(), file.name, staff)
            reference = registering.register(deps, kept.id, typed, staff)
        except Invalid as wrong:
            raise click.ClickException(" ".join(words_by_field(wrong).values())) from wrong
    click.echo(text("cli.registered", OURS, reference=reference))


def withdraw(settings: Settings, reference: str, reason: str, by: str) -> None:
    """Withdraw a registration."""
    with installation(settings) as deps:
        try:
            withdrawing.withdraw(deps, reference, reason, _person(deps, by))
        except Invalid as wrong:
            raise click.ClickException(" ".join(words_by_field(wrong).values())) from wrong
    click.echo(text("cli.withdrawn", OURS, reference=reference))


def _person(deps: Deps, email: str) -> Staff:
    with deps.database.look() as tx:
        account = tx.accounts.by_email(email)
    if account is None or not account.active:
        raise click.ClickException(text("cli.staff_unknown", OURS, email=email))
    return account.person


def hand_over(settings: Settings, references: Sequence[str], to: str) -> None:
    """One by one, to the member of staff with this address."""
    with installation(settings) as deps:
        with deps.database.look() as tx:
            account = tx.accounts.by_email(to)
        for reference in references:
            try:
                handing.hand_over(deps, reference, account.person.id if account else to, OPERATOR)
            except Invalid as wrong:
                raise click.ClickException(" ".join(words_by_field(wrong).values())) from wrong
            click.echo(text("cli.handed_over", OURS, reference=reference, to=to))
