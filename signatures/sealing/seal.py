"""Seals each act as a PAdES revision, then adds validation data and a document time stamp.

Levels (ETSI EN 319 142-1): an act is B-T, the closed file B-LTA. All revisions are incremental
updates, so the file begins with the bytes that were shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimeStamper

from signatures.acts.act import Act
from signatures.acts.appearance import sheet_style, style
from signatures.acts.prepare_fields import DATE_BASELINE, Room
from signatures.chains.persons import PersonChain, validation_path
from signatures.cms import asn1_types
from signatures.cms.containers import Container, NotIntact
from signatures.errors import ActOutOfOrder, AuthorityError, TimestampUnavailable
from signatures.field_names import ARCHIVE_FIELD, LEVEL, SHEET_FIELD
from signatures.keys.authority import Authority
from signatures.pdf.extraction import Part, parts
from signatures.pdf.revision_writer import RevisionWriter
from signatures.pdf.stamps_in_file import certificates_used, newest_token, proves_until
from signatures.providers.base import SealCertificate, SealProvider
from signatures.run_async import run
from signatures.sealing.validation_data import Chains, ValidationData
from signatures.stamps.answers import StampRefused
from signatures.stamps.chains import StampChains, StampEvidence
from signatures.stamps.timestamps import Timestamps, utc_now
from signatures.texts import words
from signatures.verdict.renewed import next_renewal_field

asn1_types.prepare()  # pyHanko defines types of its own

DIGEST = "sha256"
ACT_LEVEL = "PAdES B-T"
MOST_IN_TURN = 3  # certificates with which one service may alternate


@dataclass(frozen=True)
class Sealed:
    """A file after one more revision; ``token_time`` (aware UTC) is its time stamp's."""

    pdf: bytes
    token_time: datetime
    token_quality: str
    level: str


class Sealer:
    """Seals with one key and one source of time stamps; thread-safe."""

    def __init__(
        self,
        provider: SealProvider,
        timestamps: Timestamps,
        authority: Authority,
        *,
        chains: StampChains | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``chains`` finds the validation data of third-party time stamp authorities."""
        self._provider = provider
        self._timestamps = timestamps
        self._authority = authority
        self._chains = chains
        self._clock = clock
        self._validation = ValidationData(authority, provider.seal)

    @property
    def seal(self) -> SealCertificate:
        """The sealing certificate and its issuers."""
        return self._provider.seal

    @property
    def superseded(self) -> bool:
        """Whether these keys were replaced; then nothing more is sealed with them."""
        return self._authority.superseded

    @property
    def bytes_reserved(self) -> int:
        """Room for a person's signature with its time stamp, in hexadecimal digits."""
        return self._timestamps.bytes_reserved

    @property
    def stamper(self) -> TimeStamper:
        """The source of time stamps for acts, sealed here or signed elsewhere."""
        return self._timestamps.stamper()

    def seal_act(self, pdf: bytes, act: Act, *, last: bool) -> Sealed:
        """Seal one act in its prepared field; after the ``last`` only the close is allowed.

        Raises ActOutOfOrder when the field is missing or filled, UnprintableName,
        TimestampUnavailable, and AuthorityError, ``superseded`` when the key was replaced.
        """
        writer = RevisionWriter(pdf)
        look = style(act, open_field(writer, act.place))
        return self._sign(writer, act_metadata(act, last=last), look)

    def close(self, pdf: bytes, beside: Sequence[PersonChain] = ()) -> Sealed:
        """Add certificates, revocation lists and a document time stamp: level B-LTA.

        ``beside`` are the chains of persons' own certificates, with current lists. Raises
        TimestampUnavailable, AuthorityError.
        """
        found = parts(pdf)
        used = {**certificates_used(found), self._authority.tsa: self._clock()}
        return self._add_document_stamp(
            pdf, ARCHIVE_FIELD, used, [each.stamp for each in found], beside
        )

    def renew(self, pdf: bytes) -> Sealed:
        """Add a document time stamp to a closed file, with data that prove the previous one now.

        Do it before the last time stamp's certificate ends. The result begins with the given bytes.
        Raises TimestampUnavailable, AuthorityError; ``expired`` when it is too late.
        """
        last, now = parts(pdf)[-1].stamp, self._clock()
        ends = last.certificate.not_valid_after_utc
        if now >= ends:
            raise AuthorityError("expired", f"the last time stamp proved until {ends}")
        used = {last.certificate: now, self._authority.tsa: now}
        return self._add_document_stamp(pdf, next_renewal_field(pdf), used, [last])

    def stamps_until(self) -> datetime:
        """Until when the next document time stamp will be evidence by itself (aware UTC).

        Raises TimestampUnavailable.
        """
        lately = [each.certificate for each in self._timestamps.lately()]
        return min(map(proves_until, lately or [self._authority.tsa]))

    def seal_sheet(self, pdf: bytes) -> bytes:
        """Seal an evidence sheet in its one field and close it."""
        writer = RevisionWriter(pdf)
        open_field(writer, SHEET_FIELD)
        metadata = PdfSignatureMetadata(
            field_name=SHEET_FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=words()["appearance"]["sheet_reason"],
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        look = sheet_style(_called(self.seal.certificate))
        return self.close(self._sign(writer, metadata, look).pdf).pdf

    def seal_record(self, data: bytes) -> bytes:
        """A time-stamped detached CMS in DER, which ``sealed_record`` checks. Raises
        TimestampUnavailable, AuthorityError."""
        signed = self._provider.signer.async_sign(
            hashlib.sha256(data).digest(), DIGEST, timestamper=self.stamper
        )
        made: bytes = run(signed).dump()
        if self.superseded:
            raise AuthorityError("superseded", str(self._authority.directory))
        return made

    def certificates(self, seals: Iterable[Part]) -> Chains:
        """What to keep with a file closed here that has these ``seals``. Raises AuthorityError."""
        return self._validation.chains(seals, self._clock())

    def stamp_evidence(self, seals: Iterable[Part]) -> StampEvidence:
        """The certificates and lists of third-party authorities to keep with ``seals``. Raises
        TimestampUnavailable."""
        tokens = [each.stamp for each in seals]
        return run(self._evidence(self._foreign(tokens), self._clock()))

    def _sign(self, writer: RevisionWriter, metadata: PdfSignatureMetadata, look: Any) -> Sealed:
        signer = PdfSigner(
            metadata,
            signer=self._provider.signer,
            timestamper=self.stamper,
            stamp_style=look,
        )
        output = run(
            signer.async_sign_pdf(
                writer,
                existing_fields_only=True,
                bytes_reserved=self._timestamps.room(self._provider.signer.size),
            )
        )
        return self.sealed_from(output.getvalue(), ACT_LEVEL)

    def _add_document_stamp(
        self,
        pdf: bytes,
        field: str,
        used: Mapping[x509.Certificate, datetime],
        tokens: Sequence[Container],
        beside: Sequence[PersonChain] = (),
    ) -> Sealed:
        """Add one revision: validation data, and a document time stamp over everything.

        The data cover the certificates ``used`` (with the moment of use), those of ``tokens`` and
        ``beside``, and that of the new stamp, which is known only afterwards: it is predicted from
        recent stamps, and a wrong prediction is repeated.
        """
        for _ in range(MOST_IN_TURN):
            about = [*tokens, *self._timestamps.lately()]
            closed = run(self._try_document_stamp(pdf, field, used, self._foreign(about), beside))
            newest = newest_token(closed)
            known = {each.certificate for each in about}
            if newest.certificate in known or not self._foreign([newest]):
                return self._sealed(closed, newest, LEVEL)
        raise TimestampUnavailable("each answer came with another certificate")

    async def _try_document_stamp(
        self,
        pdf: bytes,
        field: str,
        used: Mapping[x509.Certificate, datetime],
        foreign: list[Container],
        beside: Sequence[PersonChain],
    ) -> bytes:
        now = self._clock()
        others = await self._evidence(foreign, now)
        found = [await self._validation.path(each, moment) for each, moment in used.items()]
        found += [await validation_path(each, now) for each in beside]
        lists = [one for each in beside for one in each.lists]
        stamper = PdfTimeStamper(
            self.stamper,
            field_name=field,
            invis_settings=InvisSigSettings(box_out_of_bounds=True),
            readable_field_name=words()["appearance"]["stamp_field"],
        )
        output = await stamper.async_timestamp_pdf(
            RevisionWriter(pdf),
            DIGEST,
            validation_context=self._validation.context(now, others, lists),
            validation_paths=[*(path for path in found if path is not None), *others.paths],
            bytes_reserved=self._timestamps.room(0),
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )
        return bytes(output.getvalue())

    def _foreign(self, tokens: Sequence[Container]) -> list[Container]:
        return [each for each in tokens if not self._validation.knows(each.certificate)]

    async def _evidence(self, foreign: list[Container], now: datetime) -> StampEvidence:
        if not foreign:
            return StampEvidence()
        if self._chains is None:
            issuer = foreign[0].certificate.issuer.rfc4514_string()
            raise TimestampUnavailable(f"no root is configured for the authority {issuer}")
        try:
            return await self._chains.evidence(foreign, now)
        except StampRefused as refusal:
            raise TimestampUnavailable(str(refusal)) from refusal

    def sealed_from(self, pdf: bytes, level: str) -> Sealed:
        """The result for a file whose newest revision was just time-stamped by ``stamper``.

        Raises AuthorityError superseded for keys replaced meanwhile, as they may be revoked.
        """
        return self._sealed(pdf, newest_token(pdf), level)

    def _sealed(self, pdf: bytes, token: Container, level: str) -> Sealed:
        if self.superseded:
            raise AuthorityError("superseded", str(self._authority.directory))
        if token.time is None:
            raise NotIntact("token")
        return Sealed(pdf, token.time, self._timestamps.quality_of(token), level)


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _called(certificate: x509.Certificate) -> str:
    """The common name in a certificate, otherwise its whole subject name."""
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.subject.rfc4514_string()


def act_metadata(act: Act, *, last: bool) -> PdfSignatureMetadata:
    """The signature dictionary of an act; after the ``last`` only the close is allowed."""
    return PdfSignatureMetadata(
        field_name=act.place,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=act.person_name,
        reason=act_reason(act),
        docmdp_permissions=MDPPerm.NO_CHANGES if last else MDPPerm.FILL_FORMS,
    )


def act_reason(act: Act) -> str:
    """``/Reason``: identifies the act and binds the hash of its record."""
    return str(
        words()["appearance"]["reason"].format(
            reference=act.reference, place=act.place, record=act.record_sha256
        )
    )


def open_field(file: RevisionWriter, name: str) -> Room:
    """The room in a prepared field that is still empty. Raises ActOutOfOrder."""
    # ``prepare_fields`` lists the fields in signing order.
    for reference in file.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == name:
            if "/V" in field:
                raise ActOutOfOrder(f"{name} is signed already")
            left, bottom, right, top = (float(edge) for edge in field["/Rect"])
            date = field.get(DATE_BASELINE)
            return Room(right - left, top - bottom, None if date is None else float(date))
        if "/V" not in field:
            raise ActOutOfOrder(f"{field.get('/T')} comes before {name}")
    raise ActOutOfOrder(f"there is no field {name}")
