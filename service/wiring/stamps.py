"""Builds the source of time stamps from settings: our own authority, or third-party services."""

# Imports inside functions: modules that need the PDF library are imported at first use, because a
# web process never seals.

from __future__ import annotations

from typing import TYPE_CHECKING

from service.settings.table import Settings
from signatures.errors import AuthorityError
from signatures.keys.authority import Authority

if TYPE_CHECKING:
    from signatures.chains.trusted_list import TrustedListFile
    from signatures.stamps.answers import Trust
    from signatures.stamps.chains import StampChains
    from signatures.stamps.timestamps import Timestamps


def timestamps(settings: Settings, authority: Authority) -> Timestamps:
    """The source of time stamps; never our own if third-party services are configured.

    Raises AuthorityError for an unusable trusted list.
    """
    from signatures.stamps.timestamps import LocalTimestamps  # noqa: PLC0415

    if not settings.tsa_urls:
        return LocalTimestamps(authority)
    from signatures.stamps.external import ExternalTimestamps  # noqa: PLC0415
    from signatures.stamps.service import StampService  # noqa: PLC0415

    services = [
        StampService(
            url,
            _trust(settings),
            per_minute=settings.tsa_per_minute,
            authorization=settings.tsa_authorization.get(url, ""),
        )
        for url in settings.tsa_urls
    ]
    listed = trusted_list(settings)
    if listed is None:
        return ExternalTimestamps(services)
    return ExternalTimestamps(services, trusted_list=listed)


def chains(settings: Settings) -> StampChains | None:
    """The chains of third-party authorities, former ones too while their roots are configured; None
    without any root."""
    if not settings.tsa_roots:
        return None
    from signatures.stamps.chains import StampChains  # noqa: PLC0415

    return StampChains(_trust(settings))


def trusted_list(settings: Settings) -> TrustedListFile | None:
    """The list of qualified services. Raises AuthorityError when it is unusable."""
    if settings.trusted_list is None:
        return None
    # Loaded only if a list is configured.
    from signatures.chains.trusted_list import ListUnusable, TrustedListFile  # noqa: PLC0415

    try:
        return TrustedListFile(settings.trusted_list, settings.trusted_list_signers)
    except (OSError, ListUnusable) as problem:
        raise AuthorityError("unreadable", f"{settings.trusted_list}: {problem}") from problem


def _trust(settings: Settings) -> Trust:
    from signatures.stamps.answers import Trust, split  # noqa: PLC0415

    found = split(settings.tsa_roots)
    return Trust(found.roots, found.issuers, settings.tsa_policies)
