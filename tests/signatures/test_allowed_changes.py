"""What a revision may contain besides its signature: from our writer only what it writes today,
from a person's own program invisible additions that such programs make."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter

from signatures.chains.plain import Material
from signatures.errors import UploadRefused
from signatures.keys.authority import Authority
from signatures.persons.signer_held import OwnSignatures
from signatures.persons.uploaded import Uploaded, accept_upload
from signatures.sealing import seal
from signatures.sealing.seal import Sealer
from signatures.verdict.report import FAILS, HOLDS, INVALID, Report
from signatures.verdict.verify import verify
from tests.signatures.attacks import Change, name, writing
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, act_for, seal_all
from tests.signatures.own_program import Writer, sign
from tests.signatures.people import EC, PeoplesAuthority, Person
from tests.variants import some

FIRST, SECOND, LAST = CONTROLLER_FIRST
LEVEL_8 = {"BaseVersion": name("/1.7"), "ExtensionLevel": generic.NumberObject(8)}


def dictionary(values: dict[str, Any]) -> generic.DictionaryObject:
    return generic.DictionaryObject({name(f"/{key}"): value for key, value in values.items()})


def modified_now(writer: IncrementalPdfFileWriter) -> None:
    info = writer.trailer["/Info"]
    info[name("/ModDate")] = generic.pdf_date(datetime.now(UTC))
    writer.update_container(info)


def another_producer(writer: IncrementalPdfFileWriter) -> None:
    info = writer.trailer["/Info"]
    info[name("/Producer")] = generic.pdf_string("Een ander")
    writer.update_container(info)


def another_spelling_of_the_metadata(writer: IncrementalPdfFileWriter) -> None:
    metadata = writer.root["/Metadata"]
    metadata._data = metadata.data.replace(b"<xmp:CreatorTool>", b"<xmp:CreatorTool >")
    metadata._encoded_data = None
    writer.update_container(metadata)


def another_extension(writer: IncrementalPdfFileWriter) -> None:
    extensions = writer.root.setdefault(name("/Extensions"), generic.DictionaryObject())
    extensions[name("/ADBE")] = dictionary(LEVEL_8)
    writer.update_root()


def another_level(writer: IncrementalPdfFileWriter) -> None:
    extensions = writer.root.setdefault(name("/Extensions"), generic.DictionaryObject())
    extensions[name("/ESIC")] = dictionary(LEVEL_8)
    writer.update_root()


def several_levels(writer: IncrementalPdfFileWriter) -> None:
    extensions = writer.root.setdefault(name("/Extensions"), generic.DictionaryObject())
    extensions[name("/ESIC")] = generic.ArrayObject([dictionary(LEVEL_8)])
    writer.update_root()


def another_version(writer: IncrementalPdfFileWriter) -> None:
    writer.root[name("/Version")] = name("/2.0")
    writer.update_root()


def _signature(writer: IncrementalPdfFileWriter) -> Any:
    filled = [each for each in writer.root["/AcroForm"]["/Fields"] if "/V" in each.get_object()]
    return filled[-1].get_object()["/V"]


def a_place(writer: IncrementalPdfFileWriter) -> None:
    _signature(writer)[name("/Location")] = generic.pdf_string("Gent")


def who_to_ask(writer: IncrementalPdfFileWriter) -> None:
    _signature(writer)[name("/ContactInfo")] = generic.pdf_string("els@bakkerij.example")


def what_made_it(writer: IncrementalPdfFileWriter) -> None:
    _signature(writer)[name("/Prop_Build")] = generic.DictionaryObject()


def another_filter(writer: IncrementalPdfFileWriter) -> None:
    _signature(writer)[name("/Filter")] = name("/Iets.Anders")


def no_moment(writer: IncrementalPdfFileWriter) -> None:
    _signature(writer).pop("/M", None)


def more_about_the_lock(writer: IncrementalPdfFileWriter) -> None:
    reference = _signature(writer)["/Reference"][0]
    reference[name("/DigestMethod")] = name("/SHA256")


def another_name_of_the_stamp(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/AcroForm"]["/Fields"][-1].get_object()[name("/TU")] = generic.pdf_string("Iets")


def on_another_page(writer: IncrementalPdfFileWriter) -> None:
    stamp = writer.root["/AcroForm"]["/Fields"][-1]
    first, second = (writer.find_page_for_modification(number)[0] for number in (0, 1))
    first.get_object()["/Annots"].pop()
    writer.update_container(first.get_object()["/Annots"])
    second.get_object()["/Annots"].append(stamp)
    writer.update_container(second.get_object()["/Annots"])
    stamp.get_object()[name("/P")] = second


def a_type_of_the_data(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/DSS"][name("/Type")] = name("/DSS")


def more_about_a_certificate(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/DSS"]["/Certs"][0][name("/Iets")] = generic.pdf_string("anders")


ANYWHERE: dict[str, tuple[Change, str]] = {
    "moment in Info": (modified_now, "metadata"),
    "the same metadata in another spelling": (another_spelling_of_the_metadata, "metadata"),
    "another's extension": (another_extension, "catalog"),
    "version 2.0 for nothing": (another_version, "catalog"),
    "another filter": (another_filter, "field"),
}
IN_AN_ACT = {
    **ANYWHERE,
    "producer in Info": (another_producer, "metadata"),
    "another level of ours": (another_level, "catalog"),
    "several levels": (several_levels, "catalog"),
    "a place": (a_place, "field"),
    "who to ask": (who_to_ask, "field"),
    "what made it": (what_made_it, "field"),
    "no moment": (no_moment, "field"),
    "more about the lock": (more_about_the_lock, "lock"),
}
IN_THE_CLOSE = {
    **ANYWHERE,
    "another name of the stamp's field": (another_name_of_the_stamp, "field"),
    "the stamp on another page": (on_another_page, "field"),
    "validation data with a type": (a_type_of_the_data, "validation_data"),
    "a certificate with more about it": (more_about_a_certificate, "validation_data"),
}
OF_PROGRAMS: dict[str, dict[str, Any]] = {
    "the moment and its name in the metadata": {"writes": IncrementalPdfFileWriter},
    "its moment in Info": {"also": modified_now},
    "its name in Info": {"also": another_producer},
    "its extension": {"also": another_extension},
    "a higher level": {"also": another_level},
    "several of them": {"also": several_levels},
    "the version": {"also": another_version},
    "a place and whom to ask": {"location": "Gent", "contact_info": "els@bakkerij.example"},
}


def reason(report: Report) -> tuple[set[str], str]:
    """The rules that fail, and the reason for the revisions."""
    said = {each.rule: each.reason for each in report.answers if each.state == FAILS}
    return set(said), said.get("changes", "")


@pytest.mark.parametrize("what", some(IN_AN_ACT, one_in=4))
def test_an_act_of_ours_brings_nothing_else(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """Even if the seal, the time stamp and the close are perfect."""
    change, code = IN_AN_ACT[what]
    with monkeypatch.context() as patched:
        patched.setattr(seal, "RevisionWriter", writing(change))
        last = act_for(LAST, controller_first.shown)
        pdf = sealer.seal_act(controller_first.steps[1].pdf, last, last=True).pdf

    report = verify(sealer.close(pdf).pdf, roots=authority.roots)

    assert report.verdict == INVALID
    assert reason(report) == ({"changes"}, code)


@pytest.mark.parametrize("what", some(IN_THE_CLOSE))
def test_the_close_brings_nothing_else(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    change, code = IN_THE_CLOSE[what]
    monkeypatch.setattr(seal, "RevisionWriter", writing(change))

    report = verify(sealer.close(controller_first.steps[2].pdf).pdf, roots=authority.roots)

    assert report.verdict == INVALID
    assert reason(report) == ({"changes"}, code)


def test_a_renewal_brings_nothing_else(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seal, "RevisionWriter", writing(modified_now))

    report = verify(sealer.renew(controller_first.pdf).pdf, roots=authority.roots)

    said = {each.rule: each.reason for each in report.answers if each.state == FAILS}
    assert said == {"renewed": "metadata"}


def test_an_older_format_of_a_seal_is_refused(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = seal.act_metadata

    def older(*arguments: Any, **options: Any) -> Any:
        adobe = SigSeedSubFilter.ADOBE_PKCS7_DETACHED
        return dataclasses.replace(made(*arguments, **options), subfilter=adobe)

    monkeypatch.setattr(seal, "act_metadata", older)
    pdf = seal_all(sealer, controller_first.shown, CONTROLLER_FIRST)[-1].pdf

    failing, why = reason(verify(pdf, roots=authority.roots))

    assert "changes" in failing
    assert why == "field"


@pytest.mark.parametrize("what", some(OF_PROGRAMS, one_in=4))
def test_a_persons_own_program_may_say_so(
    own: OwnSignatures,
    sealer: Sealer,
    authority: Authority,
    people: PeoplesAuthority,
    curve: Person,
    material: Material,
    controller_first: SealedFile,
    what: str,
) -> None:
    """In the second act: what follows is ours again, and the whole is valid."""
    act = act_for(SECOND, controller_first.shown)
    working = controller_first.steps[0].pdf
    uploaded = sign(working, curve, act, **OF_PROGRAMS[what])
    accepted = uploaded_act(own, uploaded, working, SECOND, material)
    last = act_for(LAST, controller_first.shown)
    pdf = sealer.seal_act(accepted.sealed.pdf, last, last=True).pdf
    pdf = sealer.close(pdf, [accepted.chain]).pdf

    report = verify(pdf, roots=authority.roots, person_roots=[people.root])

    assert {a.state for a in report.answers if a.rule not in ("ledger", "shown")} == {HOLDS}
    # The persons' authority may also be one for seals; without any, it is nobody's act.
    both = verify(pdf, roots=[*authority.roots, people.root], person_roots=[people.root])
    assert FAILS not in {answer.state for answer in both.answers}
    assert verify(pdf, roots=authority.roots).verdict == INVALID


def low_level(writer: IncrementalPdfFileWriter) -> None:
    """Our writer would replace this one by its own."""
    another_level(writer)
    writer.root["/Extensions"]["/ESIC"][name("/ExtensionLevel")] = generic.NumberObject(0)


def unknown_extension(writer: IncrementalPdfFileWriter) -> None:
    extensions = writer.root.setdefault(name("/Extensions"), generic.DictionaryObject())
    extensions[name("/IETS")] = dictionary(LEVEL_8)
    writer.update_root()


def extension_with_a_script(writer: IncrementalPdfFileWriter) -> None:
    another_extension(writer)
    writer.root["/Extensions"]["/ADBE"][name("/JS")] = writer.add_object(
        generic.StreamObject(stream_data=b"app.alert(1)")
    )


def curves_without_ours(writer: IncrementalPdfFileWriter) -> None:
    extensions = writer.root.setdefault(name("/Extensions"), generic.DictionaryObject())
    extensions[name("/ISO_")] = dictionary(LEVEL_8)
    writer.update_root()


def extension_taken_away(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Extensions"].pop("/ESIC", None)
    writer.update_root()


def older_version(writer: IncrementalPdfFileWriter) -> None:
    writer.root[name("/Version")] = name("/1.4")
    writer.update_root()


@pytest.mark.parametrize(
    "change",
    [
        low_level,
        unknown_extension,
        extension_with_a_script,
        curves_without_ours,
        extension_taken_away,
        older_version,
    ],
)
def test_a_persons_own_program_may_not_say_what_ours_cannot_go_on_with(
    own: OwnSignatures,
    curve: Person,
    material: Material,
    controller_first: SealedFile,
    change: Change,
) -> None:
    class Meddling(Writer):
        def _update_meta(self) -> None:
            change(self)

    working = controller_first.steps[0].pdf
    uploaded = sign(working, curve, act_for(SECOND, controller_first.shown), writes=Meddling)

    with pytest.raises(UploadRefused) as refused:
        uploaded_act(own, uploaded, working, SECOND, material)

    assert refused.value.code == "catalog"


@pytest.fixture(scope="session")
def curve(people: PeoplesAuthority) -> Person:
    """A person with an elliptic curve, for which a program names an extension."""
    return people.person(kind=EC)


def uploaded_act(
    own: OwnSignatures, uploaded: bytes, working: bytes, place: str, others: Material
) -> Uploaded:
    return accept_upload(
        own, uploaded, working=working, act=act_for(place, working), others=others, last=False
    )
