"""What was shown to whom is recorded, bound in the act's record, and reported on the sheet."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import pytest
from house import BROWSER, House
from pypdf import PdfReader

from service.agreement.permissions import Role, Staff
from service.error_words import words_of
from service.errors import NotAllowed, Refused
from service.workflow.keeping import archive, retrieve
from service.workflow.offer import generate
from service.workflow.sealing import close, seal
from service.workflow.signing import countersign, open_text, read

NOT_OPENED = "U hebt deze tekst nog niet geopend. Lees hem voor u ondertekent."


def waiting(house: House) -> str:
    reference = house.sent()
    house.signed(reference)
    return reference


def refusal(house: House, reference: str, staff: Staff | None = None) -> str:
    """The refusal when signing without opening first."""
    staff = staff or house.staff
    shown = {reference: house.agreement(reference).frozen_sha256}
    refused = countersign.countersign(
        house.deps,
        shown,
        password=house.password,
        confirmed=True,
        method="typed",
        typed=staff.name,
        picture=b"",
        staff=staff,
        client=BROWSER,
    )[0].refusal
    return words_of(refused) if refused else ""


def test_the_countersigner_opens_the_text_before_signing(
    house: House, another: Callable[..., Staff]
) -> None:
    reference = waiting(house)
    assert refusal(house, reference) == NOT_OPENED
    tom = another(Role.SIGNATORY, name="Tom Claes")
    open_text.note_view(house.deps, reference, house.view(reference), tom, BROWSER)
    assert refusal(house, reference) == NOT_OPENED  # Tom read it, but Els did not
    with pytest.raises(NotAllowed):
        open_text.note_view(
            house.deps, reference, house.view(reference), another(Role.SALES), BROWSER
        )
    with pytest.raises(Refused):
        open_text.note_view(house.deps, reference, "0" * 64, house.staff, BROWSER)
    assert refusal(house, reference) == NOT_OPENED
    open_text.note_view(house.deps, reference, house.view(reference), house.staff, BROWSER)
    assert refusal(house, reference) == ""


def test_fetching_the_pdf_opens_nothing(house: House) -> None:
    """A GET changes nothing: a link or a prefetch must not permit a signature."""
    reference = waiting(house)
    retrieve.shown_pdf(house.deps, reference, house.staff)
    assert "document.opened" not in house.events(reference)
    assert refusal(house, reference) == NOT_OPENED


def test_what_was_read_of_another_text_does_not_count(house: House) -> None:
    """A pre-signed offer is read, replaced by a new edition, and not read again."""
    reference = house.pre_signed()
    (unread,) = open_text.to_read(house.deps, house.staff).unread
    shown = {reference: unread.sha256}
    assert open_text.note_read(house.deps, {reference: "0" * 64}, house.staff, BROWSER).keys() == {
        reference
    }
    assert refusal(house, reference) == NOT_OPENED
    assert open_text.note_read(house.deps, shown, house.staff, BROWSER) == {}
    house.rows("update agreements set edition = 2, frozen_sha256 = '1' where true")
    house.rows(
        """insert into documents select agreement_id, 2, kind, '1', pdf, pages,
        reading_html, context, template_version, template_sha256, engine, created_at, common_sha256
        from documents"""
    )
    assert refusal(house, reference) == NOT_OPENED


def test_a_batch_shows_each_difference_and_the_common_text_once(house: House) -> None:
    first, second = house.pre_signed(), house.pre_signed(name="Slagerij Claes")
    reading = open_text.to_read(house.deps, house.staff)
    assert [each.agreement.reference for each in reading.unread] == [first, second]
    assert reading.common
    assert reading.common.opened_at is None
    assert "Slagerij Claes" in reading.unread[1].html
    assert "Slagerij Claes" not in reading.common.html
    assert len({each.common_sha256 for each in reading.unread}) == 1
    house.open_waiting()
    assert open_text.to_read(house.deps, house.staff).unread == []
    house.pre_signed()
    again = open_text.to_read(house.deps, house.staff)
    assert again.common
    assert again.common.opened_at
    with house.deps.database.begin() as tx:
        opened = tx.audit.of(house.agreement(first).id)[-1]
    assert opened.data["sha256"] == reading.unread[0].sha256
    assert opened.data["common_sha256"] == reading.unread[0].common_sha256
    assert opened.data["document_sha256"] == house.agreement(first).frozen_sha256


def printed(pdf: bytes) -> str:
    return " ".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )


def test_an_agreement_from_before_completes_and_its_sheet_says_what_was_not_noted(
    whole_house: House,
) -> None:
    """Half signed at the upgrade: acts without view or openings, a document without common text;
    the countersigner is shown the whole text."""
    house = whole_house
    reference = waiting(house)
    house.rows("alter table acts disable trigger all")
    house.rows("alter table openings disable trigger all")
    house.rows("alter table documents disable trigger all")
    house.rows("delete from openings")
    house.rows("update documents set common_sha256 = '', reading_html = '<p>Één tekst</p>'")
    house.rows(
        """update acts set record =
        record - 'shown' - 'view_sha256' - 'face' || '{"schema": "zegel-act/2"}'"""
    )
    for table in ("acts", "openings", "documents"):
        house.rows(f"alter table {table} enable trigger all")
    assert refusal(house, reference) == NOT_OPENED
    reading = open_text.to_read(house.deps, house.staff)
    assert reading.common is None
    assert [each.html for each in reading.unread] == ["<p>Één tekst</p>"]
    assert house.countersign(reference)[0].refusal is None
    agreement_id = house.agreement(reference).id
    for step in (seal.seal, close.close, archive.archive):
        step(house.deps, agreement_id)
    sheet = retrieve.open_file(house.deps, reference, "bewijsblad.pdf", house.staff, BROWSER)[0]
    words = printed(sheet)
    assert words.count("Welke tekst werd getoond niet vastgelegd") == 2
    assert words.count("Leesweergave getoond; verder gegaan op") == 1
    assert "kreeg eerst de volledige tekst te zien" not in words
    assert "getoond aan beide partijen" not in words
    view = retrieve.open_file(house.deps, reference, "leesweergave.html", house.staff, BROWSER)[0]
    assert view == "<p>Één tekst</p>".encode()
    digest = hashlib.sha256(view).hexdigest()
    assert "".join(words.split()).count(digest) == 3  # the document, its view, and what was shown


def test_the_signatory_s_pdf_and_page_are_noted_apart(house: House) -> None:
    reference = house.sent()
    secret = house.ready(reference)
    read.fetch_shown(house.deps, secret, BROWSER)
    house.prepared(reference, secret)
    house.sign(reference, secret)
    (act, _) = house.rows("select record from acts order by ordinal")
    noted = [(each["what"], each["sha256"]) for each in act.record["shown"]]
    agreement = house.agreement(reference)
    assert noted == [("pdf", agreement.frozen_sha256), ("view", house.view(reference))]
    assert act.record["view_sha256"] == house.view(reference)


def test_a_reopened_text_is_shown_anew(house: House) -> None:
    """No record of the next edition contains what was read of the former one."""
    reference = house.sent()
    secret = house.ready(reference)
    house.read(reference, secret)
    house.reopened(secret)
    house.completed(reference, city="Gent")
    generate.generate(house.deps, house.agreement(reference).id)
    house.prepared(reference, secret)
    house.sign(reference, secret)
    (act, _) = house.rows("select record from acts order by ordinal")
    assert [each["sha256"] for each in act.record["shown"]] == [house.view(reference)]
