"""Values for every mail, a message to send, and a real SMTP server with configurable answers."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session

from service.mail.compose import ComposedMail
from service.mail.message import build_message, mail_address, message_id
from service.mail.smtp import SmtpMailer

VALUES: dict[str, object] = {
    "name": "Ann Peeters",
    "reference": "VO-2026-00042",
    "organisation": "Jansen & Zn <test> BVBA",
    "processor_name": "IT4Professionals",
    "contact_email": "info@example.be",
    "contact_phone": "+32 9 234 56 78",
    "link": "https://zegel.example.be/t/zgl_sign_3m9xK0aYw2bVtQ8hRr7uN5cPzE1dLfGjS6oXiT4nWqA",
    "verify_link": "https://zegel.example.be/controleren",
    "valid_until": "1 april 2026",
    "sender_name": "Christophe Zenner",
    "message": "Dag Ann,\nzoals <b>besproken</b>.",
    "delegated_by": None,
    "pre_signed": False,
    "code": "482915",
    "minutes": 10,
    "purpose": "sign",
    "mailbox_proved": False,
    "signed_at": "2 maart 2026 om 14:05",
    "signer_name": "'t Hof van Ó Brien-Łódź",
    "signer_function": "Zaakvoerder",
    "flags": ["Bijzondere gegevens: gezondheid"],
    "agreements": [
        {
            "organisation": "Slagerij <Maes>",
            "reference": "VO-2026-00043",
            "signed_at": "2 maart 2026 om 14:05",
            "valid_until": "1 april 2026",
            "expired_on": "1 april 2026",
            "already_signed": False,
            "flags": ["Minderjarigen", "Eigen woorden in Bijlage 1"],
        },
        {
            "organisation": "Optiek Claes",
            "reference": "VO-2026-00044",
            "signed_at": "",
            "valid_until": "3 april 2026",
            "expired_on": "3 april 2026",
            "already_signed": True,
            "flags": [],
        },
    ],
    "count": 3,
    "waiting": 7,
    "counterparty": "IT4Professionals",
    "effective_date": "2 maart 2026",
    "attached": True,
    "declined_at": "2 maart 2026 om 14:05",
    "reason": "De inhoud klopt niet",
    "explanation": "Artikel 9 is te ruim.\nGraag overleg.",
    "expired_on": "1 april 2026",
    "for_staff": False,
    "already_signed": False,
    "from_name": "Ann Peeters",
    "from_email": "ann@example.be",
    "to_name": "Bart Janssens",
    "to_function": "Bestuurder",
    "to_email": "bart@example.be",
    "delegated_at": "2 maart 2026 om 14:05",
    "question": "Waarom staat ons oude adres er nog?",
    "answer": "Dat passen wij vandaag aan.",
    "asked_at": "2 maart 2026 om 14:05",
    "requested_at": "2 april 2026 om 9:12",
    "failed_at": "2 maart 2026 om 14:05",
    "what": "Verzegelen en afsluiten",
    "since": "2 maart 2026 om 13:40",
    "trouble": "seal",
    "others": ["VO-2026-00043 (Slagerij Maes)"],
    "unnamed": 3,
    "mail": "uitnodiging om te ondertekenen",
    "recipient": "an@example.be",
    "words": "550 5.1.1 no such user",
    "can_change": True,
    "by_name": "Els Maes",
    "yours": False,
    "anew": True,
    "email": "ann@example.be",
    "asked": False,
    "about_name": "Bart Janssens",
    "list_name": "klanten.xlsx",
    "made": 1200,
    "sent": 1150,
    "problems": 3,
    "started_by": "Els Maes",
    "left": 12,
    "own": False,
    "changes": ["Rol gekregen: Tekenbevoegde."],
    "changed_at": "2 maart 2026 om 14:05",
    "roles": "Tekenbevoegde, Beheer",
}


@pytest.fixture
def values() -> dict[str, object]:
    return dict(VALUES)


@pytest.fixture
def make_message() -> Callable[..., EmailMessage]:
    """A function that builds a message, with the given differences."""

    def make(**different: Any) -> EmailMessage:
        given: dict[str, Any] = {
            "mail": ComposedMail("Uw code: 482915", "Uw code is 482915\n", "<p>482915</p>"),
            "sender": mail_address("zegel@example.be", "IT4Professionals"),
            "to": mail_address("ann@example.be", "Ann Peeters"),
            "reply_to": mail_address("christophe@example.be", "Christophe Zenner"),
            "message_id": message_id("code 1", "example.be"),
            "date": datetime(2026, 3, 2, 13, 5, tzinfo=UTC),
        }
        return build_message(**(given | different))

    return make


@dataclasses.dataclass
class SmtpServer:
    """A server that keeps accepted mails; ``answers`` replace its answers to commands."""

    port: int = 0
    taken: list[Envelope] = dataclasses.field(default_factory=list)
    answers: dict[str, str] = dataclasses.field(default_factory=dict)
    drop_after_data: bool = False

    async def handle_RCPT(
        self, _server: Server, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_MAIL(
        self, _server: Server, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_DATA(self, server: Server, _session: Session, envelope: Envelope) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.taken.append(envelope)
        if self.drop_after_data:
            transport = server.transport
            assert transport is not None
            transport.close()
            await asyncio.sleep(0)
        return "250 Taken"


@contextlib.contextmanager
def serving(**parameters: Any) -> Iterator[SmtpServer]:
    """A real SMTP server on this machine."""
    state = SmtpServer()
    with socket.create_server(("127.0.0.1", 0)) as free:
        state.port = free.getsockname()[1]
    controller = Controller(
        state, hostname="127.0.0.1", port=state.port, enable_SMTPUTF8=False, **parameters
    )
    controller.start()
    yield state
    controller.stop()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A server that accepts everything."""
    with serving() as server:
        yield server


@pytest.fixture
def small_smtp_server() -> Iterator[SmtpServer]:
    """A server that announces and enforces a limit of 20,000 bytes."""
    with serving(data_size_limit=20_000) as server:
        yield server


@pytest.fixture
def mailer(smtp_server: SmtpServer) -> SmtpMailer:
    return SmtpMailer(
        host="127.0.0.1",
        port=smtp_server.port,
        user=None,
        password=None,
        security="none",
        mail_from="Zegel <zegel@example.be>",
        timeout=5,
    )
