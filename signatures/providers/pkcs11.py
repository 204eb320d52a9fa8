"""The seal's key in a PKCS#11 token: a hardware module, a card, or SoftHSM.

The token signs a digest made here, with the two mechanisms that every token has: ``CKM_RSA_PKCS``
over a DigestInfo (RFC 8017, 9.2) and ``CKM_ECDSA`` over the bare digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from asn1crypto.algos import DigestInfo
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from signatures.chains.certificates import PublicKey
from signatures.errors import AuthorityError
from signatures.keys.authority import Authority
from signatures.providers.base import HeldProvider, strong
from signatures.providers.software import issued_here

if TYPE_CHECKING:
    import pkcs11

# A library is initialised for one thread, and a login is for the whole process.
_TURN = Lock()


@dataclass(frozen=True)
class Token:
    """Where a key is: the vendor's library, labels of token and key, the user's PIN."""

    library: str
    label: str
    key_label: str
    pin: str = field(repr=False)


class TokenKey:
    """A ``SealKey`` in a token, over one session that is reopened when it breaks.

    Raises AuthorityError: ``no_library``, ``no_token``, ``wrong_pin``, ``no_key``, ``weak``,
    ``unavailable``.
    """

    def __init__(self, token: Token) -> None:
        self.named = f"{token.label}/{token.key_label}"
        self._token = token
        self._session: pkcs11.Session | None = None
        self._key: Any = None
        with _TURN:
            self.public_key = strong(self._opened())

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest. Raises AuthorityError.

        Retried once in a new session: a token that was removed, restarted or idle forgets the old
        one.
        """
        module = _module()
        with _TURN:
            if self._key is not None:
                try:
                    return self._signed(digest)
                except module.PKCS11Error:
                    self._close()
            if self._opened() != self.public_key:
                self._close()
                raise AuthorityError("mismatch", f"{self.named} is another key than before")
            try:
                return self._signed(digest)
            except module.PKCS11Error as problem:
                self._close()
                raise AuthorityError("unavailable", _said(self.named, problem)) from problem

    def _signed(self, digest: bytes) -> bytes:
        mechanism = _module().Mechanism
        if isinstance(self.public_key, rsa.RSAPublicKey):
            info = DigestInfo({"digest_algorithm": {"algorithm": "sha256"}, "digest": digest})
            return bytes(self._key.sign(info.dump(), mechanism=mechanism.RSA_PKCS))
        pair = self._key.sign(digest, mechanism=mechanism.ECDSA)
        half = len(pair) // 2
        return encode_dss_signature(
            int.from_bytes(pair[:half], "big"), int.from_bytes(pair[half:], "big")
        )

    def _opened(self) -> PublicKey:
        """Open a session and find the key in it. Raises AuthorityError."""
        module = _module()
        token = self._token
        try:
            library = module.lib(token.library)
        except (RuntimeError, OSError) as problem:
            raise AuthorityError("no_library", _said(token.library, problem)) from problem
        try:
            # The library must search its slots again for a reinserted token.
            if self._session is None and not self._is_there(library):
                library.reinitialize()
            found = library.get_token(token_label=token.label)
            self._session = _session(found, token.pin)
            self._key = self._session.get_key(module.ObjectClass.PRIVATE_KEY, label=token.key_label)
            public = self._session.get_key(module.ObjectClass.PUBLIC_KEY, label=token.key_label)
            return _public_key(public)
        except module.PKCS11Error as problem:
            self._close()
            raise AuthorityError(_code(problem), _said(self.named, problem)) from problem

    def _is_there(self, library: Any) -> bool:
        try:
            library.get_token(token_label=self._token.label)
        except _module().PKCS11Error:
            return False
        return True

    def _close(self) -> None:
        session, self._session, self._key = self._session, None, None
        if session is not None:
            try:
                session.close()
            except _module().PKCS11Error:
                return  # it is already broken


class Pkcs11Provider(HeldProvider):
    """A key in a token, certified by our own authority. Raises AuthorityError."""

    def __init__(self, authority: Authority, token: Token) -> None:
        super().__init__(TokenKey(token), issued_here(authority))


def _module() -> Any:
    """python-pkcs11, an extra that only users of a token need. Raises AuthorityError."""
    try:
        # An extra that need not be installed.
        import pkcs11  # noqa: PLC0415
    except ImportError as problem:
        raise AuthorityError("no_library", "python-pkcs11 (zegel[pkcs11])") from problem
    return pkcs11


def _session(token: Any, pin: str) -> Any:
    """A session, logged in here or by another session of this process."""
    try:
        return token.open(user_pin=pin)
    except _module().UserAlreadyLoggedIn:
        return token.open()


def _public_key(found: Any) -> PublicKey:
    module = _module()
    if found.key_type == module.KeyType.RSA:
        modulus, exponent = (
            int.from_bytes(found[name], "big")
            for name in (module.Attribute.MODULUS, module.Attribute.PUBLIC_EXPONENT)
        )
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if found.key_type == module.KeyType.EC:
        return strong(load_der_public_key(module.util.ec.encode_ec_public_key(found)))
    raise AuthorityError("weak", "neither an RSA nor an EC key")


def _code(problem: Exception) -> str:
    module = _module()
    named: dict[type[Exception], str] = {
        module.NoSuchToken: "no_token",
        module.NoSuchKey: "no_key",
        module.PinIncorrect: "wrong_pin",
        module.PinLenRange: "wrong_pin",
        module.PinLocked: "wrong_pin",
    }
    return named.get(type(problem), "unavailable")


def _said(named: str, problem: Exception) -> str:
    return f"{named}: {type(problem).__name__} {problem}".strip()
