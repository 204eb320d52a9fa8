"""The message as sent: headers that cannot be broken, accents that survive, a fixed Message-ID."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

import pytest

from service.mail.compose import ComposedMail
from service.mail.errors import MailInvalid
from service.mail.message import Attachment, mail_address, message_id, sender_address

Make = Callable[..., EmailMessage]


def arrived(message: EmailMessage) -> EmailMessage:
    """The message as the other side parses it."""
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def displayed(message: EmailMessage, header: str) -> str:
    """The name before the address, by the older parser: the newer one of Python 3.11 inserts spaces
    into a long name."""
    raw = message_from_bytes(message.as_bytes())[header]
    words = str(make_header(decode_header(raw))).rpartition(" <")[0]
    if words.startswith('"'):
        words = words[1:-1].replace('\\"', '"')
    return words


def lines(part: EmailMessage) -> list[str]:
    return str(part.get_content()).splitlines()


def test_it_works(make_message: Make) -> None:
    read = arrived(make_message())
    assert read["From"] == "IT4Professionals <zegel@example.be>"
    assert read["To"] == "Ann Peeters <ann@example.be>"
    assert read["Reply-To"] == "Christophe Zenner <christophe@example.be>"
    assert read["Subject"] == "Uw code: 482915"
    assert read["Date"].datetime == datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
    assert read["Message-ID"] == message_id("code 1", "example.be")
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content_type() == "multipart/alternative"
    text, html = read.iter_parts()
    assert lines(text) == ["Uw code is 482915"]
    assert html.get_content_type() == "text/html"


def test_the_same_input_gives_the_same_headers(make_message: Make) -> None:
    one, other = make_message(), make_message()
    assert one.items() == other.items()


@pytest.mark.parametrize(
    "name",
    [
        "'t Hof van Ó Brien-Łódź",
        "Jansen & Zn <test> BVBA",
        'Peeters, Ann "de bakker"',
        "Müller; Söhne (BE)",
        "Ünïçødé, " * 20 + "einde",
        "陳大文",
    ],
)
def test_names_survive(make_message: Make, name: str) -> None:
    mail = ComposedMail(f"{name} heeft ondertekend", name + "\n", name)
    message = make_message(
        mail=mail, to=mail_address("ann@example.be", name), sender=mail_address("z@x.be", name)
    )
    read = arrived(message)
    assert displayed(message, "To") == displayed(message, "From") == name
    assert read["To"].addresses[0].addr_spec == "ann@example.be"
    assert len(read["To"].addresses) == len(read["From"].addresses) == 1
    assert read["Subject"] == mail.subject
    text, _html = read.iter_parts()
    assert lines(text) == [name]


def test_the_wire_is_ascii_with_short_lines(make_message: Make) -> None:
    mail = ComposedMail("Ł" * 300, "é" * 5000, "<p>" + "é" * 5000)
    lines = make_message(mail=mail).as_bytes().split(b"\r\n")
    assert all(line.isascii() and len(line) <= 998 and b"\n" not in line for line in lines)


@pytest.mark.parametrize("breaker", ["\r\nBcc: x@y.be", "\nX: y", "\r", "\x00", "\u2028x", "\x85x"])
def test_a_broken_header_is_refused(make_message: Make, breaker: str) -> None:
    with pytest.raises(MailInvalid):
        make_message(mail=ComposedMail("Uw code" + breaker, "", ""))
    with pytest.raises(MailInvalid):
        mail_address("ann@example.be", "Ann" + breaker)
    with pytest.raises(MailInvalid):
        mail_address("ann@example.be" + breaker)
    with pytest.raises(MailInvalid):
        make_message(message_id="<a@b.be>" + breaker)
    with pytest.raises(MailInvalid):
        make_message(attachments=[Attachment("a" + breaker, "application/pdf", b"")])


@pytest.mark.parametrize(
    "address", ["", "ann", "@x.be", "ann@", "a@b.be, c@d.be", "a b@c.be", "<a@b.be>", "rené@b.be"]
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(MailInvalid):
        mail_address(address)


def test_a_domain_with_accents_is_written_in_ascii() -> None:
    assert mail_address("info@café.be").addr_spec == "info@xn--caf-dma.be"


def test_the_sender_may_go_by_another_name() -> None:
    assert str(sender_address("Zegel <zegel@localhost>")) == "Zegel <zegel@localhost>"
    assert str(sender_address("zegel@example.be", "Zenner")) == "Zenner <zegel@example.be>"


def test_a_file_goes_with_it_unchanged(make_message: Make) -> None:
    pdf = bytes(range(256)) * 400
    file = Attachment("Verwerkersovereenkomst Łódź.pdf", "application/pdf", pdf)
    read = arrived(make_message(attachments=[file]))
    assert read.get_content_type() == "multipart/mixed"
    (part,) = read.iter_attachments()
    assert part.get_filename() == file.filename
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == pdf
    body = read.get_body(("plain",))
    assert body is not None
    assert "482915" in body.get_content()


def test_a_message_id_is_fixed_by_its_key() -> None:
    assert message_id("a", "example.be") == message_id("a", "example.be")
    assert message_id("a", "example.be") != message_id("b", "example.be")


def test_a_message_id_arrives_whole(make_message: Make) -> None:
    longest = message_id("x", "een-heel-lang-domein." * 9 + "example.be")
    raw = make_message(message_id=longest).as_bytes()
    assert f"Message-ID: {longest}\r\n".encode() in raw


def test_a_date_without_zone_is_refused(make_message: Make) -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_message(date=datetime(2026, 3, 2))  # noqa: DTZ001 - that is the point
