"""The controller opens the link, completes Bijlage 1, and goes back before anybody signed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from bakery import DETAILS, LISTS
from house import BROWSER, House
from usual import CONTROLLER_AGREEMENT

from service.agreement.drafting import Input
from service.agreement.states import PlaceState, State
from service.errors import (
    GenerationFailed,
    Invalid,
    LinkUnusable,
    NotFound,
    Refused,
    WrongState,
)
from service.workflow.offer import generate, send
from service.workflow.signing import complete, open_link, read

EVERYTHING = (
    "select (select count(*) from audit_entries), (select count(*) from link_sessions), "
    "(select count(*) from messages), (select max(last_activity_at) from agreements), "
    "(select max(opened_at) from links)"
)


def codes(wrong: Invalid) -> dict[str, str]:
    """The first code per field."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        found.setdefault(error.field, error.code)
    return found


# Opening ---------------------------------------------------------------------------------------


def test_looking_at_a_link_changes_nothing(house: House) -> None:
    reference = house.sent()
    before = house.rows(EVERYTHING)
    for _ in range(3):
        landing = open_link.landing(house.deps, house.token(reference))
    assert landing.status == "open"
    assert house.rows(EVERYTHING) == before


def test_opening_is_noted_once(house: House) -> None:
    reference = house.sent()
    for _ in range(2):
        house.opened(reference)
    agreement = house.agreement(reference)
    assert agreement.opened_at is not None
    assert agreement.places[CONTROLLER_AGREEMENT] is PlaceState.VIEWED
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
    secret = house.opened(house.sent())
    house.rows("update link_sessions set expires_at = now() - interval '1 second'")
    with pytest.raises(LinkUnusable):
        open_link.visit(house.deps, secret)


def test_every_status_of_a_link(house: House) -> None:
    past = house.sent()
    house.forget_time(past)  # the clock decides, even before the clean-up runs
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
            house.opened(reference)
        else:
            with pytest.raises(LinkUnusable):
                house.opened(reference)


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
    secret = house.opened(reference)
    given = {**DETAILS, "name": "Bakkerij Peeters & Zn", "signatory_email": "hacker@x.example"}
    complete.save_details(house.deps, secret, Input(given), BROWSER)
    saved = house.agreement(reference)
    assert saved.details_confirmed
    assert saved.controller.name == "Bakkerij Peeters & Zn"
    assert saved.signatory.email == "an@peeters.example"  # the mailbox proof depends on it
    with house.deps.database.begin() as tx:
        assert tx.agreements.flags(saved.id) == ("organisation_changed",)


def test_bijlage_comes_after_the_details(house: House) -> None:
    secret = house.opened(house.sent())
    with pytest.raises(Invalid) as wrong:
        complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    assert codes(wrong.value) == {"details": "required"}


def test_bijlage_is_complete_or_refused_and_who_entered_it_is_kept(house: House) -> None:
    reference = house.draft(chosen={"personal_data": ["name"]})
    send.send(house.deps, reference, house.staff)
    secret = house.opened(reference)
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
    entered = [item.entered_by for item in done.annex.items]  # own lines are the controller's
    assert entered == ["processor", "processor", "controller", "processor"]
    assert house.jobs().count("generate") == 1
    with pytest.raises(WrongState):
        complete.save_details(house.deps, secret, Input(DETAILS), BROWSER)


def test_the_text_is_frozen_once(house: House) -> None:
    reference = house.sent()
    secret = house.ready(reference)
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
    """A maker without an office, to test what follows."""

    def agreement(self, *_: Any, **__: Any) -> Any:
        raise GenerationFailed("office_timeout", "na 10 s")

    def evidence_sheet(self, *_: Any, **__: Any) -> bytes:
        raise GenerationFailed("missing_value")

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
    generate.retry_generation(house.deps, reference, house.staff)
    generate.generate(house.deps, agreement_id)
    assert house.agreement(reference).state is State.READY
    with pytest.raises(WrongState):
        generate.retry_generation(house.deps, reference, house.staff)


def test_going_back_begins_a_next_edition_and_drops_what_was_prepared(house: House) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.ready(reference))
    old = house.agreement(reference).frozen_sha256
    complete.save_details(house.deps, secret, Input(DETAILS), BROWSER)
    complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    assert house.agreement(reference).frozen_sha256 == old  # nothing was changed
    with pytest.raises(Invalid):
        complete.save_details(house.deps, secret, Input({**DETAILS, "city": ""}), BROWSER)
    assert house.agreement(reference).frozen_sha256 == old
    for _ in range(2):  # twice has the effect of once
        house.reopened(secret)
    again = house.agreement(reference)
    assert (again.state, again.edition, again.frozen_sha256) == (State.SENT, 2, "")
    assert open_link.visit(house.deps, secret).session.pending is None
    complete.save_details(house.deps, secret, Input({**DETAILS, "city": "Gent"}), BROWSER)
    complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    generate.generate(house.deps, again.id)
    assert house.agreement(reference).frozen_sha256 not in ("", old)
    with pytest.raises(Refused) as changed:
        house.sign(reference, secret, document_sha256=old)
    assert changed.value.code == "changed"
    assert len(house.rows("select 1 from documents where kind = 'frozen'")) == 2


def test_after_the_first_act_nobody_goes_back(house: House) -> None:
    reference = house.sent()
    secret = house.signed(reference)
    with pytest.raises(LinkUnusable) as refusal:
        house.reopened(secret)
    assert refusal.value.reason == "signed"
