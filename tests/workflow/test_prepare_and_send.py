"""Sales: create, edit, preview, send, resend, copy, correct, extend, withdraw."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bakery import LISTS, PRE_SIGNED, PROCESSOR, SALES
from colleagues import proof_of
from house import House
from usual import CONTROLLER_ANNEX, FIELDS, PROCESSOR_AGREEMENT

from service.agreement.drafting import Input
from service.agreement.permissions import Role, Staff
from service.agreement.states import PlaceState, State
from service.error_words import words_by_field
from service.errors import (
    Invalid,
    LinkUnusable,
    NotAllowed,
    NotFound,
    Refused,
    TooLate,
    WrongState,
)
from service.workflow.offer import (
    change_email,
    copy_link,
    create,
    edit,
    expire,
    extend,
    generate,
    preview,
    resend,
    send,
    void,
)
from service.workflow.people import profile
from service.workflow.signing import open_link
from signatures.effective_date import local_date


def test_a_draft(house: House) -> None:
    reference = house.draft()
    draft = house.agreement(reference)
    assert draft.state is State.DRAFT
    assert draft.processor.known_as == "IT4Professionals"
    assert draft.places[PROCESSOR_AGREEMENT] is PlaceState.BLOCKED
    assert house.events(reference) == ["agreement.created"]
    assert house.kinds(reference) == []


def test_a_refused_draft_takes_no_number(house: House) -> None:
    with pytest.raises(Invalid):
        house.draft({**SALES, "name": ""})
    assert house.draft().endswith("-00001")


def test_an_agreement_keeps_the_profile_it_was_made_with(house: House) -> None:
    before = house.draft()
    changed, proof = {**PROCESSOR, "phone": "09 345 67 89"}, proof_of(house.deps, house.staff)
    assert profile.change_profile(house.deps, changed, house.staff, proof) == 2
    after = house.draft()
    assert house.agreement(before).processor_version == 1
    assert house.agreement(after).processor_version == 2
    assert house.agreement(before).processor.phone == "+32 9 234 56 78"
    assert house.agreement(after).processor.phone == "+32 9 345 67 89"


def test_a_profile_that_did_not_change_is_no_new_version(house: House) -> None:
    proof = proof_of(house.deps, house.staff)
    assert profile.change_profile(house.deps, PROCESSOR, house.staff, proof) == 1
    profile.first_profile(house.deps, {**PROCESSOR, "name": "Iemand anders"})
    found = profile.profile(house.deps)
    assert found is not None
    assert (found[0], found[1].name) == (1, "Christophe Zenner")


def test_without_a_profile_nothing_is_prepared(house: House) -> None:
    house.rows("delete from processor_profiles")
    with pytest.raises(Refused) as refusal:
        house.draft()
    assert refusal.value.code == "no_processor"


def test_a_draft_is_edited_until_it_is_sent(house: House) -> None:
    reference = house.draft()
    changed = Input({**PRE_SIGNED, "name": "Smidse"}, services=["support"], **LISTS)
    edit.edit(house.deps, reference, changed, house.staff)
    edited = house.agreement(reference)
    assert (edited.controller.name, edited.annex_locked) == ("Smidse", True)
    assert edited.places[PROCESSOR_AGREEMENT] is PlaceState.OPEN
    assert edited.fields == FIELDS["processor_first"]
    send.send(house.deps, reference, house.staff)
    with pytest.raises(WrongState):
        edit.edit(house.deps, reference, changed, house.staff)


def test_sending_mails_one_link(house: House) -> None:
    reference = house.sent(message="Dag An", link_days="14")
    sent = house.agreement(reference)
    assert sent.state is State.SENT
    assert sent.sent_at is not None
    assert sent.expires_at is not None
    assert local_date(sent.expires_at) - local_date(sent.sent_at) == timedelta(days=14)
    assert house.kinds(reference) == ["invitation"]
    assert house.jobs() == ["deliver", "sample"]
    mail = house.mails(reference)[0]
    assert (mail.recipient, mail.reply_to) == ("an@peeters.example", "els@it4.example")
    assert "zegel_" not in str(house.rows("select * from messages")) + str(
        house.rows("select args from procrastinate_jobs")
    )
    with pytest.raises(WrongState):
        send.send(house.deps, reference, house.staff)


def test_a_pre_signed_offer_is_made_first_and_mailed_after_our_signature(house: House) -> None:
    reference = house.draft(PRE_SIGNED, **LISTS)
    send.send(house.deps, reference, house.staff)
    assert house.agreement(reference).state is State.PREPARING
    assert house.kinds(reference) == []
    assert house.jobs() == ["generate"]


def test_a_preview_is_made_once_for_the_same_data(house: House) -> None:
    reference = house.draft()
    agreement = house.agreement(reference)
    assert preview.preview(house.deps, reference) is None
    assert house.jobs() == []
    preview.request_preview(house.deps, reference)
    assert house.jobs() == ["preview"]
    preview.make_preview(house.deps, agreement.id)
    pdf = preview.preview(house.deps, reference)
    assert pdf is not None
    assert pdf.startswith(b"%PDF-")
    changed = Input({**SALES, "name": "Smidse"}, services=["support"])
    edit.edit(house.deps, reference, changed, house.staff)
    assert preview.preview(house.deps, reference) is None
    assert house.rows("select count(*) from documents")[0][0] == 1


def test_a_new_link_kills_the_old_one(house: House) -> None:
    reference = house.sent()
    old = house.token(reference)
    secret = house.opened(reference)
    resend.resend(house.deps, reference, house.staff)
    assert open_link.landing(house.deps, old).status == "replaced"
    with pytest.raises(LinkUnusable) as dead:
        open_link.visit(house.deps, secret)
    assert dead.value.reason == "replaced"
    assert open_link.landing(house.deps, house.token(reference)).status == "open"
    assert house.kinds(reference) == ["invitation", "link_renewed"]


def test_a_copied_link_is_the_living_one_and_is_told(house: House) -> None:
    reference = house.sent()
    address = copy_link.copy_link(house.deps, reference, house.staff)
    assert address == f"http://localhost/tekenen/link/{house.token(reference)}"
    assert "link.copied" in house.events(reference)
    with house.deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        assert tx.agreements.flags(agreement.id) == ("copied_link",)
        link = tx.signing.live_link(agreement.id)
    assert link is not None
    assert link.copied


def test_copying_can_be_forbidden(house: House) -> None:
    reference = house.sent()
    off = dataclasses.replace(house.deps.settings, staff_may_copy_link=False)
    with pytest.raises(NotAllowed) as refusal:
        copy_link.copy_link(dataclasses.replace(house.deps, settings=off), reference, house.staff)
    assert refusal.value.code == "copy_not_allowed"
    assert "link.copied" not in house.events(reference)


def test_a_corrected_address_gets_a_new_link(house: House) -> None:
    reference = house.sent()
    old = house.token(reference)
    corrected = ("An Peeters", "an.peeters@peeters.example")
    change_email.change_email(house.deps, reference, *corrected, house.staff)
    changed = house.agreement(reference)
    assert changed.signatory.email == "an.peeters@peeters.example"
    assert open_link.landing(house.deps, old).status == "replaced"
    assert house.mails(reference)[-1].recipient == "an.peeters@peeters.example"


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        ("An Peeters", "AN@peeters.example", "signatory_email"),
        ("An Peeters", "x", "signatory_email"),
        ("", "an2@peeters.example", "signatory_name"),
    ],
)
def test_what_is_no_correction_is_refused(house: House, name: str, email: str, field: str) -> None:
    reference = house.sent()
    with pytest.raises(Invalid) as wrong:
        change_email.change_email(house.deps, reference, name, email, house.staff)
    assert list(words_by_field(wrong.value)) == [field]


def test_a_printed_name_is_not_changed_under_the_text(house: House) -> None:
    reference = house.sent()
    house.ready(reference)
    other = ("Jan Peeters", "jan@peeters.example")
    with pytest.raises(WrongState) as refusal:
        change_email.change_email(house.deps, reference, *other, house.staff)
    assert refusal.value.values == {"state": "ready"}
    corrected = ("An Peeters", "an2@peeters.example")
    change_email.change_email(house.deps, reference, *corrected, house.staff)


def test_who_signed_keeps_the_address(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    for refused in (
        lambda: change_email.change_email(
            house.deps, reference, "An Peeters", "x@x.example", house.staff
        ),
        lambda: resend.resend(house.deps, reference, house.staff),
        lambda: copy_link.copy_link(house.deps, reference, house.staff),
    ):
        with pytest.raises(Refused):
            refused()


def test_a_term_is_prolonged_and_never_shortened(house: House) -> None:
    reference = house.sent()
    extend.extend(house.deps, reference, "60", house.staff)
    until = house.agreement(reference).expires_at
    for days in ("10", "60"):  # earlier, or the same: no extension
        with pytest.raises(Invalid) as wrong:
            extend.extend(house.deps, reference, days, house.staff)
        assert wrong.value.errors[0].code == "extend_later"
    assert house.agreement(reference).expires_at == until
    assert house.kinds(reference) == ["invitation"]


@pytest.mark.parametrize("days", ["0", "181", "", "x", "1000", "３"])
def test_a_term_has_bounds(house: House, days: str) -> None:
    reference = house.sent()
    with pytest.raises(Invalid) as wrong:
        extend.extend(house.deps, reference, days, house.staff)
    assert list(words_by_field(wrong.value)) == ["link_days"]


def expired(house: House, reference: str) -> str:
    """Past its term, and marked as expired."""
    house.forget_time(reference)
    assert expire.expire(house.deps) == 1
    assert house.agreement(reference).state is State.EXPIRED
    return reference


def test_what_is_overdue_expires_once_and_both_are_told(house: House) -> None:
    reference = expired(house, house.sent())
    assert expire.expire(house.deps) == 0
    assert set(house.agreement(reference).places.values()) == {PlaceState.EXPIRED}
    assert house.kinds(reference) == ["invitation", "expired", "expired"]
    house.deliver(reference)
    states = {(mail.kind, mail.recipient): mail.state for mail in house.mails(reference)}
    assert states == {
        ("invitation", "an@peeters.example"): "refused",  # overtaken
        ("expired", "an@peeters.example"): "sent",
        ("expired", "els@it4.example"): "sent",
    }
    with pytest.raises(TooLate):
        resend.resend(house.deps, reference, house.staff)


def test_a_customer_who_was_never_invited_hears_nothing(house: House) -> None:
    reference = expired(house, house.pre_signed())
    assert [mail.recipient for mail in house.mails(reference, "expired")] == ["els@it4.example"]
    void.void(house.deps, reference, "Niet meer nodig", house.staff)
    assert house.mails(reference, "voided") == []


def test_an_expired_agreement_comes_back_where_it_stood(house: House) -> None:
    sent = expired(house, house.sent())
    extend.extend(house.deps, sent, "10", house.staff)
    assert house.agreement(sent).state is State.SENT
    assert house.agreement(sent).places[CONTROLLER_ANNEX] is PlaceState.OPEN
    assert house.kinds(sent)[-1] == "link_renewed"

    frozen = house.sent()
    house.ready(frozen)
    digest = house.agreement(frozen).frozen_sha256
    expired(house, frozen)
    extend.extend(house.deps, frozen, "10", house.staff)
    assert house.agreement(frozen).state is State.READY
    assert house.agreement(frozen).frozen_sha256 == digest


def test_a_signature_outlives_the_term(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    expired(house, reference)
    assert house.agreement(reference).places[CONTROLLER_ANNEX] is PlaceState.SIGNED
    extend.extend(house.deps, reference, "10", house.staff)
    back = house.agreement(reference)
    assert back.state is State.IN_SIGNING
    assert back.awaits_processor
    assert back.places[PROCESSOR_AGREEMENT] is PlaceState.OPEN
    assert [outcome.refusal for outcome in house.countersign(reference)] == [None]


def test_a_pre_signed_offer_comes_back_in_every_stage(house: House) -> None:
    preparing = house.draft(PRE_SIGNED, **LISTS)
    send.send(house.deps, preparing, house.staff)
    expired(house, preparing)
    extend.extend(house.deps, preparing, "10", house.staff)
    assert house.agreement(preparing).state is State.PREPARING
    generate.generate(house.deps, house.agreement(preparing).id)
    assert house.agreement(preparing).awaits_processor

    ready = expired(house, house.pre_signed())
    extend.extend(house.deps, ready, "10", house.staff)
    assert house.agreement(ready).awaits_processor
    assert house.agreement(ready).places[PROCESSOR_AGREEMENT] is PlaceState.OPEN
    house.countersign(ready)
    expired(house, ready)
    extend.extend(house.deps, ready, "10", house.staff)
    assert house.agreement(ready).awaits_controller
    assert house.mails(ready)[-1].kind == "link_renewed"


def test_a_withdrawn_agreement_is_over(house: House) -> None:
    reference = house.sent()
    token, secret = house.token(reference), house.opened(reference)
    void.void(house.deps, reference, "Verkeerde klant", house.staff)
    gone = house.agreement(reference)
    assert gone.state is State.VOIDED
    assert set(gone.places.values()) == {PlaceState.LAPSED}
    assert open_link.landing(house.deps, token).status == "voided"
    with pytest.raises(LinkUnusable):
        open_link.visit(house.deps, secret)
    assert house.kinds(reference)[-1] == "voided"
    for again in (
        lambda: void.void(house.deps, reference, "Nog eens", house.staff),
        lambda: extend.extend(house.deps, reference, "10", house.staff),
    ):
        with pytest.raises(TooLate):
            again()


def test_withdrawing_needs_a_reason_and_a_draft_tells_nobody(house: House) -> None:
    reference = house.draft()
    with pytest.raises(Invalid):
        void.void(house.deps, reference, " ", house.staff)
    void.void(house.deps, reference, "Dubbel gemaakt", house.staff)
    assert house.kinds(reference) == []


def test_the_last_signature_was_faster(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    house.countersign(reference)
    with pytest.raises(TooLate):
        void.void(house.deps, reference, "Te laat", house.staff)
    house.forget_time(reference)
    assert expire.expire(house.deps) == 0


def test_only_who_may_does_it(house: House, another: Callable[..., Staff]) -> None:
    reference = house.sent()
    given = Input(SALES, services=["support"])
    deps = house.deps
    doors: list[Callable[[Staff], Any]] = [
        lambda who: create.create(deps, given, who),
        lambda who: edit.edit(deps, reference, given, who),
        lambda who: send.send(deps, reference, who),
        lambda who: resend.resend(deps, reference, who),
        lambda who: copy_link.copy_link(deps, reference, who),
        lambda who: change_email.change_email(deps, reference, "An", "a@b.example", who),
        lambda who: extend.extend(deps, reference, "9", who),
        lambda who: void.void(deps, reference, "Omdat", who),
        lambda who: profile.change_profile(deps, PROCESSOR, who, proof_of(deps, who)),
    ]
    for who in (another(Role.ARCHIVE), another(Role.SIGNATORY)):
        for door in doors:
            with pytest.raises(NotAllowed):
                door(who)


def test_what_is_not_there_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        send.send(house.deps, "VO-2026-99999", house.staff)
