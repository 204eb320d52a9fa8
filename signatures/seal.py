"""Sealing: each act as its own PAdES revision, then validation data and a document time stamp.

Levels are those of ETSI EN 319 142-1: an act is sealed as B-T, the whole is closed as B-LTA. Every
revision is an incremental update, so the sealed file begins with the very bytes that were shown.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimeStamper

from signatures.acts import Act
from signatures.appearance import sheet_style, style
from signatures.authority import Authority
from signatures.errors import ActOutOfOrder, AuthorityError
from signatures.orders import ARCHIVE_FIELD, LEVEL, SHEET_FIELD
from signatures.persons import PersonChain, validation_path
from signatures.providers.base import SealCertificate, SealProvider
from signatures.revision import Revision
from signatures.running import run
from signatures.texts import words
from signatures.timestamps import Timestamps
from signatures.validation_data import Chains, ValidationData, certificates_used, last_stamped_at

DIGEST = "sha256"
ACT_LEVEL = "PAdES B-T"
# Room for the CMS with its token; a guess that is too small fails, one too large only pads.
BYTES_RESERVED = 24_576


@dataclass(frozen=True)
class Sealed:
    """A file after one more revision, with the time in that revision's token (aware UTC)."""

    pdf: bytes
    token_time: datetime
    token_quality: str
    level: str


class Sealer:
    """Seals with one key and one source of time stamps; for any number of threads."""

    def __init__(
        self, provider: SealProvider, timestamps: Timestamps, authority: Authority
    ) -> None:
        self._provider = provider
        self._timestamps = timestamps
        self._authority = authority
        self._validation = ValidationData(authority, provider.seal)

    @property
    def seal(self) -> SealCertificate:
        """The certificate that this seals with, and its issuers."""
        return self._provider.seal

    @property
    def superseded(self) -> bool:
        """Whether other keys count by now; nothing more is sealed with these."""
        return self._authority.superseded

    @property
    def level(self) -> str:
        """The level that a closed file has."""
        return LEVEL

    @property
    def stamper(self) -> TimeStamper:
        """What gives the time stamps of acts, sealed here or signed elsewhere."""
        return self._timestamps.stamper()

    def seal_act(self, pdf: bytes, act: Act, *, last: bool) -> Sealed:
        """Seal one act in its prepared field; ``last`` forbids every later change but the close.

        Raises ActOutOfOrder when the field is missing or filled, UnprintableName,
        TimestampUnavailable; AuthorityError when the key cannot be used, ``superseded`` when other
        keys count by now.
        """
        height = open_field_height(pdf, act.place)
        return self._sign(pdf, act_metadata(act, last=last), style(act, height), ACT_LEVEL)

    def close(self, pdf: bytes, beside: Sequence[PersonChain] = ()) -> Sealed:
        """Add certificates, revocation lists and a document time stamp: level B-LTA.

        ``beside`` has the chain of each person who signed with an own certificate, with lists that
        are current now. Raises TimestampUnavailable, AuthorityError.
        """
        return run(self._close(pdf, beside))

    def seal_sheet(self, pdf: bytes) -> bytes:
        """Seal an evidence sheet in its one field and close it."""
        open_field_height(pdf, SHEET_FIELD)
        metadata = PdfSignatureMetadata(
            field_name=SHEET_FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=words()["appearance"]["sheet_reason"],
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        look = sheet_style(_called(self.seal.certificate))
        return self.close(self._sign(pdf, metadata, look, ACT_LEVEL).pdf).pdf

    def certificates(self, pdf: bytes) -> Chains:
        """What belongs beside a file that was sealed and closed here. Raises AuthorityError."""
        return self._validation.chains(pdf, datetime.now(UTC))

    def _sign(self, pdf: bytes, metadata: PdfSignatureMetadata, look: Any, level: str) -> Sealed:
        signer = PdfSigner(
            metadata,
            signer=self._provider.signer,
            timestamper=self.stamper,
            stamp_style=look,
        )
        writer = Revision(io.BytesIO(pdf))
        output = run(
            signer.async_sign_pdf(writer, existing_fields_only=True, bytes_reserved=BYTES_RESERVED)
        )
        return self.stamped(output.getvalue(), level)

    async def _close(self, pdf: bytes, beside: Sequence[PersonChain]) -> Sealed:
        now = datetime.now(UTC)
        used = {**certificates_used(pdf), self._authority.tsa: now}
        found = [await self._validation.path(each, moment) for each, moment in used.items()]
        found += [await validation_path(each, now) for each in beside]
        lists = [one for each in beside for one in each.lists]
        stamper = PdfTimeStamper(
            self.stamper,
            field_name=ARCHIVE_FIELD,
            invis_settings=InvisSigSettings(box_out_of_bounds=True),
        )
        output = await stamper.async_timestamp_pdf(
            Revision(io.BytesIO(pdf)),
            DIGEST,
            validation_context=self._validation.context(now, lists),
            validation_paths=[path for path in found if path is not None],
            bytes_reserved=BYTES_RESERVED,
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )
        return self.stamped(output.getvalue(), LEVEL)

    def stamped(self, pdf: bytes, level: str) -> Sealed:
        """A file of which the newest revision was just stamped by ``stamper``.

        Nothing is handed out that was made with keys that were replaced meanwhile: their
        certificate may be revoked from a moment before now. Raises AuthorityError superseded.
        """
        if self.superseded:
            raise AuthorityError("superseded", str(self._authority.directory))
        return Sealed(pdf, last_stamped_at(pdf), self._timestamps.quality, level)


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _called(certificate: x509.Certificate) -> str:
    """The common name in a certificate, or else its whole name."""
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.subject.rfc4514_string()


def act_metadata(act: Act, *, last: bool) -> PdfSignatureMetadata:
    """The signature dictionary of an act; ``last`` forbids every later change but the close."""
    return PdfSignatureMetadata(
        field_name=act.place,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=act.person_name,
        reason=act_reason(act),
        docmdp_permissions=MDPPerm.NO_CHANGES if last else MDPPerm.FILL_FORMS,
    )


def act_reason(act: Act) -> str:
    """``/Reason``: which act this is, with the hash of its record, inside the signed bytes."""
    return str(
        words()["appearance"]["reason"].format(
            reference=act.reference, place=act.place, record=act.record_sha256
        )
    )


def open_field_height(pdf: bytes, name: str) -> float:
    """The height in points of a prepared field that is still empty. Raises ActOutOfOrder."""
    reader = PdfFileReader(io.BytesIO(pdf))
    # ``prepare_fields`` lists the fields in the order in which they are to be signed.
    for reference in reader.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == name:
            if "/V" in field:
                raise ActOutOfOrder(f"{name} is signed already")
            _, bottom, _, top = (float(edge) for edge in field["/Rect"])
            return top - bottom
        if "/V" not in field:
            raise ActOutOfOrder(f"{field.get('/T')} comes before {name}")
    raise ActOutOfOrder(f"there is no field {name}")
