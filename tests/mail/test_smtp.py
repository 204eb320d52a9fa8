"""Sending to a real SMTP server: which answers are final, and which are retried."""

from __future__ import annotations

import dataclasses
import socket
import time
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from service.mail.errors import MailInvalid, MailRefused, MailTemporaryFailure, MailTooLarge
from service.mail.message import Attachment, mail_address
from service.mail.smtp import SmtpMailer

Make = Callable[..., EmailMessage]
ANN = "ann@example.be"


def test_it_works(mailer: SmtpMailer, smtp_server: Any, make_message: Make) -> None:
    message = make_message(to=mail_address(ANN, "'t Hof van Ó Brien-Łódź"))
    mailer.send(message, recipient=ANN)
    (envelope,) = smtp_server.taken
    assert envelope.rcpt_tos == [ANN]
    assert envelope.mail_from == "zegel@example.be"
    read = message_from_bytes(envelope.content, policy=default)
    assert read["To"].addresses[0].display_name == "'t Hof van Ó Brien-Łódź"
    assert read["Message-ID"] == message["Message-ID"]
    assert read["From"] == "IT4Professionals <zegel@example.be>"


@pytest.mark.parametrize("command", ["RCPT", "DATA", "MAIL"])
def test_not_now_is_temporary(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make, command: str
) -> None:
    smtp_server.answers[command] = "451 Greylisted, come back later"
    with pytest.raises(MailTemporaryFailure, match="451 Greylisted, come back later"):
        mailer.send(make_message(), recipient=ANN)
    assert smtp_server.taken == []


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_never_is_refused_with_the_servers_words(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make, command: str
) -> None:
    smtp_server.answers[command] = "550 No such mailbox here"
    with pytest.raises(MailRefused, match="550 No such mailbox here"):
        mailer.send(make_message(), recipient=ANN)


@pytest.mark.parametrize("command", ["RCPT", "DATA", "MAIL"])
@pytest.mark.parametrize("answer", ["552 Too much mail data", "554 5.3.4 too big", "550 5.2.3 no"])
def test_too_large_is_a_refusal_of_its_own(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make, command: str, answer: str
) -> None:
    smtp_server.answers[command] = answer
    refusal = MailTemporaryFailure if command == "MAIL" and answer[:3] != "552" else MailTooLarge
    with pytest.raises(refusal, match=answer):
        mailer.send(make_message(), recipient=ANN)


def test_what_is_larger_than_announced_is_not_even_offered(
    mailer: SmtpMailer, small_smtp_server: Any, make_message: Make
) -> None:
    small = dataclasses.replace(mailer, port=small_smtp_server.port)
    file = Attachment("kopie.pdf", "application/pdf", b"x" * 20_000)
    small_smtp_server.answers["MAIL"] = "250 Never asked"
    with pytest.raises(MailTooLarge, match="takes 20000 bytes"):
        small.send(make_message(attachments=[file]), recipient=ANN)
    small.send(make_message(), recipient=ANN)
    assert len(small_smtp_server.taken) == 1


def test_a_server_that_wants_another_sign_in_is_ours_to_repair(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make
) -> None:
    smtp_server.answers["RCPT"] = "530 5.7.0 Authentication required"
    with pytest.raises(MailTemporaryFailure):
        mailer.send(make_message(), recipient=ANN)


def test_the_servers_words_are_bounded_and_hold_no_link_of_ours(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make
) -> None:
    smtp_server.answers["DATA"] = "550 seen zegel_abcdefghij0123 " + "x" * 400
    with pytest.raises(MailRefused) as refusal:
        mailer.send(make_message(), recipient=ANN)
    assert str(refusal.value).startswith("550 seen zegel_… xxx")
    assert len(str(refusal.value)) == 300


def test_a_domain_with_accents_is_ascii_in_the_envelope(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make
) -> None:
    jan = "jan@münchen.example"
    mailer.send(make_message(to=mail_address(jan, "Jan")), recipient=jan)
    (envelope,) = smtp_server.taken
    assert envelope.rcpt_tos == ["jan@xn--mnchen-3ya.example"]
    assert b"To: Jan <jan@xn--mnchen-3ya.example>" in envelope.content


def test_a_refused_sender_is_ours_to_repair(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make
) -> None:
    smtp_server.answers["MAIL"] = "550 Not your address"
    with pytest.raises(MailTemporaryFailure, match="Not your address"):
        mailer.send(make_message(), recipient=ANN)


def test_a_repeat_is_recognisably_the_same_mail(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make
) -> None:
    smtp_server.drop_after_data = True
    with pytest.raises(MailTemporaryFailure):
        mailer.send(make_message(), recipient=ANN)
    smtp_server.drop_after_data = False
    mailer.send(make_message(), recipient=ANN)
    names = {message_from_bytes(one.content)["Message-ID"] for one in smtp_server.taken}
    assert len(smtp_server.taken) == 2
    assert len(names) == 1


def test_no_server_is_temporary(mailer: SmtpMailer, make_message: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MailTemporaryFailure):
        dataclasses.replace(mailer, port=port).send(make_message(), recipient=ANN)


def test_a_silent_server_is_left_after_the_timeout(mailer: SmtpMailer, make_message: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = dataclasses.replace(mailer, port=silent.getsockname()[1], timeout=0.3)
        began = time.monotonic()
        with pytest.raises(MailTemporaryFailure):
            slow.send(make_message(), recipient=ANN)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encryption_is_never_silently_left_out(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make, security: str
) -> None:
    strict = dataclasses.replace(mailer, security=security, timeout=2)
    with pytest.raises(MailTemporaryFailure):
        strict.send(make_message(), recipient=ANN)
    assert smtp_server.taken == []


def test_a_password_the_server_does_not_take_is_temporary(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make
) -> None:
    stranger = dataclasses.replace(mailer, user="zegel", password="wrong")
    with pytest.raises(MailTemporaryFailure):
        stranger.send(make_message(), recipient=ANN)
    assert smtp_server.taken == []
    assert "wrong" not in repr(stranger)


def test_an_address_the_server_cannot_take_is_refused(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make
) -> None:
    with pytest.raises(MailRefused):
        mailer.send(make_message(), recipient="rené@example.be")
    assert smtp_server.taken == []


@pytest.mark.parametrize("recipient", ["a@b.be\r\nRCPT TO:<c@d.be>", "a@b.be>", "a@b.be c@d.be"])
def test_more_than_one_address_is_refused(
    mailer: SmtpMailer, smtp_server: Any, make_message: Make, recipient: str
) -> None:
    with pytest.raises(MailInvalid):
        mailer.send(make_message(), recipient=recipient)
    assert smtp_server.taken == []


def test_an_unknown_security_is_refused(mailer: SmtpMailer) -> None:
    with pytest.raises(ValueError, match="ssl"):
        dataclasses.replace(mailer, security="ssl")
