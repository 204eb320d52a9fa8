"""A person's key at a signing service with the CSC API, against a real test server."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from signatures.chains.persons import Persons
from signatures.errors import (
    AuthorisationExpired,
    AuthorisationRefused,
    ReplyForOtherHash,
    ReplyFromOtherCertificate,
    SignatureWrong,
    SigningServiceError,
    SigningServiceUnavailable,
)
from signatures.persons.csc import CscAddress, CscAnswer, CscProvider
from signatures.persons.signer_held import OwnSignatures, PreparedAct
from signatures.sealing.seal import Sealed, Sealer
from tests.signatures.conftest import SealedFile
from tests.signatures.csc_service import PIN, CscService
from tests.signatures.making import CONTROLLER_FIRST, act_for

TYPED = CscAnswer(pin=PIN)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> CscService:
    return CscService(tmp_path_factory.mktemp("csc"))


@pytest.fixture
def service(made: CscService) -> Iterator[CscService]:
    with made.running():
        yield made


class Signing:
    """One act in preparation."""

    def __init__(self, sealer: Sealer, service: CscService, shown: bytes, who: str) -> None:
        self.working = shown
        self.provider = CscProvider(CscAddress(service.url, f"people/{who}"))
        self.own = OwnSignatures(sealer, Persons([service.root]), confirms_last=True)
        act = act_for(CONTROLLER_FIRST[0], shown)
        certificate = self.provider.certificates()[0]
        self.prepared: PreparedAct = self.own.prepare(
            shown, act, certificate, service.material(), last=False
        )

    def complete(self, answer: CscAnswer = TYPED) -> Sealed:
        reply = self.provider.complete(self.prepared, answer)
        return self.own.complete(self.prepared, reply, working=self.working)


@pytest.fixture
def signing(sealer: Sealer, service: CscService, controller_first: SealedFile) -> Signing:
    return Signing(sealer, service, controller_first.shown, "els")


@pytest.mark.parametrize(
    "who", ["els", pytest.param("an", marks=pytest.mark.long)], ids=["rsa", "ec"]
)
@pytest.mark.long
def test_the_service_signs_what_it_was_permitted_to(
    sealer: Sealer, service: CscService, controller_first: SealedFile, who: str
) -> None:
    signing = Signing(sealer, service, controller_first.shown, who)

    assert signing.complete().pdf.startswith(controller_first.shown)

    asked = dict(service.behaviour.asked)
    hashed = base64.b64encode(bytes.fromhex(signing.prepared.to_sign)).decode()
    assert asked["credentials/authorize"]["hash"] == [hashed]
    assert asked["credentials/authorize"]["numSignatures"] == 1
    assert asked["signatures/signHash"]["hash"] == [hashed]


def test_it_asks_for_the_secrets_that_such_a_service_may_want(signing: Signing) -> None:
    assert signing.provider.begin(signing.prepared).secrets == ("pin", "otp")


def test_a_wrong_pin_signs_nothing_and_the_right_one_still_does(
    signing: Signing, service: CscService
) -> None:
    with pytest.raises(AuthorisationRefused, match="invalid_pin"):
        signing.complete(CscAnswer(pin="0"))

    assert "signatures/signHash" not in dict(service.behaviour.asked)
    assert signing.complete().level == "PAdES B-T"


def test_a_permission_that_has_ended_is_not_used(signing: Signing, service: CscService) -> None:
    service.behaviour.expires_in = 0

    with pytest.raises(AuthorisationExpired):
        signing.complete()
    assert "signatures/signHash" not in dict(service.behaviour.asked)


def test_a_permission_that_the_service_calls_expired(signing: Signing, service: CscService) -> None:
    service.behaviour.forgets_permissions = True

    with pytest.raises(AuthorisationExpired, match="SAD expired"):
        signing.complete()


def test_a_wrong_signature_is_refused(signing: Signing, service: CscService) -> None:
    service.behaviour.spoils_signatures = True

    with pytest.raises(SignatureWrong):
        signing.complete()


def test_another_credential_than_the_act_was_prepared_for(
    signing: Signing, service: CscService
) -> None:
    signing.provider = CscProvider(CscAddress(service.url, "people/an"))

    with pytest.raises(ReplyFromOtherCertificate):
        signing.complete()


def test_the_signature_over_another_act_is_refused(
    signing: Signing, sealer: Sealer, service: CscService, processor_first: SealedFile
) -> None:
    other = act_for("processor_agreement", processor_first.shown)
    certificate = signing.provider.certificates()[0]
    prepared = signing.own.prepare(
        processor_first.shown, other, certificate, service.material(), last=False
    )
    reply = signing.provider.complete(prepared, TYPED)

    with pytest.raises(ReplyForOtherHash):
        signing.own.complete(signing.prepared, reply, working=signing.working)


def test_an_unknown_credential_is_no_outage(signing: Signing, service: CscService) -> None:
    signing.provider = CscProvider(CscAddress(service.url, "people/nobody"))

    with pytest.raises(SigningServiceError, match="credential: status 404"):
        signing.provider.certificates()


def test_a_service_that_cannot_now(signing: Signing, service: CscService) -> None:
    service.behaviour.broken = True

    with pytest.raises(SigningServiceUnavailable):
        signing.complete()


def test_a_service_that_is_down(
    sealer: Sealer, made: CscService, controller_first: SealedFile
) -> None:
    with made.running():
        signing = Signing(sealer, made, controller_first.shown, "els")

    with pytest.raises(SigningServiceUnavailable):
        signing.complete()
    with pytest.raises(SigningServiceUnavailable):
        signing.provider.certificates()


def test_a_pin_goes_over_no_open_line() -> None:
    with pytest.raises(ValueError, match="https"):
        CscAddress("http://signing.example.be", "one")
    assert "geheim" not in repr(CscAnswer(pin="geheim"))
