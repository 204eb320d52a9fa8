"""The command line: ``zegel``."""

from __future__ import annotations

import errno
import logging
import os
import sys
from pathlib import Path

import click

from service.errors import ZegelError
from service.handover import received, supervised
from service.settings import DEVELOPMENT, PRODUCTION, Settings, load_settings
from service.texts import has_text, text
from service.web.log_masking import MaskTokens

log = logging.getLogger(__name__)


class Group(click.Group):
    """What goes wrong becomes one clear sentence and a status, never a stack of lines."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except ZegelError as error:
            said = error.sentence()
        except KeyboardInterrupt:
            said = text("cli.stopped")
        except OSError as error:
            if error.filename is None and error.errno != errno.ENOSPC:
                raise  # nothing that a person can put right in a folder
            log.debug("a file could not be used", exc_info=True)
            file = error.filename or text("cli.disk")
            said = text("cli.file_unusable", file=file, reason=_reason(error))
        click.echo(said, err=True)
        raise click.exceptions.Exit(1)


def _reason(error: OSError) -> str:
    name = errno.errorcode.get(error.errno or 0, "")
    known = f"cli.file_reason.{name}"
    return text(known) if has_text(known) else str(error.strerror)


@click.group(cls=Group, help=text("cli.help"))
@click.version_option(package_name="zegel")
def main() -> None:
    """Set up logging for every command."""
    set_up_logging()


@main.command(help=text("cli.run"))
def run() -> None:
    """Everything on this machine: engines, web and worker."""
    # Imported in the commands: `zegel verify` should not load a web framework, nor web a PDF one.
    from service.supervisor import run_everything  # noqa: PLC0415

    sys.exit(run_everything(_settings(DEVELOPMENT)))


@main.command(help=text("cli.web"))
def web() -> None:
    """The web server alone."""
    # Only this command serves pages.
    from service.processes import serve  # noqa: PLC0415

    serve(lambda: _settings(PRODUCTION))


@main.command(help=text("cli.worker"))
def worker() -> None:
    """One worker alone."""
    # Only this command makes documents and seals.
    from service.processes import work  # noqa: PLC0415

    work(lambda: _settings(PRODUCTION))


@main.command(help=text("cli.prepare"))
def prepare() -> None:
    """Schema, keys, bucket and first administrator, for an installation with own engines."""
    # Loads the key and archive libraries.
    from service.processes import prepare as prepare_everything  # noqa: PLC0415

    first = prepare_everything(lambda: _settings(PRODUCTION))
    if supervised():
        click.echo(first.as_line() if first else "")
    elif first:
        click.echo(text("cli.first_sign_in", email=first.email, password=first.password))


@main.command(help=text("cli.demo"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="demo-out")
@click.option("--input", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def demo(out: Path, source: Path | None) -> None:
    """Walk the whole road unattended."""
    # Loads an HTTP client and the verifier.
    from service.demo import walk  # noqa: PLC0415

    sys.exit(walk(out, source))


@main.command(help=text("cli.verify"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--root", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True)
def verify(files: tuple[Path, ...], root: Path | None, as_json: bool) -> None:
    """Check sealed PDFs, offline, without a server or a database."""
    # Loads the PDF signing library.
    from service.verify_files import verify_files  # noqa: PLC0415

    sys.exit(verify_files(files, root, as_json=as_json))


def set_up_logging() -> None:
    """Log to standard error, never with a signing link in it."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "WARNING"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(MaskTokens())


def _settings(mode: str) -> Settings:
    return load_settings(received(), mode_default=mode)
