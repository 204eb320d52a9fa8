"""Builds the provider of the seal's key from settings, and explains problems with keys."""

# Imports inside functions: modules that need the PDF library are imported at first use, because a
# web process never seals.

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from service.errors import KeysUnusable
from service.settings.choices import AWS_KMS, PKCS11, SOFTWARE
from service.settings.table import Settings
from signatures.errors import AuthorityError
from signatures.keys.authority import Authority, check_validity, read_authority
from signatures.keys.key_files import read_certificate

if TYPE_CHECKING:
    from signatures.chains.certificates import PublicKey
    from signatures.providers.aws_kms import KmsAddress
    from signatures.providers.base import SealProvider
    from signatures.providers.pkcs11 import Token

PKI_PATH = "/pki"


def pki_url(settings: Settings) -> str | None:
    """The published address of revocation lists, for new certificates; None if others may not reach
    it."""
    secure = settings.base_url.startswith("https://")
    return settings.base_url + PKI_PATH if secure else None


def authority(settings: Settings) -> Authority:
    """Our own authority, even expired, with the root of a seal issued elsewhere. Raises
    AuthorityError."""
    own = (read_certificate(settings.seal_root),) if settings.seal_root else ()
    return read_authority(settings.key_dir, settings.key_passphrase, own_roots=own)


def provider(settings: Settings, issued_by: Authority) -> SealProvider:
    """The provider that holds the seal's key. Raises AuthorityError."""
    if settings.seal_provider == PKCS11:
        from signatures.providers.pkcs11 import Pkcs11Provider  # noqa: PLC0415

        return Pkcs11Provider(issued_by, _token(settings))
    if settings.seal_provider == AWS_KMS:
        from signatures.providers.aws_kms import KmsProvider  # noqa: PLC0415

        return KmsProvider(issued_by, _kms(settings))
    if settings.seal_keystore and settings.seal_root:
        from signatures.providers.keystore import KeystoreProvider  # noqa: PLC0415

        return KeystoreProvider(
            settings.seal_keystore,
            settings.seal_keystore_passphrase,
            root=settings.seal_root,
            now=datetime.now(UTC),
        )
    from signatures.providers.software import SoftwareProvider  # noqa: PLC0415

    return SoftwareProvider(issued_by)


def certified_key(settings: Settings) -> PublicKey | None:
    """The public key in a token or at a service, for us to certify; None if the key is made here.
    Raises AuthorityError."""
    if settings.seal_provider == PKCS11:
        from signatures.providers.pkcs11 import TokenKey  # noqa: PLC0415

        return TokenKey(_token(settings)).public_key
    if settings.seal_provider == AWS_KMS:
        from signatures.providers.aws_kms import KmsKey  # noqa: PLC0415

        return KmsKey(_kms(settings)).public_key
    return None


def check(settings: Settings, issued_by: Authority) -> None:
    """Check that everything can seal: passphrases, PIN, keys, certificates, dates.

    Raises AuthorityError; ``expired`` only when nothing else is wrong.
    """
    issued_by.tsa_key  # noqa: B018  reads the key and so tests its passphrase
    if settings.seal_provider == SOFTWARE and settings.seal_keystore is None:
        issued_by.seal_key  # noqa: B018  without the PDF library, which takes a second to load
    else:
        provider(settings, issued_by)
    check_validity(issued_by, datetime.now(UTC))


@contextmanager
def in_words() -> Iterator[None]:
    """Raise problems with keys in the block as KeysUnusable, with a sentence."""
    try:
        yield
    except AuthorityError as error:
        raise KeysUnusable(error.code, error.detail) from error


def _token(settings: Settings) -> Token:
    from signatures.providers.pkcs11 import Token  # noqa: PLC0415

    return Token(
        library=str(settings.pkcs11_library),
        label=settings.pkcs11_token or "",
        key_label=settings.pkcs11_key or "",
        pin=settings.pkcs11_pin or "",
    )


def _kms(settings: Settings) -> KmsAddress:
    from signatures.providers.aws_kms import KmsAddress  # noqa: PLC0415

    return KmsAddress(
        key_id=settings.kms_key or "",
        region=settings.kms_region or "",
        endpoint_url=settings.kms_endpoint_url,
    )
