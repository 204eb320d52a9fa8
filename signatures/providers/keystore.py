"""The operator's own seal key, with a certificate from any issuer: PKCS#12 or PEM, encrypted.

It is checked completely when loaded, not when somebody signs.
"""

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from signatures.chains.certificates import PrivateKey, issued
from signatures.errors import AuthorityError
from signatures.keys.key_files import belonging, check_dates, private_key, read, read_certificate
from signatures.providers.base import HeldProvider, SealCertificate, strong
from signatures.providers.software import SoftwareKey

_PEM = b"-----BEGIN "
_LONGEST_CHAIN = 8


class KeystoreProvider(HeldProvider):
    """The key in a file of the operator.

    Its chain must end in ``root``, a PEM file; ``now`` is aware. Raises AuthorityError.
    """

    def __init__(
        self, keystore: Path, passphrase: bytes | None, *, root: Path, now: datetime
    ) -> None:
        key, certificate, others = _opened(keystore, passphrase)
        _check(certificate, str(keystore), now)
        issuers = _chain(certificate, others, read_certificate(root), now)
        seal = SealCertificate(certificate, issuers)
        super().__init__(SoftwareKey(key, str(keystore)), seal)


def _opened(
    path: Path, passphrase: bytes | None
) -> tuple[PrivateKey, x509.Certificate, list[x509.Certificate]]:
    data = read(path)
    if _PEM in data:
        return _from_pem(data, passphrase, path)
    try:
        opened = pkcs12.load_pkcs12(data, passphrase)
    except ValueError as problem:
        # OpenSSL does not distinguish a wrong passphrase from a damaged file.
        raise AuthorityError("wrong_passphrase", str(path)) from problem
    if opened.cert is None or opened.key is None:
        raise AuthorityError("unreadable", f"{path}: no key with its certificate")
    certificate = opened.cert.certificate
    others = [each.certificate for each in opened.additional_certs]
    return belonging(opened.key, certificate, str(path)), certificate, others


def _from_pem(
    data: bytes, passphrase: bytes | None, path: Path
) -> tuple[PrivateKey, x509.Certificate, list[x509.Certificate]]:
    """The seal's own certificate comes first, as all programs write it."""
    try:
        certificate, *others = x509.load_pem_x509_certificates(data)
    except ValueError as problem:
        raise AuthorityError("unreadable", f"{path}: {problem}") from problem
    return private_key(data, passphrase, certificate, str(path)), certificate, others


def _check(certificate: x509.Certificate, named: str, now: datetime) -> None:
    strong(certificate.public_key())
    check_dates(named, certificate.not_valid_before_utc, certificate.not_valid_after_utc, now)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as problem:
        raise AuthorityError("wrong_usage", f"{named}: no key usage") from problem
    if not (usage.digital_signature or usage.content_commitment):
        raise AuthorityError("wrong_usage", f"{named}: not for signatures")


def _chain(
    certificate: x509.Certificate,
    others: list[x509.Certificate],
    root: x509.Certificate,
    now: datetime,
) -> tuple[x509.Certificate, ...]:
    chain: list[x509.Certificate] = []
    last = certificate
    while last != root:
        issuer = next((each for each in (root, *others) if issued(last, each)), None)
        if issuer is None or issuer in chain or len(chain) == _LONGEST_CHAIN:
            raise AuthorityError("untrusted", last.issuer.rfc4514_string())
        name = issuer.subject.rfc4514_string()
        check_dates(name, issuer.not_valid_before_utc, issuer.not_valid_after_utc, now)
        chain.append(issuer)
        last = issuer
    return tuple(chain)
