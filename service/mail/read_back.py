"""What is about to be sent, read as its receiver would read it, beside what was meant. Pure.

A mail with a broken header can reach strangers or show an empty page, and nobody here would see
it. So the finished bytes are parsed before they are handed over, and any difference is a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses

from service.mail.errors import MailInvalid


@dataclass(frozen=True)
class Meant:
    """What a mail is to say, and to whom. ``files`` are name and content of each."""

    addresses: dict[str, Address]
    subject: str
    text: str
    html: str
    files: Sequence[tuple[str, bytes]]


def check_read_back(raw: bytes, meant: Meant) -> None:
    """Raises MailInvalid naming the first part that reads differently from what was meant."""
    read = message_from_bytes(raw, policy=default)
    if not isinstance(read, EmailMessage) or read.defects:
        raise MailInvalid("the message does not read as one")
    for name, address in meant.addresses.items():
        if _one_address(raw, name) != (_folded(address.display_name), address.addr_spec):
            raise MailInvalid(f"{name} reads differently from what was meant")
    if _decoded(raw, "Subject") != _folded(meant.subject):
        raise MailInvalid("Subject reads differently from what was meant")
    for form, said in (("plain", meant.text), ("html", meant.html)):
        if _body(read, form) != _lines(said):
            raise MailInvalid(f"the {form} text reads differently from what was meant")
    files = [(part.get_filename(), part.get_payload(decode=True)) for part in _attached(read)]
    if files != list(meant.files):
        raise MailInvalid("a file reads differently from what was meant")


def _one_address(raw: bytes, name: str) -> tuple[str, str] | None:
    """Name and address where the header holds exactly one, by the older and stricter parser."""
    given = message_from_bytes(raw).get_all(name) or []
    found = getaddresses([str(each) for each in given])
    if len(given) != 1 or len(found) != 1:
        return None
    shown, address = found[0]
    return _folded(str(make_header(decode_header(shown)))), address


def _decoded(raw: bytes, name: str) -> str:
    given = message_from_bytes(raw).get_all(name) or []
    return _folded(str(make_header(decode_header(given[0])))) if len(given) == 1 else ""


def _body(read: EmailMessage, form: str) -> list[str]:
    part = read.get_body((form,))
    return _lines(str(part.get_content())) if part is not None else []


def _lines(words: str) -> list[str]:
    return words.rstrip("\r\n").splitlines()


def _attached(read: EmailMessage) -> list[EmailMessage]:
    if read.get_content_type() != "multipart/mixed":
        return []
    return [part for part in read.iter_attachments() if isinstance(part, EmailMessage)]


def _folded(words: str) -> str:
    return " ".join(words.split())
