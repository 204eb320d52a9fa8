"""An act signed with a person's own key: prepared, stored, completed; and every reply refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from signatures.chains.persons import Persons
from signatures.chains.plain import Material
from signatures.errors import (
    ActOutOfOrder,
    CertificateRefused,
    ReplyForOtherDocument,
    ReplyForOtherHash,
    ReplyFromOtherCertificate,
    ReplyRefused,
    ReplyRepeated,
    ReplyTooLate,
    SignatureWrong,
)
from signatures.pdf.revisions import Revisions
from signatures.persons.signer_held import TERM, OwnSignatures, PreparedAct, Reply, expiry
from signatures.sealing.seal import Sealer
from signatures.verdict import allowed_changes
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, act_for
from tests.signatures.opinions import metadata_of
from tests.signatures.people import EC, RSA, Card, PeoplesAuthority, Person

FIRST = CONTROLLER_FIRST[0]


@pytest.fixture
def shown(controller_first: SealedFile) -> bytes:
    return controller_first.shown


@pytest.fixture
def prepared(own: OwnSignatures, els: Person, material: Material, shown: bytes) -> PreparedAct:
    act = act_for(FIRST, shown)
    return own.prepare(shown, act, els.certificate, material, last=False)


def reply(prepared: PreparedAct, person: Person) -> Reply:
    card = Card(person)
    return card.complete(prepared, card.begin(prepared))


@pytest.mark.parametrize("kind", [RSA, EC], ids=["rsa", "ec"])
def test_a_person_signs_in_place_of_the_seal(
    own: OwnSignatures, people: PeoplesAuthority, shown: bytes, kind: tuple[str, str]
) -> None:
    person = people.person(kind=kind)
    act = act_for(FIRST, shown)
    prepared = own.prepare(shown, act, person.certificate, people.material(), last=False)

    kept = PreparedAct.load(prepared.dump())
    signed = own.complete(kept, reply(kept, person), working=shown)

    assert kept == prepared
    assert signed.pdf.startswith(shown)
    assert signed.level == "PAdES B-T"
    assert signed.token_quality == "eigen"
    assert abs(signed.token_time - datetime.now(UTC)) < timedelta(minutes=5)
    allowed_changes.check(Revisions(signed.pdf))  # the form of a sealed act, object by object
    assert act.record_sha256.encode() in signed.pdf[len(shown) :]
    assert metadata_of(signed.pdf) == metadata_of(shown)  # otherwise it would no longer be PDF/A


def test_what_is_asked_is_one_hash_with_one_certificate_for_ten_minutes(
    prepared: PreparedAct, els: Person
) -> None:
    challenge = Card(els).begin(prepared)

    assert challenge.to_sign == prepared.to_sign
    assert challenge.certificate_sha256 == els.certificate.fingerprint(SHA256()).hex()
    assert challenge.algorithm == "RSASSA-PKCS1-v1_5 SHA-256"
    assert challenge.expires_at <= datetime.now(UTC) + TERM


def test_a_prepared_act_ends_with_the_day_that_its_picture_gives() -> None:
    # A summer night: 23:55 in Brussels.
    signed_at = datetime(2026, 6, 30, 21, 55, tzinfo=UTC)

    assert expiry(signed_at, signed_at) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert expiry(signed_at - TERM, signed_at - TERM) == signed_at


def test_a_late_reply_is_refused(
    own: OwnSignatures, prepared: PreparedAct, els: Person, shown: bytes
) -> None:
    answer = reply(prepared, els)
    own.clock = lambda: prepared.expires_at

    with pytest.raises(ReplyTooLate):
        own.complete(prepared, answer, working=shown)


def test_a_second_reply_is_refused(
    own: OwnSignatures, prepared: PreparedAct, els: Person, shown: bytes
) -> None:
    answer = reply(prepared, els)
    working = own.complete(prepared, answer, working=shown).pdf

    with pytest.raises(ReplyRepeated):
        own.complete(prepared, answer, working=working)


def test_a_reply_for_another_revision_is_refused(
    own: OwnSignatures, prepared: PreparedAct, els: Person, processor_first: SealedFile
) -> None:
    with pytest.raises(ReplyForOtherDocument):
        own.complete(prepared, reply(prepared, els), working=processor_first.shown)


REFUSED: dict[str, tuple[type[ReplyRefused], Callable[[Reply], Reply]]] = {
    "another hash": (ReplyForOtherHash, lambda good: replace(good, to_sign="0" * 64)),
    "another certificate": (
        ReplyFromOtherCertificate,
        lambda good: replace(good, certificate_sha256="0" * 64),
    ),
    "another value": (
        SignatureWrong,
        lambda good: replace(good, signature=bytes(len(good.signature))),
    ),
    "no value": (SignatureWrong, lambda good: replace(good, signature=b"")),
}


@pytest.mark.parametrize("which", REFUSED)
def test_a_foreign_reply_is_refused_and_the_good_one_still_counts(
    own: OwnSignatures, prepared: PreparedAct, els: Person, shown: bytes, which: str
) -> None:
    error, change = REFUSED[which]
    good = reply(prepared, els)

    with pytest.raises(error):
        own.complete(prepared, change(good), working=shown)
    assert own.complete(prepared, good, working=shown).pdf.startswith(shown)


def test_the_signature_of_somebody_elses_key_is_refused(
    own: OwnSignatures, prepared: PreparedAct, people: PeoplesAuthority, shown: bytes
) -> None:
    other = people.person()
    stolen = replace(reply(prepared, other), certificate_sha256=prepared.certificate_sha256)

    with pytest.raises(SignatureWrong):
        own.complete(prepared, stolen, working=shown)


def test_an_act_before_its_turn_is_not_prepared(
    own: OwnSignatures, els: Person, material: Material, shown: bytes
) -> None:
    act = act_for(CONTROLLER_FIRST[1], shown)

    with pytest.raises(ActOutOfOrder):
        own.prepare(shown, act, els.certificate, material, last=False)


def test_an_own_signature_is_not_last_where_another_authority_closes(
    sealer: Sealer, people: PeoplesAuthority, els: Person, material: Material, shown: bytes
) -> None:
    own = OwnSignatures(sealer, Persons([people.root]), confirms_last=False)

    with pytest.raises(ActOutOfOrder):
        own.prepare(shown, act_for(FIRST, shown), els.certificate, material, last=True)


def test_certificates_that_are_not_acceptable(
    people: PeoplesAuthority, els: Person, material: Material, tmp_path: Path
) -> None:
    persons = Persons([people.root])
    over = people.person(ends="20240101000000Z")
    login = people.person(extensions="client")
    revoked = people.person()
    people.revoke(revoked)
    # The same name, another key.
    same_name = PeoplesAuthority(tmp_path).person()

    def code(person: Person, others: Material) -> str:
        with pytest.raises(CertificateRefused) as refused:
            persons.chain(person.certificate, others, datetime.now(UTC))
        return refused.value.code

    assert code(over, people.material()) == "dates"
    assert code(login, people.material()) == "not_for_signing"
    assert code(revoked, people.material()) == "revoked"
    assert code(same_name, material) == "not_ours"
    assert code(els, Material([people.root], [])) == "list"
    with pytest.raises(CertificateRefused, match="not_ours"):
        persons.chain(people.root, material, datetime.now(UTC))
    accepted = persons.chain(els.certificate, material, datetime.now(UTC))
    assert accepted.certificate == els.certificate
