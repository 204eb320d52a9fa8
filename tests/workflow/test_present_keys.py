"""Keys are replaced while a process seals: it continues with the new ones and loses nothing."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from house import House
from leesmij import failing, fetched, unpacked

from service.deps import Deps
from service.workflow.keeping import anchor, archive
from service.workflow.sealing import close, seal
from service.workflow.sealing.seal import with_present_keys
from signatures.errors import AuthorityError
from signatures.keys import rotation
from signatures.pdf.extraction import parts
from signatures.sealing.seal import Sealed, Sealer
from signatures.verdict.report import GENUINE
from signatures.verdict.verify import Ledger, verify


@pytest.fixture
def keys(keys: Path, tmp_path: Path) -> Path:
    shutil.copytree(keys, tmp_path / "sleutels")
    return tmp_path / "sleutels"


@pytest.mark.long
def test_a_running_process_takes_up_new_keys_between_two_acts_and_the_package_holds(
    whole_house: House, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new seal after the first act, a new authority after the second, a new stamp after the last:
    four sets of keys in one file."""
    house, now = whole_house, datetime.now(UTC)
    changes = iter(
        (
            lambda: rotation.renew_seal(keys, None, now=now),
            lambda: rotation.new_authority(keys, None, organisation="IT4", now=now),
            lambda: rotation.renew_stamp(keys, None, now=now),
        )
    )

    def and_then_replaced(deps: Deps, make: Callable[[Sealer], Sealed]) -> Sealed:
        made = with_present_keys(deps, make)
        next(changes, lambda: None)()
        return made

    monkeypatch.setattr(seal, "with_present_keys", and_then_replaced)
    reference = house.sent()
    house.signed(reference)
    agreement = house.agreement(reference)
    before = house.deps.authority()
    seal.seal(house.deps, agreement.id)
    house.countersign(reference)
    for step in (seal.seal, close.close, archive.archive):
        step(house.deps, agreement.id)
    anchor.anchor(house.deps)

    present = house.deps.authority()
    assert present.root != before.root
    with house.deps.database.begin() as tx:
        original = tx.documents.original(agreement.id)
        shown = tx.documents.frozen_pdf(agreement.id, agreement.edition)
    assert original is not None
    assert original.pdf
    assert shown
    signers = [part.cms or part.token for part in parts(original.pdf)]
    assert len({_signed_with(each) for each in signers}) == 4
    ledger = Ledger(original.sha256, shown[1], len(shown[0]))
    report = verify(original.pdf, roots=present.roots, ledger=ledger)
    assert report.verdict == GENUINE, report.lines("en")
    kept = base64.b64decode(original.manifest_facts.certificates["wortel.pem"])
    roots = x509.load_pem_x509_certificates(kept)
    assert roots == [present.root, before.root]
    bag = unpacked(fetched(house, reference), tmp_path, reference)
    assert failing(bag) == []


def _signed_with(container: bytes) -> int:
    """The serial number of the certificate that signed it."""
    signer = cms.ContentInfo.load(container)["content"]["signer_infos"][0]
    serial: int = signer["sid"].chosen["serial_number"].native
    return serial


def test_what_was_being_made_with_replaced_keys_is_made_again(
    whole_house: House, keys: Path
) -> None:
    asked: list[Sealer] = []

    def make(sealer: Sealer) -> str:
        asked.append(sealer)
        if len(asked) == 1:  # replaced just before the seal would have been returned
            rotation.renew_seal(keys, None, now=datetime.now(UTC))
            raise AuthorityError("superseded", "the keys")
        return "made"

    assert with_present_keys(whole_house.deps, make) == "made"
    assert asked[0] is not asked[1]
    assert asked[0].superseded
    assert not asked[1].superseded


def test_another_error_is_not_hidden(whole_house: House) -> None:
    def make(_sealer: Sealer) -> Any:
        raise AuthorityError("unavailable", "the token")

    with pytest.raises(AuthorityError, match="unavailable"):
        with_present_keys(whole_house.deps, make)
