"""``zegel keys``: show, renew, replace and revoke, on the machine with the key directory.

Status 0: done, or everything is fine; 1: a sentence says what is wrong; 3 (``show`` only):
something in use ends within three months or has ended.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography import x509

from service.running.first_start import organisation
from service.settings.table import Settings
from service.texts import OURS, text
from service.wiring.seal_keys import certified_key, in_words, pki_url
from service.workflow.sealing.keys import CertificateLine, Keys, ListLine, keys_in
from signatures.chains.certificates import fingerprint
from signatures.keys import rotation
from signatures.keys.authority import ROOT, read_authority
from signatures.keys.key_sets import present

ATTENTION = 3


def show(settings: Settings, *, as_json: bool) -> int:
    """Print every certificate and list; the status says whether something must be renewed."""
    with in_words():
        authority = read_authority(settings.key_dir, settings.key_passphrase)
    found = keys_in(authority, settings.seal_provider, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), default=str, indent=2))
    else:
        _tell(found)
    return ATTENTION if found.warnings else 0


def renew_seal(settings: Settings) -> None:
    """Issue a new certificate for the seal, for a new key or the one in the token."""
    with in_words():
        made = rotation.renew_seal(
            settings.key_dir,
            settings.key_passphrase,
            now=datetime.now(UTC),
            pki_url=pki_url(settings),
            seal_key=certified_key(settings),
        )
    _tell_renewed("seal", made)


def renew_stamp(settings: Settings) -> None:
    """Make a new key and certificate for our own time stamps."""
    with in_words():
        made = rotation.renew_stamp(
            settings.key_dir,
            settings.key_passphrase,
            now=datetime.now(UTC),
            pki_url=pki_url(settings),
        )
    _tell_renewed("tsa", made)


def new_authority(settings: Settings) -> None:
    """Make a whole new hierarchy; the old root stays trusted."""
    with in_words():
        made = rotation.new_authority(
            settings.key_dir,
            settings.key_passphrase,
            organisation=organisation(settings),
            now=datetime.now(UTC),
            pki_url=pki_url(settings),
            seal_key=certified_key(settings),
        )
    _tell_renewed(ROOT, made.root)
    click.echo(text("cli.keys_said.new_root", OURS, fingerprint=fingerprint(made.root)))
    root_key = present(settings.key_dir) / "root.key.pem"
    click.echo(text("cli.keys_said.move_root", OURS, file=root_key))


def renew_root_list(settings: Settings, root_key: Path | None) -> None:
    """Issue the root's revocation list again, with the root's key from where it is kept."""
    with in_words():
        ends = rotation.renew_root_list(
            settings.key_dir, settings.key_passphrase, root_key=root_key, now=datetime.now(UTC)
        )
    click.echo(text("cli.keys_said.root_list", OURS, ends=ends.date().isoformat()))


def revoke(settings: Settings, named: str, reason: str, since: str | None) -> None:
    """Revoke a former certificate. Raises ClickException for a moment without time zone."""
    now = datetime.now(UTC)
    with in_words():
        made = rotation.revoke(
            settings.key_dir,
            settings.key_passphrase,
            named=named,
            reason=reason,
            now=now,
            since=_moment(since) if since else None,
        )
        lists = read_authority(settings.key_dir, None).lists
    entry = next(
        found
        for crl in lists
        if (found := crl.get_revoked_certificate_by_serial_number(made.serial_number))
    )
    since_when = entry.revocation_date_utc.isoformat()
    click.echo(
        text("cli.keys_said.revoked_now", OURS, since=since_when, fingerprint=fingerprint(made))
    )


def _moment(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
        if moment.utcoffset() is None:
            raise ValueError(given)
    except ValueError as wrong:
        raise click.ClickException(text("cli.keys_said.bad_moment", OURS, given=given)) from wrong
    return moment


def _tell(found: Keys) -> None:
    place = text(f"staff.keys.provider.{found.provider}", OURS)
    click.echo(text("cli.keys_said.provider", OURS, place=place))
    for line in found.certificates:
        _tell_certificate(line)
    for each in found.lists:
        _tell_list(each)


def _tell_certificate(line: CertificateLine) -> None:
    role = text(f"staff.keys.role.{line.role}", OURS)
    click.echo(text("cli.keys_said.certificate", OURS, role=role, name=line.name))
    state = text(f"staff.keys.state.{line.state}", OURS)
    click.echo(text("cli.keys_said.term", OURS, state=state, **_term(line)))
    click.echo(text("cli.keys_said.fingerprint", OURS, fingerprint=line.fingerprint))
    if line.revoked_since:
        click.echo(text("cli.keys_said.revoked", OURS, since=line.revoked_since.isoformat()))
    if line.state == "in_use" and line.term != "fine":
        click.echo(
            text(
                "cli.keys_said.renewal", OURS, renewal=text(f"staff.keys.renewal.{line.role}", OURS)
            )
        )


def _tell_list(line: ListLine) -> None:
    named = text(f"staff.keys.list.{line.role}", OURS)
    click.echo(text("cli.keys_said.list", OURS, list=named, **_term(line)))
    # Even if it is not urgent: the required key may be far away.
    renewal = text(f"staff.keys.renewal.list_{line.role}", OURS)
    click.echo(text("cli.keys_said.renewal", OURS, renewal=renewal))


def _term(line: CertificateLine | ListLine) -> dict[str, Any]:
    starts = line.starts.date().isoformat() if isinstance(line, CertificateLine) else ""
    return {
        "starts": starts,
        "ends": line.ends.date().isoformat(),
        "term": text(f"staff.keys.term.{line.term}", OURS),
    }


def _tell_renewed(role: str, made: x509.Certificate) -> None:
    ends = made.not_valid_after_utc.date().isoformat()
    click.echo(
        text("cli.keys_said.renewed", OURS, role=text(f"staff.keys.role.{role}", OURS), ends=ends)
    )
    click.echo(text("cli.keys_said.running", OURS))
