"""The parts of a sealed file in the form that other programs need, and those programs' verdicts."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in arguments], capture_output=True, text=True, check=False, timeout=60
    )


def metadata_of(pdf: bytes) -> tuple[bytes, dict[str, str]]:
    """The XMP packet and the document information."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        information = {key: str(value) for key, value in opened.docinfo.items()}
        return opened.Root.Metadata.read_bytes(), information


def embedded(pdf: bytes) -> list[EmbeddedPdfSignature]:
    return list(PdfFileReader(io.BytesIO(pdf)).embedded_signatures)


def is_timestamp(signature: EmbeddedPdfSignature) -> bool:
    return str(signature.sig_object["/Type"]) == "/DocTimeStamp"


def covered(pdf: bytes, signature: EmbeddedPdfSignature) -> bytes:
    start, length, other, rest = (int(number) for number in signature.byte_range)
    return pdf[start : start + length] + pdf[other : other + rest]


def token_of(pdf: bytes, number: int) -> tuple[bytes, bytes]:
    """The token of a seal or of the document time stamp, and the bytes it stamps."""
    signature = embedded(pdf)[number]
    if is_timestamp(signature):
        return signature.pkcs7_content, covered(pdf, signature)
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            token: cms.ContentInfo = attribute["values"][0]
            return token.dump(), signature.signer_info["signature"].native
    raise AssertionError("no token")


def openssl_on_seal(
    container: bytes, content: bytes, root: Path, at: Path
) -> subprocess.CompletedProcess[str]:
    """``openssl cms -verify`` on a seal and the bytes it covers; ``at`` is a working folder."""
    (at / "seal.der").write_bytes(container)
    (at / "covered").write_bytes(content)
    return run(
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER"),
        *("-in", at / "seal.der", "-content", at / "covered"),
        *("-CAfile", root, "-purpose", "any", "-out", "/dev/null"),
    )


def openssl_on_token(
    token: bytes, stamped: bytes, root: Path, at: Path
) -> subprocess.CompletedProcess[str]:
    """``openssl ts -verify`` on a token and the bytes it stamps; ``at`` is a working folder."""
    (at / "token.der").write_bytes(token)
    (at / "stamped").write_bytes(stamped)
    return run(
        *("openssl", "ts", "-verify", "-token_in", "-in", at / "token.der"),
        *("-data", at / "stamped", "-CAfile", root),
    )
