"""STARTTLS, TLS from the first byte, and a password, with a real certificate of our own."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.mail.errors import MailTemporaryFailure
from service.mail.smtp import SmtpMailer

Make = Callable[..., EmailMessage]
ANN = "ann@example.be"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("smtp") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Strict:
    """A server that accepts mails only with the password."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 Taken"


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    right = LoginPassword(b"zegel", b"the password")
    return AuthResult(success=given == right, handled=False)  # the server answers


# The server library warns because it does not recognise TLS from the first byte.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")


@pytest.fixture(params=["starttls", "tls"])
def strict(
    request: pytest.FixtureRequest, certificate: Path
) -> Iterator[tuple[Strict, SmtpMailer]]:
    """The server, and a mailer that trusts its certificate and has the password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    encrypted: dict[str, Any] = (
        {"tls_context": context, "require_starttls": True}
        if request.param == "starttls"
        else {"ssl_context": context, "auth_require_tls": False}
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    handler = Strict()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=port,
        authenticator=_knows,
        auth_required=True,
        **encrypted,
    )
    controller.start()
    yield (
        handler,
        SmtpMailer(
            "127.0.0.1",
            port,
            "zegel",
            "the password",
            request.param,
            "Zegel <zegel@example.be>",
            timeout=5,
            tls=ssl.create_default_context(cafile=certificate),
        ),
    )
    controller.stop()


def test_it_works(strict: tuple[Strict, SmtpMailer], make_message: Make) -> None:
    server, mailer = strict
    mailer.send(make_message(), recipient=ANN)
    assert [one.rcpt_tos for one in server.taken] == [[ANN]]


def test_a_wrong_password_is_ours_to_repair(
    strict: tuple[Strict, SmtpMailer], make_message: Make
) -> None:
    server, mailer = strict
    wrong = SmtpMailer(**(vars(mailer) | {"password": "another"}))
    with pytest.raises(MailTemporaryFailure, match="535"):
        wrong.send(make_message(), recipient=ANN)
    assert server.taken == []


def test_a_certificate_nobody_vouches_for_is_not_talked_to(
    strict: tuple[Strict, SmtpMailer], make_message: Make
) -> None:
    server, mailer = strict
    careful = SmtpMailer(**(vars(mailer) | {"tls": None}))
    with pytest.raises(MailTemporaryFailure, match=r"(?i)certificate"):
        careful.send(make_message(), recipient=ANN)
    assert server.taken == []
