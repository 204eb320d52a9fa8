"""Extracts the seals and time stamps of a PDF as files for tools without PDF support.

``openssl cms -verify`` takes a ``cms`` with the bytes of its ``byte_range``; ``openssl ts -verify
-token_in`` takes a ``token`` with the signature value in the ``cms`` (``signature_at``), or for a
document time stamp those bytes. Nothing is verified here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from asn1crypto import cms, parser

from signatures.cms import containers
from signatures.cms.containers import Container
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import STAMP, Signed, signed_fields

TOKEN_ATTRIBUTE = "signature_time_stamp_token"  # noqa: S105 (an attribute of a CMS)


@dataclass(frozen=True)
class Part:
    """One signature or document time stamp, in file order.

    ``byte_range`` is offset and length twice; ``signature_at`` is offset and length of the
    signature value in ``cms``. A document time stamp has only a ``token``. ``token_time`` is aware
    UTC.
    """

    field: str
    byte_range: tuple[int, int, int, int]
    cms: bytes | None
    signature_at: tuple[int, int]
    token: bytes
    token_time: datetime

    @cached_property
    def container(self) -> Container:
        """The parsed CMS of the signature, or the token of a document time stamp. Raises
        NotIntact."""
        return containers.parsed(cms.ContentInfo.load(self.cms or self.token))

    @cached_property
    def stamp(self) -> Container:
        """The parsed token. Raises NotIntact."""
        if self.cms is None:
            return self.container
        return containers.parsed(cms.ContentInfo.load(self.token))


def parts(pdf: bytes) -> list[Part]:
    """Every signature and document time stamp of a file sealed by this package.

    Another file raises ValueError (also NotStrict) or an error of the ASN.1 library.
    """
    return [_part(pdf, each) for each in signed_fields(Revisions(pdf))]


def places(part: Part) -> bytes:
    """One line of numbers for a shell's ``read``.

    The count of covered bytes before the container; the first byte after it (from 1) and the count
    from there; for a seal the first byte (from 1) and length of its value in the CMS; the Unix
    time.
    """
    _, before, after, length = part.byte_range
    value = (part.signature_at[0] + 1, part.signature_at[1]) if part.cms else ()
    numbers = (before, after + 1, length, *value, int(part.token_time.timestamp()))
    return (" ".join(map(str, numbers)) + "\n").encode()


def _part(pdf: bytes, each: Signed) -> Part:
    offset, length, offset_after, length_after = each.signature["ByteRange"]
    start, end = each.container
    value = bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii"))
    whole = value[: parser.peek(value)]
    signer = _signed_data(whole)["signer_infos"][0]
    stamped = each.kind == STAMP
    token = whole if stamped else _token(each.field, signer)
    signature = signer["signature"].native
    info = _signed_data(token)["encap_content_info"]["content"].parsed
    moment: datetime = info["gen_time"].native
    return Part(
        field=each.field,
        byte_range=(offset, length, offset_after, length_after),
        cms=None if stamped else whole,
        signature_at=(whole.index(signature), len(signature)),
        token=token,
        token_time=moment.astimezone(UTC),
    )


def _token(field: str, signer: cms.SignerInfo) -> bytes:
    for attribute in signer["unsigned_attrs"]:
        if attribute["type"].native == TOKEN_ATTRIBUTE:
            found: bytes = attribute["values"][0].dump()
            return found
    raise ValueError(f"{field}: no token")


def _signed_data(token: bytes) -> cms.SignedData:
    return cms.ContentInfo.load(token)["content"]
