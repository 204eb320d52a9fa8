"""A standing mandate where the processor signs Bijlage 1 too: both places, up to the package."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from house import House
from leesmij import failing, fetched, unpacked
from mandates import PLAIN, give

from service.agreement.template_version import TemplateVersion
from service.documents.builder.package import build, source_path
from service.wiring.build import TEMPLATES
from service.workflow.keeping.verify import CheckedPackage, verify_upload
from service.workflow.signing import under_mandate
from service.workflow.telling.notify import signed_for_us

END = "\n[small] Einde van de Verwerkersovereenkomst"
TABLE = """
::table 28 66
! Partij | Verwerker
Datum | @processor_annex.date
Handtekening | @processor_annex
::end
"""
DECLARED = """
[[signature]]
place = "processor_annex"
tooltip = "Handtekening van de Verwerker onder Bijlage 1"
"""


@pytest.mark.long
def test_both_places_are_signed_under_the_mandate(whole_house: House, tmp_path: Path) -> None:
    folder = TEMPLATES / "agreement"
    declaration = (folder / "template.toml").read_text(encoding="utf-8") + DECLARED
    source = source_path(folder).read_text(encoding="utf-8")
    assert END in source
    docx = build(source.replace(END, TABLE + END), tomllib.loads(declaration)["footer"])
    template = TemplateVersion.of(docx, declaration)
    house = replace(whole_house, deps=replace(whole_house.deps, template=template))
    house.sample = PLAIN
    given = give(house.deps, house.staff)
    reference = house.sent()
    house.signed(reference)
    under_mandate.sign_under_mandate(house.deps, house.agreement(reference).id)
    with house.deps.database.look() as tx:  # told once, not once for each place
        assert len(signed_for_us(tx, house.agreement(reference))) == 1
    house.archive(reference)

    data = fetched(house, reference)
    assert failing(unpacked(data, tmp_path, reference)) == []
    checked = verify_upload(house.deps, data)
    assert isinstance(checked, CheckedPackage)
    assert (checked.report.verdict, checked.report.findings) == ("genuine", ())
    assert checked.report.agreement
    placed = [each.field for each in checked.report.agreement.seals if each.mandate_of]
    assert placed == ["processor_agreement", "processor_annex"]
    assert given.given_on in {each.mandate_of for each in checked.report.agreement.seals}
