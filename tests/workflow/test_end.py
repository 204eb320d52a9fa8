"""The end of a completed agreement: recorded, corrected, taken back, each by the right people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from colleagues import add_colleague
from command_line import zegel
from house import House

from service.agreement.deadlines import show_date
from service.agreement.end_reason import EndReason
from service.agreement.life import End, GivenEnd, LifeState, kept_until
from service.agreement.permissions import OPERATOR, SYSTEM, Role, Staff
from service.errors import Invalid, NotAllowed, NotFound, Outdated, Refused, WrongState
from service.texts import OURS
from service.workflow.keeping.dossier import Dossier, dossier_of
from service.workflow.life.change_end import change_end
from service.workflow.life.end import consequences, end
from service.workflow.life.undo_end import undo_end
from signatures.effective_date import local_date

ORDER = ("agreement", "end")
LATER = local_date(datetime.now(UTC)) + timedelta(days=90)


def given(day: date = LATER, reason: str = "controller", note: str = "") -> GivenEnd:
    return GivenEnd(day.isoformat(), reason, note)


def dossier(house: House, reference: str) -> Dossier:
    return dossier_of(house.deps, reference, house.staff)


def events(house: House, reference: str) -> list[str]:
    return [each for each in house.events(reference) if each.startswith("agreement.end")]


def test_the_first_end_stands_and_a_repetition_returns_it(
    done: tuple[House, str, str],
) -> None:
    house, reference, _ = done
    what = consequences(house.deps, reference, given(LATER), house.staff)
    assert (what.state, what.kept_until) == (LifeState.TERMINATING, kept_until(LATER, 10))
    before = dossier(house, reference).life
    assert before
    assert (before.state, before.end) == (LifeState.IN_FORCE, None)

    first = end(house.deps, reference, given(LATER, note="Per brief."), house.staff)
    assert (first.end, first.noted_by) == (End(LATER, EndReason.CONTROLLER), house.staff.actor)
    assert end(house.deps, reference, given(LATER), house.staff) == first
    with pytest.raises(Refused) as refused:
        end(house.deps, reference, given(LATER + timedelta(days=1)), house.staff)
    assert refused.value.code == "end_recorded"
    assert events(house, reference) == ["agreement.ended"]

    found = dossier(house, reference)
    assert found.life
    assert found.life.state is LifeState.TERMINATING
    assert (found.life.end, found.life.kept_until) == (first, kept_until(LATER, 10))
    said = found.timeline[-1]
    assert said.who == house.staff.name
    assert said.sentence == (
        f"Einde vastgelegd: {show_date(LATER, OURS)}. Reden: Opgezegd door de klant. Per brief."
    )


def test_a_mistake_is_corrected_and_taken_back(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    deps, staff = house.deps, house.staff
    today = house.agreement(reference).effective_date
    assert today
    first = end(deps, reference, given(LATER), staff)
    second = change_end(deps, reference, given(today, "replaced"), staff, seen=first.version)
    assert second.end == End(today, EndReason.REPLACED)
    repeated = change_end(deps, reference, given(today, "replaced"), staff, seen=first.version)
    assert repeated == second
    with pytest.raises(Outdated) as refused:
        change_end(deps, reference, given(LATER), staff, seen=first.version)
    assert refused.value.values["version"] == second.version
    with pytest.raises(Outdated):
        undo_end(deps, reference, staff, seen=first.version)
    found = dossier(house, reference).life
    assert found
    assert found.state is LifeState.TERMINATED

    for _ in range(2):
        undo_end(deps, reference, staff, seen=second.version)
    with pytest.raises(Refused) as gone:
        change_end(deps, reference, given(), staff, seen=second.version)
    assert gone.value.code == "end_not_recorded"
    names = ["agreement.ended", "agreement.end_changed", "agreement.end_undone"]
    assert events(house, reference) == names
    found = dossier(house, reference).life
    assert found
    assert (found.state, found.end) == (LifeState.IN_FORCE, None)


def test_only_a_completed_agreement_ends(house: House) -> None:
    sent, signed = house.sent(), house.sent()
    house.signed(signed)
    house.countersign(signed)
    steps: list[Any] = [
        lambda reference: end(house.deps, reference, given(), house.staff),
        lambda reference: consequences(house.deps, reference, given(), house.staff),
        lambda reference: change_end(house.deps, reference, given(), house.staff, seen=""),
        lambda reference: undo_end(house.deps, reference, house.staff, seen=""),
    ]
    for step in steps:
        for reference, state in ((sent, "sent"), (signed, "fully_signed")):
            with pytest.raises(WrongState) as refused:
                step(reference)
            assert refused.value.values["state"] == state
        with pytest.raises(NotFound):
            step("VO-2020-00001")
    assert house.rows("select * from contract_lives") == []


def test_sales_administrators_and_the_operator_may(
    done: tuple[House, str, str],
) -> None:
    house, reference, _ = done

    def another(*roles: Role) -> Staff:
        return add_colleague(house.deps, f"{roles[0]}@it4.example", *roles, name="Jan Claes")

    for who in (another(Role.SIGNATORY, Role.ARCHIVE), SYSTEM):
        for refused in (
            lambda who=who: consequences(house.deps, reference, given(), who),
            lambda who=who: end(house.deps, reference, given(), who),
            lambda who=who: change_end(house.deps, reference, given(), who, seen=""),
            lambda who=who: undo_end(house.deps, reference, who, seen=""),
        ):
            with pytest.raises(NotAllowed):
                refused()
    for who in (another(Role.SALES), another(Role.ADMIN), OPERATOR):
        found = end(house.deps, reference, given(), who)
        assert found.noted_by == who.actor
        undo_end(house.deps, reference, who, seen=found.version)
    with pytest.raises(Invalid) as wrong:
        end(house.deps, reference, given(date(1999, 1, 1), "x"), house.staff)
    assert {each.field for each in wrong.value.errors} == {"ends_on", "reason"}
    assert dossier(house, reference).timeline[-1].who == "Opdrachtregel"


def test_the_command_records_it_and_says_how_long_it_is_kept(
    done: tuple[House, str, str],
) -> None:
    house, reference, _ = done
    typed = [reference, "--on", LATER.isoformat(), "--reason", "main_agreement"]
    for _ in range(2):
        told = zegel(house, *ORDER, *typed, ZEGEL_RETENTION_YEARS="7")
        assert told.exit_code == 0, told.output
        assert f"tot en met {show_date(kept_until(LATER, 7), OURS)}" in told.output
    assert events(house, reference) == ["agreement.ended"]
    for wrong, said in (
        ([*typed[:2], "1999-01-01", *typed[3:]], "De einddatum kan niet voor"),
        ([*typed[:2], "31/12/2030", *typed[3:]], "Er is al een einde vastgelegd"),
        (["VO-2020-00001", *typed[1:]], "Dit bestaat niet"),
    ):
        refused = zegel(house, *ORDER, *wrong)
        assert refused.exit_code == 1
        assert said in refused.output
    assert zegel(house, *ORDER, *typed[:4], "because").exit_code == 2
