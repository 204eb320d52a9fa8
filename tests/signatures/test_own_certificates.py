"""The verdict on a file that a person signed with their own certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from signatures.chains.persons import PersonChain
from signatures.chains.plain import Material
from signatures.command import main
from signatures.field_names import ARCHIVE_FIELD
from signatures.keys.authority import Authority, create_authority, load_authority
from signatures.persons.signer_held import OwnSignatures
from signatures.persons.uploaded import accept_upload
from signatures.sandbox.examine import verify_apart
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.report import FAILS, GENUINE, HOLDS, INVALID, Report
from signatures.verdict.verify import Ledger, verify
from tests.signatures.conftest import SealedFile
from tests.signatures.making import (
    CONTROLLER_FIRST,
    SHEET,
    act_for,
    prepared,
    stamped_only,
)
from tests.signatures.own_program import sign
from tests.signatures.people import Card, PeoplesAuthority, Person


@dataclass(frozen=True)
class Signed:
    """An unfinished file: the shown document, the file so far, and the chains for the close."""

    shown: bytes
    pdf: bytes
    chains: tuple[PersonChain, ...] = ()


class Road:
    """Successive acts, each by a seal, a card or a person's own program."""

    def __init__(self, own: OwnSignatures, sealer: Sealer, els: Person, material: Material) -> None:
        self.own, self.sealer, self.els, self.material = own, sealer, els, material

    def walk(self, shown: bytes, ways: Sequence[str]) -> Signed:
        signed = Signed(shown, shown)
        for place, way in zip(CONTROLLER_FIRST, ways, strict=True):
            signed = self.step(signed, place, way)
        return signed

    def step(self, signed: Signed, place: str, way: str) -> Signed:
        act, last = act_for(place, signed.shown), place == CONTROLLER_FIRST[-1]
        if way == "seal":
            sealed = self.sealer.seal_act(signed.pdf, act, last=last)
            return Signed(signed.shown, sealed.pdf, signed.chains)
        if way == "card":
            certificate, card = self.els.certificate, Card(self.els)
            prepared = self.own.prepare(signed.pdf, act, certificate, self.material, last=last)
            reply = card.complete(prepared, card.begin(prepared))
            made = self.own.complete(prepared, reply, working=signed.pdf)
            chain = self.own.persons.chain(certificate, self.material, datetime.now(UTC))
        else:
            uploaded = accept_upload(
                self.own,
                sign(signed.pdf, self.els, act),
                working=signed.pdf,
                act=act,
                others=self.material,
                last=last,
            )
            made, chain = uploaded.sealed, uploaded.chain
        return Signed(signed.shown, made.pdf, (*signed.chains, chain))


@pytest.fixture
def road(own: OwnSignatures, sealer: Sealer, els: Person, material: Material) -> Road:
    return Road(own, sealer, els, material)


@pytest.fixture
def closed(road: Road, controller_first: SealedFile) -> Signed:
    """The controller signed the agreement with a card and Bijlage 1 with an own program."""
    signed = road.walk(controller_first.shown, ("card", "upload", "seal"))
    return Signed(signed.shown, road.sealer.close(signed.pdf, signed.chains).pdf, signed.chains)


def ledger(signed: Signed) -> Ledger:
    return Ledger(
        hashlib.sha256(signed.pdf).hexdigest(),
        hashlib.sha256(signed.shown).hexdigest(),
        len(signed.shown),
    )


def states(report: Report) -> dict[str, str]:
    return {answer.rule: answer.state for answer in report.answers}


def reasons(report: Report) -> dict[str, str]:
    return {answer.rule: answer.reason for answer in report.answers}


def test_it_is_genuine_and_says_who_signed_with_what(
    closed: Signed, authority: Authority, people: PeoplesAuthority
) -> None:
    report = verify(
        closed.pdf, roots=authority.roots, person_roots=[people.root], ledger=ledger(closed)
    )

    assert report.verdict == GENUINE
    assert set(states(report).values()) == {HOLDS}
    assert [seal.own is not None for seal in report.seals] == [True, True, False, False]
    for said in report.notes()[:2]:
        assert "op naam van Els Maria Peeters" in said
        assert "uitgegeven door Burgers van de proef (Overheid van de proef)" in said
        assert "gekwalificeerd certificaat is, heeft deze dienst niet beoordeeld" in said


@pytest.mark.parametrize("ways", [("seal", "seal", "card"), ("card", "card", "card")])
def test_an_own_signature_may_be_the_last_before_our_own_close(
    road: Road,
    authority: Authority,
    people: PeoplesAuthority,
    controller_first: SealedFile,
    ways: tuple[str, ...],
) -> None:
    signed = road.walk(controller_first.shown, ways)
    pdf = road.sealer.close(signed.pdf, signed.chains).pdf

    report = verify(pdf, roots=authority.roots, person_roots=[people.root])

    assert FAILS not in states(report).values()
    assert states(report)["long_term"] == HOLDS


def test_qualified_is_said_only_of_what_a_list_grants(
    closed: Signed, authority: Authority, people: PeoplesAuthority
) -> None:
    asked: list[tuple[Sequence[x509.Certificate], datetime]] = []

    def granted(path: Sequence[x509.Certificate], moment: datetime) -> bool:
        asked.append((path, moment))
        return len(asked) == 1

    report = verify(
        closed.pdf, roots=authority.roots, person_roots=[people.root], qualified=granted
    )

    first, second = report.notes()[:2]
    assert "Volgens de opgegeven vertrouwenslijst" in first
    assert "niet beoordeeld" in second
    assert [path[-1] for path, _ in asked] == [people.root] * 2
    assert [moment for _, moment in asked] == [seal.token_time for seal in report.seals[:2]]


def test_without_the_root_for_persons_it_is_not_ours(closed: Signed, authority: Authority) -> None:
    report = verify(closed.pdf, roots=authority.roots, ledger=ledger(closed))

    assert report.verdict == INVALID
    assert reasons(report)["chains"] == "other_root"
    assert [seal.own for seal in report.seals] == [None] * 4


def test_a_root_for_persons_is_none_for_seals_or_stamps(
    sealed_file: SealedFile, authority: Authority, people: PeoplesAuthority
) -> None:
    """With our roots only in ``person_roots``, the closing time stamp leads to no root."""
    report = verify(sealed_file.pdf, roots=[people.root], person_roots=authority.roots)

    assert reasons(report)["chains"] == "other_root"


def test_what_the_service_did_not_confirm_is_not_signed(
    road: Road,
    people: PeoplesAuthority,
    authority: Authority,
    controller_first: SealedFile,
    tmp_path: Path,
) -> None:
    """A person with a certificate under a root for persons signs the processor's place in an
    unfinished file, and gets it closed by a public time stamp authority."""
    signed = road.walk(controller_first.shown, ("seal", "seal", "card"))
    create_authority(tmp_path, b"openbaar", organisation="Openbaar", now=datetime.now(UTC))
    public = load_authority(tmp_path, b"openbaar")
    pdf = stamped_only(LocalTimestamps(public).stamper(), signed.pdf, ARCHIVE_FIELD)

    report = verify(
        pdf, roots=authority.roots, stamp_roots=public.roots, person_roots=[people.root]
    )

    assert report.verdict == INVALID
    assert reasons(report)["chains"] == "not_confirmed"
    assert report.notes() == []


def test_a_person_does_not_seal_an_evidence_sheet(
    authority: Authority, people: PeoplesAuthority, sheet_by_a_person: bytes
) -> None:
    report = verify(sheet_by_a_person, roots=authority.roots, person_roots=[people.root])

    assert reasons(report)["chains"] == "other_root"


@pytest.fixture
def sheet_by_a_person(
    converted: bytes, sealer: Sealer, els: Person, own: OwnSignatures, material: Material
) -> bytes:
    sheet = prepared(converted, SHEET)
    signed = sign(
        sheet,
        els,
        act_for("controller_agreement", sheet),
        field_name=SHEET[0],
        timestamper=own.sealer.stamper,
    )
    chain = own.persons.chain(els.certificate, material, datetime.now(UTC))
    return sealer.close(signed, [chain]).pdf


def test_the_process_apart_and_the_command_say_the_same(
    closed: Signed,
    authority: Authority,
    people: PeoplesAuthority,
    tmp_path: Path,
    authority_dir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    roots = {"roots": authority.roots, "person_roots": [people.root]}
    file = tmp_path / "overeenkomst.pdf"
    file.write_bytes(closed.pdf)
    root, persons = str(authority_dir / "root.pem"), str(people.root_file)

    assert verify_apart(closed.pdf, **roots) == verify(closed.pdf, **roots)
    assert main(["verify", str(file), "--root", root, "--person-root", persons]) == 3
    assert "op naam van Els Maria Peeters" in capsys.readouterr().out
    assert main(["verify", str(file), "--root", root]) == 1
