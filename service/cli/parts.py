"""What all commands share: errors in words, the settings, and kinds of files."""

from __future__ import annotations

import errno
import logging
from pathlib import Path

import click

from service.error_words import words_of
from service.errors import ZegelError
from service.running.handover import received
from service.settings.choices import PRODUCTION
from service.settings.table import Settings, load_settings
from service.texts import OURS, has_text, text

log = logging.getLogger(__name__)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)


def settings(mode: str = PRODUCTION) -> Settings:
    """This process's settings; ``mode`` if none is set. Raises SettingsError."""
    return load_settings(received(), mode_default=mode)


class Group(click.Group):
    """Turns errors into one sentence and an exit status, without a traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except ZegelError as error:
            said = words_of(error)
        except KeyboardInterrupt:
            said = text("cli.stopped", OURS)
        except OSError as error:
            if error.filename is None and error.errno != errno.ENOSPC:
                raise  # not a problem that a person can solve in a folder
            log.debug("a file could not be used", exc_info=True)
            file = error.filename or text("cli.disk", OURS)
            said = text("cli.file_unusable", OURS, file=file, reason=_reason(error))
        click.echo(said, err=True)
        raise click.exceptions.Exit(1)


def _reason(error: OSError) -> str:
    name = errno.errorcode.get(error.errno or 0, "")
    known = f"cli.file_reason.{name}"
    return text(known, OURS) if has_text(known, OURS) else str(error.strerror)
