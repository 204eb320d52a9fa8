"""Encodes headers as short lines of ASCII that read back as meant. Pure.

Some versions of the standard library fold long headers wrongly, so here they become encoded words
(RFC 2047) on lines of at most 76 characters.
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address

LINE = 76  # characters, RFC 2047 section 2; on the first line including the header's name


def words_header(name: str, words: str) -> str:
    """The value of a header with free text, such as a subject."""
    plain = words.isascii() and "=?" not in words
    return words if plain and len(name) + 2 + len(words) <= LINE else _encoded(name, words)


def address_header(name: str, address: Address) -> str:
    shown = str(address)
    if shown.isascii() and "=?" not in shown and len(name) + 2 + len(shown) <= LINE:
        return shown
    if not address.display_name:
        return f"<{address.addr_spec}>"
    return f"{_encoded(name, address.display_name)}\r\n <{address.addr_spec}>"


def _encoded(name: str, words: str) -> str:
    return Header(words, "utf-8", LINE, name).encode(splitchars="", linesep="\r\n")
