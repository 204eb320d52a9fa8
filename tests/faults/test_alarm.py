"""Repeated failures are reported to people: once, in time, and on the page when mail fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from colleagues import add_colleague
from fault_road import House, at_once
from kill_harness import Letterbox, mailing_to

from service.agreement.alarms import AlarmKind
from service.agreement.permissions import Role
from service.agreement.states import State
from service.engines.process import free_ports
from service.errors import NotAllowed
from service.workflow.keeping import archive, reread
from service.workflow.sealing import close, seal
from service.workflow.telling import alarm
from tests.variants import some

MakeHouse = Callable[..., House]
QUARTER = "interval '16 minutes'"


def time_passed(house: House, interval: str = QUARTER) -> None:
    """Move everything that happened into the past by this interval."""
    with_guards_off = "set local session_replication_role = replica; "
    changes = (
        f"update agreements set last_activity_at = last_activity_at - {interval},"
        f" fully_signed_at = fully_signed_at - {interval}",
        f"update acts set signed_at = signed_at - {interval}",
        f"update unsealed_acts set signed_at = signed_at - {interval}",
        f"update archive_states set stored_at = stored_at - {interval}",
        f"update messages set queued_at = queued_at - {interval}",
        f"update alarms set told_at = told_at - {interval}",
    )
    house.rows(with_guards_off + "; ".join(changes))


def warnings(house: House) -> list[Any]:
    """The warning mails, oldest first."""
    return house.rows(
        "select recipient, \"values\" as said from messages where kind = 'alarm' order by queued_at"
    )


def mails_sent(house: House) -> None:
    house.rows("update messages set state = 'sent' where kind <> 'alarm'")


def test_it_works(house: House) -> None:
    (reference,) = house.begin_signed()
    mails_sent(house)
    seal.note_failure(house.deps, house.agreement(reference).id, "TimestampUnavailable: weg")
    assert alarm.alarm(house.deps) == 0  # it may still recover by itself
    time_passed(house)
    assert alarm.alarm(house.deps) == 1
    (warning,) = warnings(house)
    assert warning.recipient == house.staff.email
    told = warning.said
    assert told["reference"] == reference
    assert told["reason"] == "TimestampUnavailable: weg"
    assert told["page"] == "/taken"
    assert house.events(reference).count("alarm.raised") == 1


def test_once_a_day_whatever_is_repeated(house: House) -> None:
    house.begin_signed()
    mails_sent(house)
    time_passed(house)
    assert sum(at_once([lambda: alarm.alarm(house.deps)] * 4)) >= 1
    assert alarm.alarm(house.deps) == 0
    time_passed(house, "interval '23 hours'")
    assert alarm.alarm(house.deps) == 0
    assert len(warnings(house)) == 1
    time_passed(house, "interval '1 hour'")
    assert alarm.alarm(house.deps) == 1
    assert len(warnings(house)) == 2


@pytest.mark.long
def test_many_at_once_are_one_mail_and_later_ones_wait_an_hour(house: House) -> None:
    early = house.begin_signed(3)
    mails_sent(house)
    time_passed(house)
    assert alarm.alarm(house.deps) == 3
    (warning,) = warnings(house)
    named = [warning.said["reference"], *warning.said["others"]]
    assert len(named) == 3
    assert all(any(reference in line for line in named) for reference in early)
    (late,) = house.fully_signed()
    mails_sent(house)
    time_passed(house)
    assert alarm.alarm(house.deps) == 0
    time_passed(house, "interval '1 hour'")
    assert alarm.alarm(house.deps) == 1
    assert warnings(house)[-1].said["reference"] == late


@pytest.mark.long
def test_what_goes_on_again_is_forgotten(house: House) -> None:
    (reference,) = house.begin_awaiting()  # two acts wait for their seals
    mails_sent(house)
    time_passed(house)
    assert alarm.alarm(house.deps) == 1
    agreement_id = house.agreement(reference).id
    seal.seal(house.deps, agreement_id)
    assert alarm.alarm(house.deps) == 0
    assert not house.rows("select 1 from alarms")
    house.countersign(reference)
    mails_sent(house)
    time_passed(house)
    assert alarm.alarm(house.deps) == 1


def test_a_seal_that_fails_before_the_last_signature_is_seen_and_stops_nobody(house: House) -> None:
    (reference,) = house.begin_awaiting()
    agreement_id = house.agreement(reference).id
    for reason in ("TimestampUnavailable: weg", "later"):
        seal.note_failure(house.deps, agreement_id, reason)
    agreement = house.agreement(reference)
    assert (agreement.state, agreement.failure) == (State.IN_SIGNING, "TimestampUnavailable: weg")
    assert house.events(reference).count("seal.failed") == 1
    mails_sent(house)
    time_passed(house)
    alarm.alarm(house.deps)
    assert warnings(house)[0].said["reason"] == "TimestampUnavailable: weg"
    house.countersign(reference)
    seal.seal(house.deps, agreement_id)
    assert house.agreement(reference).failure == ""


def test_the_close_and_the_archive_stand_still(house: House) -> None:
    (reference,) = house.begin_signed()
    mails_sent(house)
    agreement_id = house.agreement(reference).id
    seal.seal(house.deps, agreement_id)
    time_passed(house)
    assert alarm.alarm(house.deps) == 1
    close.close(house.deps, agreement_id)
    archive.note_failure(house.deps, agreement_id, "StorageUnavailable: weg")
    time_passed(house)
    assert alarm.alarm(house.deps) == 1
    assert warnings(house)[-1].said["reason"] == "StorageUnavailable: weg"
    archive.archive(house.deps, agreement_id)
    mails_sent(house)
    assert alarm.alarm(house.deps) == 0


@pytest.mark.parametrize("state", some(["corrupt", "missing"]))
def test_a_damaged_archive_is_told_at_once(house: House, state: str) -> None:
    (reference,) = house.begin_archived()
    mails_sent(house)
    now_is = {"missing": "key = key || 'x'", "corrupt": "sha256 = decode(repeat('00', 32), 'hex')"}[
        state
    ]
    house.rows(f"update archived_objects set {now_is} where name = 'bijlagen.zip'")
    reread.check(house.deps, reference, house.staff)
    assert house.archive_state(reference) == state
    assert alarm.alarm(house.deps) == 1
    assert alarm.alarm(house.deps) == 0
    (warning,) = warnings(house)
    assert warning.said["trouble"] == "damaged"
    assert "bijlagen.zip" in warning.said["reason"]


def test_the_mail_server_is_down_and_the_page_says_so(make_house: MakeHouse) -> None:
    (port,) = free_ports(1)
    house = make_house(**mailing_to(port))
    reference = house.new_ready()
    house.run_worker()
    time_passed(house)
    assert alarm.alarm(house.deps) == 1
    house.run_worker()  # the warning itself cannot be sent either
    stalled, unsent = alarm.stalled_items(house.deps, house.staff)
    assert [(each.reference, each.kind) for each in stalled] == [(reference, AlarmKind.MAIL)]
    assert stalled[0].reason
    assert stalled[0].told_at
    assert unsent
    letterbox = Letterbox()
    server = letterbox.controller(port)
    server.start()
    try:
        house.time_passes()
        house.run_worker()
    finally:
        server.stop()
    assert house.staff.email in {to for _, to in letterbox.taken}
    assert alarm.stalled_items(house.deps, house.staff) == ([], None)
    time_passed(house, "interval '2 days'")
    assert alarm.alarm(house.deps) == 0  # there is no warning about a warning


def test_everybody_with_the_role_is_told(house: House) -> None:
    house.begin_signed()
    with house.deps.database.begin() as tx:
        before = {person.email for person in tx.accounts.with_role(Role.ADMIN)}
    add_colleague(house.deps, "jan@it4.example", Role.ADMIN)
    mails_sent(house)
    time_passed(house)
    alarm.alarm(house.deps)
    assert {each.recipient for each in warnings(house)} == before | {"jan@it4.example"}


def test_only_who_manages_sees_it(house: House) -> None:
    sales = type(house.staff)(house.staff.id, "Els", house.staff.email, "", frozenset({Role.SALES}))
    with pytest.raises(NotAllowed):
        alarm.stalled_items(house.deps, sales)


def test_the_times_are_those_of_the_manual() -> None:
    assert (
        timedelta(minutes=15),
        timedelta(hours=1),
        timedelta(days=1),
    ) == (alarm.PATIENCE, alarm.NEWS[AlarmKind.SEAL], alarm.AGAIN)
