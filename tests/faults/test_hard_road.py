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
from bare_browser import BareBrowser, served
from fault_road import EXAMPLE, House, MakeHouse, run_worker_once

from service.agreement.events import Event
from service.documents.pdf_text import read_pdf_text
from service.engines.process import free_ports
from service.workflow.actors import Client
from service.workflow.keeping import reread, retrieve

WRONG, RIGHT = "an@weg.example", "an@peeters.example"
NO_SUCH_USER = "550 5.1.1 No such user here"
TOO_MUCH = "552 5.3.4 Message size exceeds fixed limit"
DETAILS = {**EXAMPLE["controller"], "signatory_name": "An Peeters"}


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
    environment |= {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail_port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "Zegel <zegel@it4.example>",
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


def sent_to_the_wrong_address(house: House, browser: BareBrowser) -> str:
    """Sales made a typing error, which the mail server reports."""
    reference = house.draft(signatory_email=WRONG)
    browser.get(f"/overeenkomsten/{reference}")
    browser.post(f"/overeenkomsten/{reference}/verzending", {})
    work(house)
    return reference


def corrected(house: House, browser: BareBrowser, reference: str) -> None:
    """The sender sees it in the dossier and corrects the address."""
    page = browser.get(f"/overeenkomsten/{reference}")
    assert "Niet afgeleverd: uitnodiging" in page
    assert NO_SUCH_USER in page
    assert "Alles loopt." not in browser.get("/taken")
    browser.get(f"/overeenkomsten/{reference}/adres")
    browser.post(
        f"/overeenkomsten/{reference}/adres",
        {"signatory_name": "An Peeters", "signatory_email": RIGHT},
    )
    work(house)
    assert "Niet afgeleverd: " not in browser.get(f"/overeenkomsten/{reference}")


def read_and_proved(
    house: House, browser: BareBrowser, letterbox: PickyServer, reference: str
) -> None:
    """The customer goes from the mail to the page with the statements."""
    link = line_with(letterbox.newest(RIGHT, "ondertekenen"), "/tekenen/link/").strip()
    path = link.removeprefix(house.deps.settings.base_url)
    browser.get(path)
    browser.post(path, {})
    browser.post("/tekenen/gegevens", DETAILS)
    lists = {"personal_data": ["name"], "data_subjects": ["customers"], "dpo_answer": "no"}
    browser.post("/tekenen/bijlage", lists)
    work(house)
    browser.get("/tekenen")
    browser.post(
        "/tekenen/lezen",
        {name: browser.value(name) for name in ("document_sha256", "view_sha256")},
    )
    work(house)
    code = line_with(letterbox.newest(RIGHT, "Uw code"), "Uw code is").split()[-1]
    browser.post("/tekenen/code/controle", {"code": code})


def signed(house: House, browser: BareBrowser, reference: str) -> None:
    shown = {"document_sha256": house.agreement(reference).frozen_sha256}
    statements = ["read_and_agreed", "authorised", "intent"]
    signature = {"statement": statements, "method": "typed", "typed_name": "An Peeters"}
    browser.post("/tekenen/ondertekenen", {**shown, **signature})
    browser.post("/tekenen/ondertekenen/bijlage", {**shown, "annex_statement": "annex_sign"})


def countersigned(house: House, browser: BareBrowser, reference: str) -> None:
    """The processor reads and signs the text."""
    field = f"sha256-{reference}"
    browser.get("/tekenen-namens-ons/lezen")
    browser.post("/tekenen-namens-ons/lezen", {"read": [reference], field: browser.value(field)})
    browser.get("/tekenen-namens-ons")
    browser.post(
        "/tekenen-namens-ons",
        {
            "selected": [reference],
            field: browser.value(field),
            "confirmed": ["countersign_checked", "countersign_intent"],
            "method": "typed",
            "typed_name": house.staff.name,
            "password": house.password,
        },
    )


def test_the_hard_road_completes_and_who_must_know_is_told(
    make_house: MakeHouse, letterbox: PickyServer
) -> None:
    house = make_house()
    base_url = house.deps.settings.base_url
    office = BareBrowser(base_url, "[2001:db8::1]:443")
    customer = BareBrowser(base_url, "203.0.113.7:51234")
    with served(house.deps):
        office.get("/aanmelden")
        office.post("/aanmelden", {"email": house.staff.email, "password": house.password})
        reference = sent_to_the_wrong_address(house, office)
        assert NO_SUCH_USER in letterbox.newest(house.staff.email, "Niet afgeleverd")
        corrected(house, office, reference)
        read_and_proved(house, customer, letterbox, reference)
        customer.forwarded = "unknown"
        signed(house, customer, reference)
        countersigned(house, office, reference)
        work(house)

        assert house.archive_state(reference) == "verified"
        assert reread.check(house.deps, reference, house.staff).intact
        assert letterbox.answered == [NO_SUCH_USER, TOO_MUCH]
        copy = letterbox.newest(RIGHT, "is getekend")
        assert "te groot voor uw mailbox" in copy
        customer.get(line_with(copy, "/tekenen/link/").strip().removeprefix(base_url))
        page = office.get(f"/overeenkomsten/{reference}")
        assert "met een link in plaats van het bestand" in page
        assert "Alles loopt." in office.get("/taken")
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
