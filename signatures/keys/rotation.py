"""Renews, replaces and revokes certificates; old files stay verifiable.

A process that is sealing notices a new set of files (``key_sets``) and begins again. A former root
stays trusted.
"""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from signatures.chains.certificates import (
    Issuer,
    PrivateKey,
    PublicKey,
    fingerprint,
    issue_crl,
    issue_seal,
    issue_stamp,
    new_key,
)
from signatures.errors import AuthorityError
from signatures.keys.authority import (
    ISSUING,
    ROOT,
    SEAL,
    STAMP,
    Authority,
    fill,
    pem,
    read_authority,
)
from signatures.keys.key_files import check_dates, key_pem, read, read_crl, read_key, write
from signatures.keys.key_sets import FORMER, changed

REASONS = {
    "key_compromise": x509.ReasonFlags.key_compromise,
    "superseded": x509.ReasonFlags.superseded,
    "cessation": x509.ReasonFlags.cessation_of_operation,
    "affiliation": x509.ReasonFlags.affiliation_changed,
}
"""Why a certificate is revoked (RFC 5280, 5.3.1)."""

TOKEN_STEP = timedelta(seconds=1)
"""A token has whole seconds and may be a second off, so a revocation takes effect one later."""

LEAST_FINGERPRINT = 8  # hexadecimal digits needed to name a certificate


def renew_seal(
    home: Path,
    passphrase: bytes | None,
    *,
    now: datetime,
    pki_url: str | None = None,
    seal_key: PublicKey | None = None,
) -> x509.Certificate:
    """Issue a new certificate for the seal, for ``seal_key`` (in a token) or a new key.

    Raises AuthorityError.
    """
    with changed(home) as workshop:
        authority = read_authority(home, passphrase)
        issuing = _issuing(authority, pki_url, now)
        (workshop / "seal.key.pem").unlink(missing_ok=True)
        if seal_key is None:
            made = new_key()
            seal_key = made.public_key()
            write(workshop / "seal.key.pem", key_pem(made, passphrase))
        certificate = issue_seal(seal_key, issuing, now=now)
        write(workshop / "seal.pem", pem(certificate))
        _keep(home, SEAL, authority.seal)
    return certificate


def renew_stamp(
    home: Path, passphrase: bytes | None, *, now: datetime, pki_url: str | None = None
) -> x509.Certificate:
    """Make a new key and certificate for the time stamps. Raises AuthorityError."""
    with changed(home) as workshop:
        authority = read_authority(home, passphrase)
        made = new_key()
        certificate = issue_stamp(made.public_key(), _issuing(authority, pki_url, now), now=now)
        write(workshop / "tsa.key.pem", key_pem(made, passphrase))
        write(workshop / "tsa.pem", pem(certificate))
        _keep(home, STAMP, authority.tsa)
    return certificate


def new_authority(
    home: Path,
    passphrase: bytes | None,
    *,
    organisation: str,
    now: datetime,
    pki_url: str | None = None,
    seal_key: PublicKey | None = None,
) -> Authority:
    """Make a whole new hierarchy; the old root stays trusted. Raises AuthorityError.

    The old issuing authority's last list lasts as long as its certificate, unless its key is gone.
    """
    with changed(home) as workshop:
        authority = read_authority(home, passphrase)
        _keep_list(home, ISSUING, authority.issuing, _last_list(authority, now))
        _keep_list(home, ROOT, authority.root, read(authority.directory / "root.crl.pem"))
        for role, certificate in (
            (ROOT, authority.root),
            (ISSUING, authority.issuing),
            (SEAL, authority.seal),
            (STAMP, authority.tsa),
        ):
            _keep(home, role, certificate)
        for file in workshop.iterdir():
            file.unlink()
        fill(workshop, passphrase, organisation, now, pki_url, seal_key)
    return read_authority(home, passphrase)


def revoke(
    home: Path,
    passphrase: bytes | None,
    *,
    named: str,
    reason: str,
    now: datetime,
    since: datetime | None = None,
) -> x509.Certificate:
    """Revoke a former certificate of seal or stamp, from ``since`` (aware; default now).

    ``named`` is the beginning of its SHA-256 fingerprint, ``reason`` one of ``REASONS``. What was
    sealed before that moment, by its time stamp, stays valid.

    Raises AuthorityError: ``unknown`` (none or several match), ``in_use`` (renew first),
    ``issuer_gone`` (its authority was replaced) or ``revoked`` (already).
    """
    with changed(home) as workshop:
        authority = read_authority(home, passphrase)
        certificate = _named(authority, named)
        issuing = _issuing(authority, None, now)
        if certificate.issuer != authority.issuing.subject:
            raise AuthorityError("issuer_gone", fingerprint(certificate))
        previous = read_crl(workshop / "issuing.crl.pem")
        if previous.get_revoked_certificate_by_serial_number(certificate.serial_number):
            raise AuthorityError("revoked", fingerprint(certificate))
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(since or now.replace(microsecond=0) + 2 * TOKEN_STEP)
            .add_extension(x509.CRLReason(REASONS[reason]), critical=False)
            .build()
        )
        listed = issue_crl(issuing, now=now, previous=previous, revoked=entry)
        write(workshop / "issuing.crl.pem", listed)
    return certificate


def renew_root_list(
    home: Path, passphrase: bytes | None, *, root_key: Path | None, now: datetime
) -> datetime:
    """Issue the root's list again, until the issuing authority ends; returns that moment.

    ``root_key`` is where the root's key is now (same passphrase); None means in the directory.
    Raises AuthorityError.
    """
    with changed(home) as workshop:
        authority = read_authority(home, passphrase)
        path = root_key or workshop / "root.key.pem"
        key = read_key(path, passphrase, authority.root)
        ends = authority.issuing.not_valid_after_utc
        previous = read_crl(workshop / "root.crl.pem")
        write(
            workshop / "root.crl.pem",
            issue_crl(Issuer(authority.root, key), now=now, until=ends, previous=previous),
        )
    return ends


def _issuing(authority: Authority, pki_url: str | None, now: datetime) -> Issuer:
    """The current issuing authority, if it may still issue. Raises AuthorityError."""
    issuing = authority.issuing
    check_dates("issuing.pem", issuing.not_valid_before_utc, issuing.not_valid_after_utc, now)
    return Issuer(issuing, _issuing_key(authority), pki_url)


def _last_list(authority: Authority, now: datetime) -> bytes:
    present_list = authority.directory / "issuing.crl.pem"
    if not (authority.directory / "issuing.key.pem").exists():
        return read(present_list)
    return issue_crl(
        Issuer(authority.issuing, _issuing_key(authority)),
        now=now,
        until=max(authority.issuing.not_valid_after_utc, now),
        previous=read_crl(present_list),
    )


def _issuing_key(authority: Authority) -> PrivateKey:
    return read_key(
        authority.directory / "issuing.key.pem", authority.passphrase, authority.issuing
    )


def _named(authority: Authority, named: str) -> x509.Certificate:
    digits = named.replace(":", "").upper()
    if len(digits) < LEAST_FINGERPRINT:
        raise AuthorityError("unknown", named)
    found = [
        certificate
        for certificate in (
            authority.seal,
            authority.tsa,
            *authority.former_of(SEAL),
            *authority.former_of(STAMP),
        )
        if fingerprint(certificate).replace(":", "").startswith(digits)
    ]
    if len(found) != 1:
        raise AuthorityError("unknown", named)
    if found[0] in (authority.seal, authority.tsa):
        raise AuthorityError("in_use", named)
    return found[0]


def _keep(home: Path, role: str, certificate: x509.Certificate) -> None:
    """Copy a certificate to ``former/`` before its successor becomes current."""
    write(_place(home, role, certificate, ".pem"), pem(certificate))


def _keep_list(home: Path, role: str, issuer: x509.Certificate, crl: bytes) -> None:
    write(_place(home, role, issuer, ".crl.pem"), crl)


def _place(home: Path, role: str, certificate: x509.Certificate, ending: str) -> Path:
    folder = home / FORMER
    folder.mkdir(exist_ok=True, mode=0o700)
    short = fingerprint(certificate).replace(":", "").lower()[:16]
    return folder / f"{role}-{short}{ending}"
