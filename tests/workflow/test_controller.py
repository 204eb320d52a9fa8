"""The controller: open, complete, go back, prove the mailbox, sign; or decline, pass on, ask."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from house import BROWSER, DETAILS, LISTS, House
from PIL import Image, ImageDraw

from service.agreement.deadlines import local_date, show_date
from service.agreement.drafting import Input
from service.agreement.permissions import Role, Staff
from service.agreement.states import Place, PlaceState, State
from service.database.documents import Documents
from service.errors import (
    GenerationFailed,
    Invalid,
    LinkUnusable,
    NotFound,
    Refused,
    TooMany,
    WrongState,
)
from service.workflow import (
    complete,
    decline,
    generate,
    open_link,
    prove_mailbox,
    read,
    resend,
    send,
    sign,
    void,
)
from service.workflow.actors import Client

EVERYTHING = (
    "select (select count(*) from audit_entries), (select count(*) from link_sessions), "
    "(select count(*) from messages), (select max(last_activity_at) from agreements), "
    "(select max(opened_at) from links)"
)


def codes(wrong: Invalid) -> dict[str, str]:
    """Per field the first code."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        found.setdefault(error.field, error.code)
    return found


def picture(blank: bool = False) -> bytes:
    """A drawn signature as a PNG."""
    image = Image.new("RGBA", (400, 120), (255, 255, 255, 0))
    if not blank:
        ImageDraw.Draw(image).line([(20, 100), (180, 20), (380, 90)], fill="black", width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# Opening ---------------------------------------------------------------------------------------


def test_looking_at_a_link_changes_nothing(house: House) -> None:
    reference = house.sent()
    before = house.rows(EVERYTHING)
    for _ in range(3):
        landing = open_link.landing(house.deps, house.token(reference))
    assert (landing.status, landing.masked_email) == ("open", "a…@peeters.example")
    assert house.rows(EVERYTHING) == before


def test_opening_is_noted_once(house: House) -> None:
    reference = house.sent()
    for _ in range(2):
        house.entered(reference)
    agreement = house.agreement(reference)
    assert agreement.opened_at is not None
    assert agreement.places[Place.CONTROLLER_AGREEMENT] is PlaceState.VIEWED
    assert house.events(reference).count("link.opened") == 1


@pytest.mark.parametrize("token", ["", "zegel_", "zegel_x", "\x00", "x" * 5000])
def test_an_unknown_link_opens_nothing(house: House, token: str) -> None:
    assert open_link.landing(house.deps, token).status == "unknown"
    with pytest.raises(LinkUnusable) as refusal:
        open_link.enter(house.deps, token, BROWSER)
    assert refusal.value.reason == "unknown"
    with pytest.raises(LinkUnusable):
        open_link.visit(house.deps, token)


def test_a_session_ends_after_its_time(house: House) -> None:
    secret = house.entered(house.sent())
    house.rows("update link_sessions set expires_at = now() - interval '1 second'")
    with pytest.raises(LinkUnusable):
        open_link.visit(house.deps, secret)


def test_every_status_of_a_link(house: House) -> None:
    past = house.sent()
    house.forget_time(past)  # the clock counts before the clean-up comes round
    signed = house.sent()
    house.signed(signed)
    statuses = {
        reference: open_link.landing(house.deps, house.token(reference)).status
        for reference in (past, signed)
    }
    assert statuses == {past: "expired", signed: "signed"}
    for reference, opens in ((past, False), (signed, True)):
        landing = open_link.landing(house.deps, house.token(reference))
        assert landing.can_enter is opens
        if opens:
            house.entered(reference)
        else:
            with pytest.raises(LinkUnusable):
                house.entered(reference)


def test_an_expired_link_can_ask_for_a_new_one_once_a_day(house: House) -> None:
    reference = house.sent()
    with pytest.raises(LinkUnusable):
        open_link.request_new_link(house.deps, house.token(reference), BROWSER)
    house.forget_time(reference)
    for _ in range(2):
        open_link.request_new_link(house.deps, house.token(reference), BROWSER)
    assert house.kinds(reference) == ["invitation", "new_link_requested"]


# Completing ------------------------------------------------------------------------------------


def test_details_are_confirmed_and_what_changed_is_flagged(house: House) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    given = {**DETAILS, "name": "Bakkerij Peeters & Zn", "signatory_email": "hacker@x.example"}
    complete.save_details(house.deps, secret, Input(given), BROWSER)
    saved = house.agreement(reference)
    assert saved.details_confirmed
    assert saved.controller.name == "Bakkerij Peeters & Zn"
    assert saved.signatory.email == "an@peeters.example"  # what the mailbox proof rests on
    with house.deps.database.begin() as tx:
        assert tx.agreements.flags(saved.id) == ("organisation_changed",)


def test_bijlage_comes_after_the_details(house: House) -> None:
    secret = house.entered(house.sent())
    with pytest.raises(Invalid) as wrong:
        complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    assert codes(wrong.value) == {"details": "required"}


def test_bijlage_is_complete_or_refused_and_who_entered_it_is_kept(house: House) -> None:
    reference = house.draft(chosen={"personal_data": ["name"]})
    send.send(house.deps, reference, house.staff)
    secret = house.entered(reference)
    complete.save_details(house.deps, secret, Input(DETAILS), BROWSER)
    with pytest.raises(Invalid) as wrong:
        complete.save_annex(house.deps, secret, Input({}), BROWSER)
    assert codes(wrong.value) == {
        "personal_data": "personal_data_empty",
        "data_subjects": "data_subjects_empty",
        "dpo_answer": "yes_or_no",
    }
    complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    done = house.agreement(reference)
    assert done.state is State.PREPARING
    assert [item.entered_by for item in done.annex.items] == ["processor", *["controller"] * 3]
    assert house.jobs().count("generate") == 1
    with pytest.raises(WrongState):
        complete.save_details(house.deps, secret, Input(DETAILS), BROWSER)


def test_half_a_bijlage_is_kept_while_a_line_is_added(house: House) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    half = Input({}, typed={"personal_data": ["Allergieën"], "data_subjects": []})
    complete.keep_annex(house.deps, secret, half)
    assert [item.label for item in house.agreement(reference).annex.items] == ["Allergieën"]
    assert house.agreement(reference).state is State.SENT


def test_the_text_is_frozen_once(house: House) -> None:
    reference = house.sent()
    secret = house.frozen(reference)
    frozen = house.agreement(reference)
    assert frozen.state is State.READY
    with house.deps.database.begin() as tx:
        document = tx.documents.frozen(frozen.id, 1)
    assert document is not None
    assert document.sha256 == frozen.frozen_sha256
    assert document.context["controller"]["name"] == "Bakkerij Peeters"
    events = house.events(reference)
    generate.generate(house.deps, frozen.id)
    assert house.events(reference) == events
    assert read.frozen(house.deps, secret).document.sha256 == frozen.frozen_sha256
    assert read.fetch_shown(house.deps, secret, BROWSER).pdf == document.pdf
    assert house.events(reference)[-1] == "document.downloaded"


class Broken:
    """A maker whose office is down, to try what follows."""

    template_version = "1.0"

    def agreement(self, *_: Any, **__: Any) -> Any:
        raise GenerationFailed("office_timeout", "na 10 s")

    def evidence_sheet(self, *_: Any, **__: Any) -> bytes:
        raise GenerationFailed("office_timeout")

    def close(self) -> None:
        """Nothing to close."""


def test_a_failed_document_is_seen_and_tried_again(house: House) -> None:
    reference = house.sent()
    secret = house.completed(reference)
    agreement_id = house.agreement(reference).id
    generate.generate(dataclasses.replace(house.deps, maker=Broken), agreement_id)
    failed = house.agreement(reference)
    assert (failed.state, failed.failure) == (State.GENERATION_FAILED, "office_timeout na 10 s")
    assert house.kinds(reference)[-1] == "generation_failed"
    with pytest.raises(NotFound):
        read.frozen(house.deps, secret)
    generate.retry_generation(house.deps, reference, "system")
    generate.generate(house.deps, agreement_id)
    assert house.agreement(reference).state is State.READY
    with pytest.raises(WrongState):
        generate.retry_generation(house.deps, reference, "system")


def test_going_back_begins_a_next_revision_and_drops_what_was_prepared(house: House) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.frozen(reference))
    old = house.agreement(reference).frozen_sha256
    complete.reopen(house.deps, secret, BROWSER)
    complete.reopen(house.deps, secret, BROWSER)  # twice is once
    again = house.agreement(reference)
    assert (again.state, again.revision, again.frozen_sha256) == (State.SENT, 2, "")
    assert open_link.visit(house.deps, secret).session.pending is None
    complete.save_details(house.deps, secret, Input({**DETAILS, "city": "Gent"}), BROWSER)
    complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    generate.generate(house.deps, again.id)
    assert house.agreement(reference).frozen_sha256 not in ("", old)
    with pytest.raises(Refused) as changed:
        house.sign(reference, secret, document_sha256=old)
    assert changed.value.code == "changed"
    with house.deps.database.begin() as tx:
        assert tx.documents.count_frozen(again.id) == 2


def test_after_the_first_act_nobody_goes_back(house: House) -> None:
    reference = house.sent()
    secret = house.signed(reference)
    with pytest.raises(LinkUnusable) as refusal:
        complete.reopen(house.deps, secret, BROWSER)
    assert refusal.value.reason == "signed"


# Proving the mailbox ---------------------------------------------------------------------------


def wrong_code(house: House) -> str:
    """A code that is not the one mailed."""
    return f"{(int(house.code()) + 1) % 1_000_000:06d}"


def test_a_code_is_mailed_and_works_once(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.frozen(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    assert house.kinds(reference)[-1] == "code"
    code = house.code()
    prove_mailbox.confirm_code(house.deps, secret, f" {code[:3]} {code[3:]} ", BROWSER)
    assert open_link.visit(house.deps, secret).authenticated
    places = house.agreement(reference).places
    assert places[Place.CONTROLLER_AGREEMENT] is PlaceState.AUTHENTICATED
    other = house.entered(reference)
    with pytest.raises(Invalid) as wrong:
        prove_mailbox.confirm_code(house.deps, other, code, BROWSER)
    assert codes(wrong.value) == {"code": "code_expired"}
    assert not open_link.visit(house.deps, other).authenticated


def test_five_tries_and_no_more(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.frozen(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    said = []
    for _ in range(5):
        with pytest.raises(Invalid) as wrong:
            prove_mailbox.confirm_code(house.deps, secret, wrong_code(house), BROWSER)
        said.append((wrong.value.errors[0].code, wrong.value.errors[0].values.get("left")))
    assert said == [
        *(("code_wrong", left) for left in (4, 3, 2)),
        ("code_wrong_last", 1),
        ("code_locked", None),
    ]
    with pytest.raises(Invalid) as wrong:  # the right one comes too late
        prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    assert wrong.value.errors[0].code == "code_locked"
    assert house.events(reference).count("code.refused") == 5


def test_tries_at_once_are_counted_too(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.frozen(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    wrong = wrong_code(house)

    def guess(_: int) -> str:
        with pytest.raises(Invalid) as refusal:
            prove_mailbox.confirm_code(house.deps, secret, wrong, BROWSER)
        return refusal.value.errors[0].code

    with ThreadPoolExecutor(8) as threads:
        said = sorted(threads.map(guess, range(12)))
    assert said == ["code_locked"] * 8 + ["code_wrong"] * 3 + ["code_wrong_last"]


def test_a_code_runs_out_and_a_newer_one_replaces_it(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.frozen(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    first = house.code()
    house.rows("update code_challenges set expires_at = now() - interval '1 second'")
    with pytest.raises(Invalid) as wrong:
        prove_mailbox.confirm_code(house.deps, secret, first, BROWSER)
    assert codes(wrong.value) == {"code": "code_expired"}
    assert not read.code_waits(house.deps, secret)
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    assert read.code_waits(house.deps, secret)
    with pytest.raises(Invalid):
        prove_mailbox.confirm_code(house.deps, secret, first, BROWSER)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)


def test_five_codes_an_hour(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.frozen(reference))
    for _ in range(5):
        prove_mailbox.request_code(house.deps, secret, BROWSER)
    with pytest.raises(TooMany):
        prove_mailbox.request_code(house.deps, secret, BROWSER)
    house.rows("update code_challenges set created_at = now() - interval '61 minutes'")
    prove_mailbox.request_code(house.deps, secret, BROWSER)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_what_is_no_code_costs_no_try(house: House, typed: str) -> None:
    reference = house.sent()
    secret = house.read(reference, house.frozen(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    with pytest.raises(Invalid) as wrong:
        prove_mailbox.confirm_code(house.deps, secret, typed, BROWSER)
    assert codes(wrong.value) == {"code": "code_required"}
    assert house.rows("select tries from code_challenges")[0][0] == 0


def test_no_code_before_the_text_is_frozen(house: House) -> None:
    secret = house.entered(house.sent())
    with pytest.raises(Refused):
        prove_mailbox.request_code(house.deps, secret, BROWSER)


# Signing ---------------------------------------------------------------------------------------


def test_two_acts_in_one_submission(house: House, another: Callable[..., Staff]) -> None:
    signatory = another(Role.SIGNATORY)
    reference = house.sent()
    secret = house.prepared(reference, house.frozen(reference))
    receipt = house.sign(reference, secret)
    signed = house.agreement(reference)
    assert signed.state is State.IN_SIGNING
    assert signed.effective_date is None
    assert signed.awaits_processor
    acts = read.acts(house.deps, secret)
    assert [act.place.value for act in acts] == ["controller_agreement", "controller_annex"]
    assert receipt.signed_at == acts[1].signed_at
    record = acts[0].record
    assert record["document_sha256"] == signed.frozen_sha256
    assert [said["id"] for said in record["statements"]] == [*sign.AGREEMENT_STATEMENTS]
    assert "Bakkerij Peeters" in record["statements"][1]["text"]
    assert record["evidence"]["mailbox"]["address"] == "an@peeters.example"
    assert record["evidence"]["link"]["copied_by_staff"] is False
    told = [mail.recipient for mail in house.mails(reference, "countersign")]
    assert sorted(told) == sorted([house.staff.email, signatory.email])
    assert "seal" in house.jobs()


def test_a_repeated_signature_returns_the_same_receipt(house: House) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.frozen(reference))

    def submit(_: int) -> datetime:
        return house.sign(reference, secret).signed_at

    with ThreadPoolExecutor(4) as threads:
        moments = set(threads.map(submit, range(8)))
    assert len(moments) == 1
    assert len(read.acts(house.deps, secret)) == 2
    assert house.kinds(reference).count("receipt") == 1
    found = sign.receipt(house.deps, secret)
    assert found is not None
    assert found.signed_at in moments


def test_when_the_second_act_fails_there_is_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.frozen(reference))
    events = house.events(reference)
    really = Documents.add_act

    def fail_at_the_second(self: Documents, one: str, two: int, values: dict[str, Any]) -> None:
        if values["place"] == "controller_annex":
            raise RuntimeError("the machine stops here")
        really(self, one, two, values)

    with monkeypatch.context() as broken:
        broken.setattr(Documents, "add_act", fail_at_the_second)
        with pytest.raises(RuntimeError):
            house.sign(reference, secret)
    assert read.acts(house.deps, secret) == []
    assert house.agreement(reference).state is State.READY
    assert house.events(reference) == events
    house.sign(reference, secret)
    assert len(read.acts(house.deps, secret)) == 2


def test_nobody_signs_unread_unproved_unprepared_or_another_text(house: House) -> None:
    reference = house.sent()
    secret = house.frozen(reference)
    digest = house.agreement(reference).frozen_sha256

    def refusal(step: Callable[[], Any]) -> str:
        with pytest.raises(Refused) as refused:
            step()
        return refused.value.code

    other = "0" * 64
    assert refusal(lambda: sign.confirm_reading(house.deps, secret, other, BROWSER)) == "changed"
    assert refusal(lambda: house.prepare(reference, secret)) == "code_first"
    assert refusal(lambda: house.sign(reference, secret)) == "code_first"
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    assert refusal(lambda: house.prepare(reference, secret)) == "changed"  # nothing was shown
    sign.confirm_reading(house.deps, secret, digest, BROWSER)
    assert refusal(lambda: house.prepare(reference, secret, document_sha256=other)) == "changed"
    assert refusal(lambda: house.sign(reference, secret)) == "signature_missing"
    house.prepare(reference, secret)
    assert refusal(lambda: house.sign(reference, secret, document_sha256=other)) == "changed"
    assert read.acts(house.deps, secret) == []


def test_another_browser_proves_for_itself(house: House) -> None:
    reference = house.sent()
    house.prepared(reference, house.frozen(reference))
    other = house.entered(reference)
    with pytest.raises(Refused) as refusal:
        house.sign(reference, other)
    assert refusal.value.code == "code_first"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"said": {"read_and_agreed", "intent"}}, "statements", "statements_missing"),
        ({"said": set()}, "statements", "statements_missing"),
        ({"method": "stamped"}, "method", "choose"),
        ({"typed": " "}, "signature", "signature_missing"),
        ({"typed": "Jan Peeters"}, "signature", "signature_name"),
        ({"method": "drawn"}, "signature", "signature_missing"),
        ({"method": "drawn", "picture": b"GIF89a"}, "signature", "image_unreadable"),
        ({"method": "drawn", "picture": picture(blank=True)}, "signature", "signature_blank"),
        ({"method": "uploaded", "picture": b"\x89PNG" * 1_000_000}, "signature", "image_too_large"),
    ],
)
def test_what_is_no_signature(house: House, given: dict[str, Any], field: str, code: str) -> None:
    reference = house.sent()
    secret = house.proved(reference, house.frozen(reference))
    with pytest.raises(Invalid) as wrong:
        house.prepare(reference, secret, **given)
    assert codes(wrong.value) == {field: code}
    assert open_link.visit(house.deps, secret).session.pending is None


def test_bijlage_is_signed_too_or_nothing_is(house: House) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.frozen(reference), typed="an peeters ")
    with pytest.raises(Invalid) as wrong:
        house.sign(reference, secret, said=set())
    assert codes(wrong.value) == {"statements": "annex_confirm"}
    assert read.acts(house.deps, secret) == []
    house.sign(reference, secret)
    assert read.acts(house.deps, secret)[0].record["typed"] == "An Peeters"


def test_a_drawn_signature_is_encoded_anew(house: House) -> None:
    reference = house.sent()
    secret = house.frozen(reference)
    drawn = picture()
    house.prepared(reference, secret, method="drawn", picture=drawn)
    house.sign(reference, secret)
    act = read.acts(house.deps, secret)[0]
    assert act.image is not None
    assert act.image.startswith(b"\x89PNG")
    assert act.image != drawn
    assert act.record["image_sha256"]


def test_a_copied_link_stands_in_the_evidence(house: House) -> None:
    reference = house.sent()
    resend.copy_link(house.deps, reference, house.staff)
    secret = house.signed(reference)
    assert read.acts(house.deps, secret)[0].record["evidence"]["link"]["copied_by_staff"] is True


# Not signing -----------------------------------------------------------------------------------


def test_declining_ends_it_and_tells_both_in_brussels_time(house: House) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    decline.decline(house.deps, secret, "content", "Artikel 6\nis te streng", BROWSER)
    declined = house.agreement(reference)
    assert declined.state is State.DECLINED
    assert set(declined.places.values()) == {PlaceState.DECLINED}
    mails = {mail.kind: mail for mail in house.mails(reference)}
    today = show_date(local_date(datetime.now(UTC)))
    assert mails["declined"].values["declined_at"].startswith(f"{today} om ")
    assert mails["decline_confirmed"].recipient == "an@peeters.example"
    assert mails["declined"].values["explanation"] == "Artikel 6\nis te streng"
    with pytest.raises(LinkUnusable) as refusal:
        decline.decline(house.deps, secret, "content", "", BROWSER)
    assert refusal.value.reason == "declined"
    ending = read.ending_of(house.deps, secret, "declined")
    assert ending is not None
    assert ending.since is not None


@pytest.mark.parametrize(
    ("reason", "explanation", "field"),
    [
        ("", "", "reason"),
        ("hacked", "", "reason"),
        ("other", " ", "explanation"),
        ("content", "x" * 2001, "explanation"),
    ],
)
def test_declining_says_why(house: House, reason: str, explanation: str, field: str) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    with pytest.raises(Invalid) as wrong:
        decline.decline(house.deps, secret, reason, explanation, BROWSER)
    assert list(codes(wrong.value)) == [field]
    assert house.agreement(reference).state is State.SENT


def pass_on(house: House, secret: str, **other: str) -> None:
    """To a colleague."""
    values = {
        "name": "Jan Claes",
        "function": "Zaakvoerder",
        "email": "jan@peeters.example",
        "message": "Kan jij dit doen?",
    }
    decline.delegate(house.deps, secret, **{**values, **other}, client=BROWSER)


def test_passing_on_gives_the_colleague_a_link_and_asks_the_details_anew(house: House) -> None:
    reference = house.sent()
    secret = house.frozen(reference)
    old = house.token(reference)
    pass_on(house, secret)
    passed = house.agreement(reference)
    assert (passed.state, passed.revision, passed.details_confirmed) == (State.SENT, 2, False)
    assert passed.signatory.name == "Jan Claes"
    assert open_link.landing(house.deps, old).status == "delegated"
    with pytest.raises(LinkUnusable) as refusal:
        pass_on(house, secret)
    assert refusal.value.reason == "delegated"
    invitation = house.mails(reference, "invitation")[-1]
    assert (invitation.recipient, invitation.values["delegated_by"]) == (
        "jan@peeters.example",
        "An Peeters",
    )
    assert house.kinds(reference)[-1] == "delegated_notice"
    with house.deps.database.begin() as tx:
        people = tx.agreements.delegations(passed.id)
        assert "delegated" in tx.agreements.flags(passed.id)
    assert [(p["name"], p["delegated_by"]) for p in people] == [
        ("An Peeters", ""),
        ("Jan Claes", "An Peeters"),
    ]


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "x"}, "email"),
        ({"email": "AN@peeters.example"}, "email"),
        ({"message": "\x07"}, "message"),
    ],
)
def test_passing_on_needs_somebody_else(house: House, other: dict[str, str], field: str) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    with pytest.raises(Invalid) as wrong:
        pass_on(house, secret, **other)
    assert list(codes(wrong.value)) == [field]
    assert house.agreement(reference).signatory.name == "An Peeters"


def test_a_text_that_is_being_made_is_waited_for(house: House) -> None:
    reference = house.sent()
    secret = house.completed(reference)
    with pytest.raises(WrongState) as refusal:
        pass_on(house, secret)
    assert "document wordt gemaakt" in str(refusal.value)


def test_what_we_signed_with_a_name_in_it_is_not_passed_on(house: House) -> None:
    reference = house.pre_signed()
    house.countersign(reference)
    secret = house.entered(reference)
    with pytest.raises(Refused) as refusal:
        pass_on(house, secret)
    assert refusal.value.code == "delegate_pre_signed"
    for step in (
        lambda: complete.reopen(house.deps, secret, BROWSER),
        lambda: complete.save_details(house.deps, secret, Input(DETAILS), BROWSER),
        lambda: complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}), BROWSER),
        lambda: complete.keep_annex(house.deps, secret, Input({})),
    ):
        with pytest.raises(WrongState):
            step()


def test_a_question_goes_to_the_sender_and_the_link_keeps_working(house: House) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    decline.ask(house.deps, secret, "Wat is een DPO?", BROWSER)
    mail = house.mails(reference, "question")[0]
    assert (mail.recipient, mail.reply_to) == ("els@it4.example", "an@peeters.example")
    assert open_link.visit(house.deps, secret).status == "open"
    with pytest.raises(Invalid) as wrong:
        decline.ask(house.deps, secret, " ", BROWSER)
    assert codes(wrong.value) == {"question": "question_required"}


def test_a_very_long_browser_name_is_cut(house: House) -> None:
    reference = house.sent()
    client = Client("203.0.113.9", "x" * 5_000)
    open_link.enter(house.deps, house.token(reference), client)
    with house.deps.database.begin() as tx:
        personal = tx.audit.of(house.agreement(reference).id)[-1].personal
    assert personal is not None
    assert len(personal["user_agent"]) == 400


def test_a_withdrawn_text_is_not_frozen_after_all(house: House) -> None:
    reference = house.sent()
    house.completed(reference)
    void.void(house.deps, reference, "Verkeerde klant", house.staff)
    generate.generate(house.deps, house.agreement(reference).id)
    assert house.agreement(reference).state is State.VOIDED
    assert house.rows("select count(*) from documents")[0][0] == 0
