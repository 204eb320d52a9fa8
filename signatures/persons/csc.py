"""A person's key at a signing service with the Cloud Signature Consortium API 1.0.4.0.

``credentials/authorize``, with the person's PIN or code, gives a permission (SAD) for one hash;
``signatures/signHash`` uses it. pyHanko only writes and reads the messages, since it does not tell
a wrong PIN from a service that is down.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCCredentialInfo,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)

from signatures.errors import (
    AuthorisationExpired,
    AuthorisationRefused,
    SigningServiceError,
    SigningServiceUnavailable,
)
from signatures.persons.signer_held import Challenge, PreparedAct, Reply, challenge_for
from signatures.run_async import run
from signatures.sealing.seal import DIGEST

SECONDS = 20  # per call
LARGEST_ANSWER = 200_000  # bytes
SECRETS = ("pin", "otp")
# Section 10.1 and the tables of sections 11.6 and 11.9 of the API.
_WRONG_SECRET = frozenset({"invalid_pin", "invalid_otp", "access_denied", "expired_otp"})
_FIRST_UNAVAILABLE = 500
_HERE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class CscAddress:
    """The service (address up to ``/csc/v1``), the person's credential, and its OAuth token.

    Raises ValueError for an address without ``https``, except on this machine: a PIN is sent.
    """

    service_url: str
    credential_id: str
    access_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.service_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise ValueError(f"a signing service needs https: {self.service_url}")


@dataclass(frozen=True)
class CscAnswer:
    """What the person typed for this one signature."""

    pin: str | None = field(default=None, repr=False)
    otp: str | None = field(default=None, repr=False)


class CscProvider:
    """The signatures of one person's credential, each obtained with a ``CscAnswer``."""

    def __init__(self, address: CscAddress) -> None:
        self._session = CSCServiceSessionInfo(
            service_url=address.service_url.rstrip("/"),
            credential_id=address.credential_id,
            oauth_token=address.access_token,
        )

    def certificates(self) -> list[x509.Certificate]:
        """The person's certificate and the issuers that the service knows.

        Raises SigningServiceError.
        """
        info = run(self._info())
        return [
            x509.load_der_x509_certificate(each.dump()) for each in (info.signing_cert, *info.chain)
        ]

    def begin(self, prepared: PreparedAct) -> Challenge:
        """Ask for both secrets; the service says which it wants."""
        return challenge_for(prepared, SECRETS)

    def complete(self, prepared: PreparedAct, answer: CscAnswer) -> Reply:
        """Have the hash signed. Raises SigningServiceError or a subclass.

        The certificate is fetched again: if it was renewed since ``prepare``, the reply is refused
        as such.
        """
        certificate, signature = run(self._signed(prepared, answer))
        return Reply(prepared.to_sign, certificate.sha256.hex(), signature)

    async def _info(self) -> CSCCredentialInfo:
        async with aiohttp.ClientSession() as http:
            return await self._credential(http)

    async def _credential(self, http: aiohttp.ClientSession) -> CSCCredentialInfo:
        try:
            return await fetch_certs_in_csc_credential(http, self._session, timeout=SECONDS)
        except TimeoutError as problem:
            raise SigningServiceUnavailable("info", f"no answer in {SECONDS} s") from problem
        except SigningError as problem:
            cause = problem.__cause__
            if isinstance(cause, aiohttp.ClientResponseError) and cause.status < _FIRST_UNAVAILABLE:
                raise SigningServiceError("credential", f"status {cause.status}") from problem
            if isinstance(cause, aiohttp.ClientError):
                raise SigningServiceUnavailable("info", str(cause)) from problem
            raise SigningServiceError("answer", str(problem)) from problem

    async def _signed(
        self, prepared: PreparedAct, answer: CscAnswer
    ) -> tuple[asn1_x509.Certificate, bytes]:
        hashes = [base64.b64encode(bytes.fromhex(prepared.to_sign)).decode()]
        async with aiohttp.ClientSession() as http:
            info = await self._credential(http)
            permission = _Permission(self._session, info, http, answer)
            signer = CSCSigner(http, permission)
            try:
                question = await signer.format_csc_signing_req(hashes, DIGEST)
            except SigningError as problem:
                raise SigningServiceError("answer", str(problem)) from problem
            permission.check_runs()
            told = await _ask(http, self._session, "signatures/signHash", question)
        try:
            (value,) = told["signatures"]
            return info.signing_cert, base64.b64decode(value, validate=True)
        except (KeyError, TypeError, ValueError) as problem:
            raise SigningServiceError("answer", "signHash gave no signature") from problem


class _Permission(CSCAuthorizationManager):
    """Requests the SAD, bound to the hashes even if the service does not ask for that (SCAL2)."""

    def __init__(
        self,
        session: CSCServiceSessionInfo,
        info: CSCCredentialInfo,
        http: aiohttp.ClientSession,
        answer: CscAnswer,
    ) -> None:
        super().__init__(session, info)
        self._http = http
        self._answer = answer
        self._ends: datetime | None = None

    async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
        """The SAD. Raises SigningServiceError or a subclass."""
        question = self.format_csc_auth_request(
            pin=self._answer.pin, otp=self._answer.otp, hash_b64s=hash_b64s
        )
        told = await _ask(self._http, self.csc_session_info, "credentials/authorize", question)
        try:
            given: CSCAuthorizationInfo = self.parse_csc_auth_response(told)
        except SigningError as problem:
            raise SigningServiceError("answer", str(problem)) from problem
        self._ends = given.expires_at
        return given

    def check_runs(self) -> None:
        """Raises AuthorisationExpired when the SAD has expired by its own statement."""
        if self._ends is not None and self._ends <= datetime.now(UTC):
            raise AuthorisationExpired("expired", self._ends.isoformat())


async def _ask(
    http: aiohttp.ClientSession,
    session: CSCServiceSessionInfo,
    what: str,
    question: dict[str, Any],
) -> dict[str, Any]:
    """One call. Raises SigningServiceError or a subclass."""
    try:
        async with http.post(
            session.endpoint_url(what),  # type: ignore[no-untyped-call]
            headers=session.auth_headers,
            json=question,
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        ) as response:
            status, body = response.status, await _body(response)
    except TimeoutError as problem:
        raise SigningServiceUnavailable(what, f"no answer in {SECONDS} s") from problem
    except aiohttp.ClientError as problem:
        raise SigningServiceUnavailable(what, str(problem)) from problem
    told = _object(body)
    if status >= _FIRST_UNAVAILABLE:
        raise SigningServiceUnavailable(what, f"status {status}")
    if status != 200:
        _refuse(what, status, told)
    return told


async def _body(response: aiohttp.ClientResponse) -> bytes:
    parts = bytearray()
    async for part in response.content.iter_chunked(16_384):
        parts += part
        if len(parts) > LARGEST_ANSWER:
            raise SigningServiceError("answer", f"more than {LARGEST_ANSWER} bytes")
    return bytes(parts)


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in an answer, else an empty one."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refuse(what: str, status: int, told: dict[str, Any]) -> None:
    code = str(told.get("error", "answer"))
    said = f"{what}: status {status}, {told.get('error_description', '')}"[:300]
    if code in _WRONG_SECRET:
        raise AuthorisationRefused(code, said)
    if what == "signatures/signHash" and "expired" in said.casefold():
        # The API has no code for an expired SAD, only invalid_request with a description.
        raise AuthorisationExpired(code, said)
    raise SigningServiceError(code, said)
