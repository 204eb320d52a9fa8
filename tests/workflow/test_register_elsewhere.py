"""An agreement that was signed elsewhere is kept like the others, and said to be what it is."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from days import TODAY
from elsewhere import TYPED, added, archived
from house import BROWSER, House
from papers import pdf, scan

from service.agreement.lists import Search
from service.agreement.permissions import Role
from service.agreement.registration import sha256
from service.agreement.states import State
from service.error_words import words_by_field
from service.errors import Invalid, NotAllowed, NotFound
from service.workflow import sweep
from service.workflow.keeping import (
    keep_registered,
    listing,
    register,
    reread,
    retain,
    retrieve,
)
from service.workflow.keeping.dossier import dossier_of
from service.workflow.telling import alarm
from signatures.effective_date import local_date
from tests.variants import some


def mistakes(house: House, **typed: str) -> dict[str, str]:
    kept = register.receive(house.deps, pdf(), "a.pdf", house.staff)
    with pytest.raises(Invalid) as wrong:
        register.register(house.deps, kept.id, {**TYPED, **typed}, house.staff)
    return words_by_field(wrong.value)


def test_it_is_kept_found_and_says_what_it_is(whole_house: House) -> None:
    house, data = whole_house, pdf()
    reference = added(house, data)
    assert house.jobs().count("keep_registered") == 1
    agreement = house.agreement(reference)
    assert (agreement.state, agreement.effective_date) == (
        State.REGISTERED,
        agreement.fully_signed_at and agreement.fully_signed_at.date(),
    )
    before = dossier_of(house.deps, reference, house.staff)
    assert before.archive
    assert before.archive.state == "local"
    assert retrieve.open_file(house.deps, reference, "ondertekend.pdf", house.staff, BROWSER) == (
        data,
        "application/pdf",
    )

    keep_registered.keep_registered(house.deps, agreement.id)
    keep_registered.keep_registered(house.deps, agreement.id)
    found = dossier_of(house.deps, reference, house.staff)
    assert found.archive
    assert (found.archive.state, found.acts, found.original) == ("verified", {}, None)
    names = {"ondertekend.pdf", "registratie.json", "registratie.p7s", "manifest.json"}
    assert {each.name for each in found.files} == names
    record = found.registered
    assert record
    assert (record.file.name, record.by_name) == ("peeters.pdf", house.staff.name)
    assert (record.file.pdf_sha256, record.file.pages) == (sha256(data), 2)
    assert house.events(reference) == [
        "agreement.registered",
        "archive.downloaded",
        "archive.stored",
        "archive.verified",
    ]
    assert house.mails(reference) == []
    assert house.rows("select pdf, source from registered_files") == [(None, None)]
    assert reread.look(house.deps, agreement.id)
    (line,) = listing.search_archive(
        house.deps, Search(words="peeters", archived_only=True), house.staff
    ).lines
    assert (line.reference, line.state) == (reference, State.REGISTERED)
    group = Search(group="completed")
    assert [each.reference for each in listing.listing(house.deps, group, house.staff).lines] == [
        reference
    ]
    with zipfile.ZipFile(
        io.BytesIO(retrieve.package(house.deps, reference, house.staff, BROWSER))
    ) as bag:
        assert bag.read(f"{reference}/data/ondertekend.pdf") == data
        assert json.loads(bag.read(f"{reference}/data/registratie.json"))["reference"] == reference
    retain.tidy(house.deps)
    house.rows("update archive_states set stored_at = now() - interval '60 days'")
    retain.shed(house.deps)
    assert alarm.alarm(house.deps) == 0
    assert sweep.sweep(house.deps, patience=0) == 0


@pytest.mark.parametrize(
    ("data", "pages", "source"),
    some(
        [
            (scan("TIFF", pages=3, mode="1"), 3, "bron.tiff"),
            (scan("JPEG"), 1, "bron.jpg"),
            (scan("PNG", mode="RGBA"), 1, "bron.png"),
        ]
    ),
    ids=["tiff", "jpeg", "png"],
)
def test_a_scan_becomes_a_pdf_and_is_kept_itself(
    whole_house: House, data: bytes, pages: int, source: str
) -> None:
    house = whole_house
    reference = archived(house, data)

    def fetched(name: str) -> bytes:
        return retrieve.open_file(house.deps, reference, name, house.staff, BROWSER)[0]

    assert fetched(source) == data
    with pikepdf.open(io.BytesIO(fetched("ondertekend.pdf"))) as made:
        assert len(made.pages) == pages
    assert reread.check(house.deps, reference, house.staff).intact


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a", "geen PDF, JPEG, PNG of TIFF"),
        (b"%PDF-1.7 rubbish", "kan niet geopend worden"),
        (b"\xff\xd8\xff rubbish", "kan niet geopend worden"),
        (pdf(password="geheim"), "met een wachtwoord"),
        (pdf(script=True), "dat zelf iets doet"),
        (pdf(pages=201), "meer dan 200 bladzijden"),
        (scan("PNG", size=(20_000, 4_000)), "te veel beeldpunten"),
    ],
    ids=["gif", "pdf", "jpeg", "locked", "script", "pages", "pixels"],
)
def test_a_hostile_or_useless_file_is_refused(house: House, data: bytes, said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        register.receive(house.deps, data, "x", house.staff)
    assert said in words_by_field(wrong.value)["file"]
    assert house.rows("select 1 from registered_files") == []


def test_a_file_that_is_too_large_is_not_even_opened(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "MOST_BYTES", 100)
    with pytest.raises(Invalid, match="invalid"):
        register.receive(house.deps, pdf(), "x", house.staff)


def test_mistakes_name_their_field_and_cost_no_file(house: House) -> None:
    found = mistakes(house, name="", signed_on="31/2/2024", kept_at="", number="123")
    assert list(found) == ["number", "name", "signed_on", "kept_at"]
    tomorrow = local_date(TODAY) + timedelta(days=2)
    assert "toekomst" in mistakes(house, signed_on=str(tomorrow))["signed_on"]
    kept = register.receive(house.deps, pdf(), "a.pdf", house.staff)
    first = register.register(house.deps, kept.id, TYPED, house.staff)
    assert register.register(house.deps, kept.id, TYPED, house.staff) == first  # a double click
    said = mistakes(house)["registered_twice"]
    assert first in said
    second = added(house, registered_twice="yes")
    assert second != first


def test_whose_upload_it_is(house: House, another: Any) -> None:
    kept = register.receive(house.deps, pdf(), "a.pdf", house.staff)
    for who in (another(Role.SALES), another(Role.ADMIN)):
        with pytest.raises(NotFound):
            register.uploaded(house.deps, kept.id, who)
        with pytest.raises(NotFound):
            register.register(house.deps, kept.id, TYPED, who)
    with pytest.raises(NotAllowed):
        register.receive(house.deps, pdf(), "a.pdf", another(Role.ARCHIVE))
    with pytest.raises(NotFound):
        register.uploaded(house.deps, "nonsense", house.staff)
    house.rows("update registered_files set created_at = now() - interval '25 hours'")
    retain.tidy(house.deps)
    assert house.rows("select 1 from registered_files") == []
