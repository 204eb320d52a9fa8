"""The processor's signatory: chosen, named in the text, and replaced by a colleague."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bakery import LISTS, PRE_SIGNED, SALES
from house import BROWSER, House

from service.agreement.drafting import Input
from service.agreement.lists import Search
from service.agreement.permissions import Role, Staff
from service.agreement.reasons import because
from service.agreement.states import State
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.error_codes import ErrorCode
from service.error_words import words_by_field, words_of
from service.errors import Invalid, NotAllowed, Refused, WrongState
from service.workflow.keeping import listing
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import create, edit, generate, send, take_over, void
from service.workflow.signing import countersign, decline
from service.workflow.telling import alarm, ask_countersigners

Another = Callable[..., Staff]


@pytest.fixture
def tom(another: Another) -> Staff:
    """A second person who may sign."""
    return another(Role.SIGNATORY, name="Tom Claes")


def printed(house: House, reference: str) -> tuple[str, str]:
    """Our signatory according to the frozen document."""
    agreement = house.agreement(reference)
    with house.deps.database.begin() as tx:
        found = tx.documents.printed_for_us(agreement.id, agreement.edition)
    assert found
    return found


def read_by(house: House, reference: str) -> str:
    found = dossier_of(house.deps, reference, house.staff).frozen
    assert found
    return found.reading_html


def signs(house: House, reference: str, who: Staff) -> str:
    """Why this person cannot sign; '' after signing."""
    refused = house.countersign(reference, staff=who, typed=who.name)[0].refusal
    return words_of(refused) if refused else ""


def asked(house: House, reference: str) -> list[str]:
    return [mail.recipient for mail in house.mails(reference, "countersign")]


def rename(house: House, who: Staff, name: str) -> Staff:
    house.rows("update staff set name = :name where id = :id", name=name, id=who.id)
    return dataclasses.replace(who, name=name)


def test_the_text_names_who_signs_and_nobody_else_signs_it(house: House, tom: Staff) -> None:
    reference = house.sent(countersigner=tom.id)
    house.signed(reference)
    assert printed(house, reference) == ("Tom Claes", "Zaakvoerder")
    assert "Tom Claes" in read_by(house, reference)
    assert asked(house, reference) == [tom.email]
    assert countersign.queue(house.deps, house.staff).waiting == []
    assert listing.waiting_count(house.deps, house.staff) == 0
    theirs = countersign.of_colleagues(house.deps, house.staff)
    assert [each.reference for each in theirs] == [reference]
    assert countersign.of_colleagues(house.deps, tom) == []
    assert signs(house, reference, house.staff) == (
        "In deze overeenkomst staat dat Tom Claes namens ons ondertekent. "
        "Alleen Tom Claes kan dat doen."
    )
    assert house.agreement(reference).state is State.IN_SIGNING
    assert signs(house, reference, tom) == ""
    acts = dossier_of(house.deps, reference, house.staff).acts
    assert [act.record.content["person"]["name"] for act in acts.values()] == [
        "An Peeters",
        "An Peeters",
        "Tom Claes",
    ]


def test_who_signs_is_chosen_with_the_draft(house: House, tom: Staff) -> None:
    def make(**fields: str) -> str:
        given = Input({**SALES, **fields}, services=["cloud_storage"])
        return create.create(house.deps, given, house.staff)

    with pytest.raises(Invalid) as wrong:
        make()
    assert words_by_field(wrong.value) == {"countersigner": "Kies wie namens ons ondertekent."}
    reference = make(countersigner=tom.id)
    given = Input({**SALES, "countersigner": house.staff.id}, services=["cloud_storage"])
    edit.edit(house.deps, reference, given, house.staff)
    assert house.agreement(reference).our_name == "Els Maes"
    house.rows("update staff set active = false where id = :id", id=tom.id)
    with pytest.raises(Invalid) as wrong:
        make(countersigner=tom.id)
    assert list(words_by_field(wrong.value)) == ["countersigner"]
    assert house.agreement(make()).our_name == "Els Maes"  # the only one who still may
    rename(house, house.staff, "Christophe Zenner")
    house.rows("update staff set active = true")
    assert house.agreement(make()).our_name == "Christophe Zenner"  # from the profile


def test_a_draft_without_anybody_is_not_sent(house: House) -> None:
    house.rows("update staff set roles = array['verkoop']")
    reference = create.create(house.deps, Input(SALES, services=["cloud_storage"]), house.staff)
    with pytest.raises(Refused, match=ErrorCode.COUNTERSIGNER_NOBODY):
        send.send(house.deps, reference, house.staff)
    house.rows("update staff set roles = array['verkoop', 'tekenbevoegde']")
    send.send(house.deps, reference, house.staff)
    assert house.agreement(reference).our_name == "Els Maes"
    other = house.draft()
    house.rows("update staff set roles = array['verkoop']")
    with pytest.raises(Refused, match=r"countersigner_lost .*Els Maes"):
        send.send(house.deps, other, house.staff)


def test_what_was_sent_before_anybody_was_chosen_goes_on_as_it_was(
    house: House, tom: Staff
) -> None:
    reference = house.sent()
    house.rows("update agreements set countersigner_id = null")  # as the migration leaves it
    house.signed(reference)
    assert printed(house, reference) == ("Christophe Zenner", "Zaakvoerder")
    assert sorted(asked(house, reference)) == sorted([house.staff.email, tom.email])
    for each in (house.staff, tom):
        assert len(countersign.queue(house.deps, each).waiting) == 1
    with pytest.raises(Refused):
        take_over.take_over(house.deps, reference, tom)
    assert signs(house, reference, tom) == ""
    assert house.agreement(reference).state is State.FULLY_SIGNED


def test_a_colleague_takes_over_and_the_text_is_made_anew(
    house: House, tom: Staff, another: Another
) -> None:
    jan = another(Role.SIGNATORY, name="Jan Blok")
    reference = house.sent(countersigner=jan.id)
    secret = house.prepared(reference, house.ready(reference))
    first = house.agreement(reference)
    take_over.take_over(house.deps, reference, tom)
    take_over.take_over(house.deps, reference, tom)  # said twice
    taken = house.agreement(reference)
    assert (taken.state, taken.edition, taken.our_name) == (State.PREPARING, 2, "Tom Claes")
    assert house.jobs().count("generate") == 1
    assert house.events(reference)[-2:] == ["countersigner.changed", "document.requested"]
    told = {mail.recipient: mail.values for mail in house.mails(reference, "taken_over")}
    assert {to: values["yours"] for to, values in told.items()} == {
        house.staff.email: False,
        jan.email: True,
    }
    generate.generate(house.deps, taken.id)
    assert printed(house, reference)[0] == "Tom Claes"
    # The customer read and prepared the former text.
    for digest in (first.frozen_sha256, house.agreement(reference).frozen_sha256):
        with pytest.raises(Refused, match=ErrorCode.CHANGED):
            house.sign(reference, secret, document_sha256=digest)
    house.read(reference, secret)
    house.prepare(reference, secret)
    house.sign(reference, secret)
    assert signs(house, reference, jan).startswith("In deze overeenkomst staat dat Tom Claes")
    assert signs(house, reference, tom) == ""
    said = [line.sentence for line in dossier_of(house.deps, reference, tom).timeline]
    assert "Tom Claes ondertekent namens de verwerker, in de plaats van Jan Blok." in said


def test_before_there_is_a_text_only_the_name_changes(house: House, tom: Staff) -> None:
    reference = house.sent()
    take_over.take_over(house.deps, reference, tom)
    taken = house.agreement(reference)
    assert (taken.state, taken.edition, taken.our_name) == (State.SENT, 1, "Tom Claes")
    assert "generate" not in house.jobs()
    house.ready(reference)
    assert printed(house, reference)[0] == "Tom Claes"


def test_a_text_that_was_being_made_for_another_is_dropped(
    house: House, tom: Staff, maker: DocumentMaker
) -> None:
    reference = house.sent()
    house.completed(reference)

    def meanwhile() -> DocumentMaker:
        take_over.take_over(house.deps, reference, tom)
        return maker

    deps: Deps = dataclasses.replace(house.deps, maker=meanwhile)
    generate.generate(deps, house.agreement(reference).id)
    assert house.agreement(reference).state is State.PREPARING
    generate.generate(house.deps, house.agreement(reference).id)
    assert printed(house, reference)[0] == "Tom Claes"
    assert house.rows("select count(*) from documents")[0][0] == 1


def test_after_the_first_signature_nobody_takes_over(
    house: House, tom: Staff, another: Another
) -> None:
    reference = house.sent()
    house.signed(reference)
    before = house.agreement(reference)
    with pytest.raises(Refused, match=ErrorCode.TAKE_OVER_SIGNED):
        take_over.take_over(house.deps, reference, tom)
    assert house.agreement(reference) == before
    with pytest.raises(NotAllowed):
        take_over.take_over(house.deps, reference, another(Role.SALES))
    void.void(house.deps, reference, "Iemand anders tekent", house.staff)
    with pytest.raises(WrongState):
        take_over.take_over(house.deps, reference, tom)
    with pytest.raises(WrongState):
        take_over.take_over(house.deps, house.draft(), tom)


def test_a_pre_signed_offer_that_waits_for_us_is_taken_over(house: House, tom: Staff) -> None:
    reference = house.pre_signed()
    assert asked(house, reference) == [house.staff.email]
    house.open_waiting()
    take_over.take_over(house.deps, reference, tom)
    generate.generate(house.deps, house.agreement(reference).id)
    assert asked(house, reference) == [house.staff.email, tom.email]
    assert signs(house, reference, house.staff).startswith("In deze overeenkomst staat")
    assert signs(house, reference, tom) == ""
    secret = house.opened(reference)
    decline.decline(house.deps, secret, "content", "", BROWSER)
    told = {mail.recipient for mail in house.mails(reference, "declined")}
    assert told == {house.staff.email, tom.email}  # the sender and the former signatory


def test_who_did_not_sign_hears_nothing_of_a_refusal(house: House, tom: Staff) -> None:
    reference = house.draft({**PRE_SIGNED, "countersigner": house.staff.id}, **LISTS)
    send.send(house.deps, reference, house.staff)
    generate.generate(house.deps, house.agreement(reference).id)
    assert house.countersign(reference)[0].refusal is None
    decline.decline(house.deps, house.opened(reference), "content", "", BROWSER)
    assert [mail.recipient for mail in house.mails(reference, "declined")] == [house.staff.email]
    assert tom.email not in {mail.recipient for mail in house.mails(reference)}


def test_a_name_that_changed_is_not_signed_with_until_the_text_has_it(house: House) -> None:
    reference = house.pre_signed()
    same = rename(house, house.staff, "mevr. Els MAËS")  # the same name for a reader
    assert not dossier_of(house.deps, reference, same).renamed
    married = rename(house, house.staff, "Els Vermeulen")
    assert dossier_of(house.deps, reference, married).renamed
    assert signs(house, reference, married).startswith("In de tekst staat Els Maes")
    assert printed(house, reference)[0] == "Els Maes"
    take_over.take_over(house.deps, reference, married)
    generate.generate(house.deps, house.agreement(reference).id)
    assert printed(house, reference)[0] == "Els Vermeulen"
    assert house.mails(reference, "taken_over") == []  # nobody but the person who did it
    assert signs(house, reference, married) == ""


def test_the_function_on_paper_is_that_of_the_record(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    house.rows("update staff set function = 'Directeur'")
    promoted = dataclasses.replace(house.staff, function="Directeur")
    assert signs(house, reference, promoted) == ""
    act = list(dossier_of(house.deps, reference, house.staff).acts.values())[-1]
    assert act.record.content["person"]["function"] == printed(house, reference)[1] == "Zaakvoerder"


@pytest.mark.parametrize("lost", ["active = false", "roles = array['verkoop']"])
def test_who_may_not_sign_any_more_needs_attention(house: House, tom: Staff, lost: str) -> None:
    reference = house.pre_signed(countersigner=tom.id)

    def trouble() -> list[tuple[str, bool]]:
        page = listing.listing(house.deps, Search(group="trouble"), house.staff)
        assert page.counts["trouble"] == len(page.lines)
        return [(line.countersigner_name, line.countersigner_gone) for line in page.lines]

    assert trouble() == []
    house.rows(f"update staff set {lost} where id = :id", id=tom.id)
    assert trouble() == [("Tom Claes", True)]
    assert house.agreement(reference).countersigner_gone
    house.rows("update agreements set last_activity_at = now() - interval '16 minutes'")
    stalled, _ = alarm.stalled_items(house.deps, house.staff)
    assert [(each.kind.value, each.reason) for each in stalled] == [
        ("countersigner", because("countersigner_gone", name="Tom Claes"))
    ]
    assert alarm.alarm(house.deps) == 1
    assert len(house.mails(reference, "alarm")) == 1
    take_over.take_over(house.deps, reference, house.staff)
    assert trouble() == []
    told = [mail.recipient for mail in house.mails(reference, "taken_over")]
    assert told == ([] if lost == "active = false" else [tom.email])
    generate.generate(house.deps, house.agreement(reference).id)
    assert house.countersign(reference)[0].refusal is None


# Asked by mail ---------------------------------------------------------------------------------


def digests(house: House) -> list[Any]:
    """The digest mails, oldest first: recipient and values."""
    found = house.rows(
        """select recipient, "values" from messages where kind = 'countersign_digest'
        order by queued_at"""
    )
    return [(row[0], row[1]) for row in found]


def later(house: House) -> None:
    """The pause is over."""
    house.rows("update staff set asked_to_sign_at = asked_to_sign_at - interval '4 hours'")


def test_the_first_is_mailed_at_once_and_the_rest_together(house: House, tom: Staff) -> None:
    first, second, third, gone = (house.pre_signed() for _ in range(4))
    theirs = house.pre_signed(countersigner=tom.id)
    assert [len(asked(house, each)) for each in (first, second, third, gone)] == [1, 0, 0, 0]
    assert asked(house, theirs) == [tom.email]  # each person has a separate pause
    assert ask_countersigners.mail_kept(house.deps) == 0
    void.void(house.deps, gone, "Verkeerde klant", house.staff)
    later(house)
    assert ask_countersigners.mail_kept(house.deps) == 1
    assert ask_countersigners.mail_kept(house.deps) == 0
    ((to, values),) = digests(house)
    assert to == house.staff.email
    assert [each["reference"] for each in values["agreements"]] == [second, third]
    assert (values["count"], values["waiting"]) == (2, 3)
    assert values["agreements"][0]["flags"] == ["own"]  # becomes text when sent
    fourth = house.pre_signed()  # a digest mail restarts the pause
    assert asked(house, fourth) == []
    later(house)
    fifth = house.pre_signed()  # an earlier one is not overtaken
    assert asked(house, fifth) == []
    assert ask_countersigners.mail_kept(house.deps) == 1
    assert [each["reference"] for each in digests(house)[1][1]["agreements"]] == [fourth, fifth]


def test_one_alone_is_asked_for_with_its_own_mail(house: House) -> None:
    house.pre_signed()
    signed = house.sent()
    house.signed(signed)
    assert asked(house, signed) == []
    later(house)
    assert ask_countersigners.mail_kept(house.deps) == 1
    (mail,) = house.mails(signed, "countersign")
    assert mail.values["signed_at"]
    assert digests(house) == []


def test_what_somebody_else_signs_by_now_is_not_asked_for(house: House, tom: Staff) -> None:
    house.pre_signed()
    others = [house.pre_signed() for _ in range(2)]
    for each in others:
        take_over.take_over(house.deps, each, tom)
        generate.generate(house.deps, house.agreement(each).id)
    later(house)
    assert ask_countersigners.mail_kept(house.deps) == 1
    assert asked(house, others[0]) == [tom.email]
    assert asked(house, others[1]) == [tom.email]
    assert digests(house) == []


def test_two_at_the_same_moment_are_one_mail(house: House) -> None:
    house.rows("update staff set asked_to_sign_at = null")
    pair = [house.agreement(house.draft()) for _ in range(2)]

    def ask(agreement: Any) -> None:
        with house.deps.database.begin() as tx:
            ask_countersigners.tell_countersigners(tx, agreement)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(ask, pair))
    assert len([each for each in pair if asked(house, each.reference)]) == 1
    assert house.rows("select count(*) from sign_requests")[0][0] == 1
