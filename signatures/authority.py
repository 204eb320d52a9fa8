"""The keys and certificates of a fresh installation, and loading them again.

``create_authority`` makes a small hierarchy once: a root, an issuing authority below it, and
below that one certificate for the seal and one for the time stamps. Everything is named for what
it is: self-made and not qualified (Regulation (EU) 910/2014 knows qualified seals and stamps;
these are not). ``load_authority`` reads what the service needs and checks it once: that every
key belongs to its certificate, every signature in the chain, and every date.

The root's private key (``root.key.pem``) is needed only to make another issuing authority.
Neither loading nor sealing reads it: **move it off the machine** after the first start. Without a
passphrase keys are protected by mode 0600 alone.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signatures.certificates import issue_all, issue_crl, new_key
from signatures.errors import AuthorityError

T = TypeVar("T")
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CERTIFICATES = ("root.pem", "issuing.pem", "seal.pem", "tsa.pem")
CRLS = ("root.crl.pem", "issuing.crl.pem")
KEYS = ("root.key.pem", "issuing.key.pem", "seal.key.pem", "tsa.key.pem")


@dataclass(frozen=True)
class Authority:
    """The loaded hierarchy; the two private keys stay in memory as objects.

    ``crls`` reads the two lists again when the issuing authority's has been renewed on disk.
    """

    directory: Path
    root: x509.Certificate
    issuing: x509.Certificate
    seal: x509.Certificate
    tsa: x509.Certificate
    seal_key: PrivateKey
    tsa_key: PrivateKey

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The certificates to pin when verifying."""
        return (self.root,)

    @property
    def certificates(self) -> Mapping[str, bytes]:
        """Every certificate as PEM, by file name."""
        pairs = zip(CERTIFICATES, (self.root, self.issuing, self.seal, self.tsa), strict=True)
        return {name: pem(certificate) for name, certificate in pairs}

    @property
    def crl(self) -> bytes:
        """The issuing authority's revocation list as PEM, as it is on disk now."""
        return _read(self.directory / "issuing.crl.pem")

    def crls(self, now: datetime) -> tuple[x509.CertificateRevocationList, ...]:
        """Both revocation lists; ``AuthorityError('expired')`` when one is past its date."""
        lists = tuple(_read_crl(self.directory / name) for name in CRLS)
        for name, crl in zip(CRLS, lists, strict=True):
            _check_dates(name, crl.last_update_utc, crl.next_update_utc or now, now)
        return lists

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of each certificate (colon separated, upper case), by file name."""
        return {
            name: fingerprint(read)
            for name, read in zip(
                CERTIFICATES, (self.root, self.issuing, self.seal, self.tsa), strict=True
            )
        }


def create_authority(
    directory: Path,
    passphrase: bytes | None,
    *,
    organisation: str,
    now: datetime,
    crl_url: str | None = None,
) -> None:
    """Make the whole hierarchy in ``directory``, all of it or nothing.

    A directory that already holds a complete hierarchy is left as it is, so that two processes
    that start together end with one. ``now`` is an aware instant. ``crl_url`` is written into the
    certificates as the place where the issuing authority's list is published.

    Raises ``AuthorityError('exists')`` when the directory holds something else.
    """
    if _complete(directory):
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        _fill(workshop, passphrase, organisation, now, crl_url)
        _move_into_place(workshop, directory)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _complete(directory: Path) -> bool:
    # The root's key may have been moved away, as it should.
    needed = (*CERTIFICATES, *CRLS, *KEYS[1:])
    return all((directory / name).is_file() for name in needed)


def _fill(
    workshop: Path,
    passphrase: bytes | None,
    organisation: str,
    now: datetime,
    crl_url: str | None,
) -> None:
    keys = {name: new_key() for name in KEYS}
    issued = issue_all(
        {name.removesuffix(".key.pem"): key for name, key in keys.items()},
        organisation=organisation,
        now=now,
        crl_url=crl_url,
    )
    for name, data in issued.items():
        _write(workshop / name, data)
    for name, key in keys.items():
        _write(workshop / name, _key_pem(key, passphrase))


def _move_into_place(workshop: Path, directory: Path) -> None:
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()
    try:
        workshop.rename(directory)
    except OSError as problem:
        if not _complete(directory):
            raise AuthorityError("exists", f"{directory} holds something else") from problem


def load_authority(
    directory: Path, passphrase: bytes | None, *, now: datetime | None = None
) -> Authority:
    """Read the hierarchy and check it once.

    ``now`` (aware, default the clock) is the moment at which everything must be valid. Raises
    ``AuthorityError`` with code ``missing``, ``unreadable``, ``wrong_passphrase``, ``mismatch``
    or ``expired``, the file named in its detail.
    """
    moment = now or datetime.now(UTC)
    found = [_read_certificate(directory / name) for name in CERTIFICATES]
    root, issuing, seal, tsa = found
    for name, certificate in zip(CERTIFICATES, found, strict=True):
        _check_dates(
            name, certificate.not_valid_before_utc, certificate.not_valid_after_utc, moment
        )
    for name, certificate, issuer in (
        ("root.pem", root, root),
        ("issuing.pem", issuing, root),
        ("seal.pem", seal, issuing),
        ("tsa.pem", tsa, issuing),
    ):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as problem:
            raise AuthorityError("mismatch", f"{name} was not issued by its issuer") from problem
    return Authority(
        directory=directory,
        root=root,
        issuing=issuing,
        seal=seal,
        tsa=tsa,
        seal_key=_read_key(directory / "seal.key.pem", passphrase, seal),
        tsa_key=_read_key(directory / "tsa.key.pem", passphrase, tsa),
    )


def renew_crl(directory: Path, passphrase: bytes | None, *, now: datetime) -> bytes:
    """Issue the issuing authority's revocation list anew, keeping what it revoked.

    Returns the new list as PEM after writing it in one step. Raises ``AuthorityError``. Run it
    daily: a list lasts ``certificates.CRL_LIFETIME``.
    """
    issuing = _read_certificate(directory / "issuing.pem")
    key = _read_key(directory / "issuing.key.pem", passphrase, issuing)
    _check_dates("issuing.pem", issuing.not_valid_before_utc, issuing.not_valid_after_utc, now)
    previous = _read_crl(directory / "issuing.crl.pem")
    data = issue_crl(issuing, key, now=now, previous=previous)
    fresh = directory / f".issuing.crl.pem.{os.getpid()}"
    _write(fresh, data)
    fresh.replace(directory / "issuing.crl.pem")
    return data


def pem(certificate: x509.Certificate) -> bytes:
    """A certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, as readers show it: ``AB:CD:…``."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _key_pem(key: PrivateKey, passphrase: bytes | None) -> bytes:
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )


def _write(path: Path, data: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise AuthorityError("missing", str(path)) from problem
    except OSError as problem:
        raise AuthorityError("unreadable", f"{path}: {problem.strerror}") from problem


def _parse(path: Path, parser: Callable[[bytes], T]) -> T:
    try:
        return parser(_read(path))
    except ValueError as problem:
        raise AuthorityError("unreadable", f"{path}: {problem}") from problem


def _read_certificate(path: Path) -> x509.Certificate:
    return _parse(path, x509.load_pem_x509_certificate)


def _read_crl(path: Path) -> x509.CertificateRevocationList:
    return _parse(path, x509.load_pem_x509_crl)


def _read_key(path: Path, passphrase: bytes | None, certificate: x509.Certificate) -> PrivateKey:
    data = _read(path)
    encrypted = b"ENCRYPTED" in data
    if encrypted and not passphrase:
        raise AuthorityError("wrong_passphrase", f"{path} needs a passphrase")
    try:
        key = serialization.load_pem_private_key(data, passphrase if encrypted else None)
    except ValueError as problem:
        code = "wrong_passphrase" if encrypted else "unreadable"
        raise AuthorityError(code, str(path)) from problem
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise AuthorityError("unreadable", f"{path}: neither an RSA nor an EC key")
    if key.public_key() != certificate.public_key():
        raise AuthorityError("mismatch", f"{path} does not belong to its certificate")
    return key


def _check_dates(name: str, start: datetime, end: datetime, now: datetime) -> None:
    if now < start:
        raise AuthorityError("expired", f"{name} is not valid before {start.isoformat()}")
    if now > end:
        raise AuthorityError("expired", f"{name} ended on {end.isoformat()}")
