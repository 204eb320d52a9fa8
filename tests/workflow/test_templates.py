"""A new version of the template: what is under way keeps its own, what is new gets the new one."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import pytest
from house import House

from service.agreement.template_version import TemplateVersion
from service.documents.builder.package import repack
from service.workflow.offer import generate, sample, send, void
from service.workflow.offer.generate import install

FORMER, LATER = "Toepasselijk recht", "Recht dat geldt"


def changed(template: TemplateVersion) -> TemplateVersion:
    """The same with another heading of a clause, as the next version of Zegel would bring it."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template.docx)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                assert FORMER.encode() in part
                part = part.replace(FORMER.encode(), LATER.encode())
            new.writestr(name, part)
    declaration = template.declaration.replace(f'"{template.version}"', '"9.9"', 1)
    return TemplateVersion.of(repack(content.getvalue()), declaration)


@pytest.fixture
def newer(house: House) -> House:
    """The same installation after an update that brings another template."""
    deps = dataclasses.replace(house.deps, template=changed(house.deps.template))
    return House(deps, house.staff, house.password)


def text_of(house: House, reference: str) -> tuple[str, str, bool]:
    """Version and digest of the frozen text, and whether it has the later heading."""
    agreement = house.agreement(reference)
    with house.deps.database.begin() as tx:
        frozen = tx.documents.frozen(agreement.id, agreement.edition)
    assert frozen is not None
    assert frozen.template_sha256 == agreement.template_sha256
    assert (FORMER in frozen.reading_html) is not (LATER in frozen.reading_html)
    return frozen.template_version, frozen.template_sha256, LATER in frozen.reading_html


def test_what_is_under_way_keeps_its_template(house: House, newer: House) -> None:
    draft, preparing, ready, signing = house.draft(), house.sent(), house.sent(), house.sent()
    house.completed(preparing)
    secret = house.ready(ready)
    house.signed(signing)
    install(newer.deps)

    send.send(newer.deps, draft, newer.staff)
    newer.ready(draft)
    generate.generate(newer.deps, newer.agreement(preparing).id)
    newer.reopened(secret)
    newer.ready(ready)
    assert newer.agreement(ready).edition == 2
    assert newer.countersign(signing)[0].refusal is None
    own = house.deps.template
    for reference in (draft, preparing, ready, signing):
        assert text_of(newer, reference) == (own.version, own.sha256, False)
    with newer.deps.database.begin() as tx:
        assert tx.templates.docx(own.sha256) == own.docx

    reference = newer.sent()
    sample.make_sample(newer.deps, newer.agreement(reference).id)
    shown = sample.sample(newer.deps, newer.agreement(reference))
    assert shown is not None
    assert LATER in shown.reading_html
    newer.ready(reference)
    assert text_of(newer, reference) == ("9.9", newer.deps.template.sha256, True)


def test_a_template_that_only_former_code_could_fill_gives_way(house: House, newer: House) -> None:
    """Before agreements named a template, only the Word file was kept."""
    reference = house.sent()
    secret = house.ready(reference)
    house.rows("delete from template_declarations")
    install(newer.deps)
    newer.reopened(secret)
    newer.ready(reference)
    assert text_of(newer, reference) == ("9.9", newer.deps.template.sha256, True)


def test_what_named_none_before_names_the_one_of_the_first_start(
    house: House, newer: House
) -> None:
    waiting, frozen, ended = house.sent(), house.sent(), house.sent()
    house.ready(frozen)
    void.void(house.deps, ended, "Verkeerde klant", house.staff)
    house.rows("update agreements set template_sha256 = null")
    install(house.deps)
    install(newer.deps)  # the next one
    named = [house.agreement(each).template_sha256 for each in (waiting, frozen, ended)]
    assert named == [house.deps.template.sha256, "", ""]
    assert newer.agreement(newer.draft()).template_sha256 == newer.deps.template.sha256


def test_a_corrected_declaration_stands_for_the_same_file(house: House) -> None:
    own = house.deps.template
    corrected = dataclasses.replace(own, declaration=own.declaration + "# corrected\n")
    for template in (own, corrected):
        install(dataclasses.replace(house.deps, template=template))
    with house.deps.database.begin() as tx:
        assert tx.templates.get(own.sha256) == corrected
