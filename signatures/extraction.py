"""The seals and time stamps of a PDF as files of their own, for tools that know no PDF.

``openssl cms -verify`` takes a ``cms`` with the bytes that its ``byte_range`` names; ``openssl ts
-verify -token_in`` a ``token`` with what it covers: the signature value in the ``cms``
(``signature_at``), or for a document time stamp the bytes of the range themselves. Nothing is
verified here.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, parser
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

TOKEN_ATTRIBUTE = "signature_time_stamp_token"  # noqa: S105 (an attribute of a CMS)


@dataclass(frozen=True)
class Part:
    """One signature or document time stamp, in the order of the file.

    ``byte_range`` is the PDF's: offset and length twice. ``cms`` is None for a document time
    stamp, whose ``token`` stands in its place. ``signature_at`` is offset and length of the
    signature value in ``cms``. ``token_time`` is an aware UTC instant.
    """

    field: str
    byte_range: tuple[int, int, int, int]
    cms: bytes | None
    signature_at: tuple[int, int]
    token: bytes
    token_time: datetime


def parts(pdf: bytes) -> list[Part]:
    """Every signature and document time stamp of a file sealed by this package.

    Raises ValueError for a signature without a token, and what pyHanko raises for no such file.
    """
    return [_part(each) for each in PdfFileReader(io.BytesIO(pdf)).embedded_signatures]


def certificates(token: bytes) -> bytes:
    """The certificates that travel with a token, as PEM."""
    from_token = _signed_data(token)["certificates"]
    return b"".join(
        x509.load_der_x509_certificate(each.chosen.dump()).public_bytes(Encoding.PEM)
        for each in from_token
    )


def _part(each: EmbeddedPdfSignature) -> Part:
    offset, length, offset_after, length_after = (int(number) for number in each.byte_range)
    container = bytes(each.pkcs7_content)
    whole = container[: parser.peek(container)]
    stamped = each.signed_data["encap_content_info"]["content_type"].native == "tst_info"
    token = whole if stamped else _token(each)
    value = each.signer_info["signature"].native
    info = _signed_data(token)["encap_content_info"]["content"].parsed
    moment: datetime = info["gen_time"].native
    return Part(
        field=str(each.field_name),
        byte_range=(offset, length, offset_after, length_after),
        cms=None if stamped else whole,
        signature_at=(whole.index(value), len(value)),
        token=token,
        token_time=moment.astimezone(UTC),
    )


def _token(each: EmbeddedPdfSignature) -> bytes:
    for attribute in each.signer_info["unsigned_attrs"]:
        if attribute["type"].native == TOKEN_ATTRIBUTE:
            found: bytes = attribute["values"][0].dump()
            return found
    raise ValueError(f"{each.field_name}: no token")


def _signed_data(token: bytes) -> cms.SignedData:
    return cms.ContentInfo.load(token)["content"]
