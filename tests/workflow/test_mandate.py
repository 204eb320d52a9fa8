"""Signing under a standing mandate: what fits is signed at once, the rest waits with its reason."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from bakery import PROCESSOR
from colleagues import PASSWORD, proof_of
from house import BROWSER, House
from leesmij import failing, fetched, unpacked
from mandates import PLAIN, SERVICES, STATED, TERMS, next_day
from mandates import give as given_by

from service.agreement.activity import Wanted
from service.agreement.drafting import Input
from service.agreement.mandate import Mandate, MandateEnd
from service.agreement.permissions import Role, Staff
from service.agreement.states import State
from service.documents.pdf_text import read_pdf_text
from service.error_codes import ErrorCode
from service.error_words import words_by_field
from service.errors import Invalid, NotFound, Refused
from service.texts import OURS, text
from service.workflow import sweep
from service.workflow.keeping import reread, retain, verify
from service.workflow.keeping.dossier import dossier_of
from service.workflow.people import mandate as mandates
from service.workflow.people import profile, staff_log
from service.workflow.people import staff as people
from service.workflow.signing import countersign, send_back, under_mandate
from signatures.effective_date import local_date

Another = Callable[..., Staff]


@pytest.fixture
def plain(house: House) -> House:
    """Customers whose agreements deviate in nothing."""
    house.sample = PLAIN
    return house


def give(house: House, staff: Staff | None = None, **fields: str) -> Mandate:
    return given_by(house.deps, staff or house.staff, **fields)


def run(house: House, reference: str) -> None:
    """The worker does the job, twice."""
    for _ in range(2):
        under_mandate.sign_under_mandate(house.deps, house.agreement(reference).id)


def signed(house: House, **fields: str) -> str:
    """The controller signs, and the worker does what follows."""
    reference = house.sent(**fields)
    house.signed(reference)
    run(house, reference)
    return reference


def why(house: House, reference: str) -> tuple[str, ...] | None:
    (found,) = countersign.queue(house.deps, house.staff, only=reference).waiting
    return found.misfits


def test_what_fits_is_signed_at_once_and_says_so(plain: House) -> None:
    given = give(plain)
    reference = plain.sent()
    plain.signed(reference)
    assert plain.jobs().count("mandate") == 1
    (queue, priority) = plain.rows(
        "select queue_name, priority from procrastinate_jobs where task_name = 'mandate'"
    )[0]
    assert (queue, priority) == ("interactive", 30)
    run(plain, reference)
    agreement = plain.agreement(reference)
    assert agreement.state is State.FULLY_SIGNED
    acts = dossier_of(plain.deps, reference, plain.staff).acts
    act = next(each for place, each in acts.items() if place.party == "processor")
    assert agreement.effective_date == local_date(act.signed_at)
    record = act.record
    assert record.mandate == given.in_record
    assert record.shown == ()
    assert record.statements == given.statements
    assert "checked" not in str([each.id for each in record.statements])
    assert (record.method, record.typed, record.face) == ("typed", "Els Maes", "swift")
    assert record.content["evidence"] == {"ip": "", "user_agent": ""}
    assert record.sha256 == act.record_sha256
    assert record.what_stays.mandate == given.in_record
    assert all(each.record.mandate is None for each in acts.values() if each is not act)
    assert plain.kinds(reference).count("countersign") == 0
    said = [line.sentence for line in dossier_of(plain.deps, reference, plain.staff).timeline]
    assert any(f"automatisch geplaatst onder mandaat {given.number}" in each for each in said)
    assert plain.events(reference)[-2:] == ["act.placed", "agreement.fully_signed"]
    assert plain.rows("select count(*) from openings where staff_id is not null")[0][0] == 0
    (shown,) = mandates.own_mandates(plain.deps, plain.staff)
    assert (shown.used.today, shown.used.total) == (1, 1)
    assert [each.reference for each in shown.latest] == [reference]


def test_what_does_not_fit_waits_and_says_why(house: House) -> None:
    give(house)  # the bakery adds its own words
    reference = signed(house)
    assert house.agreement(reference).state is State.IN_SIGNING
    assert why(house, reference) == ("own_words",)
    assert house.kinds(reference).count("countersign") == 1
    house.countersigned(reference)  # by hand, as ever
    acts = dossier_of(house.deps, reference, house.staff).acts
    assert all(each.record.mandate is None for each in acts.values())


def placed(house: House, *references: str) -> list[int]:
    """How many acts each has under a mandate."""
    return [house.events(each).count("act.placed") for each in references]


def test_more_than_a_day_allows_waits_for_the_next_in_order(plain: House) -> None:
    given = give(plain, per_day="1")
    references = [signed(plain) for _ in range(3)]
    first, second, third = references
    assert placed(plain, *references) == [1, 0, 0]
    assert why(plain, second) == why(plain, third) == ("tomorrow",)
    plain.rows("delete from procrastinate_jobs")
    sweep.sweep(plain.deps, patience=0)
    assert "mandate" not in plain.jobs()
    assert under_mandate.sign_held(plain.deps) == 0  # still the same day
    with plain.deps.database.begin() as tx:
        assert tx.mandates.used(given.id, plain.agreement(first).effective_date).today == 1  # type: ignore[arg-type]
    next_day(plain.rows)
    fourth = signed(plain)  # does not take the place of who signed earlier
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(under_mandate.sign_held, [plain.deps] * 2))
    assert placed(plain, first, second, third, fourth) == [1, 1, 0, 0]
    assert plain.agreement(second).effective_date == plain.agreement(first).effective_date
    assert why(plain, third) == why(plain, fourth) == ("tomorrow",)
    assert under_mandate.sign_held(plain.deps) == 0
    plain.countersigned(third)  # by hand, earlier than its day
    next_day(plain.rows)
    assert under_mandate.sign_held(plain.deps) == 2
    assert placed(plain, third, fourth) == [0, 1]


def test_what_waits_for_the_next_day_learns_that_the_mandate_was_revoked(plain: House) -> None:
    given = give(plain, per_day="1")
    _, second = signed(plain), signed(plain)
    assert plain.kinds(second).count("countersign") == 1
    mandates.revoke(plain.deps, given.id, plain.staff)
    assert under_mandate.sign_held(plain.deps) == 1
    assert why(plain, second) == ("ended", "limit")
    assert plain.kinds(second).count("countersign") == 1
    assert under_mandate.sign_held(plain.deps) == 0


def test_a_job_that_was_lost_is_found_again(plain: House) -> None:
    give(plain)
    reference = plain.sent()
    plain.signed(reference)
    plain.rows("delete from procrastinate_jobs")
    sweep.sweep(plain.deps, patience=0)
    assert plain.jobs().count("mandate") == 1
    run(plain, reference)
    plain.rows("delete from procrastinate_jobs")
    sweep.sweep(plain.deps, patience=0)
    assert "mandate" not in plain.jobs()


def test_a_job_that_kills_its_worker_asks_the_signer(plain: House) -> None:
    give(plain)
    reference = plain.sent()
    plain.signed(reference)
    under_mandate.give_up(plain.deps, plain.agreement(reference).id, "died")
    run(plain, reference)
    assert why(plain, reference) == ("failed",)
    assert plain.kinds(reference).count("countersign") == 1


def test_by_hand_before_the_worker_comes(plain: House) -> None:
    give(plain)
    reference = plain.sent()
    plain.signed(reference)
    plain.countersigned(reference)
    run(plain, reference)
    assert plain.events(reference).count("act.accepted") == 3
    assert "act.placed" not in plain.events(reference)


def test_a_question_without_an_answer_waits(plain: House) -> None:
    give(plain)
    reference = plain.sent()
    plain.signed(reference)
    send_back.send_back(plain.deps, reference, "Klopt het?", plain.staff)
    run(plain, reference)
    assert why(plain, reference) == ("question",)


def test_the_processor_signs_first_without_a_mandate(plain: House) -> None:
    give(plain)
    reference = plain.pre_signed()
    assert "mandate" not in plain.jobs()
    assert plain.kinds(reference).count("countersign") == 1


def test_revoked_before_the_controller_signs(plain: House) -> None:
    given = give(plain)
    mandates.revoke(plain.deps, given.id, plain.staff)
    mandates.revoke(plain.deps, given.id, plain.staff)  # a double click
    reference = signed(plain)
    assert why(plain, reference) is None
    assert plain.kinds(reference).count("countersign") == 1
    (shown,) = mandates.own_mandates(plain.deps, plain.staff)
    assert (shown.standing, shown.used.total) == ("revoked", 0)


def test_revoked_between_the_controller_and_the_worker(plain: House) -> None:
    given = give(plain)
    reference = plain.sent()
    plain.signed(reference)
    mandates.revoke(plain.deps, given.id, plain.staff)
    run(plain, reference)
    assert why(plain, reference) == ("ended",)


def test_who_is_told(plain: House, another: Another) -> None:
    other = another(Role.ADMIN, name="Ina Baas")
    given = give(plain)
    mandates.revoke(plain.deps, given.id, other)
    told = plain.rows("select recipient, values ->> 'changes' from messages order by queued_at")
    for index, words in enumerate(("mandate", "mandate_revoked")):
        some = told[2 * index : 2 * index + 2]
        assert {each[0] for each in some} == {plain.staff.email, other.email}
        assert all(f'"{words}"' in each[1] for each in some)
    logged = plain.rows("select event from audit_entries where event like 'mandate.%' order by seq")
    assert [each[0] for each in logged] == ["mandate.given", "mandate.revoked"]
    page = staff_log.read(plain.deps, Wanted(kinds=staff_log.GROUPS["mandates"]), plain.staff)
    (version,) = (each["version"] for each in given.content["templates"])
    assert [f"Sjabloon: {version}" in each.details for each in page.lines] == [True, True]


def test_giving_asks_for_everything(plain: House, another: Another) -> None:
    staff = plain.staff
    shown = mandates.draft(plain.deps, TERMS, SERVICES, staff).sha256

    def attempt(**changes: Any) -> None:
        given: dict[str, Any] = {"shown": shown, "confirmed": STATED, "password": PASSWORD}
        given |= changes
        mandates.give(plain.deps, TERMS, SERVICES, staff, BROWSER, **given)

    for changes, wrong in (
        ({"password": "verkeerd", "confirmed": set()}, ["confirmed", "password"]),
        ({"password": ""}, ["password"]),
        ({"confirmed": {"mandate_intent"}}, ["confirmed"]),
    ):
        with pytest.raises(Invalid) as refused:
            attempt(**changes)
        assert list(words_by_field(refused.value)) == wrong
    with pytest.raises(Refused, match=ErrorCode.MANDATE_CHANGED):
        attempt(shown="0" * 64)
    assert mandates.own_mandates(plain.deps, staff) == []
    attempt()
    with pytest.raises(NotFound):
        mandates.revoke(
            plain.deps,
            mandates.own_mandates(plain.deps, staff)[0].mandate.id,
            another(Role.SIGNATORY),
        )
    with pytest.raises(NotFound):
        mandates.revoke(plain.deps, "nonsense", staff)


def test_a_new_one_replaces_the_former_and_is_kept_as_it_was(plain: House) -> None:
    first, second = give(plain), give(plain, per_day="5")
    kept = {each.mandate.id: each for each in mandates.own_mandates(plain.deps, plain.staff)}
    assert kept[first.id].mandate.ended is MandateEnd.REPLACED
    assert kept[second.id].in_force
    assert kept[second.id].mandate.content == second.content
    assert kept[second.id].mandate.canonical == second.canonical
    assert [each.number for each in (first, second)] == [1, 2]


@pytest.mark.parametrize("change", ["name", "roles", "active"])
def test_it_ends_with_the_account(plain: House, another: Another, change: str) -> None:
    jan = another(Role.SIGNATORY, name="Jan Claes")
    give(plain, jan)
    values: dict[str, Any] = {
        "name": jan.name,
        "function": "",
        "roles": ["tekenbevoegde"],
        "active": True,
    }
    proof = proof_of(plain.deps, plain.staff)
    people.change(plain.deps, jan.id, **{**values, "function": "Baas"}, by=plain.staff, proof=proof)
    assert mandates.all_mandates(plain.deps, plain.staff)[0].in_force
    changed = {"name": "Jan Maes", "roles": ["verkoop"], "active": False}[change]
    people.change(plain.deps, jan.id, **{**values, change: changed}, by=plain.staff, proof=proof)
    (shown,) = mandates.all_mandates(plain.deps, plain.staff)
    assert shown.standing == "account"


def test_a_later_change_of_the_suggestions_does_not_widen_it(plain: House) -> None:
    give(plain)
    wanted = {"cloud_storage.personal_data": ["name", "contact", "location"]}
    wanted["cloud_storage.data_subjects"] = ["customers"]
    proof = proof_of(plain.deps, plain.staff)
    profile.change_suggestions(plain.deps, wanted, plain.staff, proof)
    chosen = {"personal_data": ["name", "location"], "data_subjects": ["customers"]}
    lists: Any = {"chosen": chosen, "typed": {"personal_data": [], "data_subjects": []}}
    plain.sample = dataclasses.replace(PLAIN, annex=Input({"dpo_answer": "no"}, **lists))
    reference = signed(plain)
    assert why(plain, reference) == ("not_standard",)


def test_other_data_of_ours_or_another_template(plain: House) -> None:
    give(plain)
    proof = proof_of(plain.deps, plain.staff)
    profile.change_profile(plain.deps, {**PROCESSOR, "name": "Zenner NV"}, plain.staff, proof)
    assert why(plain, signed(plain)) == ("other_processor",)


def test_the_database_keeps_what_was_given_and_decided(plain: House) -> None:
    given = give(plain)
    signed(plain)
    mandates.revoke(plain.deps, given.id, plain.staff)
    for statement in (
        "update mandates set number = 9",
        "delete from mandates",
        "update mandate_states set ended = ''",
        "delete from mandate_states",
        "update mandate_cases set outcome = 'refused'",
        "delete from mandate_cases",
    ):
        with pytest.raises(Exception, match=r"append-only|never changed"):
            plain.rows(statement)


def test_the_package_proves_the_mandate(whole_house: House, tmp_path: Path) -> None:
    whole_house.sample = PLAIN
    given = give(whole_house)
    reference = signed(whole_house)
    whole_house.archive(reference)
    data = fetched(whole_house, reference)
    bag = unpacked(data, tmp_path, reference)
    assert (bag / "data" / "mandaat.json").read_bytes() == given.canonical
    said = (bag / "data" / "LEESMIJ.txt").read_text(encoding="utf-8")
    assert text("evidence.not_seen", OURS)[:60] in " ".join(said.split())
    assert failing(bag) == []
    checked = verify.verify_upload(whole_house.deps, data)
    assert isinstance(checked, verify.CheckedPackage)
    report = checked.report
    assert (report.verdict, report.findings) == ("genuine", ())
    agreement = report.agreement
    assert agreement
    seals = {each.field: each for each in agreement.seals}
    placed = seals["processor_agreement"]
    assert placed.mandate_of == given.given_on
    assert (placed.name, placed.capacity) == ("Els Maes", "Zaakvoerder, IT4Professionals")
    assert placed.signed_at
    assert seals["controller_agreement"].mandate_of is None
    assert agreement.effective_date == whole_house.agreement(reference).effective_date
    assert any("automatisch geplaatst" in each for each in agreement.notes())
    pages = read_pdf_text((bag / "data" / "bewijsblad.pdf").read_bytes()).text
    sheet = " ".join(pages.split())
    for words in (
        f"automatisch geplaatst door de dienst, onder mandaat {given.number}",
        "wordt niet beweerd",
    ):
        assert words in sheet
    assert "Ik heb deze overeenkomst en Bijlage 1 gecontroleerd" not in sheet
    if folder := os.environ.get("PICTURES"):
        for name in ("overeenkomst.pdf", "bewijsblad.pdf"):
            shutil.copy(bag / "data" / name, folder)
    _what_stays_says_so(whole_house, reference)


def _what_stays_says_so(house: House, reference: str) -> None:
    """The dossier still says it once only the archive has the record."""
    house.rows("update archive_states set stored_at = stored_at - interval '31 days'")
    assert reread.look(house.deps, house.agreement(reference).id)
    assert retain.shed(house.deps) == 1
    acts = dossier_of(house.deps, reference, house.staff).acts.values()
    assert [bool(each.record.mandate) for each in acts] == [False, False, True]
    assert len({len(each.record.content) for each in acts}) == 2
