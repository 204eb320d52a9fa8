"""What a new installation needs once: schema, keys, bucket, first administrator."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.agreement.annex import LISTS, ListName
from service.agreement.drafting import Input
from service.agreement.permissions import Staff
from service.database import migrate
from service.database.roles import Role
from service.deps import Deps
from service.running.handover import FirstSignIn
from service.settings.table import Settings
from service.wiring.seal_keys import certified_key, pki_url
from service.workflow.offer.create import create
from service.workflow.people.first_administrator import first_administrator
from service.workflow.people.profile import first_profile
from signatures.keys.authority import create_authority

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ADMINISTRATOR = "beheer@zegel.example"


def prepare_keys(settings: Settings) -> None:
    """Make the keys of root, issuing authority, seal and time stamps, unless they exist. Raises
    AuthorityError."""
    if not settings.key_dir.exists():
        create_authority(
            settings.key_dir,
            settings.key_passphrase,
            organisation=organisation(settings),
            now=datetime.now(UTC),
            pki_url=pki_url(settings),
            seal_key=certified_key(settings),
        )


def organisation(settings: Settings) -> str:
    """The organisation in new certificates: the processor, because it seals."""
    return settings.organisation or str(read_example("processor")["trade_name"])


def prepare_database(database_url: str, owner_url: str | None) -> None:
    """Bring the schema up to date as its owner, and give the role of ``database_url`` access."""
    migrate.upgrade(owner_url or database_url, Role.of(database_url) if owner_url else None)


def prepare_people(deps: Deps) -> FirstSignIn | None:
    """Create the first administrator and, in development, the example's profile and a sample draft;
    returns the sign-in if created now."""
    processor = read_example("processor") if deps.settings.development else None
    name = processor["representative_name"] if processor else "Beheerder"
    function = processor["representative_function"] if processor else ""
    password = first_administrator(deps, ADMINISTRATOR, name, function)
    if processor:
        first_profile(deps, processor)
    if password is None:
        return None
    if processor:
        _sample(deps)
    return FirstSignIn(ADMINISTRATOR, password)


def _sample(deps: Deps) -> None:
    with deps.database.begin() as tx:
        account = tx.accounts.by_email(ADMINISTRATOR)
    if account is None:
        raise LookupError(ADMINISTRATOR)
    # The service creates the sample itself: its owner has not signed in yet.
    staff: Staff = dataclasses.replace(account.person, first_password=False)
    create(deps, as_input(read_example("agreement")["sales"]), staff)


def read_example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def as_input(part: dict[str, Any]) -> Input:
    """Fields and lists of one part of an input file."""
    lists: dict[ListName, list[str]] = {name: part.get(name, []) for name in LISTS}
    own: dict[ListName, list[str]] = {name: part.get(f"{name}_own", []) for name in LISTS}
    fields = {key: value for key, value in part.items() if isinstance(value, str)}
    return Input(fields, part.get("services", []), lists, own)
