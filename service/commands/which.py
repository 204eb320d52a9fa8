"""The options of commands about a selection of signed agreements. Loads little: every command's
start reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from service.texts import OURS, text

# Each with the name of its field on the page of the archive.
_OPTIONS = (
    ("--search", "zoek"),
    ("--on", "op"),
    ("--since", "van"),
    ("--until", "tot"),
    ("--text", "tekst"),
    ("--service", "dienst"),
    ("--data", "gegevens"),
    ("--country", "land"),
)


def which_agreements(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command gets all by the names of the fields, empty if not given."""
    for option, field in reversed(_OPTIONS):
        says = text(f"cli.export_{option.removeprefix('--')}", OURS)
        command = click.option(option, field, default="", help=says)(command)
    return command
