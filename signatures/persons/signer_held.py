"""An act signed with a person's own key, in two phases.

A PIN takes too long for a transaction. So ``prepare`` makes the revision without its signature;
``complete`` inserts the answer with a time stamp of ours (PAdES B-T), or refuses it.

    prepared = own.prepare(working, act, certificate, material, last=False)
    challenge = provider.begin(prepared)
    …
    signed = own.complete(prepared, provider.complete(prepared, answer), working=working)
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, time, timedelta
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers import PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signatures.acts.act import Act
from signatures.acts.appearance import style
from signatures.chains.asn1_certificates import asn1_certificate
from signatures.chains.persons import Persons
from signatures.chains.plain import Material
from signatures.cms.frozen_asn1 import FinalAttributes
from signatures.effective_date import BRUSSELS
from signatures.errors import (
    ActOutOfOrder,
    ReplyForOtherDocument,
    ReplyForOtherHash,
    ReplyFromOtherCertificate,
    ReplyRepeated,
    ReplyTooLate,
    SignatureWrong,
)
from signatures.pdf.revision_writer import RevisionWriter
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import signed_fields
from signatures.run_async import run
from signatures.sealing.seal import (
    ACT_LEVEL,
    DIGEST,
    Sealed,
    Sealer,
    act_metadata,
    open_field,
    sha256,
)
from signatures.stamps.timestamps import utc_now

TERM = timedelta(minutes=10)


@dataclass(frozen=True)
class PreparedAct:
    """A revision that lacks only its signature, kept while its signer is asked.

    ``working_sha256`` is the document that it extends, ``pdf`` the whole file with an empty
    container. ``signed_attributes`` (DER, a SET) hold ``digest``, the SHA-256 over all but the
    container; the key signs their SHA-256, ``to_sign``. Certificates are DER, the signer's own
    first. ``expires_at`` is aware UTC.
    """

    place: str
    record_sha256: str
    working_sha256: str
    pdf: bytes
    container_start: int
    container_end: int
    digest: str
    signed_attributes: bytes
    certificates: tuple[bytes, ...]
    expires_at: datetime

    @property
    def to_sign(self) -> str:
        """The SHA-256 (hex) that the key must sign."""
        return sha256(self.signed_attributes)

    @property
    def certificate_sha256(self) -> str:
        """The fingerprint (SHA-256, hex) of the certificate that the reply must use."""
        return sha256(self.certificates[0])

    def dump(self) -> bytes:
        """As JSON, to be stored until the reply comes."""
        values = {name: _plain(value) for name, value in asdict(self).items()}
        return json.dumps(values, sort_keys=True).encode()

    @classmethod
    def load(cls, stored: bytes) -> PreparedAct:
        """The inverse of ``dump``. Raises ValueError or KeyError for anything else."""
        values = json.loads(stored)
        return cls(
            **{
                **{each.name: values[each.name] for each in fields(cls)},
                "pdf": base64.b64decode(values["pdf"]),
                "signed_attributes": base64.b64decode(values["signed_attributes"]),
                "certificates": tuple(map(base64.b64decode, values["certificates"])),
                "expires_at": datetime.fromisoformat(values["expires_at"]),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


@dataclass(frozen=True)
class Challenge:
    """The request to the person's side: sign this hash with that certificate, before
    ``expires_at``. ``secrets`` are what the person must provide (``pin``, ``otp``)."""

    to_sign: str
    certificate_sha256: str
    algorithm: str
    expires_at: datetime
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """Which hash was signed with which certificate (SHA-256, hex), and the signature."""

    to_sign: str
    certificate_sha256: str
    signature: bytes


def challenge_for(prepared: PreparedAct, secrets: Sequence[str] = ()) -> Challenge:
    """The challenge for a prepared act."""
    key = x509.load_der_x509_certificate(prepared.certificates[0]).public_key()
    kind = "RSASSA-PKCS1-v1_5" if isinstance(key, rsa.RSAPublicKey) else "ECDSA"
    return Challenge(
        prepared.to_sign,
        prepared.certificate_sha256,
        f"{kind} SHA-256",
        prepared.expires_at,
        tuple(secrets),
    )


class OwnSignatures:
    """Prepares and completes acts with persons' own keys; thread-safe.

    ``confirms_last``: our own authority stamps the close, and so confirms a last own signature,
    which would otherwise be invalid (see ``trust``).
    """

    def __init__(
        self,
        sealer: Sealer,
        persons: Persons,
        *,
        confirms_last: bool,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.sealer = sealer
        self.persons = persons
        self.clock = clock
        self._confirms_last = confirms_last

    def prepare(
        self,
        working: bytes,
        act: Act,
        certificate: x509.Certificate,
        others: Material,
        *,
        last: bool,
    ) -> PreparedAct:
        """The revision of one act, to be signed with the key of ``certificate``.

        ``others`` are certificates that lead to a root for persons, and their revocation lists.
        Raises CertificateRefused, UnprintableName, and ActOutOfOrder (see ``check_turn``, or the
        field is missing or filled).
        """
        self.check_turn(last=last)
        now = self.clock()
        chain = self.persons.chain(certificate, others, now)
        writer = RevisionWriter(working)
        room = open_field(writer, act.place)
        signer = _GivenSignature(chain.path[:-1], None)
        pdf_signer = PdfSigner(
            act_metadata(act, last=last), signer=signer, stamp_style=style(act, room)
        )
        pdf, digest, attributes = run(
            _prepared(pdf_signer, signer, writer, self.sealer.bytes_reserved)
        )
        return PreparedAct(
            place=act.place,
            record_sha256=act.record_sha256,
            working_sha256=sha256(working),
            pdf=pdf,
            container_start=digest.reserved_region_start,
            container_end=digest.reserved_region_end,
            digest=digest.document_digest.hex(),
            signed_attributes=attributes,
            certificates=tuple(each.public_bytes(Encoding.DER) for each in chain.path[:-1]),
            expires_at=expiry(act.signed_at, now),
        )

    def check_turn(self, *, last: bool) -> None:
        """Raises ActOutOfOrder if the service could not confirm this last act afterwards."""
        if last and not self._confirms_last:
            raise ActOutOfOrder("an own signature cannot be last: another's time stamp closes")

    def complete(self, prepared: PreparedAct, reply: Reply, *, working: bytes) -> Sealed:
        """The file with the person's signature and our time stamp in it.

        Read ``working``, the current document, under the lock under which the result is stored: one
        reply completes a place. Raises a ReplyRefused, TimestampUnavailable or AuthorityError; then
        another reply may follow.
        """
        if sha256(working) != prepared.working_sha256:
            if _is_filled(working, prepared.place):
                raise ReplyRepeated(prepared.place)
            raise ReplyForOtherDocument(prepared.place)
        if self.clock() >= prepared.expires_at:
            raise ReplyTooLate(prepared.expires_at.isoformat())
        if reply.certificate_sha256 != prepared.certificate_sha256:
            raise ReplyFromOtherCertificate(reply.certificate_sha256)
        if reply.to_sign != prepared.to_sign:
            raise ReplyForOtherHash(reply.to_sign)
        path = tuple(map(x509.load_der_x509_certificate, prepared.certificates))
        _check_signature(path[0], reply.signature, prepared.signed_attributes)
        signer = _GivenSignature(path, reply.signature)
        signed = run(
            signer.async_sign_prescribed_attributes(
                DIGEST,
                signed_attrs=FinalAttributes.load(prepared.signed_attributes),
                timestamper=self.sealer.stamper,
            )
        )
        output = io.BytesIO(prepared.pdf)
        PreparedByteRangeDigest(
            bytes.fromhex(prepared.digest), prepared.container_start, prepared.container_end
        ).fill_with_cms(output, signed)
        return self.sealer.sealed_from(output.getvalue(), ACT_LEVEL)


def expiry(signed_at: datetime, now: datetime) -> datetime:
    """When a prepared act expires (aware UTC): after ``TERM``, or at the end of the act's day in
    Brussels, since it is dated that day."""
    day = signed_at.astimezone(BRUSSELS).date() + timedelta(days=1)
    midnight = datetime.combine(day, time(), BRUSSELS)
    return min(now + TERM, midnight).astimezone(UTC)


class _GivenSignature(ExternalSigner):
    """pyHanko's signer for a signature made elsewhere, with final encoding (``frozen_asn1``)."""

    def __init__(self, path: Sequence[x509.Certificate], signature: bytes | None) -> None:
        own, *issuers = [asn1_certificate(each) for each in path]
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(issuers)
        super().__init__(own, store, signature, embed_roots=False)

    async def unsigned_attrs(self, *arguments: Any, **options: Any) -> cms.CMSAttributes | None:
        attributes = await super().unsigned_attrs(*arguments, **options)
        return None if attributes is None else FinalAttributes.load(attributes.dump())


async def _prepared(
    pdf_signer: PdfSigner, signer: ExternalSigner, writer: RevisionWriter, room: int
) -> tuple[bytes, PreparedByteRangeDigest, bytes]:
    digest, _document, output = await pdf_signer.async_digest_doc_for_signing(
        writer, existing_fields_only=True, bytes_reserved=room
    )
    attributes = await signer.signed_attrs(digest.document_digest, DIGEST, use_pades=True)
    output.seek(0)
    return output.read(), digest, attributes.dump()


def _is_filled(working: bytes, place: str) -> bool:
    return any(each.field == place for each in signed_fields(Revisions(working)))


def _check_signature(certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise SignatureWrong("neither an RSA nor an EC key")
    except InvalidSignature as wrong:
        raise SignatureWrong(f"not over {sha256(signed)}") from wrong
