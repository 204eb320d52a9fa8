"""Who gets which template: the rows of a list, and what a mandate is for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from colleagues import PASSWORD, proof_of
from command_line import zegel
from house import BROWSER, House
from lists import SERVICES, as_csv, customer
from mandates import PLAIN, STATED, TERMS
from mandates import SERVICES as FOR_SERVICES
from own_contract import NAME, published

from service.agreement.bulk.states import ImportState, LineState
from service.agreement.mandate import Mandate
from service.agreement.states import State
from service.error_codes import ErrorCode
from service.errors import Invalid, Refused
from service.wiring.build import mailbox
from service.workflow.bulk import decide, look, run, take_in
from service.workflow.people import mandate as mandates
from service.workflow.signing import countersign, under_mandate
from service.workflow.telling import deliver
from service.workflow.templates import publish


def digests(house: House) -> list[str]:
    found = house.rows("select template_sha256 from agreements order by reference")
    return [each.template_sha256 for each in found]


def make_one(house: House, number: int) -> None:
    """The worker's turn, of one line."""
    run.turn(house.deps, look.progress(house.deps, number, house.staff).found)


def test_a_list_has_one_version_from_its_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LINES_IN_TURN", 1)
    first = published(house.deps, house.staff)
    rows = as_csv([customer(1), customer(2), customer(3)])
    options = dataclasses.replace(SERVICES, family=first.family_id)
    number = take_in.take_in(house.deps, rows, "k.csv", house.staff, options=options).number
    second = published(house.deps, house.staff, "Nieuw.")
    decide.start(house.deps, number, house.staff)
    make_one(house, number)
    published(house.deps, house.staff, "Nog nieuwer.")
    make_one(house, number)
    assert set(digests(house)) == {second.sha256}
    publish.withdraw(house.deps, second.id, house.staff, proof_of(house.deps, house.staff))
    for _ in range(2):
        make_one(house, number)
    found = look.progress(house.deps, number, house.staff)
    assert (found.found.state, found.of(LineState.GOOD)) == (ImportState.PAUSED, 1)
    assert found.found.failure.startswith(f"errors.{ErrorCode.IMPORT_WITHDRAWN}")
    told = "select id, recipient, values from messages where kind = 'bulk_halted'"
    ((mail_id, recipient, values),) = house.rows(told)
    assert (recipient, values["left"]) == (house.staff.email, 1)
    deliver.deliver(house.deps, str(mail_id))
    kept = mailbox(house.deps.settings)
    mail = kept.read(kept.list()[0].id)
    assert mail.subject == "Gepauzeerd: k.csv"
    assert "De reden: De tekst van deze lijst is ingetrokken voordat" in mail.text
    assert f"Import bekijken:\nhttp://localhost/importen/{number}\n" in mail.text
    for gone in ("", second.sha256):
        with pytest.raises(Refused) as refused:
            decide.resume(house.deps, number, house.staff, template=gone)
        assert refused.value.code is ErrorCode.IMPORT_WITHDRAWN
    there = decide.texts_for_the_rest(house.deps, number, house.staff)
    assert [each.name for each in there] == ["Hosting", "Zegel"]
    decide.resume(house.deps, number, house.staff, template=there[0].sha256)
    assert decide.texts_for_the_rest(house.deps, number, house.staff) == []
    make_one(house, number)
    assert digests(house) == [second.sha256, second.sha256, there[0].sha256]


def test_a_list_whose_template_is_not_offered_does_not_start(house: House) -> None:
    first = published(house.deps, house.staff)
    options = dataclasses.replace(SERVICES, family=first.family_id)
    taken = take_in.take_in(
        house.deps, as_csv([customer(1)]), "k.csv", house.staff, options=options
    )
    publish.withdraw(house.deps, first.id, house.staff, proof_of(house.deps, house.staff))
    with pytest.raises(Refused) as refused:
        decide.start(house.deps, taken.number, house.staff)
    assert refused.value.code is ErrorCode.IMPORT_TEMPLATE
    with pytest.raises(Invalid) as wrong:
        decide.choose(house.deps, taken.number, house.staff, targets=taken.targets, options=options)
    assert [each.field for each in wrong.value.errors] == ["family"]


def test_the_command_names_the_template(house: House, tmp_path: Path) -> None:
    version = published(house.deps, house.staff)
    file = tmp_path / "klanten.csv"
    file.write_bytes(as_csv([customer(1)]))
    asked = ("import", "--service", "support", "--by", house.staff.email)
    unknown = zegel(house, *asked, "--template", "Anders", file)
    assert unknown.exit_code == 2
    assert "Kies uit: Zegel, Hosting" in unknown.output
    assert zegel(house, *asked, "--template", NAME.lower(), file).exit_code == 0
    assert digests(house) == [version.sha256]


def give(house: House, *templates: str) -> Mandate:
    shown = mandates.draft(house.deps, TERMS, FOR_SERVICES, house.staff, templates=templates)
    return mandates.give(
        house.deps,
        TERMS,
        FOR_SERVICES,
        house.staff,
        BROWSER,
        shown=shown.sha256,
        confirmed=STATED,
        password=PASSWORD,
        templates=templates,
    )


def signed_under(house: House, template: str) -> State:
    reference = house.sent(template=template)
    house.signed(reference)
    under_mandate.sign_under_mandate(house.deps, house.agreement(reference).id)
    return house.agreement(reference).state


def test_a_mandate_is_for_the_versions_it_names(house: House) -> None:
    house.sample = PLAIN
    first = published(house.deps, house.staff)
    for wrong in ((), ("0" * 64,)):
        with pytest.raises(Invalid) as refused:
            give(house, *wrong)
        assert [each.field for each in refused.value.errors] == ["templates"]
    given = give(house, first.sha256)
    assert given.templates == (first.sha256,)
    assert f"Hosting, versie 1 (SHA-256 {first.sha256})" in given.content["conditions"][0]
    assert signed_under(house, first.sha256) is State.FULLY_SIGNED
    assert signed_under(house, house.deps.template.sha256) is State.IN_SIGNING
    second = published(house.deps, house.staff, "Nieuw.")
    assert signed_under(house, second.sha256) is State.IN_SIGNING
    waiting = countersign.queue(house.deps, house.staff).waiting
    assert [each.misfits for each in waiting] == [("template",), ("template",)]
    both = give(house, house.deps.template.sha256, second.sha256)
    assert len(both.templates) == 2
    assert signed_under(house, second.sha256) is State.FULLY_SIGNED
