"""Questions before signing: returned by a countersigner, asked by the signatory, answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from house import BROWSER, House

from service.agreement.lists import Search
from service.agreement.permissions import Role, Staff
from service.agreement.questions import Question
from service.agreement.states import State
from service.error_words import words_by_field
from service.errors import Invalid, NotAllowed, NotFound, Refused, TooLate, ZegelError
from service.wiring.build import mailbox
from service.workflow.keeping import listing
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import answer, resend, void
from service.workflow.offer.answer import settle
from service.workflow.signing import ask, countersign, send_back
from service.workflow.telling import deliver

ASKED = "Klopt het dat zij ook gegevens over gezondheid hebben?\nWaarom?"


def questions(house: House, reference: str) -> list[Question]:
    return dossier_of(house.deps, reference, house.staff).questions


def returned(house: House, staff: Staff | None = None) -> str:
    """An agreement signed by the controller and returned by us."""
    staff = staff or house.staff
    reference = house.sent(countersigner=staff.id)
    house.signed(reference)
    send_back.send_back(house.deps, reference, ASKED, staff)
    return reference


def asked_by_signatory(house: House) -> tuple[str, str]:
    """An agreement with a question of its signatory, and the browser's secret."""
    reference = house.sent()
    secret = house.opened(reference)
    ask.ask(house.deps, secret, "Wat is een DPO?", BROWSER)
    return reference, secret


def shown(house: House, reference: str) -> bool:
    """Whether the list shows a waiting question."""
    lines = listing.listing(house.deps, Search(), house.staff).lines
    return next(line.question_waits for line in lines if line.reference == reference)


def needs_attention(house: House) -> list[str]:
    """What the list shows, and counts, as *Aandacht nodig*."""
    page = listing.listing(house.deps, Search(group="trouble"), house.staff)
    assert page.counts["trouble"] == len(page.lines)
    return [line.reference for line in page.lines]


def test_a_question_that_waits_needs_attention_until_it_is_answered(house: House) -> None:
    reference, _ = asked_by_signatory(house)
    house.sent()
    assert needs_attention(house) == [reference]
    page = listing.listing(house.deps, Search(), house.staff)
    assert (page.counts[""], page.counts["waiting"]) == (2, 2)
    (question,) = dossier_of(house.deps, reference, house.staff).questions
    answer.answer(house.deps, reference, question.id, "Iemand die toeziet.", house.staff)
    assert needs_attention(house) == []


def test_given_back_with_a_question(house: House, another: Callable[..., Staff]) -> None:
    tom = another(Role.SIGNATORY, name="Tom Claes")
    reference = returned(house, tom)
    assert house.agreement(reference).state is State.IN_SIGNING
    (waiting,) = countersign.queue(house.deps, tom).waiting
    assert waiting.question
    assert (waiting.question.question, waiting.question.name) == (ASKED, "Tom Claes")
    assert listing.waiting_count(house.deps, tom) == 0
    assert shown(house, reference)
    (mail,) = house.mails(reference, "returned")
    assert (mail.recipient, mail.reply_to) == (house.staff.email, tom.email)
    assert mail.values["question"] == ASKED
    line = dossier_of(house.deps, reference, house.staff).timeline[-1]
    assert line.sentence == "Teruggestuurd naar de verzender met een vraag van de tekenbevoegde."
    assert line.who == "Tom Claes"


def test_our_own_words_stay_out_of_the_log(house: House) -> None:
    reference = returned(house)
    answer.answer(house.deps, reference, questions(house, reference)[0].id, "Ja.", house.staff)
    with house.deps.database.begin() as tx:
        entries = tx.audit.of(house.agreement(reference).id)
    said = [
        entry.personal for entry in entries if entry.event.startswith(("agreement.ret", "ques"))
    ]
    assert said == [{"name": house.staff.name}] * 2


def test_the_answer_puts_it_back_in_the_queue(house: House, another: Callable[..., Staff]) -> None:
    tom, vera = another(Role.SIGNATORY), another(Role.SALES, name="Vera Maes")
    reference = returned(house, tom)
    (question,) = questions(house, reference)
    answer.answer(house.deps, reference, question.id, "Ja,\r\neen apotheek.", vera)
    (ended,) = questions(house, reference)
    assert (ended.ended, ended.answer, ended.answered_by) == (
        "answered",
        "Ja,\neen apotheek.",
        "Vera Maes",
    )
    (waiting,) = countersign.queue(house.deps, tom).waiting
    assert waiting.question is None
    assert listing.waiting_count(house.deps, tom) == 1
    assert not shown(house, reference)
    (mail,) = house.mails(reference, "return_answered")
    assert (mail.recipient, mail.reply_to) == (tom.email, vera.email)
    assert mail.values["page"] == "/tekenen-namens-ons"
    assert house.events(reference)[-1] == "question.answered"


def test_a_repetition_changes_nothing(house: House) -> None:
    reference = returned(house)
    send_back.send_back(house.deps, reference, ASKED, house.staff)
    (question,) = questions(house, reference)
    for _ in range(2):
        answer.answer(house.deps, reference, question.id, "Ja.", house.staff)
    kinds = house.kinds(reference)
    assert (kinds.count("returned"), kinds.count("return_answered")) == (1, 1)
    events = house.events(reference)
    assert (events.count("agreement.returned"), events.count("question.answered")) == (1, 1)


def test_one_question_at_a_time_then_another(house: House, another: Callable[..., Staff]) -> None:
    reference = returned(house)
    with pytest.raises(Refused) as refused:
        send_back.send_back(house.deps, reference, "Iets anders?", another(Role.SIGNATORY))
    assert refused.value.code == "question_open"
    answer.answer(house.deps, reference, questions(house, reference)[0].id, "Ja.", house.staff)
    send_back.send_back(house.deps, reference, "Iets anders?", house.staff)
    assert [each.ended for each in questions(house, reference)] == ["answered", ""]


def test_signing_all_the_same_ends_it(house: House) -> None:
    reference = returned(house)
    assert house.countersign(reference) == [countersign.Outcome(reference)]
    (question,) = questions(house, reference)
    assert question.ended == "signed"
    with pytest.raises(Refused) as refused:
        answer.answer(house.deps, reference, question.id, "Ja.", house.staff)
    assert refused.value.code == "question_ended"


@pytest.mark.parametrize(
    ("words", "code"),
    [("", "question_required"), (" \n ", "question_required"), ("a\u202eb", "forbidden_characters"),
     ("x" * 2001, "length")],
)  # fmt: skip
def test_a_question_that_cannot_be_kept(house: House, words: str, code: str) -> None:
    reference = house.sent()
    house.signed(reference)
    with pytest.raises(Invalid) as wrong:
        send_back.send_back(house.deps, reference, words, house.staff)
    assert (wrong.value.errors[0].field, wrong.value.errors[0].code) == ("question", code)
    assert questions(house, reference) == []


def test_only_what_waits_for_us_is_given_back(house: House) -> None:
    theirs = house.sent()
    with pytest.raises(Refused) as refused:
        send_back.send_back(house.deps, theirs, ASKED, house.staff)
    assert refused.value.code == "not_your_turn"
    gone = house.sent()
    void.void(house.deps, gone, "Verkeerde klant", house.staff)
    with pytest.raises(TooLate):
        send_back.send_back(house.deps, gone, ASKED, house.staff)
    offer = house.pre_signed()
    send_back.send_back(house.deps, offer, ASKED, house.staff)
    assert len(questions(house, offer)) == 1


def test_who_may_ask_and_who_may_answer(house: House, another: Callable[..., Staff]) -> None:
    reference = house.sent()
    house.signed(reference)
    for role in (Role.SALES, Role.ARCHIVE, Role.ADMIN):
        with pytest.raises(NotAllowed):
            send_back.send_back(house.deps, reference, ASKED, another(role))
    send_back.send_back(house.deps, reference, ASKED, house.staff)
    (question,) = questions(house, reference)
    for role in (Role.SIGNATORY, Role.ARCHIVE):
        with pytest.raises(NotAllowed):
            answer.answer(house.deps, reference, question.id, "Ja.", another(role))
        with pytest.raises(NotAllowed):
            settle(house.deps, reference, question.id, another(role))


def test_a_question_belongs_to_its_agreement(house: House) -> None:
    reference, other = returned(house), house.sent()
    (question,) = questions(house, reference)
    for place, found in ((other, question.id), (reference, str(uuid.uuid4())), (reference, "x")):
        with pytest.raises(NotFound):
            answer.answer(house.deps, place, found, "Ja.", house.staff)


def test_the_signatory_asks_and_is_answered(house: House) -> None:
    reference, _ = asked_by_signatory(house)
    (question,) = questions(house, reference)
    assert (question.name, question.question, question.waits) == (
        "An Peeters",
        "Wat is een DPO?",
        True,
    )
    assert shown(house, reference)
    with pytest.raises(Invalid) as wrong:
        answer.answer(house.deps, reference, question.id, " ", house.staff)
    assert list(words_by_field(wrong.value).items()) == [("answer", "Schrijf uw antwoord.")]
    answer.answer(house.deps, reference, question.id, "Een functionaris.", house.staff)
    assert not shown(house, reference)
    (mail,) = house.mails(reference, "question_answered")
    assert (mail.recipient, mail.reply_to) == ("an@peeters.example", house.staff.email)
    deliver.deliver(house.deps, mail.id)
    text = _mail(house)
    assert f"http://localhost/tekenen/link/{house.token(reference)}" in text
    assert "> Een functionaris." in text


def test_an_answer_outlives_its_link(house: House) -> None:
    reference, _ = asked_by_signatory(house)
    answer.answer(house.deps, reference, questions(house, reference)[0].id, "Ja.", house.staff)
    resend.resend(house.deps, reference, house.staff)
    (mail,) = house.mails(reference, "question_answered")
    deliver.deliver(house.deps, mail.id)
    assert house.mails(reference, "question_answered")[0].state == "sent"
    assert "> Ja." in _mail(house)
    assert "tekenen/link" not in _mail(house)


def test_whoever_passed_it_on_is_answered_without_a_link(house: House) -> None:
    reference, secret = asked_by_signatory(house)
    house.passed_on(secret)
    answer.answer(house.deps, reference, questions(house, reference)[0].id, "Ja.", house.staff)
    (mail,) = house.mails(reference, "question_answered")
    assert (mail.recipient, mail.link_id) == ("an@peeters.example", None)


def test_answered_elsewhere(house: House) -> None:
    reference, _ = asked_by_signatory(house)
    (question,) = questions(house, reference)
    for _ in range(2):
        settle(house.deps, reference, question.id, house.staff)
    (ended,) = questions(house, reference)
    assert (ended.ended, ended.answer, ended.answered_by) == ("elsewhere", "", house.staff.name)
    assert house.events(reference).count("question.closed") == 1
    assert "question_answered" not in house.kinds(reference)
    with pytest.raises(Refused) as refused:
        answer.answer(house.deps, reference, question.id, "Toch nog dit.", house.staff)
    assert refused.value.code == "question_ended"


def test_signing_ends_the_signatorys_questions_and_not_ours(house: House) -> None:
    reference = house.sent()
    secret = house.ready(reference)
    ask.ask(house.deps, secret, "Nog iets?", BROWSER)
    house.prepared(reference, secret)
    house.sign(reference, secret)
    send_back.send_back(house.deps, reference, ASKED, house.staff)
    assert [each.ended for each in questions(house, reference)] == ["signed", ""]


def test_what_is_over_waits_for_no_answer(house: House) -> None:
    reference, _ = asked_by_signatory(house)
    void.void(house.deps, reference, "Verkeerde klant", house.staff)
    assert not dossier_of(house.deps, reference, house.staff).open_questions
    assert not shown(house, reference)
    for step in (
        lambda each: answer.answer(house.deps, reference, each, "Ja.", house.staff),
        lambda each: settle(house.deps, reference, each, house.staff),
    ):
        with pytest.raises(ZegelError) as refused:
            step(questions(house, reference)[0].id)
        assert isinstance(refused.value, TooLate)


def test_no_reminder_while_a_question_waits_nor_right_after(house: House) -> None:
    reference, _ = asked_by_signatory(house)
    agreement_id = house.agreement(reference).id

    def situation() -> tuple[bool, int]:
        with house.deps.database.begin() as tx:
            found = tx.reminders.situation(agreement_id)
        assert found
        return found.question_waits, len(found.contacts)

    assert situation() == (True, 1)
    assert dossier_of(house.deps, reference, house.staff).next_reminder is None
    answer.answer(house.deps, reference, questions(house, reference)[0].id, "Ja.", house.staff)
    assert situation() == (False, 3)  # the invitation, the answer, and the end of the question
    assert dossier_of(house.deps, reference, house.staff).next_reminder


def _mail(house: House) -> str:
    kept = mailbox(house.deps.settings)
    (text,) = [kept.read(each.id).text for each in kept.list()]
    return text
