"""Our containers are, byte for byte, what pyHanko would build."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from pyhanko.sign.signers.pdf_cms import ExternalSigner, PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.cms import containers
from signatures.cms.signed_data import SignedData, encoded
from signatures.keys.authority import Authority
from signatures.run_async import run
from signatures.stamps.check import check_over
from signatures.stamps.timestamps import LocalTimestamps
from tests.signatures.people import EC, PeoplesAuthority

DIGEST = hashlib.sha256(b"the bytes of a file").digest()
SIGNATURE = bytes(range(256))


class Fixed(TimeStamper):
    """Always gives the same token."""

    def __init__(self, token: cms.ContentInfo) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._token = token

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        return self._token


def built_by_pyhanko(
    certificate: x509.Certificate, chain: list[x509.Certificate], token: Any
) -> bytes:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(map(asn1_certificate, chain))
    signer = ExternalSigner(
        asn1_certificate(certificate), store, signature_value=SIGNATURE, embed_roots=False
    )
    made = run(
        signer.async_sign(
            DIGEST,
            "sha256",
            use_pades=True,
            timestamper=Fixed(token) if token else None,
            signed_attr_settings=PdfCMSSignedAttributes(),
        )
    )
    return bytes(made.dump())


@pytest.mark.parametrize("stamped", [False, True])
@pytest.mark.parametrize("key", ["sha256_rsa", "sha256_ecdsa"])
def test_a_seal_is_what_pyhanko_would_build(
    authority: Authority, people: PeoplesAuthority, key: str, stamped: bool
) -> None:
    own = authority.seal if key == "sha256_rsa" else people.person(kind=EC).certificate
    token = None
    if stamped:
        over = hashlib.sha256(SIGNATURE).digest()
        token = run(LocalTimestamps(authority).stamper().async_timestamp(over, "sha256"))
    ours = SignedData(
        asn1_certificate(own),
        [asn1_certificate(authority.issuing)],
        algorithm=key,
        content_type="data",
    )
    made = ours.signed(ours.attributes(DIGEST), SIGNATURE, token=token.dump() if token else b"")
    assert made == built_by_pyhanko(own, [authority.issuing], token)


def test_a_token_of_ours_is_encoded_as_a_library_would(authority: Authority) -> None:
    """It is the same whether made in this process or for a request."""
    stamper = LocalTimestamps(authority).stamper()
    data = b"what is stamped"
    imprint = {"algorithm": "sha256"}, hashlib.sha256(data).digest()
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": imprint[0], "hashed_message": imprint[1]},
            "nonce": 4711,
            "cert_req": True,
        }
    )
    answer = run(stamper.async_request_tsa_response(request))
    for token in (
        run(stamper.async_timestamp(imprint[1], "sha256")).dump(),
        answer["time_stamp_token"].dump(),
    ):
        read = cms.ContentInfo.load(token, strict=True)
        assert cms.ContentInfo.load(token).dump(force=True) == token
        check_over(containers.parsed(read), data)
    assert containers.parsed(answer["time_stamp_token"]).stamped["nonce"].native == 4711


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths_are_those_of_der(size: int) -> None:
    value = bytes(size)
    assert encoded(0x04, value) == cms.OctetString(value).dump()
    assert encoded(0x04, value[: size // 2], value[size // 2 :]) == encoded(0x04, value)
