"""A list of customers is taken in, judged, made and sent; each row once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from asked import statements
from elsewhere import TYPED, added
from house import House
from lists import HEADINGS, NUMBERS, SERVICES, as_csv, customer

from bench.road import BROWSER
from service.agreement.bulk.options import Options
from service.agreement.bulk.states import ImportState, LineState
from service.agreement.end_reason import EndReason
from service.agreement.life import End
from service.agreement.permissions import Role, Staff
from service.agreement.states import State
from service.errors import Invalid, NotAllowed, Refused
from service.workflow.bulk import decide, empty, look, problems, run, take_in
from service.workflow.offer import send as sending
from service.workflow.offer import void
from service.workflow.signing import prove_mailbox


def taken_in(house: House, *rows: tuple[str, ...], **other: Any) -> int:
    other.setdefault("options", SERVICES)
    return take_in.take_in(house.deps, as_csv(rows), "klanten.csv", house.staff, **other).number


def counts(house: House, number: int) -> dict[str, int]:
    found = look.progress(house.deps, number, house.staff)
    return {state.value: count for state, count in found.counts.items()}


def done(house: House, number: int, **how: Any) -> dict[str, int]:
    """Start it and let the worker work until nothing is left to do now."""
    decide.start(house.deps, number, house.staff, **how)
    house.rows("delete from procrastinate_jobs where task_name = 'import'")  # the worker took it
    run.run(house.deps)
    return counts(house, number)


def references(house: House, number: int) -> list[str]:
    return [each.reference for each in look.lines(house.deps, number, house.staff)]


def test_good_rows_become_drafts_and_say_where_from(house: House) -> None:
    number = taken_in(house, customer(1), customer(2), customer(3, email="an@"))
    found = look.progress(house.deps, number, house.staff)
    assert (found.found.state, found.total) == (ImportState.READY, 3)
    assert found.found.targets == (
        "customer", "name", "number", "first_name", "last_name", "signatory_email", "postcode",
    )  # fmt: skip
    assert done(house, number) == {"made": 2, "faulty": 1}
    first, second, _ = references(house, number)
    agreement = house.agreement(first)
    assert agreement.state is State.DRAFT
    assert agreement.controller.name == "Zaak 1"
    assert agreement.controller.number == NUMBERS[1]
    assert (agreement.signatory.name, agreement.services) == ("An Peeters 1", ("cloud_storage",))
    assert house.events(second) == ["agreement.created", "agreement.imported"]
    assert look.progress(house.deps, number, house.staff).found.state is ImportState.DONE
    assert "import" not in house.jobs()[1:]


def test_what_is_made_is_sent_with_a_link_each_behind_the_work_of_people(house: House) -> None:
    number = taken_in(house, *(customer(n) for n in range(1, 5)))
    assert done(house, number, send=True) == {"sent": 4}
    for reference in references(house, number):
        assert house.agreement(reference).state is State.SENT
        assert house.kinds(reference) == ["invitation"]
    waiting = house.rows("select task_name, queue_name, priority from procrastinate_jobs")
    assert {tuple(each) for each in waiting if each[0] == "deliver"} == {("deliver", "bulk", 10)}
    house.sent()
    prove_mailbox.request_code(house.deps, house.ready(house.sent()), BROWSER)
    by_hand = house.rows("select queue_name from procrastinate_jobs where task_name = 'deliver'")
    found = Counter(name for (name,) in by_hand)
    assert found == {"bulk": 4, "mail": 2, "interactive": 1}  # the code


def test_a_turn_ends_where_no_line_is_left(house: House) -> None:
    number = taken_in(house, *(customer(n) for n in range(1, 4)))
    decide.start(house.deps, number, house.staff, send=True)
    with statements() as asked:
        run.run(house.deps)
    assert counts(house, number) == {"sent": 3}
    looks = [each for each in asked if "SKIP LOCKED" in each]
    # None that was made, three to make and send and none; then once more none of each.
    assert len(looks) <= 9, len(looks)


def test_the_first_are_sent_before_the_last_are_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LINES_IN_TURN", 3)
    number = taken_in(house, *(customer(n) for n in range(1, 6)))
    decide.start(house.deps, number, house.staff, send=True)
    found = look.progress(house.deps, number, house.staff).found
    assert run.turn(house.deps, found) == timedelta(0)
    assert counts(house, number) == {"sent": 3, "good": 2}


def test_what_may_not_be_sent_is_made_and_says_why(house: House) -> None:
    number = taken_in(house, customer(1))
    decide.start(house.deps, number, house.staff, send=True)
    house.rows("update staff set roles = array['verkoop']")
    run.run(house.deps)
    assert counts(house, number) == {"failed": 1}
    (failed,) = look.lines(house.deps, number, house.staff)
    assert failed.failure.partition(" ")[0] == "errors.countersigner_nobody"
    assert house.agreement(failed.reference).state is State.DRAFT


def test_made_first_and_sent_later(house: House) -> None:
    number = taken_in(house, customer(1), customer(2))
    assert done(house, number) == {"made": 2}
    first, second = references(house, number)
    sending.send(house.deps, first, house.staff)  # by hand, meanwhile
    void.void(house.deps, second, "Toch niet.", house.staff)
    assert done(house, number, send=True) == {"sent": 1, "failed": 1}
    assert house.kinds(first) == ["invitation"]
    (failed,) = look.lines(house.deps, number, house.staff, states=(LineState.FAILED,))
    assert (failed.reference, failed.failure.partition(" ")[0]) == (second, "errors.too_late")


def test_the_same_list_again_makes_nothing_twice(house: House) -> None:
    rows = [customer(1), customer(2), customer(3, email="an@")]
    first = taken_in(house, *rows)
    assert done(house, first) == {"made": 2, "faulty": 1}
    again = taken_in(house, *rows, customer(4))
    assert counts(house, again) == {"skipped": 2, "faulty": 1, "good": 1}
    skipped = look.lines(house.deps, again, house.staff, states=(LineState.SKIPPED,))
    assert [each.skip and each.skip.values["reference"] for each in skipped] == references(
        house, first
    )[:2]
    assert done(house, again) == {"skipped": 2, "faulty": 1, "made": 1}
    # One that was withdrawn may be made anew, and who insists gets a second one.
    void.void(house.deps, references(house, first)[0], "Toch niet.", house.staff)
    assert counts(house, taken_in(house, *rows)) == {"skipped": 1, "faulty": 1, "good": 1}
    insisting = taken_in(house, *rows, options=Options(services=("support",), again=True))
    assert done(house, insisting) == {"faulty": 1, "made": 2}


def test_two_imports_of_a_list_that_were_judged_before_either_began(house: House) -> None:
    first, second = (taken_in(house, customer(1), customer(2)) for _ in range(2))
    decide.start(house.deps, first, house.staff)
    assert done(house, second) == {"skipped": 2}
    assert counts(house, first) == {"made": 2}


def test_who_has_one_in_force_is_doubted_until_it_ends(house: House) -> None:
    own = customer(1, name=TYPED["name"], enterprise=TYPED["number"])
    unnumbered = customer(2, name=TYPED["name"].upper(), enterprise="")

    def doubts() -> list[list[tuple[str, Any]]]:
        number = taken_in(house, own, unnumbered)
        lines = look.lines(house.deps, number, house.staff)
        active = ("active_number", "active_name")
        return [
            [(each.code, each.values) for each in line.warnings if each.code in active]
            for line in lines
        ]

    def both(reference: str) -> list[list[tuple[str, Any]]]:
        value = {"reference": reference}
        return [[("active_number", value)], [("active_name", value)]]

    reference = added(house)
    day = house.rows("select (now() at time zone 'Europe/Brussels')::date as day")[0].day
    for ends_on, known in ((day + timedelta(days=1), True), (day, False)):
        with house.deps.database.begin() as tx:
            end = End(ends_on, EndReason.OTHER)
            tx.lives.record_end(house.agreement(reference).id, end, "staff")
        assert doubts() == (both(reference) if known else [[], []])
    another = added(house)
    assert doubts() == both(another)


def test_the_mended_remainder_is_imported_as_the_same_list(house: House) -> None:
    first = taken_in(
        house, customer(1), customer(2, email="an@"), customer(3, enterprise="0403170702")
    )
    assert done(house, first) == {"made": 1, "faulty": 2}
    file = problems.problems(house.deps, first, house.staff)
    assert (file.name, file.content_type) == ("klanten-probleem.csv", "text/csv")
    lines = file.data.decode("utf-8-sig").splitlines()
    assert lines[0] == ";".join((*HEADINGS, "Probleem"))
    assert ";E-mail: Dit e-mailadres klopt niet" in lines[1]
    assert ";Ondernemingsnr: Dit ondernemingsnummer klopt niet" in lines[2]
    mended = file.data.replace(b"an@;", b"an2@zaak2.example;").replace(b"0403170702", b"")
    second = take_in.take_in(house.deps, mended, "klanten-probleem.csv", house.staff).number
    # The choices are remembered with the list, and the column with problems is ours.
    assert look.progress(house.deps, second, house.staff).found.targets[-1] == ""
    assert done(house, second) == {"made": 2}


def test_a_name_like_a_formula_is_the_same_after_mending(house: House) -> None:
    names = ["@Home BV", "+ Punt", "=Is", "-min", "'t Huis"]
    rows = [customer(n, name=name, email="an@") for n, name in enumerate(names, 1)]
    first = taken_in(house, *rows)
    data = problems.problems(house.deps, first, house.staff).data
    assert b";'@Home BV;" in data
    for number in range(1, 6):
        data = data.replace(b";an@;", b";an%d@zaak.example;" % number, 1)
    second = take_in.take_in(house.deps, data, "klanten-probleem.csv", house.staff).number
    assert done(house, second) == {"made": 5}
    made = [house.agreement(each).controller.name for each in references(house, second)]
    assert made == names


def test_corrected_columns_are_remembered_for_lists_with_these_headings(house: House) -> None:
    headings = ("Wie", "Wat", "Waar naartoe")
    rows = [("Zaak 1", "An Peeters", "an@zaak.example")]
    data = as_csv(rows, headings)
    number = take_in.take_in(house.deps, data, "x.csv", house.staff, options=SERVICES).number
    assert counts(house, number) == {"faulty": 1}
    targets = ("name", "signatory_name", "signatory_email")
    decide.choose(house.deps, number, house.staff, targets=targets, options=SERVICES)
    assert counts(house, number) == {"good": 1}
    again = take_in.take_in(house.deps, data, "y.csv", house.staff)
    assert (again.targets, again.options) == (targets, SERVICES)
    with pytest.raises(Invalid):
        decide.choose(house.deps, number, house.staff, targets=("name",), options=SERVICES)
    done(house, number)
    with pytest.raises(Refused):
        decide.choose(house.deps, number, house.staff, targets=targets, options=SERVICES)


def test_who_owns_them_is_somebody_who_may(house: House, another: Any) -> None:
    with pytest.raises(Invalid) as refused:
        taken_in(house, customer(1), options=Options(owner_id=another(Role.ARCHIVE).id))
    assert [each.field for each in refused.value.errors] == ["owner"]


def test_an_old_list_loses_its_rows_and_not_what_is_recognised(house: House) -> None:
    old = taken_in(house, customer(1), customer(2, email="an@"))
    done(house, old)
    house.rows("update imports set created_at = created_at - interval '401 days'")
    empty.empty(house.deps)
    assert len(look.lines(house.deps, old, house.staff)[0].cells) == len(HEADINGS)  # the newest
    new = taken_in(house, customer(1), customer(3))
    assert counts(house, new) == {"skipped": 1, "good": 1}
    empty.empty(house.deps)
    emptied = look.lines(house.deps, old, house.staff)
    assert {(each.cells, each.organisation, each.mailbox) for each in emptied} == {((), "", "")}
    assert emptied[0].reference
    again = taken_in(house, customer(1))
    assert counts(house, again) == {"skipped": 1}


def test_who_started_a_list_that_took_long_is_told_once(house: House) -> None:
    told = "select recipient, values from messages where kind = 'import_ended'"
    done(house, taken_in(house, customer(1)))
    assert house.rows(told) == []
    number = taken_in(house, customer(2), customer(3), customer(4, email="an@"))
    decide.start(house.deps, number, house.staff, send=True)
    house.rows("update imports set started_at = started_at - interval '11 minutes'")
    for _ in range(2):
        run.run(house.deps)
    ((recipient, values),) = house.rows(told)
    assert recipient == house.staff.email
    assert (values["made"], values["sent"], values["problems"]) == (2, 2, 1)
    assert values["page"] == f"/importen/{number}"


def test_a_list_of_which_nothing_was_made_is_emptied(house: House) -> None:
    left = taken_in(house, customer(1))
    house.rows("update imports set created_at = created_at - interval '89 days'")
    empty.empty(house.deps)
    assert look.progress(house.deps, left, house.staff).found.state is ImportState.READY
    house.rows("update imports set created_at = created_at - interval '2 days'")
    empty.empty(house.deps)
    assert look.progress(house.deps, left, house.staff).found.state is ImportState.STOPPED
    assert [each.cells for each in look.lines(house.deps, left, house.staff)] == [()]


def test_a_long_list_is_judged_by_the_worker(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_in, "JUDGED_NOW", 1)
    number = taken_in(house, customer(1), customer(2, email="an@"))
    assert counts(house, number) == {"waiting": 2}
    with pytest.raises(Refused):
        decide.start(house.deps, number, house.staff)
    assert house.jobs() == ["import"]
    run.run(house.deps)
    assert counts(house, number) == {"good": 1, "faulty": 1}


def test_paused_nothing_is_made_and_stopped_nothing_is_any_more(house: House) -> None:
    number = taken_in(house, *(customer(n) for n in range(1, 4)))
    decide.start(house.deps, number, house.staff, send=True)
    decide.pause(house.deps, number, house.staff)
    run.run(house.deps)
    assert counts(house, number) == {"good": 3}
    with pytest.raises(Refused):
        decide.start(house.deps, number, house.staff)
    decide.resume(house.deps, number, house.staff)
    run.run(house.deps)
    assert counts(house, number) == {"sent": 3}

    other = taken_in(house, *(customer(n) for n in range(10, 13)))
    assert decide.leave_out(house.deps, other, [2, 3], house.staff) == 2
    assert decide.put_back(house.deps, other, [2, 4], house.staff) == 1
    decide.start(house.deps, other, house.staff)
    assert decide.stop(house.deps, other, house.staff) == 2
    run.run(house.deps)
    assert counts(house, other) == {"stopped": 2, "skipped": 1}
    with pytest.raises(Refused):
        decide.resume(house.deps, other, house.staff)


def test_mails_keep_to_the_pace_and_the_rest_goes_on_later(house: House) -> None:
    number = taken_in(house, *(customer(n) for n in range(1, 6)))
    # Six a minute: one at once, and the next after ten seconds.
    assert done(house, number, send=True, per_minute=6) == {"made": 4, "sent": 1}
    (waiting,) = house.rows(
        "select extract(epoch from scheduled_at - now()) from procrastinate_jobs"
        " where task_name = 'import' and scheduled_at is not null"
    )
    assert 5 < waiting[0] <= 10
    house.rows("update import_lines set sent_at = sent_at - interval '10 seconds'")
    run.run(house.deps)
    assert counts(house, number) == {"made": 3, "sent": 2}


def test_a_row_that_cannot_be_made_leaves_the_others_and_can_be_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = taken_in(house, customer(1), customer(2), customer(3))
    real = sending.send_in
    monkeypatch.setattr("service.workflow.bulk.lines.send_in", _failing(real, "Zaak 2"))
    assert done(house, number, send=True) == {"sent": 2, "failed": 1}
    assert len(set(references(house, number))) == 3, "it is made, and can be sent by hand"
    monkeypatch.setattr("service.workflow.bulk.lines.send_in", real)
    assert decide.try_again(house.deps, number, house.staff) == 1
    # As after a minute: mails are sent at a limited rate.
    house.rows("update import_lines set sent_at = sent_at - interval '1 minute'")
    assert done(house, number, send=True) == {"sent": 3}
    assert len(set(references(house, number))) == 3


def _failing(real: Any, name: str) -> Any:
    def send_in(deps: Any, tx: Any, before: Any, by: Any) -> Any:
        if before.controller.name == name:
            raise ValueError(name)
        return real(deps, tx, before, by)

    return send_in


def test_who_may_no_longer_pauses_the_import_and_a_colleague_goes_on(
    house: House, another: Any
) -> None:
    jan: Staff = another(Role.SALES)
    number = taken_in(house, customer(1), options=Options(services=("support",), owner_id=jan.id))
    with pytest.raises(NotAllowed):
        decide.start(house.deps, number, another(Role.ARCHIVE))
    decide.start(house.deps, number, jan)
    house.rows("update staff set active = false where id = :id", id=jan.id)
    run.run(house.deps)
    found = look.progress(house.deps, number, house.staff).found
    assert (found.state, found.failure.partition(" ")[0]) == (
        ImportState.PAUSED,
        "errors.starter_gone",
    )
    run.run(house.deps)
    told = "select recipient, values from messages where kind = 'bulk_halted'"
    ((recipient, values),) = house.rows(told)  # he cannot sign in, so administrators
    assert recipient == house.staff.email
    assert (values["list_name"], values["left"]) == ("klanten.csv", 1)
    assert (values["started_by"], values["page"]) == (jan.name, f"/importen/{number}")
    decide.resume(house.deps, number, house.staff)
    run.run(house.deps)
    (reference,) = references(house, number)
    assert house.agreement(reference).sender_id == jan.id
    with house.deps.database.begin() as tx:
        made = tx.audit.of(house.agreement(reference).id)[0]
    # So that a rebuilt index knows the owner, who did not make it.
    assert (made.data["staff"], made.personal["to"]) == (jan.id, jan.name)
