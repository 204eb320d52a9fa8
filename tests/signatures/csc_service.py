"""A real CSC test server (certomancer-csc-dummy) on loopback, in a separate thread.

It has no PIN and no expiry of permissions, so both are added in front of it here, with the answers
of the API's sections 11.6 and 11.9. Certomancer makes its certificates and keys.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from certomancer.registry import CertomancerConfig
from certomancer.registry.common import ArchLabel, CertLabel, ServiceLabel
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from csc_dummy.csc_dummy_server import CSCWithCertomancer, DummyServiceParams

from signatures.chains.plain import Material

PIN = "271828"
SIGNERS = ("els", "an")


@dataclass
class Behaviour:
    """How the service answers; tests change it."""

    scal2: bool = True
    expires_in: int | None = None  # seconds that a permission lasts, as announced
    forgets_permissions: bool = False
    spoils_signatures: bool = False
    broken: bool = False
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class CscService:
    """The server and what its authority publishes."""

    def __init__(self, directory: Path) -> None:
        for name, key in (
            ("root", ec.generate_private_key(ec.SECP256R1())),
            ("els", rsa.generate_private_key(65537, 2048)),
            ("an", ec.generate_private_key(ec.SECP256R1())),
        ):
            (directory / f"{name}.pem").write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        self.configuration = CertomancerConfig(_configuration(), key_search_dir=str(directory))
        self.behaviour = Behaviour()
        self.url = ""

    @property
    def root(self) -> x509.Certificate:
        return self._certificate("root")

    def _certificate(self, label: str) -> x509.Certificate:
        architecture = self.configuration.get_pki_arch(ArchLabel("people"))
        return x509.load_der_x509_certificate(architecture.get_cert(CertLabel(label)).dump())

    def material(self) -> Material:
        architecture = self.configuration.get_pki_arch(ArchLabel("people"))
        crl = architecture.service_registry.get_crl(ServiceLabel("root"), datetime.now(UTC))
        return Material([self.root], [x509.load_der_x509_crl(crl.dump())])

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve on a free port of this machine until the end of the block."""
        self.behaviour = Behaviour()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="csc")
        thread.start()
        try:
            runner = asyncio.run_coroutine_threadsafe(self._start(), loop).result(30)
            yield
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(30)
            loop.close()

    async def _start(self) -> web.AppRunner:
        # Whether it requires hashes is set in front of it, by ``Behaviour.scal2``.
        served = CSCWithCertomancer(
            self.configuration, service_params=DummyServiceParams(hash_pinning_required=True)
        )
        served.register_routes()
        served.app.middlewares.append(self._in_front)
        runner = web.AppRunner(served.app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return runner

    @web.middleware
    async def _in_front(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        what, question = request.path.rpartition("/csc/v1/")[2], await request.json()
        self.behaviour.asked.append((what, question))
        if self.behaviour.broken:
            return web.Response(status=503)
        if what == "credentials/authorize" and question.get("PIN") != PIN:
            return _error("invalid_pin", "The PIN is invalid")
        if what == "signatures/signHash" and self.behaviour.forgets_permissions:
            return _error("invalid_request", "SAD expired")
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        assert isinstance(answer.body, bytes)
        told = json.loads(answer.body)
        if what == "credentials/authorize" and self.behaviour.expires_in is not None:
            told["expiresIn"] = self.behaviour.expires_in
        if what == "signatures/signHash" and self.behaviour.spoils_signatures:
            told["signatures"] = [_spoilt(each) for each in told["signatures"]]
        return web.json_response(told)


def _error(code: str, description: str) -> web.Response:
    return web.json_response({"error": code, "error_description": description}, status=400)


def _spoilt(signature: str) -> str:
    value = bytearray(base64.b64decode(signature))
    value[-1] ^= 1
    return base64.b64encode(value).decode()


def _configuration() -> dict[str, Any]:
    now = datetime.now(UTC).replace(microsecond=0)
    validity = {
        "valid-from": (now - timedelta(days=1)).isoformat(),
        "valid-to": (now + timedelta(days=30)).isoformat(),
    }

    def usage(*names: str) -> dict[str, Any]:
        return {
            "id": "key_usage",
            "critical": True,
            "smart-value": {"schema": "key-usage", "params": list(names)},
        }

    # A critical extension of its lists says which of the authority's certificates they cover.
    point = {
        "id": "crl_distribution_points",
        "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": ["root"]}},
    }
    authority = {"id": "basic_constraints", "critical": True, "value": {"ca": True}}
    names = {"els": ("Els", "Peeters"), "an": ("An", "Smets")}
    return {
        "keysets": {
            "people": {"keys": {name: {"path": f"{name}.pem"} for name in ("root", *SIGNERS)}}
        },
        "pki-architectures": {
            "people": {
                "keyset": "people",
                "entity-defaults": {"country-name": "BE"},
                "entities": {
                    "root": {"common-name": "Wortel van de dienst op afstand"},
                    **{
                        each: {
                            "common-name": " ".join(name),
                            "given-name": name[0],
                            "surname": name[1],
                        }
                        for each, name in names.items()
                    },
                },
                "certs": {
                    "root": {
                        "subject": "root",
                        "issuer": "root",
                        "validity": validity,
                        "extensions": [authority, usage("key_cert_sign", "crl_sign")],
                    },
                    **{
                        each: {
                            "subject": each,
                            "issuer": "root",
                            "validity": validity,
                            "extensions": [usage("non_repudiation"), point],
                        }
                        for each in SIGNERS
                    },
                },
                "services": {
                    "crl-repo": {
                        "root": {
                            "for-issuer": "root",
                            "signing-key": "root",
                            "simulated-update-schedule": "P7D",
                        }
                    }
                },
            }
        },
    }
