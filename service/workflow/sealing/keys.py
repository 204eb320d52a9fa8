"""The keys and certificates, their expiry, and those to renew soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import KeysUnusable, NotFound
from signatures.chains.certificates import fingerprint
from signatures.errors import AuthorityError
from signatures.keys.authority import (
    ISSUING,
    ROLES,
    ROOT,
    Authority,
    pem,
    published,
    read_authority,
)

SOON = timedelta(days=92)
"""How long before its expiry a certificate must be renewed."""

IN_USE, FORMER, REVOKED = "in_use", "former", "revoked"
FINE, ENDS_SOON, ENDED = "fine", "ends_soon", "ended"
PUBLISHED_NAMES = {"wortel": ROOT, "uitgever": ISSUING}
CERTIFICATE_TYPE, LIST_TYPE = "application/pkix-cert", "application/pkix-crl"  # RFC 2585, 4
PEM_TYPE = "application/x-pem-file"


@dataclass(frozen=True)
class CertificateLine:
    """One certificate: current or former (``state``), and whether its end is near (``term``)."""

    role: str
    name: str
    starts: datetime
    ends: datetime
    fingerprint: str
    state: str
    term: str
    revoked_since: datetime | None = None


@dataclass(frozen=True)
class ListLine:
    """A current revocation list: the ``role`` of its issuer, and its expiry."""

    role: str
    ends: datetime
    term: str


@dataclass(frozen=True)
class Keys:
    """All certificates and lists, the current ones first."""

    certificates: tuple[CertificateLine, ...]
    lists: tuple[ListLine, ...]
    provider: str

    @property
    def warnings(self) -> tuple[CertificateLine | ListLine, ...]:
        """The current ones that expire soon or have expired."""
        counting = tuple(each for each in self.certificates if each.state == IN_USE)
        every: tuple[CertificateLine | ListLine, ...] = (*counting, *self.lists)
        return tuple(each for each in every if each.term != FINE)


def keys(deps: Deps) -> Keys:
    """With their status by the database's clock. Raises KeysUnusable."""
    with deps.database.begin() as tx:
        now = tx.now()
    return keys_in(read_keys(deps), deps.settings.seal_provider, now)


def read_keys(deps: Deps) -> Authority:
    """The authority as stored on disk, expired or not. Raises KeysUnusable."""
    try:
        return read_authority(deps.settings.key_dir, None)
    except AuthorityError as error:
        raise KeysUnusable(error.code, error.detail) from error


def keys_in(authority: Authority, provider: str, now: datetime) -> Keys:
    """For a loaded authority."""
    root_list, issuing_list, *_ = lists = authority.lists
    lines = [
        _line(role, certificate, IN_USE, lists, now)
        for role, certificate in zip(ROLES, authority.counting().values(), strict=True)
    ]
    lines += [_line(each.role, each.certificate, FORMER, lists, now) for each in authority.former]
    return Keys(
        certificates=tuple(lines),
        lists=(
            _list_line(ROOT, root_list, SOON, now),
            # Renewed automatically long before its expiry, so only an expired one is a warning.
            _list_line(ISSUING, issuing_list, timedelta(), now),
        ),
        provider=provider,
    )


def published_file(deps: Deps, name: str) -> tuple[bytes, str]:
    """One published certificate or list with its media type: DER, or PEM for names in ``.pem``.

    ``wortel`` and ``uitgever`` are current; others are named by their key's identifier. Raises
    NotFound, KeysUnusable.
    """
    bare, as_pem = name.removesuffix(".pem"), name.endswith(".pem")
    stem, dot, kind = bare.partition(".")
    if kind not in ("cer", "crl") or not dot:
        raise NotFound(ErrorCode.NOT_FOUND)
    key = PUBLISHED_NAMES.get(stem, stem) + (".crl" if kind == "crl" else "")
    found = published(read_keys(deps)).get(key)
    if found is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    if as_pem:
        return pem(found), PEM_TYPE
    der = found.public_bytes(Encoding.DER)
    return der, LIST_TYPE if kind == "crl" else CERTIFICATE_TYPE


def _line(
    role: str,
    certificate: x509.Certificate,
    state: str,
    lists: tuple[x509.CertificateRevocationList, ...],
    now: datetime,
) -> CertificateLine:
    since = _revoked_since(certificate, lists)
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return CertificateLine(
        role=role,
        name=str(named[0].value),
        starts=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        fingerprint=fingerprint(certificate),
        state=REVOKED if since else state,
        term=_term(certificate.not_valid_after_utc, SOON, now),
        revoked_since=since,
    )


def _list_line(
    role: str, crl: x509.CertificateRevocationList, soon: timedelta, now: datetime
) -> ListLine:
    ends = crl.next_update_utc or now
    return ListLine(role, ends, _term(ends, soon, now))


def _term(ends: datetime, soon: timedelta, now: datetime) -> str:
    if ends <= now:
        return ENDED
    return ENDS_SOON if ends - now < soon else FINE


def _revoked_since(
    certificate: x509.Certificate, lists: tuple[x509.CertificateRevocationList, ...]
) -> datetime | None:
    for crl in lists:
        if crl.issuer == certificate.issuer:
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                return entry.revocation_date_utc
    return None
