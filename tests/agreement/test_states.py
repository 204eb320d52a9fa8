"""The states: every step from every state, as described at the top of ``states.py``."""

from __future__ import annotations

import itertools

import pytest

from service.agreement.states import ENDED, State, Step, may, next_state
from service.error_words import words_of
from service.errors import TooLate, WrongState

# Written by hand from that description, so that a mistake in the code's shorthand is found.
UNSIGNED = ("sent", "preparing", "generation_failed", "ready")
ROAD: dict[str, dict[str, str]] = {
    "edit": {"draft": "draft"},
    "send": {"draft": "sent"},
    "resend": {state: state for state in (*UNSIGNED, "in_signing")},
    "complete": {"sent": "preparing", "draft": "preparing"},
    "reopen": {"ready": "sent", "generation_failed": "sent"},
    "freeze": {"preparing": "ready"},
    "fail_generation": {"preparing": "generation_failed"},
    "retry_generation": {"generation_failed": "preparing"},
    "sign_first": {"ready": "in_signing"},
    "sign_next": {"in_signing": "in_signing"},
    "sign_last": {"in_signing": "fully_signed"},
    "decline": dict.fromkeys((*UNSIGNED, "in_signing"), "declined"),
    "take_over": {
        "sent": "sent",
        **dict.fromkeys(("preparing", "generation_failed", "ready"), "preparing"),
    },
    "delegate": {state: state for state in (*UNSIGNED, "in_signing")},
    "hand_over": {state: state for state in ("draft", *UNSIGNED, "in_signing", "expired")},
    "void": dict.fromkeys(("draft", *UNSIGNED, "in_signing", "expired"), "voided"),
    "expire": dict.fromkeys((*UNSIGNED, "in_signing"), "expired"),
    "extend": {state: state for state in (*UNSIGNED, "in_signing")},
    "seal": {"fully_signed": "sealing", "seal_failed": "sealing"},
    "fail_seal": {"sealing": "seal_failed", "fully_signed": "seal_failed"},
    "withdraw": {"registered": "withdrawn"},
    "close": dict.fromkeys(("fully_signed", "sealing", "seal_failed"), "completed"),
}
OVER = {
    "fully_signed",
    "sealing",
    "seal_failed",
    "completed",
    "declined",
    "expired",
    "voided",
    "superseded",
    "registered",
    "withdrawn",
}


def test_every_step_is_in_the_table() -> None:
    assert set(ROAD) == {step.value for step in Step}


def test_what_is_over_is_over() -> None:
    assert {state.value for state in ENDED} == OVER


@pytest.mark.parametrize(
    ("step", "state"), list(itertools.product(Step, State)), ids=lambda each: each.value
)
def test_every_step_from_every_state(step: Step, state: State) -> None:
    leads = ROAD[step.value].get(state.value)
    assert may(step, state) is (leads is not None)
    if leads is not None:
        assert next_state(step, state).value == leads
        return
    with pytest.raises(WrongState) as refusal:
        next_state(step, state)
    assert isinstance(refusal.value, TooLate) is (state.value in OVER)
    assert refusal.value.values["state"] == state.value
    assert words_of(refusal.value).endswith(".")


def test_nothing_leaves_an_end_but_sealing_and_what_can_be_done_with_what_expired() -> None:
    leaving = {(step, state) for step in Step for state in ENDED if may(step, state)}
    assert {(step.value, state.value) for step, state in leaving} == {
        ("seal", "fully_signed"),
        ("seal", "seal_failed"),
        ("fail_seal", "fully_signed"),
        ("fail_seal", "sealing"),
        ("close", "fully_signed"),
        ("close", "sealing"),
        ("close", "seal_failed"),
        ("void", "expired"),
        ("withdraw", "registered"),
        ("hand_over", "expired"),
    }


def test_nothing_leads_from_signed_to_unsigned() -> None:
    """An accepted signature is never lost."""
    signed = {State.FULLY_SIGNED, State.SEALING, State.SEAL_FAILED, State.COMPLETED}
    for step, state in itertools.product(Step, signed):
        if may(step, state):
            assert next_state(step, state) in signed
