"""One document, one authority and one sealed file of each order, shared by all tests of sealing."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from once import bytes_made_once, copy_of_made_once

from signatures.chains.persons import Persons
from signatures.chains.plain import Material
from signatures.keys.authority import Authority, create_authority, load_authority
from signatures.persons.signer_held import OwnSignatures
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealed, Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.verify import Ledger
from tests.signatures.making import CONTROLLER_FIRST, PROCESSOR_FIRST, convert, prepared, seal_all
from tests.signatures.people import PeoplesAuthority, Person

PASSPHRASE = b"een goed bewaarde wachtzin"


@dataclass(frozen=True)
class SealedFile:
    """A document as shown, every revision of it, and what was recorded."""

    order: tuple[str, ...]
    shown: bytes
    steps: Sequence[Sealed]

    @property
    def pdf(self) -> bytes:
        return self.steps[-1].pdf

    @property
    def ledger(self) -> Ledger:
        return Ledger(
            sealed_sha256=hashlib.sha256(self.pdf).hexdigest(),
            shown_sha256=hashlib.sha256(self.shown).hexdigest(),
            shown_length=len(self.shown),
            fields=self.order,
        )


@pytest.fixture(autouse=True)
def _quiet() -> None:
    # pyHanko logs a traceback for every refusal, and these tests cause hundreds.
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.fixture(scope="session")
def converted(run_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A tagged PDF/A from the real office, still without fields."""
    file = run_directory / "converted.pdf"
    return bytes_made_once(file, lambda: convert(tmp_path_factory.mktemp("document")))


@pytest.fixture(scope="session", autouse=True)
def authority_dir(run_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys on disk, as a new installation makes them, with a passphrase. Do not change them."""

    def make(home: Path) -> None:
        create_authority(home, PASSPHRASE, organisation="IT4Professionals", now=datetime.now(UTC))

    copy = tmp_path_factory.mktemp("keys") / "authority"
    return copy_of_made_once(run_directory / "sealing-keys", make, copy)


@pytest.fixture(scope="session")
def authority(authority_dir: Path) -> Authority:
    return load_authority(authority_dir, PASSPHRASE)


@pytest.fixture(scope="session")
def sealer(authority: Authority) -> Sealer:
    return Sealer(SoftwareProvider(authority), LocalTimestamps(authority), authority)


@pytest.fixture(scope="session")
def controller_first(converted: bytes, sealer: Sealer) -> SealedFile:
    shown = prepared(converted, CONTROLLER_FIRST)
    return SealedFile(CONTROLLER_FIRST, shown, seal_all(sealer, shown, CONTROLLER_FIRST))


@pytest.fixture(scope="session")
def processor_first(converted: bytes, sealer: Sealer) -> SealedFile:
    shown = prepared(converted, PROCESSOR_FIRST)
    return SealedFile(PROCESSOR_FIRST, shown, seal_all(sealer, shown, PROCESSOR_FIRST))


@pytest.fixture(params=["controller_first", "processor_first"])
def sealed_file(request: pytest.FixtureRequest) -> SealedFile:
    found: SealedFile = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> PeoplesAuthority:
    return PeoplesAuthority(tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="session")
def els(people: PeoplesAuthority) -> Person:
    return people.person()


@pytest.fixture(scope="session")
def material(people: PeoplesAuthority, els: Person) -> Material:
    return people.material()


@pytest.fixture
def own(sealer: Sealer, people: PeoplesAuthority) -> OwnSignatures:
    return OwnSignatures(sealer, Persons([people.root]), confirms_last=True)
