"""Time stamps from third-party services, asked in order, each answer checked before use.

Our own is never substituted.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator.path import ValidationPath

from signatures.cms.containers import Container
from signatures.errors import TimestampUnavailable
from signatures.run_async import run
from signatures.stamps.answers import StampRefused, Trust, checked
from signatures.stamps.service import StampClient, StampService
from signatures.stamps.timestamps import EXTERNAL, QUALIFIED, FinalStamper, utc_now

if TYPE_CHECKING:  # most authorities are used without a list
    from signatures.chains.trusted_list import TrustedList

TIMEOUT_SECONDS = 15.0
LONGEST_TOKEN = 49_152  # hexadecimal digits of the container, with room for a long chain


class ExternalTimestamps:
    """``Timestamps`` from third-party services; ``trusted_list`` returns the current list, or
    None."""

    bytes_reserved = LONGEST_TOKEN
    superseded = False  # our keys are not used

    def __init__(
        self,
        services: Sequence[StampService],
        *,
        trusted_list: Callable[[], TrustedList | None] = lambda: None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._stamper = ExternalStamper(services, timeout_seconds, clock)
        self._services = tuple(services)
        self._trusted_list = trusted_list

    def room(self, beside: int) -> int:
        """Always generous: the next token may come with another chain."""
        return max(self.bytes_reserved, 2 * beside)

    def stamper(self) -> ExternalStamper:
        """One stamper for the process, since it limits how often a service is asked."""
        return self._stamper

    def lately(self) -> list[Container]:
        """A token for each certificate used in this process; requests one if there is none yet.
        Raises TimestampUnavailable."""
        if not self._stamper.seen():
            run(self._stamper.async_timestamp(secrets.token_bytes(32), "sha256"))
        return self._stamper.seen()

    def quality_of(self, token: Container) -> str:
        """*Gekwalificeerd* only when the trusted list granted the token's service at its time; else
        *extern*."""
        trusted_list, moment = self._trusted_list(), token.time
        if trusted_list is None or moment is None:
            return EXTERNAL
        for service in self._services:
            path = service.trust.path(token)
            if path is not None:
                granted = trusted_list.granted(path, moment)
                return QUALIFIED if granted else EXTERNAL
        return EXTERNAL


class ExternalStamper(FinalStamper):
    """Asks the services in order, skipping one that fails or was asked too often."""

    def __init__(
        self,
        services: Sequence[StampService],
        timeout_seconds: float,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._clients = [StampClient(each, timeout_seconds) for each in services]
        self._clock = clock
        self._lock = Lock()
        self._seen: dict[x509.Certificate, Container] = {}

    def seen(self) -> list[Container]:
        """The last token of each certificate seen."""
        with self._lock:
            return list(self._seen.values())

    async def validation_paths(self, _validation_context: object) -> AsyncIterator[ValidationPath]:
        """None: the sealer provides them, with their revocation data."""
        none: tuple[ValidationPath, ...] = ()
        for path in none:
            yield path

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The first usable answer. Raises TimestampUnavailable when there is none."""
        refusals = []
        for client in self._clients:
            try:
                answer = client.ask(req.dump())
                response, token = checked(answer, req, client.service.trust, self._clock())
            except StampRefused as refusal:
                refusals.append(f"{client.service.url}: {refusal}")
                continue
            with self._lock:
                self._seen[token.certificate] = token
            return _with_its_chain(response, client.service.trust, token)
        raise TimestampUnavailable("; ".join(refusals))


def _with_its_chain(
    response: tsp.TimeStampResp, trust: Trust, token: Container
) -> tsp.TimeStampResp:
    """The answer with exactly its chain's certificates: the token does not sign them, and a file
    must carry no others (``container_form``)."""
    path = trust.path(token) or []
    response["time_stamp_token"]["content"]["certificates"] = cms.CertificateSet(
        [
            cms.CertificateChoices.load(each.public_bytes(Encoding.DER))
            for each in path[: max(1, len(path) - 1)]
        ]
    )
    return tsp.TimeStampResp.load(response.dump())
