"""Whatever names, subjects and text a mail has, it reads back as meant."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from service.agreement.fields import Checker, clean
from service.mail.compose import ComposedMail
from service.mail.errors import MailInvalid
from service.mail.message import Attachment, mail_address
from service.mail.read_back import Meant, check_read_back

Make = Callable[..., EmailMessage]
SEEN = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
NAME = st.one_of(
    st.text(SEEN, max_size=300),
    st.text(st.sampled_from('a"\\,;:<>@()[]=?_é’陳🙂 '), max_size=300),
).map(clean)
LOCAL = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True)
DOMAIN = st.sampled_from(["b.be", "café.be", "münchen.de", f"{'x' * 63}.{'y' * 63}.be"])


@given(name=NAME, subject=NAME.filter(bool), text=NAME, local=LOCAL, domain=DOMAIN)
@example(name="Peeters, Ann " * 12 + "einde", subject="x" * 200, text="", local="a", domain="b.be")
@example(name="v" * 99 + " " + "w" * 99, subject="é" * 300, text=".", local="'", domain="café.be")
@example(name="=?utf-8?q?Bcc?=", subject="=?utf-8?q?a?= b", text="--", local="a", domain="b.be")
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_sent_reads_back(
    make_message: Make, name: str, subject: str, text: str, local: str, domain: str
) -> None:
    check = Checker()
    check.email("email", f"{local}@{domain}")
    assume(not check.errors)
    to = mail_address(f"{local}@{domain}", name)
    raw = make_message(
        mail=ComposedMail(subject, text, text),
        to=to,
        sender=mail_address("zegel@example.be", name),
        reply_to=mail_address("jan@example.be", name),
        attachments=[Attachment("Overeenkomst.pdf", "application/pdf", text.encode())],
    ).as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\r\nMIME-Version: 1.0" in head  # no empty line ended it early
    assert all(line.strip() and line.isascii() and len(line) < 400 for line in head.split(b"\r\n"))
    read = message_from_bytes(raw, policy=default)
    assert [each.addr_spec for each in read["To"].addresses] == [to.addr_spec]
    assert [each.addr_spec for each in read["From"].addresses] == ["zegel@example.be"]
    assert to.addr_spec.isascii()


@pytest.mark.parametrize(
    ("meant", "sent"),
    [
        (b"To: Ann Peeters <ann@example.be>", b"To: Ann, Peeters <ann@example.be>"),
        (b"To: Ann Peeters <ann@example.be>", b"To: Ann Peeters <eve@example.be>"),
        (b"To: Ann Peeters", b"To: eve@example.be\r\nTo: Ann Peeters"),
        (b"From: IT4Professionals", b"From: Iemand anders"),
        (b"Reply-To: ", b"X: "),
        (b"Subject: Uw code: 482915", b"Subject: Uw code: 482914"),
        (b"Subject: ", b"\r\nSubject: "),
        (b"Uw code is", b"Uw code was"),
        (b"<p>482915</p>", b""),
        (b"AAECAw", b"AAECBA"),
        (b"een.pdf", b"twee.pdf"),
    ],
)
def test_another_mail_than_was_meant_is_refused(
    make_message: Make, meant: bytes, sent: bytes
) -> None:
    message = make_message(attachments=[Attachment("een.pdf", "application/pdf", bytes(range(4)))])
    raw = message.as_bytes()
    whole = Meant(
        addresses={
            "From": mail_address("zegel@example.be", "IT4Professionals"),
            "To": mail_address("ann@example.be", "Ann Peeters"),
            "Reply-To": mail_address("christophe@example.be", "Christophe Zenner"),
        },
        subject="Uw code: 482915",
        text="Uw code is 482915\n",
        html="<p>482915</p>",
        files=[("een.pdf", bytes(range(4)))],
    )
    check_read_back(raw, whole)
    assert meant in raw
    with pytest.raises(MailInvalid):
        check_read_back(raw.replace(meant, sent, 1), whole)
