"""Qualified means what a signed EU trusted list says about that very time, and nothing else."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import DigestAlgorithm
from signxml.xades import XAdESSigner

from signatures.chains.trusted_list import (
    GRANTED,
    TIME_STAMPS,
    ListUnusable,
    TrustedListFile,
    read_trusted_list,
)
from signatures.cms import containers
from signatures.run_async import run
from signatures.stamps.answers import Trust
from signatures.stamps.external import ExternalTimestamps
from signatures.stamps.service import StampService
from tests.signatures.time_authority import Authority, running

NOW = datetime.now(UTC)
WITHDRAWN = GRANTED.replace("granted", "withdrawn")
CERTIFICATES_FOR_SIGNATURES = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
TSL = "http://uri.etsi.org/02231/v2#"


class Operator:
    """The publisher of a list: a key and a certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Toezichthouder")])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(True, True, False, False, False, False, False, False, False),
                critical=True,
            )
            .sign(self.key, hashes.SHA256())
        )

    def sign(self, xml: str) -> bytes:
        """The list with an enveloped XAdES signature, as published."""
        signer = XAdESSigner(digest_algorithm=DigestAlgorithm.SHA256)
        signed = signer.sign(etree.fromstring(xml.encode()), key=self.key, cert=[self.certificate])
        return bytes(etree.tostring(signed))


def written(
    certificate: x509.Certificate,
    *,
    status: str = GRANTED,
    since: datetime = NOW - timedelta(days=30),
    before: tuple[str, datetime] | None = None,
    kind: str = TIME_STAMPS,
    ends: datetime = NOW + timedelta(days=100),
) -> str:
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    history = ""
    if before:
        history = f"""<ServiceHistory><ServiceHistoryInstance>
          <ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>
          <ServiceStatus>{before[0]}</ServiceStatus>
          <StatusStartingTime>{before[1]:%Y-%m-%dT%H:%M:%SZ}</StatusStartingTime>
        </ServiceHistoryInstance></ServiceHistory>"""
    return f"""<TrustServiceStatusList xmlns="{TSL}" Id="lijst" TSLTag="http://uri.etsi.org/19612/TSLTag">
      <SchemeInformation><TSLVersionIdentifier>6</TSLVersionIdentifier>
        <NextUpdate><dateTime>{ends:%Y-%m-%dT%H:%M:%SZ}</dateTime></NextUpdate>
      </SchemeInformation>
      <TrustServiceProviderList><TrustServiceProvider><TSPServices><TSPService>
        <ServiceInformation>
          <ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>
          <ServiceName><Name xml:lang="en">Qualified time stamps</Name></ServiceName>
          <ServiceDigitalIdentity><DigitalId><X509Certificate>{der}</X509Certificate></DigitalId>
          </ServiceDigitalIdentity>
          <ServiceStatus>{status}</ServiceStatus>
          <StatusStartingTime>{since:%Y-%m-%dT%H:%M:%SZ}</StatusStartingTime>
        </ServiceInformation>{history}
      </TSPService></TSPServices></TrustServiceProvider></TrustServiceProviderList>
    </TrustServiceStatusList>"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with running(tmp_path_factory.mktemp("tsa")) as made:
        yield made


@pytest.fixture(scope="module")
def operator() -> Operator:
    return Operator()


def quality(service: Authority, data: bytes, operator: Operator) -> str:
    found = read_trusted_list(data, [operator.certificate])
    spec = StampService(service.url, Trust((service.root,)))
    stamps = ExternalTimestamps([spec], trusted_list=lambda: found)
    return stamps.quality_of(
        containers.parsed(run(stamps.stamper().async_timestamp(b"\0" * 32, "sha256")))
    )


def test_a_listed_service_is_qualified(service: Authority, operator: Operator) -> None:
    signed = operator.sign(written(service.stamp))
    assert quality(service, signed, operator) == "gekwalificeerd"
    (listed,) = read_trusted_list(signed, [operator.certificate]).services
    assert listed.name == "Qualified time stamps"


def test_so_is_one_listed_by_its_issuer(service: Authority, operator: Operator) -> None:
    assert quality(service, operator.sign(written(service.root)), operator) == "gekwalificeerd"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": WITHDRAWN},
        {"since": NOW + timedelta(days=1)},
        {"status": WITHDRAWN, "before": (GRANTED, NOW - timedelta(days=90))},
        {"kind": CERTIFICATES_FOR_SIGNATURES},
        {"ends": NOW - timedelta(days=1)},
    ],
    ids=["withdrawn", "not yet", "no longer", "another kind of service", "an old list"],
)
def test_anything_else_is_only_external(
    service: Authority, operator: Operator, changes: dict[str, object]
) -> None:
    xml = written(service.stamp, **changes)  # type: ignore[arg-type]
    assert quality(service, operator.sign(xml), operator) == "extern"


def test_it_is_the_status_of_then_that_counts(service: Authority, operator: Operator) -> None:
    xml = written(service.stamp, status=WITHDRAWN, before=(GRANTED, NOW - timedelta(days=90)))
    found = read_trusted_list(operator.sign(xml), [operator.certificate])
    path = [service.stamp, service.root]
    assert found.granted(path, NOW - timedelta(days=60))
    assert not found.granted(path, NOW)
    assert not found.granted(path, NOW - timedelta(days=120))


def test_a_service_that_is_not_listed_is_external(service: Authority, operator: Operator) -> None:
    signed = operator.sign(written(operator.certificate))
    assert quality(service, signed, operator) == "extern"


def test_a_list_that_nobody_given_signed_is_refused(service: Authority, operator: Operator) -> None:
    xml = written(service.stamp)
    signed = operator.sign(xml)
    changed = signed.replace(b"withdrawn", b"granted").replace(
        b"Qualified time stamps", b"Qualified time stamp!"
    )
    for data, signers in (
        (xml.encode(), [operator.certificate]),
        (signed, [Operator().certificate]),
        (signed, []),
        (changed, [operator.certificate]),
        (b"<html>", [operator.certificate]),
        (b"", [operator.certificate]),
    ):
        with pytest.raises(ListUnusable):
            read_trusted_list(data, signers)


def test_what_stands_beside_the_signed_list_is_not_read(
    service: Authority, operator: Operator
) -> None:
    """A signed list inside a forged one: the signature is valid, but not over the outer list."""
    signed = operator.sign(written(operator.certificate)).decode()
    forged = written(service.stamp).replace("</SchemeInformation>", "</SchemeInformation>" + signed)
    with pytest.raises(ListUnusable):
        read_trusted_list(forged.encode(), [operator.certificate])


def test_a_new_file_is_read_and_a_broken_one_qualifies_nothing(
    service: Authority, operator: Operator, tmp_path: Path
) -> None:
    path = tmp_path / "lijst.xml"
    path.write_bytes(operator.sign(written(service.stamp)))
    kept = TrustedListFile(path, [operator.certificate])
    chain = [service.stamp]
    found = kept()
    assert found is not None
    assert found.granted(chain, NOW)

    path.write_bytes(operator.sign(written(service.stamp, status=WITHDRAWN)))
    os.utime(path, ns=(1, 1))
    found = kept()
    assert found is not None
    assert not found.granted(chain, NOW)

    path.write_bytes(b"<kapot")
    assert kept() is None
    with pytest.raises(ListUnusable):
        TrustedListFile(path, [operator.certificate])
