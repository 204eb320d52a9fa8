"""A file signed with a person's own program: accepted with exactly one signature, refused
otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import DEFAULT_SIGNING_STAMP_STYLE
from pyhanko.sign.fields import SigSeedSubFilter

from signatures.acts.act import Act
from signatures.acts.appearance import lines
from signatures.chains.persons import Persons
from signatures.chains.plain import Material
from signatures.cms import containers
from signatures.errors import (
    ActOutOfOrder,
    CertificateRefused,
    ReplyRepeated,
    ReplyTooLate,
    UploadRefused,
)
from signatures.keys.authority import Authority, create_authority, load_authority
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import signed_fields
from signatures.persons.refusals import refusal_sentence
from signatures.persons.signer_held import OwnSignatures
from signatures.persons.uploaded import Uploaded, accept_upload
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.texts import words
from signatures.verdict.own_certificates import compare_names
from tests.signatures import attacks
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, act_for
from tests.signatures.own_program import embedded_look, sign
from tests.signatures.people import EC, PeoplesAuthority, Person
from tests.variants import some

FIRST, SECOND, _ = CONTROLLER_FIRST


class Desk:
    """One working document with one act to be signed."""

    def __init__(
        self, own: OwnSignatures, working: bytes, act: Act, els: Person, material: Material
    ) -> None:
        self.own = own
        self.working = working
        self.act = act
        self.els = els
        self.material = material

    def signed(self, **changes: Any) -> bytes:
        return sign(self.working, self.els, self.act, **changes)

    def accept(self, uploaded: bytes, **changes: Any) -> Uploaded:
        options: dict[str, Any] = {
            "working": self.working,
            "act": self.act,
            "others": self.material,
            "last": False,
        }
        return accept_upload(self.own, uploaded, **{**options, **changes})

    def refused(self, uploaded: bytes) -> str:
        with pytest.raises(UploadRefused) as refused:
            self.accept(uploaded)
        assert refusal_sentence(refused.value) != refusal_sentence(refused.value, "en")
        return refused.value.code


@pytest.fixture
def desk(own: OwnSignatures, controller_first: SealedFile, els: Person, material: Material) -> Desk:
    shown = controller_first.shown
    return Desk(own, shown, act_for(FIRST, shown), els, material)


def test_one_signature_in_the_right_field_is_accepted_and_stamped(desk: Desk) -> None:
    accepted = desk.accept(desk.signed())

    assert accepted.sealed.pdf.startswith(desk.working)
    assert accepted.sealed.level == "PAdES B-T"
    assert accepted.sealed.token_quality == "eigen"
    assert abs(accepted.sealed.token_time - datetime.now(UTC)) < timedelta(minutes=5)
    assert accepted.chain.certificate == desk.els.certificate
    assert accepted.name.same


def test_with_an_elliptic_curve_and_what_programs_say_of_themselves(
    desk: Desk, people: PeoplesAuthority
) -> None:
    desk.els, desk.material = people.person(kind=EC), people.material()

    accepted = desk.accept(desk.signed(location="Gent", contact_info="els@bakkerij.example"))

    assert accepted.sealed.pdf.startswith(desk.working)


def test_after_a_seal_of_ours(
    own: OwnSignatures, controller_first: SealedFile, els: Person, material: Material
) -> None:
    working = controller_first.steps[0].pdf
    desk = Desk(own, working, act_for(SECOND, controller_first.shown), els, material)

    assert desk.accept(desk.signed()).sealed.pdf.startswith(working)


def test_a_time_stamp_of_a_known_authority_stays(desk: Desk, authority: Authority) -> None:
    uploaded = desk.signed(timestamper=LocalTimestamps(authority).stamper())

    accepted = desk.accept(uploaded, stamp_roots=authority.roots)

    assert accepted.sealed.pdf == uploaded
    assert accepted.sealed.token_quality == "extern"


def test_a_time_stamp_of_another_moment_or_authority(
    desk: Desk, authority: Authority, tmp_path: Path
) -> None:
    hours_ago = LocalTimestamps(authority, lambda: datetime.now(UTC) - timedelta(hours=2))
    create_authority(tmp_path, b"elders", organisation="Elders", now=datetime.now(UTC))
    elsewhere = LocalTimestamps(load_authority(tmp_path, b"elders"))

    for stamps, code in ((hours_ago, "stamp_time"), (elsewhere, "stamp_unknown")):
        uploaded = desk.signed(timestamper=stamps.stamper())
        with pytest.raises(UploadRefused) as refused:
            desk.accept(uploaded, stamp_roots=authority.roots)
        assert refused.value.code == code


def _validation_data(writer: IncrementalPdfFileWriter) -> None:
    store = generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/DSS")})
    writer.root["/DSS"] = writer.add_object(store)
    writer.update_root()


def _spoilt(pdf: bytes) -> bytes:
    """The signature value with one bit changed."""
    (signed,) = signed_fields(Revisions(pdf))
    start, end = signed.container
    value = containers.read(pdf[start:end]).signer["signature"].native
    spoilt = value[:-1] + bytes([value[-1] ^ 1])
    return pdf.replace(value.hex().upper().encode(), spoilt.hex().upper().encode())


def _lost(pdf: bytes) -> bytes:
    """A wrong offset of the table."""
    before, word, after = pdf.rpartition(b"startxref\n")
    return before + word + b"1" + after


BAD: dict[str, tuple[str, Callable[[Desk], bytes]]] = {
    "the document as it was": ("not_signed", lambda desk: desk.working),
    "saved anew by another program": (
        "rewritten",
        lambda desk: attacks.rewritten_by_pikepdf(desk.signed()),
    ),
    "something that is no PDF": ("rewritten", lambda desk: b"PK\3\4"),
    "far too large": ("too_large", lambda desk: desk.signed() + bytes(3_000_000)),
    "bytes behind it": ("behind", lambda desk: desk.signed() + b"en nog iets"),
    "a table that is elsewhere": ("structure", lambda desk: _lost(desk.signed())),
    "a note beside it": ("something_else", lambda desk: desk.signed(also=attacks.annotate)),
    "a page more": ("something_else", lambda desk: desk.signed(also=attacks.add_page)),
    "another content": ("something_else", lambda desk: desk.signed(also=attacks.replace_content)),
    "another title": ("metadata", lambda desk: desk.signed(also=attacks.change_info)),
    "other metadata": ("metadata", lambda desk: desk.signed(also=attacks.change_xmp)),
    "another font": ("something_else", lambda desk: desk.signed(also=attacks.redefine_font)),
    "validation data": ("validation_data", lambda desk: desk.signed(also=_validation_data)),
    "a note behind it": (
        "revisions",
        lambda desk: attacks.incremental(attacks.annotate)(desk.signed()),
    ),
    "signed twice": (
        "revisions",
        lambda desk: sign(desk.signed(), desk.els, act_for(SECOND, desk.working)),
    ),
    "the field of the next act": ("other_field", lambda desk: desk.signed(field_name=SECOND)),
    "another reason": ("reason", lambda desk: desk.signed(reason="Akkoord")),
    "the reason of another act": (
        "reason",
        lambda desk: desk.signed(reason=f"Overeenkomst VO-2026-00042 · {FIRST} · {'0' * 64}"),
    ),
    "another name": ("name", lambda desk: desk.signed(name="Christophe Zenner")),
    "an older format": (
        "subfilter",
        lambda desk: desk.signed(subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED),
    ),
    "a weak digest": ("signature_algorithm", lambda desk: desk.signed(md_algorithm="sha1")),
    "a font that is not in the file": (
        "font",
        lambda desk: desk.signed(look=DEFAULT_SIGNING_STAMP_STYLE),
    ),
    "no room for a time stamp": ("no_room", lambda desk: desk.signed(room=6_000)),
    "a spoilt signature": ("signature_signature", lambda desk: _spoilt(desk.signed())),
    "another moment in the picture": (
        "date",
        lambda desk: desk.signed(
            look=embedded_look(
                "\n".join(lines(replace(desk.act, signed_at=datetime(2020, 1, 1, tzinfo=UTC))))
            )
        ),
    ),
}


@pytest.mark.parametrize("which", some(BAD, one_in=4))
def test_anything_else_is_refused_with_its_reason(desk: Desk, which: str) -> None:
    code, made = BAD[which]

    assert desk.refused(made(desk)) == code
    assert desk.accept(desk.signed()).sealed.level == "PAdES B-T"  # nothing was used up


def test_whose_certificate_it_is(desk: Desk, people: PeoplesAuthority, tmp_path: Path) -> None:
    stranger = PeoplesAuthority(tmp_path).person()  # with the same names
    revoked = people.person()
    people.revoke(revoked)
    desk.material = people.material()

    for person, code in ((stranger, "not_ours"), (revoked, "revoked")):
        with pytest.raises(CertificateRefused) as refused:
            desk.accept(sign(desk.working, person, desk.act))
        assert refused.value.code == code
        assert refusal_sentence(refused.value) == words()["certificate"][code]


def test_a_second_upload_and_one_of_yesterday(desk: Desk) -> None:
    uploaded = desk.signed()
    kept = desk.accept(uploaded).sealed.pdf

    with pytest.raises(ReplyRepeated):
        desk.accept(uploaded, working=kept)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    desk.own.clock = lambda: tomorrow
    with pytest.raises(ReplyTooLate) as late:
        desk.accept(uploaded)
    assert refusal_sentence(late.value) == words()["reply"]["ReplyTooLate"]


def test_not_as_the_last_where_another_authority_closes(
    desk: Desk, sealer: Sealer, people: PeoplesAuthority
) -> None:
    desk.own = OwnSignatures(sealer, Persons([people.root]), confirms_last=False)

    with pytest.raises(ActOutOfOrder):
        desk.accept(desk.signed(), last=True)


@pytest.mark.parametrize(
    ("signatory", "same"),
    [
        ("Els Peeters", True),
        ("PEETERS Els", True),
        ("Éls Peeters", True),
        ("Els Maria Peeters", True),
        ("Peeters", False),
        ("Jan Peeters", False),
        ("", False),
    ],
)
def test_names_are_compared_and_never_guessed(els: Person, signatory: str, same: bool) -> None:
    compared = compare_names(els.certificate, signatory)

    assert compared.certificate == "Els Maria Peeters"
    assert compared.same is same


def test_every_refusal_has_its_words_in_both_languages() -> None:
    for table in ("upload", "certificate", "reply", "own", "reason"):
        assert set(words("nl")[table]) == set(words("en")[table])
