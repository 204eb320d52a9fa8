"""The command line: ``zegel``."""

from __future__ import annotations

import errno
import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from service.agreement.end_reason import EndReason
from service.commands.template_group import template
from service.commands.which import which_agreements
from service.error_words import words_of
from service.errors import ZegelError
from service.running.handover import received, supervised
from service.settings.choices import DEVELOPMENT, PRODUCTION
from service.settings.table import Settings, load_settings
from service.texts import OURS, has_text, text
from service.web.log_masking import MaskTokens

# Imports inside functions: a command loads what it needs when it runs, so that `--help` and short
# commands answer at once.

log = logging.getLogger(__name__)
# As in signatures.keys.rotation.REASONS, which would load the certificates' library here.
REVOCATION_REASONS = ("key_compromise", "superseded", "cessation", "affiliation")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_NEW_FILE = click.Path(path_type=Path, dir_okay=False)


class Group(click.Group):
    """Errors become one clear sentence and an exit status, never a traceback."""

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


@click.group(cls=Group, help=text("cli.help", OURS))
@click.version_option(package_name="zegel")
def main() -> None:
    """Set up logging for every command."""
    set_up_logging()


@main.command(help=text("cli.run", OURS))
def run() -> None:
    # Imported in the commands: `zegel verify` should not load a web framework, nor web a PDF one.
    from service.running.supervisor import run_everything  # noqa: PLC0415

    sys.exit(run_everything(_settings(DEVELOPMENT)))


@main.command(help=text("cli.web", OURS))
def web() -> None:
    # Only this command serves pages.
    from service.running.processes import serve  # noqa: PLC0415

    serve(lambda: load_settings(received(), mode_default=PRODUCTION, keys=False))


@main.command(help=text("cli.worker", OURS))
def worker() -> None:
    # Only this command makes documents and seals.
    from service.running.processes import work  # noqa: PLC0415

    work(lambda: _settings(PRODUCTION))


@main.command(help=text("cli.prepare", OURS))
def prepare() -> None:
    # Loads the key and archive libraries.
    from service.running.processes import prepare as prepare_everything  # noqa: PLC0415

    first = prepare_everything(lambda: _settings(PRODUCTION))
    if supervised():
        click.echo(first.as_line() if first else "")
    elif first:
        click.echo(text("cli.first_sign_in", OURS, email=first.email, password=first.password))


@main.command(help=text("cli.demo", OURS))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="demo-out")
@click.option("--input", "source", type=_FILE)
def demo(out: Path, source: Path | None) -> None:
    # Loads an HTTP client and the verifier.
    from service.commands.demo import walk  # noqa: PLC0415

    sys.exit(walk(out, source))


@main.command(help=text("cli.verify", OURS))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--root", "roots", multiple=True, type=_FILE, help=text("cli.verify_root", OURS))
@click.option(
    "--stamp-root", "stamp_roots", multiple=True, type=_FILE, help=text("cli.verify_stamp", OURS)
)
@click.option("--crl", "crls", multiple=True, type=_FILE, help=text("cli.verify_crl", OURS))
@click.option(
    "--person-root", "person_roots", multiple=True, type=_FILE, help=text("cli.verify_person", OURS)
)
@click.option("--json", "as_json", is_flag=True, help=text("cli.verify_json", OURS))
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True)
def verify(
    files: tuple[Path, ...],
    roots: tuple[Path, ...],
    stamp_roots: tuple[Path, ...],
    crls: tuple[Path, ...],
    person_roots: tuple[Path, ...],
    as_json: bool,
    language: str,
) -> None:
    # Loads the libraries for certificates.
    from signatures.command import check_files  # noqa: PLC0415

    sys.exit(
        check_files(
            files,
            roots=roots,
            stamp_roots=stamp_roots,
            crls=crls,
            person_roots=person_roots,
            as_json=as_json,
            language=language,
        )
    )


@main.group(help=text("cli.about_keys", OURS))
def keys() -> None:
    """What is done with keys and certificates."""


@keys.command("show", help=text("cli.keys_show", OURS))
@click.option("--json", "as_json", is_flag=True)
def keys_show(as_json: bool) -> None:
    # These commands load the database's and the certificates' libraries.
    from service.commands.keys import show  # noqa: PLC0415

    sys.exit(show(_settings(PRODUCTION), as_json=as_json))


@keys.command("renew-seal", help=text("cli.keys_renew_seal", OURS))
def keys_renew_seal() -> None:
    from service.commands.keys import renew_seal  # noqa: PLC0415

    renew_seal(_settings(PRODUCTION))


@keys.command("renew-stamp", help=text("cli.keys_renew_stamp", OURS))
def keys_renew_stamp() -> None:
    from service.commands.keys import renew_stamp  # noqa: PLC0415

    renew_stamp(_settings(PRODUCTION))


@keys.command("new-authority", help=text("cli.keys_new_authority", OURS))
def keys_new_authority() -> None:
    from service.commands.keys import new_authority  # noqa: PLC0415

    new_authority(_settings(PRODUCTION))


@keys.command("renew-root-list", help=text("cli.keys_renew_root_list", OURS))
@click.option("--root-key", type=_FILE, help=text("cli.keys_root_key", OURS))
def keys_renew_root_list(root_key: Path | None) -> None:
    from service.commands.keys import renew_root_list  # noqa: PLC0415

    renew_root_list(_settings(PRODUCTION), root_key)


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

    revoke(_settings(PRODUCTION), fingerprint, reason, since)


@main.group(help=text("cli.staff", OURS))
def staff() -> None:
    """The way back in."""


@staff.command("link", help=text("cli.staff_link", OURS))
@click.argument("email")
def staff_link(email: str) -> None:
    # These commands load the database's libraries.
    from service.commands.staff import link  # noqa: PLC0415

    link(_settings(PRODUCTION), email)


@staff.command("administrator", help=text("cli.staff_administrator", OURS))
@click.argument("email")
def staff_administrator(email: str) -> None:
    from service.commands.staff import make_administrator  # noqa: PLC0415

    make_administrator(_settings(PRODUCTION), email)


@main.group(help=text("cli.audit", OURS))
def audit() -> None:
    """What the log is worth."""


@audit.command("verify", help=text("cli.audit_verify", OURS))
@click.option("--root", "roots", multiple=True, type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True)
def audit_verify(roots: tuple[Path, ...], as_json: bool) -> None:
    # Loads the database and the time stamps.
    from service.commands.audit import verify_log  # noqa: PLC0415

    sys.exit(verify_log(lambda: _settings(PRODUCTION), roots, as_json=as_json))


@main.group(help=text("cli.agreement", OURS))
def agreement() -> None:
    """What is done with one agreement by hand."""


@agreement.command("end", help=text("cli.agreement_end", OURS))
@click.argument("reference")
@click.option("--on", "day", required=True, metavar="2027-12-31", help=text("cli.end_on", OURS))
@click.option(
    "--reason",
    required=True,
    type=click.Choice([each.value for each in EndReason]),
    help=text("cli.end_reason", OURS),
)
@click.option("--note", default="", help=text("cli.end_note", OURS))
def agreement_end(reference: str, day: str, reason: str, note: str) -> None:
    """Record that it ended or will end."""
    # Loads the database's libraries.
    from service.commands.agreement import end  # noqa: PLC0415

    end(_settings(PRODUCTION), reference, day, reason, note)


@agreement.command("hand-over", help=text("cli.agreement_hand_over", OURS))
@click.argument("references", nargs=-1, required=True)
@click.option("--to", required=True, metavar="EMAIL", help=text("cli.hand_over_to", OURS))
def agreement_hand_over(references: tuple[str, ...], to: str) -> None:
    """Give them another owner."""
    # Loads the database's libraries.
    from service.commands.agreement import hand_over  # noqa: PLC0415

    hand_over(_settings(PRODUCTION), references, to)


@main.group(help=text("cli.archive", OURS))
def archive() -> None:
    """What is done with the archive by hand."""


@archive.command("rebuild-index", help=text("cli.archive_rebuild", OURS))
@click.option("--root", "roots", multiple=True, type=_FILE, help=text("cli.rebuild_root", OURS))
@click.option(
    "--stamp-root", "stamp_roots", multiple=True, type=_FILE, help=text("cli.verify_stamp", OURS)
)
@click.option("--since", default="", metavar="VO-2026-00042", help=text("cli.rebuild_since", OURS))
@click.option("--json", "as_json", is_flag=True, help=text("cli.verify_json", OURS))
def archive_rebuild_index(
    roots: tuple[Path, ...], stamp_roots: tuple[Path, ...], since: str, as_json: bool
) -> None:
    # Loads the database and the verifier.
    from service.commands.archive import rebuild  # noqa: PLC0415

    sys.exit(
        rebuild(lambda: _settings(PRODUCTION), roots, stamp_roots, since=since, as_json=as_json)
    )


@archive.command("register", help=text("cli.archive_register", OURS))
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "json"]), default="xlsx")
@click.option("--out", type=_NEW_FILE, required=True, help=text("cli.export_out", OURS))
@which_agreements
def archive_register(kind: str, out: Path, **given: str) -> None:
    """The register of article 30(2) GDPR."""
    # Loads the database.
    from service.commands.exports import register  # noqa: PLC0415

    register(_settings(PRODUCTION), kind, out, given)


@archive.command("export", help=text("cli.archive_export", OURS))
@click.option("--out", type=_NEW_FILE, required=True, help=text("cli.export_out", OURS))
@which_agreements
def archive_export(out: Path, **given: str) -> None:
    """Originals and evidence sheets as one ZIP."""
    # Loads the database and the archive.
    from service.commands.exports import originals  # noqa: PLC0415

    sys.exit(originals(_settings(PRODUCTION), out, given))


@main.command("import", help=text("cli.import_list", OURS))
@click.argument("file", type=_FILE)
@click.option("--check", is_flag=True, help=text("cli.import_check", OURS))
@click.option("--json", "as_json", is_flag=True, help=text("cli.import_json", OURS))
@click.option("--send", is_flag=True, help=text("cli.import_send", OURS))
@click.option("--out", type=_NEW_FILE, help=text("cli.import_out", OURS))
@click.option("--by", default="", metavar="EMAIL", help=text("cli.import_by", OURS))
@click.option("--owner", default="", metavar="EMAIL", help=text("cli.import_owner", OURS))
@click.option("--signer", default="", metavar="EMAIL", help=text("cli.import_signer", OURS))
@click.option("--service", "services", multiple=True, help=text("cli.import_service", OURS))
@click.option("--template", default="", metavar="NAME", help=text("cli.import_template", OURS))
@click.option("--days", type=int, help=text("cli.import_days", OURS))
@click.option("--message", type=_FILE, help=text("cli.import_message", OURS))
@click.option("--per-minute", type=click.IntRange(1), help=text("cli.import_per_minute", OURS))
@click.option("--again", is_flag=True, help=text("cli.import_again", OURS))
@click.option("--without-doubtful", is_flag=True, help=text("cli.import_without_doubtful", OURS))
def import_list(file: Path, **given: Any) -> None:
    """Agreements from a list of customers."""
    # Loads the database.
    from service.commands.imports import Asked, import_file  # noqa: PLC0415

    sys.exit(import_file(lambda: _settings(PRODUCTION), Asked(file=file, **given)))


main.add_command(template)


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
