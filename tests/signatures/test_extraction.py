"""Seals and tokens as separate files, for tools without PDF support."""

from __future__ import annotations

import io
from datetime import UTC

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signatures.pdf.extraction import Part, parts
from signatures.persons.signer_held import OwnSignatures
from signatures.persons.uploaded import accept_upload
from signatures.sealing.seal import Sealer
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, SHEET, act_for, prepared
from tests.signatures.own_program import sign
from tests.signatures.people import EC, PeoplesAuthority


def test_every_part_is_there_in_order(sealed_file: SealedFile) -> None:
    found = parts(sealed_file.pdf)
    assert [part.field for part in found] == [*sealed_file.order, "archive_timestamp"]
    assert [part.cms is None for part in found] == [False, False, False, True]
    assert [part.token_time for part in found] == [step.token_time for step in sealed_file.steps]
    for part in found[:-1]:
        offset, length = part.signature_at
        assert part.cms is not None
        assert len(part.cms[offset : offset + length]) == length == 384  # RSA-3072


def test_pyhanko_reads_the_same_to_the_byte(
    sealed_file: SealedFile,
    converted: bytes,
    sealer: Sealer,
    own: OwnSignatures,
    people: PeoplesAuthority,
) -> None:
    """For an original, a renewed copy, a sheet, and a working document with an act from a person's
    own program."""
    shown, person = prepared(converted, CONTROLLER_FIRST), people.person(kind=EC)
    act, others = act_for(CONTROLLER_FIRST[0], shown), people.material()
    signed = accept_upload(
        own, sign(shown, person, act), working=shown, act=act, others=others, last=False
    )
    for pdf in (
        sealed_file.pdf,
        sealer.renew(sealed_file.pdf).pdf,
        sealer.seal_sheet(prepared(converted, SHEET)),
        signed.sealed.pdf,
    ):
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        assert parts(pdf) == [as_part(each) for each in found]


def as_part(each: EmbeddedPdfSignature) -> Part:
    """A signature as the PDF signing library parses it."""
    container = each.signed_data
    stamp = container["encap_content_info"]["content_type"].native == "tst_info"
    whole = each.pkcs7_content.rstrip(b"\0")
    whole += bytes(int.from_bytes(whole[2:4]) + 4 - len(whole))  # it may end in a zero of its own
    unsigned = {attr["type"].native: attr for attr in each.signer_info["unsigned_attrs"] or ()}
    token = None if stamp else unsigned["signature_time_stamp_token"]["values"][0]
    stamped = container if token is None else token["content"]
    value = each.signer_info["signature"].native
    return Part(
        field=each.field_name,
        byte_range=tuple(each.byte_range),
        cms=None if token is None else whole,
        signature_at=(whole.index(value), len(value)),
        token=whole if token is None else token.dump(),
        token_time=stamped["encap_content_info"]["content"]
        .parsed["gen_time"]
        .native.astimezone(UTC),
    )
