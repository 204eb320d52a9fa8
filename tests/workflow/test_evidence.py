"""What the evidence contains, and what the agreement does not."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
import rfc8785
from colleagues import proof_of
from house import BROWSER, House

from service.workflow.keeping import retrieve
from service.workflow.package_files import listed
from service.workflow.people import look


def handed_out(house: House, reference: str, name: str) -> bytes:
    return retrieve.open_file(house.deps, reference, name, house.staff, BROWSER)[0]


def layers(pdf: bytes) -> Iterator[bytes]:
    """The file, every stream of every revision decompressed, and every hexadecimal string as
    bytes."""
    yield pdf
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(found.group(1))
        except zlib.error:
            continue  # an uncompressed stream: the file itself was searched
    for found in re.finditer(rb"<([0-9A-Fa-f\s]{8,})>", pdf):
        digits = b"".join(found.group(1).split())
        yield bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def spellings(word: str) -> list[bytes]:
    """As PDF writes text: plain and UTF-16, each also in hexadecimal."""
    plain = [word.encode(), word.encode("utf-16-be")]
    return [*plain, *(each.hex().encode() for each in plain)]


def within(pdf: bytes, word: str) -> bool:
    return any(
        spelling.lower() in layer.lower() for layer in layers(pdf) for spelling in spellings(word)
    )


@pytest.fixture
def proof(done: tuple[House, str, str]) -> tuple[House, str, dict[str, Any]]:
    """The house, the reference and the evidence of a completed agreement."""
    house, reference, _secret = done
    return house, reference, json.loads(handed_out(house, reference, "bewijs.json"))


def test_the_sheet_shows_the_look_of_the_day_it_is_made(whole_house: House) -> None:
    house = whole_house
    new = look.proposed(
        house.deps, {"accent": "#7b2cbf"}, b"", without_logo=False, staff=house.staff
    )
    look.change_look(house.deps, new, house.staff, proof_of(house.deps, house.staff))
    reference, _ = house.archived()
    sheet = handed_out(house, reference, "bewijsblad.pdf")
    assert any(b"0.482 0.173 0.749 rg" in layer for layer in layers(sheet))


def test_each_record_is_hashed_byte_for_byte_as_it_stands_in_the_evidence(
    proof: tuple[House, str, dict[str, Any]],
) -> None:
    house, reference, evidence = proof
    whole = handed_out(house, reference, "bewijs.json")
    agreement = handed_out(house, reference, "overeenkomst.pdf")
    with pikepdf.open(io.BytesIO(agreement)) as pdf:
        reasons = {str(each.T): str(each.V.get("/Reason", "")) for each in pdf.Root.AcroForm.Fields}
    assert len(evidence["acts"]) == 3
    for act in evidence["acts"]:
        canonical = rfc8785.dumps(act["record"])
        assert canonical in whole
        assert hashlib.sha256(canonical).hexdigest() == act["record_sha256"]
        assert act["record_sha256"] in reasons[act["record"]["place"]]


def test_the_record_says_what_was_shown_and_what_was_said(
    proof: tuple[House, str, dict[str, Any]],
) -> None:
    house, reference, evidence = proof
    shown = hashlib.sha256(handed_out(house, reference, "getoond.pdf")).hexdigest()
    for act in evidence["acts"]:
        record = act["record"]
        assert record["document_sha256"] == shown
        assert record["statements"]
        for statement in record["statements"]:
            assert set(statement) == {"id", "version", "text"}
            assert statement["version"]
            assert len(statement["text"]) > 20
        assert record["evidence"]["ip"] == BROWSER.ip
        assert record["evidence"]["user_agent"] == BROWSER.user_agent
    view, difference, common = (
        hashlib.sha256(handed_out(house, reference, f"{name}.html")).hexdigest()
        for name in ("leesweergave", "verschil", "gemeenschappelijke-tekst")
    )
    assert evidence["documents"]["view"] == view
    assert {act["record"]["view_sha256"] for act in evidence["acts"]} == {view}
    *theirs, ours = (act["record"]["shown"] for act in evidence["acts"])
    assert [[(each["what"], each["sha256"]) for each in shown] for shown in theirs] == [
        [("view", view)],
        [("view", view)],
    ]
    assert [(each["what"], each["sha256"]) for each in ours] == [("difference", difference)]
    assert ours[0]["common_sha256"] == common
    assert ours[0]["common_opened_at"] == ours[0]["opened_at"]  # shown together this time
    salts = {act["record"]["salt"] for act in evidence["acts"]}
    assert len(salts) == 3
    assert all(len(salt) == 32 for salt in salts)


def test_no_address_or_browser_stands_in_the_agreement(
    proof: tuple[House, str, dict[str, Any]],
) -> None:
    house, reference, evidence = proof
    agreement = handed_out(house, reference, "overeenkomst.pdf")
    sheet = handed_out(house, reference, "bewijsblad.pdf")
    people = {act["record"]["person"]["email"] for act in evidence["acts"]}
    salts = {act["record"]["salt"] for act in evidence["acts"]}
    secret = {BROWSER.ip, BROWSER.user_agent, *people, *salts}
    assert len(secret) == 2 + 2 + 3
    for word in secret:
        assert not within(agreement, word), word
        assert within(sheet, word), word  # the search does find it where it belongs
    for act in evidence["acts"]:
        assert within(agreement, act["record_sha256"])


def test_the_sealed_sheet_names_every_file_that_does_not_come_from_it(
    proof: tuple[House, str, dict[str, Any]],
) -> None:
    """Otherwise a file could be exchanged or removed without a trace in anything sealed."""
    house, reference, evidence = proof
    with house.deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        original, objects = tx.documents.original(agreement.id), tx.archive.objects(agreement.id)
    kept = {each.name for each in listed(agreement, original, objects)}
    assert evidence["schema"] == "zegel-evidence/3"
    assert kept - evidence["parts"].keys() == {
        "bewijsblad.pdf",
        "bewijs.json",  # the attachment of the sheet itself
        "zegels/bewijsblad.p7s",
        "tijdstempels/bewijsblad.tst",
        "tijdstempels/bewijsblad-afsluiting.tst",
        "zegels/bewijsblad.txt",
        "tijdstempels/bewijsblad-afsluiting.txt",
        "logboek.jsonl",  # by the chain, so that a person's data can be erased from it
        "manifest.json",
    }
    for name, digest in evidence["parts"].items():
        assert hashlib.sha256(handed_out(house, reference, name)).hexdigest() == digest, name
