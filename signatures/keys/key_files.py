"""Keys, certificates and revocation lists as private files, written whole.

Every error is an ``AuthorityError`` that names the file.
"""

import contextlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signatures.chains.certificates import PrivateKey
from signatures.errors import AuthorityError

T = TypeVar("T")


def write(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600, synced to disk, in place of an old one."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def replace(path: Path, data: bytes) -> None:
    """The same in one step: readers get the old or the new file."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    write(fresh, data)
    fresh.replace(path)


def key_pem(key: PrivateKey, passphrase: bytes | None) -> bytes:
    """A private key as PKCS#8 in PEM, encrypted with a passphrase."""
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )


def read(path: Path) -> bytes:
    """The bytes of a file. Raises AuthorityError missing or unreadable."""
    try:
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise AuthorityError("missing", str(path)) from problem
    except OSError as problem:
        raise AuthorityError("unreadable", f"{path}: {problem.strerror}") from problem


def read_certificate(path: Path) -> x509.Certificate:
    """The first certificate in a PEM file. Raises AuthorityError."""
    return _parse(path, x509.load_pem_x509_certificate)


def read_crl(path: Path) -> x509.CertificateRevocationList:
    """A revocation list in PEM. Raises AuthorityError."""
    return _parse(path, x509.load_pem_x509_crl)


def read_key(path: Path, passphrase: bytes | None, certificate: x509.Certificate) -> PrivateKey:
    """The private key of ``certificate``.

    Raises AuthorityError missing, unreadable, wrong_passphrase or mismatch.
    """
    return private_key(read(path), passphrase, certificate, str(path))


def private_key(
    data: bytes, passphrase: bytes | None, certificate: x509.Certificate, named: str
) -> PrivateKey:
    """The private key in PEM that belongs to ``certificate``. Raises AuthorityError."""
    encrypted = b"ENCRYPTED" in data
    if encrypted and not passphrase:
        raise AuthorityError("wrong_passphrase", f"{named} needs a passphrase")
    try:
        key = serialization.load_pem_private_key(data, passphrase if encrypted else None)
    except ValueError as problem:
        code = "wrong_passphrase" if encrypted else "unreadable"
        raise AuthorityError(code, named) from problem
    return belonging(key, certificate, named)


def belonging(key: object, certificate: x509.Certificate, named: str) -> PrivateKey:
    """The key, checked. Raises AuthorityError unreadable or mismatch."""
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise AuthorityError("unreadable", f"{named}: neither an RSA nor an EC key")
    if key.public_key() != certificate.public_key():
        raise AuthorityError("mismatch", f"{named} does not belong to its certificate")
    return key


def check_dates(name: str, start: datetime, end: datetime, now: datetime) -> None:
    """Raises AuthorityError('expired') before ``start`` and after ``end``."""
    if now < start:
        raise AuthorityError("expired", f"{name} is not valid before {start.isoformat()}")
    if now > end:
        raise AuthorityError("expired", f"{name} ended on {end.isoformat()}")


def _parse(path: Path, parser: Callable[[bytes], T]) -> T:
    try:
        return parser(read(path))
    except ValueError as problem:
        raise AuthorityError("unreadable", f"{path}: {problem}") from problem
