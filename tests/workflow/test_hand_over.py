"""An agreement gets another owner: who may, until when, and who is told."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
from colleagues import add_colleague
from command_line import zegel
from house import BROWSER, House

from service.agreement.batch import BatchKind, BatchState
from service.agreement.permissions import OPERATOR, SYSTEM, Role, Staff
from service.errors import Invalid, NotAllowed, WrongState
from service.workflow.bulk import batch
from service.workflow.offer.hand_over import hand_over
from service.workflow.offer.void import void
from service.workflow.signing import ask, open_link


@pytest.fixture
def jan(house: House) -> Staff:
    return add_colleague(house.deps, "jan@it4.example", Role.SALES, name="Jan Claes")


def test_mails_and_questions_go_to_the_new_owner(house: House, jan: Staff) -> None:
    reference = house.sent()
    version = house.agreement(reference).version
    for _ in range(2):
        hand_over(house.deps, reference, jan.id, house.staff)
    after = house.agreement(reference)
    assert (after.sender_id, after.version) == (jan.id, version + 1)
    assert house.events(reference).count("agreement.handed_over") == 1
    (told,) = house.mails(reference, "handed_over")
    assert told.recipient == jan.email
    assert (told.values["by_name"], told.values["from_name"]) == (house.staff.name,) * 2
    secret = open_link.enter(house.deps, house.token(reference), BROWSER)
    ask.ask(house.deps, secret, "Wie bent u?", BROWSER)
    assert [each.recipient for each in house.mails(reference, "question")] == [jan.email]
    house.deliver(reference)


def test_who_takes_it_is_not_told(house: House, jan: Staff) -> None:
    reference = house.draft()
    hand_over(house.deps, reference, jan.id, jan)
    assert house.agreement(reference).sender_id == jan.id
    assert house.mails(reference) == []


def test_only_to_who_may_send_by_who_may(house: House, jan: Staff) -> None:
    reference = house.draft()
    keeper = add_colleague(house.deps, "piet@it4.example", Role.ARCHIVE, name="Piet Smet")
    for by in (keeper, SYSTEM):
        with pytest.raises(NotAllowed):
            hand_over(house.deps, reference, jan.id, by)
    house.rows("update staff set active = false where id = :i", i=jan.id)
    for other in (keeper.id, jan.id, str(uuid.uuid4()), "anders", ""):
        with pytest.raises(Invalid) as refused:
            hand_over(house.deps, reference, other, OPERATOR)
        assert [each.field for each in refused.value.errors] == ["to"]
    assert house.agreement(reference).sender_id == house.staff.id


def test_until_everybody_has_signed(house: House, jan: Staff) -> None:
    signed, voided, expired = house.sent(), house.sent(), house.sent()
    void(house.deps, voided, "Verkeerde klant", house.staff)
    house.rows("update agreements set state = 'expired' where reference = :r", r=expired)
    house.signed(signed)
    hand_over(house.deps, signed, jan.id, house.staff)
    hand_over(house.deps, expired, jan.id, house.staff)
    house.countersign(signed)
    for each in (signed, voided):
        with pytest.raises(WrongState):
            hand_over(house.deps, each, house.staff.id, house.staff)


def test_many_at_once_are_told_in_one_mail(house: House, jan: Staff) -> None:
    references = [house.sent(), house.sent(), house.draft(), house.draft()]
    hand_over(house.deps, references[3], jan.id, jan)
    void(house.deps, references[1], "Verkeerde klant", house.staff)
    chosen, key = batch.Selected(references), str(uuid.uuid4())
    with pytest.raises(Invalid):
        batch.count(house.deps, BatchKind.HAND_OVER, chosen, house.staff, to_id="")
    counted = batch.count(house.deps, BatchKind.HAND_OVER, chosen, house.staff, to_id=jan.id)
    assert (counted.possible, len(counted.reasons)) == (2, 2)
    for _ in range(2):
        batch.begin(house.deps, key, BatchKind.HAND_OVER, chosen, house.staff, seen=2, to_id=jan.id)
        batch.run(house.deps)
    found = batch.progress(house.deps, key, house.staff)
    assert (found.batch.state, found.of("done")) == (BatchState.DONE, 2)
    assert (found.batch.to_id, found.batch.to_name) == (jan.id, jan.name)
    owners = [house.agreement(each).sender_id == jan.id for each in references]
    assert owners == [True, False, True, True]
    (told,) = house.rows("select recipient, values from messages where kind = 'many_handed_over'")
    assert (told[0], told[1]["count"]) == (jan.email, 2)


def test_a_colleague_who_may_no_longer_send_gets_none(house: House, jan: Staff) -> None:
    chosen, key = batch.Selected([house.draft()]), str(uuid.uuid4())
    batch.begin(house.deps, key, BatchKind.HAND_OVER, chosen, house.staff, seen=1, to_id=jan.id)
    house.rows("update staff set roles = array['archief'] where id = :i", i=jan.id)
    batch.run(house.deps)
    found = batch.progress(house.deps, key, house.staff)
    assert (found.of("refused"), found.of("done")) == (1, 0)
    assert house.rows("select from messages where kind = 'many_handed_over'") == []


def test_the_operator_does_it_for_a_colleague_who_left(house: House, jan: Staff) -> None:
    references = [house.draft(), house.draft()]
    house.rows("update staff set active = false where id = :i", i=house.staff.id)
    done = zegel(house, "agreement", "hand-over", *references, "--to", jan.email.upper())
    assert done.exit_code == 0, done.output
    assert done.output.count("overgedragen aan") == 2
    assert {house.agreement(each).sender_id for each in references} == {jan.id}
    (told,) = house.mails(references[0], "handed_over")
    assert told.values["by_name"] == ""
    house.deliver(references[0])
    wrong = zegel(house, "agreement", "hand-over", references[0], "--to", "niemand@it4.example")
    assert wrong.exit_code == 1
    assert "kan geen overeenkomsten versturen" in wrong.output


def test_who_it_is_stands_in_the_dossier(house: House, jan: Staff) -> None:
    reference = house.draft()
    named = dataclasses.replace(jan, name="Jan Claes")
    hand_over(house.deps, reference, named.id, house.staff)
    with house.deps.database.begin() as tx:
        entries = tx.audit.of(house.agreement(reference).id)
    assert entries[-1].data == {"staff": jan.id}
    assert (entries[-1].personal or {})["to"] == jan.name
