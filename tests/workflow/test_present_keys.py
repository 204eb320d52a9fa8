"""Keys are replaced while a process seals: it goes on with the new ones and loses nothing."""

from __future__ import annotations

import base64
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from house import House

from service.workflow import close, seal
from service.workflow.present_keys import with_present_keys
from signatures import rotation
from signatures.errors import AuthorityError
from signatures.report import GENUINE
from signatures.seal import Sealer
from signatures.verify import Ledger, verify


@pytest.fixture
def keys(keys: Path, tmp_path: Path) -> Path:
    """Keys of this test's own."""
    shutil.copytree(keys, tmp_path / "sleutels")
    return tmp_path / "sleutels"


def test_a_running_process_takes_up_renewed_keys_between_two_acts(
    whole_house: House, keys: Path
) -> None:
    house, now = whole_house, datetime.now(UTC)
    reference = house.sent()
    house.signed(reference)
    agreement = house.agreement(reference)
    seal.seal(house.deps, agreement.id)
    before = house.deps.authority()

    rotation.renew_seal(keys, None, now=now)
    rotation.new_authority(keys, None, organisation="IT4", now=now)
    house.countersign(reference)
    seal.seal(house.deps, agreement.id)
    close.close(house.deps, agreement.id)

    assert house.deps.authority().root != before.root
    with house.deps.database.begin() as tx:
        original = tx.documents.original(agreement.id)
        shown = tx.documents.frozen_pdf(agreement.id, agreement.revision)
    assert original is not None
    assert original.pdf
    assert shown
    ledger = Ledger(original.sha256, shown[1], len(shown[0]))
    report = verify(original.pdf, roots=house.deps.authority().roots, ledger=ledger)
    assert report.verdict == GENUINE, report.lines("en")
    kept = base64.b64decode(original.manifest_facts["certificates"]["wortel.pem"])
    roots = x509.load_pem_x509_certificates(kept)
    assert roots == [house.deps.authority().root, before.root]


def test_what_was_being_made_with_replaced_keys_is_made_again(
    whole_house: House, keys: Path
) -> None:
    asked: list[Sealer] = []

    def make(sealer: Sealer) -> str:
        asked.append(sealer)
        if len(asked) == 1:  # replaced just before the seal would have been handed out
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
