"""The processor's own templates: from a Word file to the text of new agreements."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from colleagues import proof_of
from command_line import zegel
from emptied import as_owner
from house import House
from kept import engine_for
from leesmij import fetched
from own_contract import NAME, imported, published, second_administrator, tried, word_file
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from variants import some

from service.agreement.activity import Wanted
from service.agreement.model import Agreement
from service.agreement.permissions import Role, Staff
from service.agreement.states import PackageState, State
from service.agreement.template_family import INSTALLED, TemplateState
from service.documents.own.findings import Finding, Found
from service.documents.produce import DocumentMaker
from service.error_codes import ErrorCode
from service.error_words import words_by_field, words_of
from service.errors import (
    GenerationFailed,
    Invalid,
    NotAllowed,
    NotFound,
    Outdated,
    Refused,
    WrongState,
)
from service.mail.compose import compose
from service.texts import OURS
from service.workflow import sweep
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import edit, preview, send
from service.workflow.offered import choices, choices_for, same_family
from service.workflow.people import staff_log
from service.workflow.templates import publish, take_in, try_out
from service.workflow.templates.families import families
from signatures.package.names import TEMPLATE
from tests.documents.test_admission import changed, with_relationship

INCLUDED = (
    b'<w:p><w:fldSimple w:instr=" includeTEXT &quot;/etc/passwd&quot; "><w:r><w:t>x</w:t></w:r>'
    b"</w:fldSimple></w:p>"
)
Another = Callable[..., Staff]


def offered(house: House) -> list[tuple[str, bool]]:
    return [(each.shown, each.is_default) for each in choices(house.deps, house.staff)]


def in_log(house: House) -> list[str]:
    page = staff_log.read(house.deps, Wanted(kinds=staff_log.GROUPS["templates"]), house.staff)
    return [" ".join([each.sentence, *each.details]) for each in page.lines]


def test_a_contract_of_ones_own_is_signed_sealed_and_verified(whole_house: House) -> None:
    """The whole road: import, sample, a second administrator, and an agreement to its end."""
    house = whole_house
    own = house.deps.template
    assert offered(house) == [(f"Zegel {own.version}", True)]
    before = house.draft()
    version = published(house.deps, house.staff)
    assert version.state is TemplateState.PUBLISHED
    assert set(version.places) == {
        "controller_agreement", "processor_agreement", "controller_annex",
    }  # fmt: skip
    assert offered(house) == [(f"Zegel {own.version}", True), ("Hosting 1", False)]
    publish.make_default(
        house.deps, version.family_id, house.staff, proof_of(house.deps, house.staff)
    )
    assert offered(house) == [("Hosting 1", True), (f"Zegel {own.version}", False)]

    reference, _ = house.archived()
    agreement = house.agreement(reference)
    assert agreement.template_sha256 == version.sha256
    assert agreement.state is State.COMPLETED
    assert house.agreement(before).template_sha256 == own.sha256
    with house.deps.database.begin() as tx:
        frozen = tx.documents.frozen(agreement.id, agreement.edition)
        assert tx.templates.versions()[0] == (version.sha256, "Hosting 1")
    assert frozen
    assert frozen.template_version == "1"
    assert "Toepasselijk recht" in frozen.reading_html
    assert "artikel 14 overeen" in frozen.reading_html
    dossier = dossier_of(house.deps, reference, house.staff)
    assert dossier.template == "Hosting 1"
    assert dossier.archive
    assert dossier.archive.state is PackageState.VERIFIED
    with zipfile.ZipFile(io.BytesIO(fetched(house, reference))) as package:
        (name,) = (each for each in package.namelist() if each.endswith(TEMPLATE))
        assert hashlib.sha256(package.read(name)).hexdigest() == version.sha256


def test_who_imports_does_not_publish_if_somebody_else_can(house: House) -> None:
    version, second = tried(house.deps, house.staff), second_administrator(house.deps)
    with pytest.raises(Refused) as refused:
        publish.publish(house.deps, version.id, house.staff, proof_of(house.deps, house.staff))
    assert refused.value.code is ErrorCode.TEMPLATE_SECOND
    done = publish.publish(house.deps, version.id, second, proof_of(house.deps, second))
    assert (done.imported_by_name, done.published_by_name, done.alone) == (
        "Els Maes", "Ine Smet", False,
    )  # fmt: skip
    told = house.rows("select recipient, values from messages where kind = 'account_changed'")
    assert sorted({each.recipient for each in told}) == ["els@it4.example", "ine@it4.example"]
    for each in told:
        mail = compose("account_changed", {**each.values, "link": "https://z.example/"}, OURS)
        assert mail.subject == "Gewijzigd in Zegel: Sjabloon Hosting 1"
        assert "\nWat: Sjabloon Hosting 1\n" in mail.text


def test_one_administrator_publishes_alone_and_the_log_says_so(house: House) -> None:
    version = tried(house.deps, house.staff)
    done = publish.publish(house.deps, version.id, house.staff, proof_of(house.deps, house.staff))
    assert done.alone
    newest, first = in_log(house)
    assert newest == (
        "Sjabloon Hosting, versie 1, gepubliceerd. Zonder tweede beheerder: er was geen andere"
    )
    assert first == "Sjabloon Hosting, versie 1, opgeladen."


def test_only_administrators_may_and_publishing_needs_the_password(
    house: House, another: Another
) -> None:
    seller = another(Role.SALES, Role.SIGNATORY, Role.ARCHIVE)
    with pytest.raises(NotAllowed):
        imported(house.deps, seller)
    version = tried(house.deps, house.staff)
    for step in (publish.publish, publish.remove):
        with pytest.raises(NotAllowed):
            step(house.deps, version.id, seller)
    proof = proof_of(house.deps, house.staff)
    house.rows("update staff_sessions set proved_at = now() - interval '6 minutes'")
    for act in (
        lambda: publish.publish(house.deps, version.id, house.staff, proof),
        lambda: publish.withdraw(house.deps, version.id, house.staff, proof),
        lambda: publish.make_default(house.deps, INSTALLED, house.staff, proof),
        lambda: publish.offer(house.deps, INSTALLED, house.staff, proof, offered=False),
    ):
        with pytest.raises(Invalid) as wrong:
            act()
        assert [each.field for each in wrong.value.errors] == ["own_password"]


def test_a_file_with_a_fault_is_not_kept(house: House) -> None:
    found = take_in.take_in(
        house.deps, word_file("{{ klant.naem }}"), "contract.docx", house.staff, name=NAME
    )
    assert found.version is None
    assert [each.code for each in found.findings if each.severity == "fault"] == [Found.UNKNOWN]
    assert house.rows("select from template_families") == []
    assert "template" not in house.jobs()


@pytest.mark.parametrize(
    "kind", some(["bomb", "external", "macro", "field", "injection"], one_in=4)
)
def test_nothing_of_a_hostile_file_stays(house: House, kind: str) -> None:
    hostile = {
        "external": lambda: with_relationship(word_file(), "image", "http://127.0.0.1:9/x"),
        "macro": lambda: changed(word_file(), {}, {"word/vbaProject.bin": b"x"}),
        "field": lambda: changed(
            word_file(), {"word/document.xml": (b"<w:sectPr", INCLUDED + b"<w:sectPr")}
        ),
        "bomb": lambda: changed(word_file(), {}, {"word/media/zeros.png": bytes(60 << 20)}),
        "injection": lambda: word_file("{{ kenmerk.__class__.__mro__ }}"),
    }[kind]()
    found = take_in.take_in(house.deps, hostile, "x.docx", house.staff, name=NAME)
    assert found.version is None
    assert any(each.severity == "fault" for each in found.findings)
    kept = "select from template_families union all select from template_versions"
    assert house.rows(kept) == []
    assert "template" not in house.jobs()


def test_what_cannot_be_taken_in_is_said_beside_the_field(house: House) -> None:
    imported(house.deps, house.staff)

    def wrong(given: bytes, name: str, family_id: str = take_in.NEW) -> dict[str, str]:
        with pytest.raises(Invalid) as refused:
            take_in.take_in(house.deps, given, "x", house.staff, name=name, family_id=family_id)
        return words_by_field(refused.value)

    assert set(wrong(b"", "")) == {"file", "name"}
    for taken in ("hosting", "ZEGEL"):
        found = take_in.take_in(house.deps, b"x", "x", house.staff, name=taken)
        assert [each.field for each in found.errors] == ["name"]
        assert found.findings  # the file is examined all the same
    assert set(wrong(b"x", "", "anders")) == {"family"}
    assert wrong(word_file(), "Support") == {
        "file": "Deze tekst is al opgeladen, als Hosting 1. Die versie staat onder Sjablonen."
    }


def test_a_new_version_takes_the_place_of_the_former_and_gives_it_back(house: House) -> None:
    first = published(house.deps, house.staff)
    reference = house.create(house.sample.sales)
    second = published(house.deps, house.staff, "Nieuw in deze versie.")
    assert [each for each, _ in offered(house)][1:] == ["Hosting 2"]
    assert same_family(house.deps, first.sha256, house.staff) == second.sha256
    assert house.agreement(reference).template_sha256 == house.deps.template.sha256
    with pytest.raises(Invalid) as wrong:  # somebody still has the form of before
        house.draft({**house.sample.sales.fields, "template": first.sha256})
    assert [each.code for each in wrong.value.errors] == ["template_gone"]
    chosen = house.draft({**house.sample.sales.fields, "template": second.sha256})
    assert house.agreement(chosen).template_sha256 == second.sha256

    proof = proof_of(house.deps, house.staff)
    publish.make_default(house.deps, second.family_id, house.staff, proof)
    publish.withdraw(house.deps, second.id, house.staff, proof)
    assert offered(house)[0] == ("Hosting 1", True)
    with pytest.raises(Refused) as refused:
        publish.withdraw(house.deps, first.id, house.staff, proof)
    assert refused.value.code is ErrorCode.TEMPLATE_DEFAULT
    publish.offer(house.deps, INSTALLED, house.staff, proof, offered=False)
    assert offered(house) == [("Hosting 1", True)]
    with pytest.raises(Refused):
        publish.offer(house.deps, first.family_id, house.staff, proof, offered=False)
    publish.make_default(house.deps, INSTALLED, house.staff, proof)
    publish.offer(house.deps, first.family_id, house.staff, proof, offered=False)
    assert offered(house) == [(f"Zegel {house.deps.template.version}", True)]
    send.send(house.deps, chosen, house.staff)  # keeps the version that was withdrawn
    house.ready(chosen)
    assert house.agreement(chosen).template_sha256 == second.sha256


def test_the_text_of_a_draft_can_be_changed_until_it_is_sent(house: House) -> None:
    deps, staff, typed = house.deps, house.staff, house.sample.sales
    own = published(deps, staff)
    reference = house.create(typed)
    before = house.agreement(reference)

    def choose(sha256: str, seen: int | None = None) -> Agreement:
        changed = dataclasses.replace(typed, fields={**typed.fields, "template": sha256})
        edit.edit(deps, reference, changed, staff, seen=seen)
        return house.agreement(reference)

    preview.make_preview(deps, before.id)
    assert preview.preview(deps, reference)
    after = choose(own.sha256, before.version)
    assert (after.template_sha256, after.version) == (own.sha256, before.version + 1)
    assert {each.key for each in after.places} == set(own.places)
    assert preview.preview(deps, reference) is None  # it is made anew
    dossier = dossier_of(deps, reference, staff)
    assert dossier.timeline[-1].sentence == "Gegevens gewijzigd, en sjabloon Hosting 1 gekozen."
    with pytest.raises(Outdated):  # somebody else still has the former text before them
        choose(before.template_sha256, before.version)
    assert choose("").template_sha256 == own.sha256
    newer = published(deps, staff, "Nieuw in deze versie.")
    shown = [each.shown for each in choices_for(deps, after, staff)]
    assert shown == ["Hosting 1", f"Zegel {deps.template.version}", "Hosting 2"]
    assert choose(own.sha256).template_sha256 == own.sha256
    assert choose(newer.sha256).template_sha256 == newer.sha256
    assert house.events(reference).count("agreement.edited") == 4
    with pytest.raises(Invalid) as wrong:  # it is its own no longer
        choose(own.sha256)
    assert [each.code for each in wrong.value.errors] == ["template_gone"]
    send.send(deps, reference, staff)
    with pytest.raises(WrongState):
        choose(before.template_sha256)


def test_no_other_text_takes_the_place_of_one_that_is_missing(house: House) -> None:
    version = published(house.deps, house.staff)
    reference = house.sent(template=version.sha256)
    house.rows("delete from template_declarations where template_sha256 = :s", s=version.sha256)
    house.completed(reference)
    house.generate(reference)
    agreement = house.agreement(reference)
    assert agreement.state is State.GENERATION_FAILED
    assert "template_missing" in agreement.failure


def test_a_version_that_nobody_published_can_be_removed(house: House) -> None:
    version = tried(house.deps, house.staff)
    publish.remove(house.deps, version.id, house.staff)
    assert [each.name for each in families(house.deps, house.staff)] == ["Zegel"]
    with pytest.raises(NotFound):
        publish.publish(house.deps, version.id, house.staff, proof_of(house.deps, house.staff))
    kept = published(house.deps, house.staff)
    with pytest.raises(Refused) as refused:
        publish.remove(house.deps, kept.id, house.staff)
    assert refused.value.code is ErrorCode.TEMPLATE_STATE
    assert words_of(refused.value).startswith("Dit kan niet met deze versie")
    with engine_for(as_owner(house.deps.database.url)).begin() as connection:
        for change in ("update template_versions set docx = ''", "delete from template_versions"):
            with pytest.raises(IntegrityError), connection.begin_nested():
                connection.execute(sql(change))


def test_a_sample_that_cannot_be_made_is_seen_and_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = imported(house.deps, house.staff)
    assert "template" in house.jobs()

    def broken(_maker: DocumentMaker, *_: object, **__: object) -> object:
        raise GenerationFailed("office_failed", "weg")

    with monkeypatch.context() as patched:
        patched.setattr(DocumentMaker, "agreement", broken)
        try_out.try_out(house.deps, version.id)
    (_, family) = families(house.deps, house.staff)
    assert [(each.state, each.failure) for each in family.versions] == [
        (TemplateState.FAULTY, "office_failed weg")
    ]
    with pytest.raises(Refused):
        publish.publish(house.deps, version.id, house.staff, proof_of(house.deps, house.staff))
    try_out.try_again(house.deps, version.id, house.staff)
    house.rows("update template_versions set imported_at = now() - interval '5 minutes'")
    house.rows("delete from procrastinate_jobs")
    assert sweep.sweep(house.deps) == 1
    assert house.jobs() == ["template"]
    try_out.try_out(house.deps, version.id)
    with house.deps.database.look() as tx:
        now, sample = tx.own_templates.get(version.id), tx.template_samples.get(version.sha256)
        assert not tx.template_samples.there(house.deps.template.sha256)  # nothing is beside it
    assert (now.state, now.failure) == (TemplateState.CHECKED, "")
    assert sample
    assert "[kenmerk]" in sample.reading_html
    assert all(Finding.from_json(each).severity == "warning" for each in now.findings)


def test_the_same_from_the_command_line(house: House, tmp_path: Path) -> None:
    file = tmp_path / "contract.docx"
    file.write_bytes(word_file("Overeengekomen te {{ verwerker.zetel }}"))
    made = zegel(house, "template", "import", file, "--name", NAME)
    assert made.exit_code == 0, made.output
    assert "Hosting 1 is opgeladen." in made.output
    assert zegel(house, "template", "publish", NAME, "1").exit_code == 1
    early = zegel(house, "template", "publish", file)
    assert (early.exit_code, "nog geen voorbeeld" in early.output) == (1, True)
    ((version_id,),) = house.rows("select id from template_versions")
    try_out.try_out(house.deps, str(version_id))
    other = tmp_path / "anders.docx"
    other.write_bytes(word_file())
    unknown = zegel(house, "template", "publish", other)
    assert (unknown.exit_code, "anders.docx is niet opgeladen" in unknown.output) == (1, True)
    assert zegel(house, "template", "publish", tmp_path / "weg.docx").exit_code == 2
    for said in ("Hosting 1 is gepubliceerd.", "Hosting 1 is al gepubliceerd."):
        done = zegel(house, "template", "publish", file)
        assert (done.exit_code, done.output.strip()) == (0, said)
    assert zegel(house, "template", "publish", "hosting", "1").exit_code == 1
    assert zegel(house, "template", "default", "hosting").exit_code == 0
    assert zegel(house, "template", "publish", NAME, "2").exit_code == 1
    listed = zegel(house, "template", "list")
    assert "Hosting (standaard)" in listed.output
    assert "versie 1: gepubliceerd" in listed.output
    zegel_family, own = json.loads(zegel(house, "template", "list", "--json").stdout)
    assert (zegel_family["default"], own["current"]) == (False, "1")
    assert zegel(house, "template", "withdraw", NAME, "1").exit_code == 1
    faulty = tmp_path / "fout.docx"
    faulty.write_bytes(word_file("{{ klant.naem }}"))
    refused = zegel(house, "template", "import", faulty, "--name", NAME)
    assert refused.exit_code == 1
    assert "klant.naam" in refused.output
    assert zegel(house, "template", "import", file, "--name", "Zegel").exit_code == 1
    assert in_log(house)[0].startswith("Sjabloon Hosting is de standaard")
