"""The mailbox of development mode keeps every mail once and shows it as its reader would see it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from service.deps import Mailer
from service.mail.compose import ComposedMail
from service.mail.errors import MailTemporaryFailure, NoSuchMail
from service.mail.mailbox import FolderMailbox
from service.mail.message import Attachment, mail_address, message_id

Make = Callable[..., EmailMessage]


def ticking() -> Iterator[datetime]:
    moment = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
    while True:
        yield moment
        moment += timedelta(milliseconds=1)


@pytest.fixture
def mailbox(tmp_path: Path) -> FolderMailbox:
    clock = ticking()
    return FolderMailbox(tmp_path / "postbus", clock=lambda: next(clock))


def test_it_works(mailbox: FolderMailbox, make_message: Make) -> None:
    pdf = Attachment("overeenkomst Ł.pdf", "application/pdf", bytes(range(256)) * 100)
    mail = ComposedMail("Ó Brien heeft ondertekend", "Beste Łódź,\n\ngetekend\n", "<p>Łódź</p>")
    sender: Mailer = mailbox
    sender.send(
        make_message(mail=mail, to=mail_address("ann@example.be", "Ann Ó"), attachments=[pdf]),
        recipient="ann@example.be",
    )
    (line,) = mailbox.list()
    assert line.subject == "Ó Brien heeft ondertekend"
    assert line.to == "Ann Ó <ann@example.be>"
    assert line.received == datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
    read = mailbox.read(line.id)
    assert read.text == "Beste Łódź,\n\ngetekend\n"
    assert read.html == "<p>Łódź</p>\n"
    assert read.attachments == (pdf,)
    assert read.recipient == "ann@example.be"
    assert read.reply_to == "Christophe Zenner <christophe@example.be>"
    assert read.date == datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
    assert read.message_id == message_id("code 1", "example.be")


def test_a_repeat_is_one_mail(mailbox: FolderMailbox, make_message: Make) -> None:
    for _attempt in range(3):
        mailbox.send(make_message(), recipient="ann@example.be")
    assert len(mailbox.list()) == 1


def test_a_repeat_of_what_another_process_sent_is_one_mail(
    mailbox: FolderMailbox, make_message: Make
) -> None:
    mailbox.send(make_message(), recipient="ann@example.be")
    beside = FolderMailbox(mailbox.directory)
    for _attempt in range(2):
        beside.send(make_message(), recipient="ann@example.be")
    beside.send(make_message(message_id="<2@example.be>"), recipient="ann@example.be")
    # A file system may give two quick successive changes the same time.
    later = mailbox.directory.stat().st_mtime_ns + 1
    os.utime(mailbox.directory, ns=(later, later))
    mailbox.send(make_message(message_id="<2@example.be>"), recipient="ann@example.be")
    assert len(mailbox.list()) == 2


def test_other_mails_and_other_readers_are_others(
    mailbox: FolderMailbox, make_message: Make
) -> None:
    mailbox.send(make_message(), recipient="ann@example.be")
    mailbox.send(make_message(), recipient="bart@example.be")
    mailbox.send(make_message(message_id="<2@example.be>"), recipient="ann@example.be")
    assert len(mailbox.list()) == 3


def test_the_newest_comes_first(mailbox: FolderMailbox, make_message: Make) -> None:
    for number in range(5):
        mail = ComposedMail(f"mail {number}", "", "")
        mailbox.send(make_message(mail=mail, message_id=f"<{number}@x.be>"), recipient="a@x.be")
    assert [line.subject for line in mailbox.list()] == [f"mail {n}" for n in (4, 3, 2, 1, 0)]


def test_many_at_once_are_all_kept(tmp_path: Path, make_message: Make) -> None:
    mailbox = FolderMailbox(tmp_path)

    def send(number: int) -> None:
        mailbox.send(make_message(message_id=f"<{number % 20}@x.be>"), recipient="a@x.be")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(60)))
    assert len(mailbox.list()) == 20
    assert not list(tmp_path.glob(".*"))  # nothing half written


def test_an_empty_mailbox_is_empty(mailbox: FolderMailbox) -> None:
    assert mailbox.list() == ()


@pytest.mark.parametrize(
    "mail_id", ["", "..", "../secret", "20260302T130500000000Z-0123456789abcdef", "*", "a/b"]
)
def test_no_other_file_can_be_read(
    mailbox: FolderMailbox, make_message: Make, mail_id: str
) -> None:
    mailbox.send(make_message(), recipient="ann@example.be")
    (mailbox.directory.parent / "secret.eml").write_text("Subject: geheim\n\n")
    with pytest.raises(NoSuchMail):
        mailbox.read(mail_id)


def test_a_folder_that_cannot_be_written_is_temporary(tmp_path: Path, make_message: Make) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MailTemporaryFailure):
        FolderMailbox(tmp_path / "file").send(make_message(), recipient="a@x.be")
