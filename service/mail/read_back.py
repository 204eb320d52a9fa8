"""Reads a message as its receiver would, and compares it with what was meant: one with a broken
header could reach strangers or be empty, unnoticed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import Message
from email.utils import getaddresses

from service.mail.errors import MailInvalid


@dataclass(frozen=True)
class Meant:
    """The intended contents and addresses; ``files`` are pairs of name and contents."""

    addresses: dict[str, Address]
    subject: str
    text: str
    html: str
    files: Sequence[tuple[str, bytes]]


def check_read_back(raw: bytes, meant: Meant) -> None:
    """Raises MailInvalid naming the first part that reads differently."""
    # The older, stricter parser shares no code with what wrote the mail.
    read = message_from_bytes(raw)
    if any(part.defects for part in read.walk()):
        raise MailInvalid("the message does not read as one")
    for name, address in meant.addresses.items():
        if _one_address(read, name) != (_folded(address.display_name), address.addr_spec):
            raise MailInvalid(f"{name} reads differently from what was meant")
    if _decoded(read.get_all("Subject") or []) != _folded(meant.subject):
        raise MailInvalid("Subject reads differently from what was meant")
    words, attached = _parts(read)
    if [part.get_content_type() for part in words] != ["text/plain", "text/html"]:
        raise MailInvalid("it has other texts than a plain one and one for browsers")
    for part, said in zip(words, (meant.text, meant.html), strict=True):
        if _body(part) != _lines(said):
            raise MailInvalid(
                f"the {part.get_content_type()} reads differently from what was meant"
            )
    files = [(part.get_filename(), part.get_payload(decode=True)) for part in attached]
    if files != list(meant.files):
        raise MailInvalid("a file reads differently from what was meant")


def _parts(read: Message) -> tuple[list[Message], list[Message]]:
    """The texts and the attached files."""
    if read.get_content_type() != "multipart/mixed":
        return _within(read), []
    first, *attached = _within(read) or [read]
    return _within(first), attached


def _within(part: Message) -> list[Message]:
    found = part.get_payload()
    return [each for each in found if isinstance(each, Message)] if isinstance(found, list) else []


def _one_address(read: Message, name: str) -> tuple[str, str] | None:
    """Name and address if the header has exactly one."""
    given = read.get_all(name) or []
    found = getaddresses([str(each) for each in given])
    if len(given) != 1 or len(found) != 1:
        return None
    shown, address = found[0]
    return _decoded([shown]), address


def _decoded(given: Sequence[str]) -> str:
    return _folded(str(make_header(decode_header(given[0])))) if len(given) == 1 else ""


def _body(part: Message) -> list[str]:
    content = part.get_payload(decode=True)
    if part.get_content_charset() != "utf-8" or not isinstance(content, bytes):
        return []
    return _lines(content.decode(errors="replace"))


def _lines(words: str) -> list[str]:
    return words.rstrip("\r\n").splitlines()


def _folded(words: str) -> str:
    return " ".join(words.split())
