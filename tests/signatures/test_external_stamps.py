"""Third-party time stamps: OpenSSL's, over HTTP, and everything that can go wrong."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from signatures.chains.certificates import new_key
from signatures.errors import TimestampUnavailable
from signatures.keys.authority import Authority as OurAuthority
from signatures.providers.software import SoftwareProvider
from signatures.run_async import run
from signatures.sealing.seal import Sealed, Sealer
from signatures.stamps.answers import Trust, split
from signatures.stamps.chains import StampChains
from signatures.stamps.external import ExternalTimestamps
from signatures.stamps.service import StampService
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.report import COMPLETENESS_UNKNOWN, FAILS, GENUINE, Ledger
from signatures.verdict.verify import verify
from tests.signatures.making import CONTROLLER_FIRST, prepared, seal_all
from tests.signatures.time_authority import POLICY, Authority, Reply, openssl, running
from tests.variants import some

DIGEST = hashlib.sha256(b"een document").digest()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Authority]:
    with running(tmp_path / "tsa") as made:
        yield made


def described(authority: Authority, **changes: Any) -> StampService:
    return replace(StampService(authority.url, Trust((authority.root,))), **changes)


def external(*services: StampService, **more: Any) -> ExternalTimestamps:
    return ExternalTimestamps(services, timeout_seconds=20.0, **more)


def stamp(stamps: ExternalTimestamps) -> Any:
    return run(stamps.stamper().async_timestamp(DIGEST, "sha256"))


def refusal(*services: StampService, **more: Any) -> str:
    with pytest.raises(TimestampUnavailable) as refused:
        stamp(external(*services, **more))
    return str(refused.value)


def sealing(ours: OurAuthority, stamps: ExternalTimestamps, *trusted: Authority) -> Sealer:
    trust = Trust(tuple(each.root for each in trusted))
    return Sealer(SoftwareProvider(ours), stamps, ours, chains=StampChains(trust))


def ledger(shown: bytes, steps: list[Sealed]) -> Ledger:
    pdf = steps[-1].pdf
    return Ledger(hashlib.sha256(pdf).hexdigest(), hashlib.sha256(shown).hexdigest(), len(shown))


def test_a_whole_agreement_is_genuine_offline_and_openssl_agrees(
    converted: bytes, authority: OurAuthority, tmp_path: Path
) -> None:
    with running(tmp_path / "tsa") as service:
        sealer = sealing(authority, external(described(service)), service)
        shown = prepared(converted, CONTROLLER_FIRST)
        steps = seal_all(sealer, shown, CONTROLLER_FIRST)
    assert {step.token_quality for step in steps} == {"extern"}
    assert service.fetched == ["/root.crl"]  # fetched once, and cached

    # The authority is no longer reachable.
    report = verify(
        steps[-1].pdf,
        roots=authority.roots,
        stamp_roots=[service.root],
        ledger=ledger(shown, steps),
    )
    assert report.verdict == GENUINE, report.lines("en")
    unpinned = verify(steps[-1].pdf, roots=authority.roots, ledger=ledger(shown, steps))
    assert {a.rule: a.state for a in unpinned.answers}["chains"] == FAILS

    token = stamped_by_openssl(steps[-1].pdf, tmp_path)
    openssl(
        "ts", "-verify", "-in", token, "-token_in", "-data", tmp_path / "covered",
        "-CAfile", tmp_path / "tsa" / "root.pem",
    )  # fmt: skip


def stamped_by_openssl(pdf: bytes, folder: Path) -> Path:
    """The closing token and the bytes it covers, as files."""
    at = pdf.rindex(b"/ByteRange")
    start, first, second, rest = (
        int(number) for number in pdf[pdf.index(b"[", at) + 1 : pdf.index(b"]", at)].split()
    )
    (folder / "covered").write_bytes(pdf[start:first] + pdf[second : second + rest])
    token = bytes.fromhex(pdf[first + 1 : second - 1].decode())
    (folder / "token.der").write_bytes(token.rstrip(b"\0"))
    return folder / "token.der"


@pytest.mark.long
def test_one_that_has_only_ocsp_is_closed_with_its_answer(
    converted: bytes, authority: OurAuthority, tmp_path: Path
) -> None:
    with running(tmp_path / "tsa", revocation="ocsp") as service:
        sealer = sealing(authority, external(described(service)), service)
        shown = prepared(converted, CONTROLLER_FIRST)
        steps = seal_all(sealer, shown, CONTROLLER_FIRST)
        renewed = sealer.renew(steps[-1].pdf).pdf
    assert set(service.fetched) == {"/ocsp"}
    for pdf in (steps[-1].pdf, renewed):
        report = verify(
            pdf,
            roots=authority.roots,
            stamp_roots=[service.root],
            ledger=ledger(shown, steps),
        )
        assert report.verdict == GENUINE, report.lines("en")


@pytest.mark.long
def test_one_that_says_nothing_about_revocation_is_not_closed_with(
    converted: bytes, authority: OurAuthority, tmp_path: Path
) -> None:
    with running(tmp_path / "tsa", revocation="none") as service:
        sealer = sealing(authority, external(described(service)), service)
        with pytest.raises(TimestampUnavailable, match="no_revocation"):
            seal_all(sealer, prepared(converted, CONTROLLER_FIRST), CONTROLLER_FIRST)


def test_one_whose_certificate_is_revoked_is_not_closed_with(
    converted: bytes, authority: OurAuthority, service: Authority
) -> None:
    (service.folder / "root.crl").write_bytes(service.crl(service.stamp))
    sealer = sealing(authority, external(described(service)), service)
    with pytest.raises(TimestampUnavailable, match="revo"):
        seal_all(sealer, prepared(converted, CONTROLLER_FIRST), CONTROLLER_FIRST)


@pytest.mark.long
def test_the_second_answers_when_the_first_does_not(
    converted: bytes, authority: OurAuthority, service: Authority, tmp_path: Path
) -> None:
    with running(tmp_path / "first", name="De eerste") as first:
        stamps = external(described(first), described(service))
        sealer = sealing(authority, stamps, first, service)
        shown = prepared(converted, CONTROLLER_FIRST)
        asked: list[int] = []

        def only_once(question: bytes) -> Reply:
            asked.append(1)
            return (503, {}, b"") if len(asked) > 1 else (200, {}, first.token(question))

        first.answer = only_once
        steps = seal_all(sealer, shown, CONTROLLER_FIRST)
    assert len(asked) == 2  # after its 503 it is not asked for a minute
    assert len(service.asked) == 3
    report = verify(
        steps[-1].pdf,
        roots=authority.roots,
        stamp_roots=[first.root, service.root],
        ledger=ledger(shown, steps),
    )
    assert report.verdict == GENUINE, report.lines("en")


@pytest.mark.long
def test_what_our_own_stamped_before_the_change_stays_good(
    converted: bytes, authority: OurAuthority, service: Authority, sealer: Sealer
) -> None:
    shown = prepared(converted, CONTROLLER_FIRST)
    own = seal_all(sealer, shown, CONTROLLER_FIRST)[:-1]
    closed = sealing(authority, external(described(service)), service).close(own[-1].pdf)
    assert [own[-1].token_quality, closed.token_quality] == ["eigen", "extern"]
    report = verify(closed.pdf, roots=authority.roots, stamp_roots=[service.root])
    assert report.verdict == COMPLETENESS_UNKNOWN, report.lines("en")


def other_request(question: bytes, **changes: Any) -> bytes:
    asked = tsp.TimeStampReq.load(question)
    values = {"version": 1, "message_imprint": asked["message_imprint"], "cert_req": True}
    return bytes(tsp.TimeStampReq({**values, "nonce": asked["nonce"], **changes}).dump())


def other_imprint() -> tsp.MessageImprint:
    algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
    return tsp.MessageImprint({"hash_algorithm": algorithm, "hashed_message": b"\1" * 32})


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"nonce": 42}, "nonce"), ({"message_imprint": other_imprint()}, "imprint")],
)
def test_an_answer_to_another_question_is_refused(
    service: Authority, changes: dict[str, Any], code: str
) -> None:
    service.answer = lambda asked: (200, {}, service.token(other_request(asked, **changes)))
    assert f": {code}" in refusal(described(service))


ANSWERS: dict[str, tuple[Reply, str]] = {
    "a page": ((200, {"Content-Type": "text/html"}, b"<html>Welkom</html>"), "no_answer"),
    "nothing": ((200, {}, b""), "no_answer"),
    "an error": ((500, {}, b"kapot"), "http: 500"),
    "a redirection": ((302, {"Location": "http://127.0.0.1:1/"}, b""), "http: 302"),
    "too much": ((200, {}, b"0" * 200_000), "too_large"),
    "a refusal": ((200, {}, bytes.fromhex("30053003020102")), "status"),
}


@pytest.mark.parametrize(("reply", "code"), some(ANSWERS.values()), ids=ANSWERS.keys())
def test_an_answer_that_is_none_is_refused(service: Authority, reply: Reply, code: str) -> None:
    service.answer = lambda _asked: reply
    assert code in refusal(described(service))


def test_one_that_is_down_is_said(service: Authority) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/tsr"
        assert "unreachable" in refusal(described(service, url=url))


def test_one_that_never_answers_is_given_up(service: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/tsr"
        stamps = ExternalTimestamps([described(service, url=url)], timeout_seconds=0.2)
        with pytest.raises(TimestampUnavailable, match="too_slow"):
            stamp(stamps)


def test_a_wrong_clock_is_refused(service: Authority) -> None:
    late = datetime.now(UTC) + timedelta(seconds=75)
    assert ": clock" in refusal(described(service), clock=lambda: late)


def test_an_unknown_policy_is_refused(service: Authority) -> None:
    known = Trust((service.root,), policies=(POLICY,))
    stamp(external(described(service, trust=known)))
    other = Trust((service.root,), policies=("1.2.3",))
    assert f"policy: {POLICY}" in refusal(described(service, trust=other))


def test_an_ended_certificate_is_refused(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with running(
        tmp_path / "tsa", starts=now - timedelta(days=9), ends=now - timedelta(days=1)
    ) as service:
        assert "certificate" in refusal(described(service))


def test_one_of_another_root_is_refused(service: Authority, authority: OurAuthority) -> None:
    assert ": chain" in refusal(described(service, trust=Trust((authority.root,))))


@pytest.mark.parametrize(
    ("uses", "critical"),
    [
        ([ExtendedKeyUsageOID.TIME_STAMPING], False),
        pytest.param(
            [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING],
            True,
            marks=pytest.mark.long,
        ),
        ([ExtendedKeyUsageOID.CODE_SIGNING], True),
    ],
)
def test_a_certificate_for_something_else_is_refused(
    service: Authority, authority: OurAuthority, uses: list[Any], critical: bool
) -> None:
    # OpenSSL refuses to stamp with such a certificate, so ours does.
    wrong: Any = with_usage(authority, service, uses, critical)
    stamper = LocalTimestamps(wrong).stamper()

    def answer(question: bytes) -> Reply:
        asked = tsp.TimeStampReq.load(question)
        return 200, {}, run(stamper.async_request_tsa_response(asked)).dump()

    service.answer = answer
    assert "certificate: not for time stamps" in refusal(described(service))


@dataclass(frozen=True)
class Stamping:
    """What our own stamper needs from an authority."""

    root: x509.Certificate
    issuing: x509.Certificate
    tsa: x509.Certificate
    tsa_key: Any


def with_usage(ours: OurAuthority, service: Authority, uses: list[Any], critical: bool) -> Stamping:
    key = new_key()
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(service.stamp.subject)
        .issuer_name(service.root.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage(uses), critical=critical)
        .sign(service.root_key, hashes.SHA256())
    )
    return Stamping(ours.root, ours.issuing, certificate, key)


def test_too_many_questions_wait(service: Authority) -> None:
    stamps = external(described(service, per_minute=2))
    stamp(stamps)
    stamp(stamps)
    with pytest.raises(TimestampUnavailable, match=r"pace: not for \d+ s"):
        stamp(stamps)
    assert len(service.asked) == 2


@pytest.mark.parametrize("after", ["120", "Wed, 01 Jan 2120 00:00:00 GMT"])
def test_a_service_that_asks_to_wait_is_not_asked_again(service: Authority, after: str) -> None:
    service.answer = lambda _asked: (429, {"Retry-After": after}, b"")
    stamps = external(described(service))
    for expected in ("HTTP 429", "not for"):
        with pytest.raises(TimestampUnavailable, match=expected):
            stamp(stamps)
    assert len(service.asked) == 1


def test_credentials_go_along_and_stand_nowhere(service: Authority) -> None:
    spec = described(service, authorization="Basic Z2VoZWlt")
    stamp(external(spec))
    assert service.asked[0]["authorization"] == "Basic Z2VoZWlt"
    assert "Z2VoZWlt" not in repr(spec)


def test_a_file_without_root_is_no_trust(service: Authority) -> None:
    with pytest.raises(ValueError, match="no root"):
        split([service.stamp])
    both = x509.load_pem_x509_certificates(
        service.root.public_bytes(Encoding.PEM) + service.stamp.public_bytes(Encoding.PEM)
    )
    assert split(both) == Trust((service.root,), (service.stamp,))
