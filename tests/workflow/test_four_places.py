"""Places are data: with a template of five, two people of the controller sign, the processor signs
under Bijlage 1 too, and it completes."""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import replace

import pytest
from emptied import empty
from house import BROWSER, House

from service.agreement.act_record import Observed, ProvedMailbox, SignatureImage, UsedLink
from service.agreement.parties import Signatory
from service.agreement.permissions import Signer
from service.agreement.places import COUNTERSIGNER, Party, PlaceCapacity, Turn
from service.agreement.states import State
from service.agreement.template_version import TemplateVersion
from service.documents.builder.package import build, source_path
from service.documents.pdf_text import read_pdf_text
from service.errors import Refused
from service.texts import OURS, text
from service.wiring.build import TEMPLATES
from service.workflow.keeping import archive, reread, retrieve
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.rebuild_index import Trust, rebuild_index
from service.workflow.keeping.verify import Checked, CheckedPackage, verify_upload
from service.workflow.sealing import close, seal
from service.workflow.signing.accept import Person, accept, statements
from signatures.verdict.report import GENUINE

SECOND = Turn(Party.CONTROLLER, 2)
RIK = Signatory("Rik Peeters", "rik@peeters.example", "Medebestuurder")
FIELDS = (
    "controller_agreement",
    "controller_annex",
    "controller_agreement_2",
    "processor_agreement",
    "processor_annex",
)
# Behind the table of the usual two signatures under the agreement.
TABLE = """
[closing] Ook getekend,

::table 28 66
! Partij | Verwerkingsverantwoordelijke (2)
Datum | @controller_agreement_2.date
Handtekening | @controller_agreement_2
::end
"""
DECLARED = """
[[signature]]
place = "controller_agreement_2"
tooltip = "Tweede handtekening van de Verwerkingsverantwoordelijke onder de overeenkomst"

[[signature]]
place = "processor_annex"
tooltip = "Handtekening van de Verwerker onder Bijlage 1"
"""
ANNEX = """
::table 28 66
! Partij | Verwerker
Datum | @processor_annex.date
Handtekening | @processor_annex
::end
"""


@pytest.fixture
def five(unwatched_house: House) -> House:
    """A house whose template has five places."""
    folder = TEMPLATES / "agreement"
    declaration = (folder / "template.toml").read_text(encoding="utf-8") + DECLARED
    source = source_path(folder).read_text(encoding="utf-8")
    before, page, after = source.partition("\n::page\n## Bijlage 1")
    end = "\n[small] Einde van de Verwerkersovereenkomst"
    assert end in after
    docx = build(
        before + TABLE + page + after.replace(end, ANNEX + end),
        tomllib.loads(declaration)["footer"],
    )
    template = TemplateVersion.of(docx, declaration)
    return replace(unwatched_house, deps=replace(unwatched_house.deps, template=template))


def add_second_signatory(house: House, reference: str) -> str:
    """No page asks for one yet."""
    signatory_id = str(uuid.uuid4())
    with house.deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        tx.agreements.add_signatory(agreement.id, signatory_id, RIK, number=SECOND.number)
    return signatory_id


def sign_as_second(house: House, reference: str, signatory_id: str) -> None:
    with house.deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        accept(
            tx,
            before,
            Person(
                principal=Signer(signatory_id, RIK.name),
                turn=SECOND,
                name=RIK.name,
                function=RIK.function,
                email=RIK.email,
                organisation=before.controller.name,
                observed=Observed(
                    BROWSER.ip,
                    BROWSER.user_agent,
                    ProvedMailbox(RIK.email, tx.now(), tx.now()),
                    UsedLink("a link", RIK.email, tx.now(), copied_by_staff=False),
                ),
                signatory_id=signatory_id,
            ),
            SignatureImage("typed", RIK.name, None, "plain"),
            {PlaceCapacity.AGREEMENT: statements(("intent",), before)},
            shown_sha256=before.frozen_sha256,
        )


def test_five_places_from_the_template_to_the_verdict_and_back_from_the_bucket(five: House) -> None:
    house = five
    reference = house.sent()
    second = add_second_signatory(house, reference)
    assert house.agreement(reference).fields == FIELDS
    secret = house.prepared(reference, house.ready(reference))
    with pytest.raises(Refused, match="not_your_turn"):
        sign_as_second(house, reference, second)

    house.sign(reference, secret)
    begun = house.agreement(reference)
    assert (begun.state, begun.next_turn) == (State.IN_SIGNING, SECOND)
    seal.seal(house.deps, begun.id)  # two of five
    assert house.countersign(reference)[0].refusal is not None

    sign_as_second(house, reference, second)
    between = house.agreement(reference)
    assert (between.state, between.next_turn) == (State.IN_SIGNING, COUNTERSIGNER)
    assert between.effective_date is None
    assert house.countersign(reference)[0].refusal is None
    signed = house.agreement(reference)
    assert (signed.state, signed.next_turn) == (State.FULLY_SIGNED, None)
    assert signed.effective_date is not None

    for step in (seal.seal, close.close, archive.archive):
        for _ in range(2):  # run twice is run once
            step(house.deps, signed.id)
    steps = house.rows("select place, ordinal from acts order by ordinal")
    assert [tuple(row) for row in steps] == list(zip(FIELDS, range(1, 6), strict=True))
    assert house.rows("select state from archive_states")[0].state == "verified"

    pdf, _ = retrieve.open_file(house.deps, reference, "overeenkomst.pdf", house.staff, BROWSER)
    found = verify_upload(house.deps, pdf)
    assert isinstance(found, Checked)
    report = found.report
    assert report.verdict == GENUINE
    assert [each.field for each in report.seals[:-1]] == list(FIELDS)
    assert [each.name for each in report.seals[:-1]] == [
        *["An Peeters"] * 2,
        "Rik Peeters",
        *[house.staff.name] * 2,
    ]
    assert report.seals[2].capacity.startswith("Medebestuurder")
    assert report.effective_date == signed.effective_date
    house.rows("update archive_states set judged_twice_at = null")
    assert reread.reread(house.deps, 1) == 1  # by another library too
    assert house.rows("select dispute from archive_states")[0].dispute == ""
    whole = verify_upload(house.deps, retrieve.package(house.deps, reference, house.staff, BROWSER))
    assert isinstance(whole, CheckedPackage)
    assert whole.report.verdict == GENUINE, whole.report.lines()
    sheet, _ = retrieve.open_file(house.deps, reference, "bewijsblad.pdf", house.staff, BROWSER)
    printed = " ".join(read_pdf_text(sheet).text.split())
    place = text("labels.place.controller_agreement", OURS)
    assert f"{place} (2)" in printed
    assert text("labels.place.processor_annex", OURS) in printed
    assert "Rik Peeters, Medebestuurder" in printed
    timeline = dossier_of(house.deps, reference, house.staff).timeline
    assert any(f"{place} (2)" in each.sentence for each in timeline)

    acts = "select place, ordinal, signatory_id, staff_id from acts order by ordinal"
    kept = house.rows(acts)
    empty(house.deps.database.url)
    rebuilt = rebuild_index(house.deps, Trust(house.deps.authority().roots), lambda _: None)
    assert (rebuilt.counts["added"], rebuilt.troubled) == (1, [])
    assert [*house.agreement(reference).places.items()] == [*signed.places.items()]
    assert house.rows(acts) == kept
