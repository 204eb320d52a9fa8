"""A journey on a bad day: no User-Agent, odd proxy headers, mailboxes that refuse.

Real HTTP, real SMTP, the real close. The agreement completes, and the right people are notified.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from bakery import DETAILS, SALES
from bare_browser import BareBrowser, served
from fault_road import House, MakeHouse, run_worker_once
from kill_harness import mailing_to

from service.agreement.events import Event
from service.commands.road import Road, sign_in
from service.documents.pdf_text import read_pdf_text
from service.engines.process import free_ports
from service.workflow.actors import Client
from service.workflow.keeping import reread, retrieve

WRONG, RIGHT = "an@weg.example", "an@peeters.example"
NO_SUCH_USER = "550 5.1.1 No such user here"
TOO_MUCH = "552 5.3.4 Message size exceeds fixed limit"


@dataclass
class PickyServer:
    """Has no mailbox at weg.example, and refuses attachments for peeters.example."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address == WRONG:
            self.answered.append(NO_SUCH_USER)
            return NO_SUCH_USER
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        (to,) = envelope.rcpt_tos
        if to == RIGHT and list(message.iter_attachments()):
            self.answered.append(TOO_MUCH)
            return TOO_MUCH
        self.taken.append((to, message))
        return "250 OK"

    def newest(self, to: str, subject: str) -> str:
        """The text of the last mail to ``to`` with this subject."""
        found = [mail for whom, mail in self.taken if whom == to and subject in mail["Subject"]]
        assert found, (to, subject, [(whom, mail["Subject"]) for whom, mail in self.taken])
        body = found[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@pytest.fixture
def letterbox(environment: dict[str, str]) -> Iterator[PickyServer]:
    """That mail server; the service is behind one proxy, and its settings say so."""
    mail_port, web_port = free_ports(2)
    environment |= mailing_to(mail_port) | {
        "ZEGEL_BASE_URL": f"http://localhost:{web_port}",
        "ZEGEL_TRUSTED_PROXIES": "1",
    }
    server = PickyServer()
    controller = Controller(server, hostname="127.0.0.1", port=mail_port, timeout=60)
    controller.start()
    yield server
    controller.stop()


def work(house: House) -> None:
    """The worker runs waiting jobs; periodic jobs are not part of this journey."""
    while house.rows("select 1 from procrastinate_jobs where status = 'todo' limit 1"):
        run_worker_once(house.deps, ())


def line_with(text: str, part: str) -> str:
    return next(line for line in text.splitlines() if part in line)


class HardRoad(Road):
    """Mails come from that server, and the worker works when it is told to."""

    def __init__(
        self, house: House, staff: BareBrowser, signer: BareBrowser, letterbox: PickyServer
    ) -> None:
        example = {
            "sales": {**SALES, "services": ["cloud_storage"], "signatory_email": WRONG},
            "controller": {**DETAILS, "data_subjects": ["customers"], "dpo_answer": "no"},
        }
        super().__init__(staff, signer, example, house.staff.name, house.password)
        self.house, self.letterbox = house, letterbox

    def sent(self) -> None:
        """Sales made a typing error, which the mail server reports; the sender sees it in the
        dossier and corrects the address."""
        super().sent()
        work(self.house)
        assert NO_SUCH_USER in self.letterbox.newest(self.house.staff.email, "Niet afgeleverd")
        dossier = f"/overeenkomsten/{self.reference}"
        self.staff.open(dossier)
        assert "Niet afgeleverd: uitnodiging" in self.staff.text()
        assert NO_SUCH_USER in self.staff.text()
        self.staff.open("/taken")
        assert "Alles loopt." not in self.staff.text()
        self.staff.open(f"{dossier}/adres")
        self.staff.submit("/adres", signatory_name="An Peeters", signatory_email=RIGHT)
        work(self.house)
        self.staff.open(dossier)
        assert "Niet afgeleverd: " not in self.staff.text()

    def link(self) -> str:
        return line_with(self.letterbox.newest(RIGHT, "ondertekenen"), "/tekenen/link/").strip()

    def code(self) -> str:
        work(self.house)
        return line_with(self.letterbox.newest(RIGHT, "Uw code"), "Uw code is").split()[-1]

    def ready(self) -> None:
        work(self.house)
        self.signer.open("/tekenen/lezen")

    def prepared(self) -> None:
        self.signer.is_forwarded("unknown")
        super().prepared()

    def archived(self) -> None:
        work(self.house)


def test_the_hard_road_completes_and_who_must_know_is_told(
    make_house: MakeHouse, letterbox: PickyServer
) -> None:
    house = make_house()
    base_url = house.deps.settings.base_url
    office = BareBrowser(base_url, "[2001:db8::1]:443")
    customer = BareBrowser(base_url, "203.0.113.7:51234")
    with served(house.deps):
        sign_in(office, house.staff.email, house.password)
        road = HardRoad(house, office, customer, letterbox)
        road.to("archived")
        reference = road.reference

        assert house.archive_state(reference) == "verified"
        assert reread.check(house.deps, reference, house.staff).intact
        assert letterbox.answered == [NO_SUCH_USER, TOO_MUCH]
        copy = letterbox.newest(RIGHT, "is getekend")
        assert "te groot voor uw mailbox" in copy
        customer.open(line_with(copy, "/tekenen/link/").strip())
        office.open(f"/overeenkomsten/{reference}")
        assert "met een link in plaats van het bestand" in office.text()
        office.open("/taken")
        assert "Alles loopt." in office.text()
    nobody = Client("", "")
    sheet, _ = retrieve.open_file(house.deps, reference, "bewijsblad.pdf", house.staff, nobody)
    printed = " ".join(read_pdf_text(sheet).text.split())
    assert printed.count("IP-adres onbekend Browser onbekend") == 2
    assert printed.count("IP-adres 2001:db8::1 Browser onbekend") == 1
    with house.deps.database.begin() as tx:
        log = tx.audit.of(house.agreement(reference).id)
    (opened,) = [each for each in log if each.event is Event.LINK_OPENED]
    assert opened.personal is not None
    assert (opened.personal["ip"], opened.personal["user_agent"]) == ("203.0.113.7", "")
