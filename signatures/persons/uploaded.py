"""Accepts an act that a person signed in their own program, if it adds only that signature.

Nobody was shown what a program added beside it, so everything else is refused,
each with its own code. A signature without time stamp gets ours, in its container's free room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, parser
from cryptography import x509

from signatures.acts.act import Act
from signatures.chains.persons import PersonChain
from signatures.chains.plain import Material
from signatures.cms import containers
from signatures.cms.containers import Container, NotIntact
from signatures.cms.frozen_asn1 import FinalAttributes
from signatures.effective_date import local_date
from signatures.errors import ReplyRepeated, ReplyTooLate, UploadRefused
from signatures.pdf.objects import NotStrict, text_of
from signatures.pdf.printed import act_in
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import ACT, Signed, signed_fields
from signatures.persons.signer_held import OwnSignatures
from signatures.run_async import run
from signatures.sealing.seal import ACT_LEVEL, DIGEST, Sealed, act_reason
from signatures.stamps.check import StampWrong, check_issued, check_over
from signatures.stamps.timestamps import EXTERNAL
from signatures.verdict import allowed_changes
from signatures.verdict.allowed_changes import NotAllowed
from signatures.verdict.own_certificates import NameCompared, compare_names

LARGEST_SIGNATURE = 2_000_000  # bytes that a signature may add
CLOCKS_DIFFER = timedelta(minutes=5)
SUBFILTER = "ETSI.CAdES.detached"  # PAdES, ETSI EN 319 142-1, 6.2.1
_WITHOUT_PROGRAM = ("Type0", "Type3")  # fonts without an embedded program


@dataclass(frozen=True)
class Uploaded:
    """An accepted upload: the file to continue with, and who signed it."""

    sealed: Sealed
    chain: PersonChain
    name: NameCompared


def accept_upload(
    own: OwnSignatures,
    uploaded: bytes,
    *,
    working: bytes,
    act: Act,
    others: Material,
    last: bool,
    stamp_roots: Sequence[x509.Certificate] = (),
) -> Uploaded:
    """The file with the person's signature and a time stamp, ready to be stored.

    Read ``working``, the current document, under the lock under which the result is stored.
    ``others`` are revocation lists and certificates that lead to a root for persons; a time stamp
    in the upload must lead to one of ``stamp_roots``. Raises UploadRefused, CertificateRefused,
    ReplyRepeated, ReplyTooLate (the act's day is over), ActOutOfOrder, TimestampUnavailable,
    AuthorityError.
    """
    own.check_turn(last=last)
    now = own.clock()
    file, signed = _only_one_signature(uploaded, working, act.place)
    if local_date(now) != local_date(act.signed_at):
        raise ReplyTooLate(act.signed_at.isoformat())
    _check_dictionary(file, signed, act)
    _check_fonts(file, signed)
    container = _check_signature(file, signed)
    known = Material([*others.certificates, *container.certificates], others.lists)
    chain = own.persons.chain(container.certificate, known, now)
    sealed = _stamped(own, file, signed, container, act, stamp_roots)
    return Uploaded(sealed, chain, compare_names(chain.certificate, act.person_name))


def _only_one_signature(uploaded: bytes, working: bytes, place: str) -> tuple[Revisions, Signed]:
    """The working document, byte for byte, and one revision that fills only this field."""
    before = Revisions(working)
    if any(each.field == place for each in signed_fields(before)):
        raise ReplyRepeated(place)
    if len(uploaded) > len(working) + LARGEST_SIGNATURE:
        raise UploadRefused("too_large")
    if uploaded == working:
        raise UploadRefused("not_signed")
    if not uploaded.startswith(working):
        raise UploadRefused("rewritten")
    try:
        file = Revisions(uploaded)
        if file.behind:
            raise UploadRefused("behind")
        if len(file.all) != len(before.all) + 1:
            raise UploadRefused("revisions", f"{len(file.all) - len(before.all)} added")
        filled = [each for each in signed_fields(file) if each.revision == len(file.all) - 1]
        if [each.field for each in filled] != [place] or filled[0].kind != ACT:
            raise UploadRefused("other_field", ", ".join(each.field for each in filled)[:200])
        allowed_changes.check_own(file, place)
    except NotAllowed as wrong:
        raise UploadRefused(wrong.code, wrong.detail) from wrong
    except UploadRefused:
        raise
    except Exception as strange:  # a hostile file can raise anything
        raise UploadRefused("structure", f"{type(strange).__name__}: {strange}"[:200]) from strange
    return file, filled[0]


def _check_dictionary(file: Revisions, signed: Signed, act: Act) -> None:
    """It is a PAdES signature that names this act, over all but its own container."""
    said = signed.signature
    if said.get("SubFilter") != SUBFILTER:
        raise UploadRefused("subfilter", str(said.get("SubFilter", "")))
    name = text_of(said.get("Name"))
    if name not in ("", act.person_name):
        raise UploadRefused("name", name[:200])
    if text_of(said.get("Reason")) != act_reason(act):
        raise UploadRefused("reason", text_of(said.get("Reason"))[:200])
    _check_printed(file, signed, act)
    start, end = signed.container
    if said.get("ByteRange") != [0, start, end, len(file.pdf) - end]:
        raise UploadRefused("byte_range")


def _check_printed(file: Revisions, signed: Signed, act: Act) -> None:
    """The moment printed in the act's appearance is the right one or absent."""
    try:
        printed = act_in(file, signed.widget, signed.revision, act.person_name).signed_at
    except NotStrict:  # then nobody can read a moment from it
        return
    if printed is not None and printed != act.signed_at.replace(second=0, microsecond=0):
        raise UploadRefused("date", printed.isoformat())


def _check_fonts(file: Revisions, signed: Signed) -> None:
    """PDF/A requires every font to be embedded (ISO 19005-3, 6.2.11.4.1)."""
    for font in _fonts(file, signed):
        if font.get("Subtype") in _WITHOUT_PROGRAM:
            continue
        descriptor = file.value(font.get("FontDescriptor"), signed.revision)
        if not isinstance(descriptor, dict) or not {"FontFile", "FontFile2", "FontFile3"} & set(
            descriptor
        ):
            raise UploadRefused("font", str(font.get("BaseFont", ""))[:100])


def _fonts(file: Revisions, signed: Signed) -> Iterator[dict[str, Any]]:
    """Every font of the appearance; ``check_own`` has already accepted its objects."""
    waiting, seen = [signed.widget["AP"]], set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            for key in ("Font", "DescendantFonts"):
                named = file.value(item.get(key), signed.revision)
                for each in named.values() if isinstance(named, dict) else named or ():
                    font = file.value(each, signed.revision)
                    if isinstance(font, dict):
                        yield font
            waiting.extend(item.values())
        elif hasattr(item, "number") and item not in seen:
            seen.add(item)
            waiting.append(file.value(item, signed.revision))


def _check_signature(file: Revisions, signed: Signed) -> Container:
    start, end = signed.container
    try:
        container = containers.read(file.pdf[start:end])
        containers.check_unstamped(container, file.pdf[:start] + file.pdf[end:])
    except NotIntact as wrong:
        raise UploadRefused(f"signature_{wrong.code}") from wrong
    except Exception as strange:  # bytes that are no CMS
        raise UploadRefused("signature_container", type(strange).__name__) from strange
    return container


def _stamped(
    own: OwnSignatures,
    file: Revisions,
    signed: Signed,
    container: Container,
    act: Act,
    stamp_roots: Sequence[x509.Certificate],
) -> Sealed:
    try:
        token = container.token
    except Exception as strange:  # several tokens, or bytes that are none
        raise UploadRefused("stamp", type(strange).__name__) from strange
    if token is None:
        return own.sealer.sealed_from(_with_our_stamp(own, file, signed), ACT_LEVEL)
    moment = _checked_stamp(token, container, stamp_roots)
    if not act.signed_at - CLOCKS_DIFFER <= moment <= own.clock() + CLOCKS_DIFFER:
        raise UploadRefused("stamp_time", moment.isoformat())
    return Sealed(file.pdf, moment, EXTERNAL, ACT_LEVEL)


def _checked_stamp(
    token: Container, container: Container, roots: Sequence[x509.Certificate]
) -> datetime:
    try:
        check_over(token, container.signer["signature"].native)
        moment, _ = check_issued(token, roots)
    except StampWrong as wrong:
        code = {"signature": "stamp", "ended": "stamp_time"}.get(wrong.code, "stamp_unknown")
        raise UploadRefused(code, wrong.detail) from wrong
    return moment


def _with_our_stamp(own: OwnSignatures, file: Revisions, signed: Signed) -> bytes:
    """Adds our token to the unsigned attributes (ETSI EN 319 122-1, 5.3); no byte moves.

    Raises TimestampUnavailable.
    """
    start, end = signed.container
    value = bytes.fromhex(file.pdf[start + 1 : end - 1].decode("ascii"))
    info = cms.ContentInfo.load(value[: parser.peek(value)])
    signer = info["content"]["signer_infos"][0]
    imprint = hashlib.new(DIGEST, signer["signature"].native).digest()
    token = run(own.sealer.stamper.async_timestamp(imprint, DIGEST))
    stamp = cms.CMSAttribute(
        {"type": cms.CMSAttributeType("signature_time_stamp_token"), "values": (token,)}
    )
    attributes = cms.CMSAttributes([*(signer["unsigned_attrs"] or ()), stamp])
    signer["unsigned_attrs"] = FinalAttributes.load(attributes.dump())
    made: bytes = info.dump()
    if len(made) > len(value):
        raise UploadRefused("no_room", f"{len(made)} > {len(value)}")
    filled: bytes = made.ljust(len(value), b"\0").hex().upper().encode()
    pdf: bytes = file.pdf[: start + 1] + filled + file.pdf[end - 1 :]
    _check_made(pdf, signed)
    return pdf


def _check_made(pdf: bytes, signed: Signed) -> None:
    """Check that the newly encoded container is still equivalent."""
    start, end = signed.container
    try:
        containers.check_seal(containers.read(pdf[start:end]), pdf[:start] + pdf[end:])
    except (NotIntact, NotStrict, ValueError) as wrong:
        raise UploadRefused("signature_container", str(wrong)) from wrong
