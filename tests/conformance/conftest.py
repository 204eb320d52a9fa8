"""Real documents at every revision that anybody can see."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from usual import FIELDS

from service.documents.produce import DocumentMaker
from service.wiring.build import installed_template
from signatures.acts.images import small_picture
from signatures.keys.authority import create_authority, load_authority
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from tests.conformance.opened import Opened
from tests.documents.samples import evidence, hard, ordinary
from tests.signatures.making import drawn_png, seal_all

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "nl" / "documents"
PASSPHRASE = b"een goed bewaarde wachtzin"
TEMPLATE = installed_template()
DATED = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
AGREEMENTS = ("typed", "drawn")
SEALED = ("frozen", "first act", "second act", "third act", "closed")
# Of the middle revisions only one with drawn signatures is a quick test.
REVISIONS = [
    *(
        name if name == "drawn, second act" else pytest.param(name, marks=pytest.mark.long)
        for name in (f"{agreement}, {step}" for agreement in AGREEMENTS for step in SEALED[1:-1])
    ),
    *(f"{agreement}, {step}" for agreement in AGREEMENTS for step in (SEALED[0], SEALED[-1])),
    *(f"evidence sheet, {step}" for step in ("made", "sealed", "closed")),
    pytest.param("evidence sheet, bare", marks=pytest.mark.long),
]


@pytest.fixture(scope="session")
def document_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentMaker]:
    """The office, warm."""
    maker = DocumentMaker(TEMPLATES, workers=1, work_dir=tmp_path_factory.mktemp("office"))
    yield maker
    maker.close()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root certificate of a fresh authority, among its keys."""
    directory = tmp_path_factory.mktemp("keys") / "authority"
    create_authority(directory, PASSPHRASE, organisation="IT4Professionals", now=datetime.now(UTC))
    return directory / "root.pem"


@pytest.fixture(scope="session")
def revisions(document_maker: DocumentMaker, root: Path) -> Mapping[str, bytes]:
    """An ordinary agreement with typed signatures, a long one with drawn ones in the other order,
    and an evidence sheet: all their revisions by name."""
    authority = load_authority(root.parent, PASSPHRASE)
    sealer = Sealer(SoftwareProvider(authority), LocalTimestamps(authority), authority)
    drawn = {"method": "drawn", "typed_text": None, "image_png": drawn_png()}
    found: dict[str, bytes] = {}
    for name, context, order, changes in (
        ("typed", ordinary(), "controller_first", {}),
        ("drawn", hard(), "processor_first", drawn),
    ):
        made = document_maker.agreement(TEMPLATE, context, fields=FIELDS[order], dated=DATED)
        sealed = seal_all(sealer, made.pdf, FIELDS[order], **changes)
        every = [made.pdf, *(step.pdf for step in sealed)]
        found |= {f"{name}, {step}": pdf for step, pdf in zip(SEALED, every, strict=True)}
    bare = {"evidence_json": b'{"acts":3}', "dated": DATED}
    found["evidence sheet, bare"] = document_maker.evidence_sheet(evidence(), **bare)
    sheet = document_maker.evidence_sheet(evidence(), **bare, colour="#7b2cbf", logo=logo())
    closed = sealer.seal_sheet(sheet)
    found["evidence sheet, made"] = sheet
    found["evidence sheet, sealed"] = first_revision_after(sheet, closed)
    found["evidence sheet, closed"] = closed
    return found


def logo() -> bytes:
    """A logo with a transparent ground, as it is kept."""
    mark, out = Image.new("RGBA", (800, 300)), io.BytesIO()
    ImageDraw.Draw(mark).rounded_rectangle((50, 50, 600, 249), 60, "#7b2cbf80")
    mark.save(out, "PNG")
    return small_picture(out.getvalue())[0]


def first_revision_after(before: bytes, after: bytes) -> bytes:
    """The file after exactly one more revision than ``before``."""
    end = after.index(b"%%EOF", len(before)) + len(b"%%EOF")
    return after[: end + (after[end : end + 1] == b"\n")]


@pytest.fixture(scope="session")
def closed(revisions: Mapping[str, bytes]) -> bytes:
    """The agreement with everything: long lists, three drawn signatures, the closing stamp."""
    return revisions["drawn, closed"]


@pytest.fixture(scope="session")
def opened_closed(closed: bytes) -> Opened:
    """The same, parsed once."""
    return Opened(closed)
