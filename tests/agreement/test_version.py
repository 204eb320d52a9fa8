"""The version of an agreement is raised by its own changes, not by the worker's or by visits."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from sample_agreements import agreement
from usual import CONTROLLER_ANNEX, USUAL

from service.agreement.annex import Annex
from service.agreement.model import Agreement
from service.agreement.parties import Countersigner, Signatory
from service.agreement.states import PlaceState, State
from service.agreement.version import is_own_change, require_version
from service.errors import Outdated

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OWN: dict[str, Any] = {
    "edition": 2,
    "controller": dataclasses.replace(agreement().controller, city="Gent"),
    "signatory": Signatory("Jan Peeters", "jan@peeters.be", ""),
    "signatory_id": "00000000-0000-4000-8000-000000000003",
    "services": ("support",),
    "annex": Annex((), "", None),
    "annex_locked": True,
    "details_confirmed": False,
    "message": "Dag An",
    "link_days": 7,
    "expires_at": NOW,
    "sent_at": NOW,
    "sender_id": "00000000-0000-4000-8000-000000000005",
    "countersigner": Countersigner("00000000-0000-4000-8000-000000000004", "Tom", "", True),
}


@pytest.mark.parametrize("name", OWN)
def test_what_people_write_and_decide_raises_it(name: str) -> None:
    assert is_own_change(agreement(), agreement(**{name: OWN[name]}))


@pytest.mark.parametrize(
    ("before", "after", "own"),
    [
        (State.DRAFT, State.SENT, True),
        (State.SENT, State.PREPARING, True),
        (State.PREPARING, State.READY, False),
        (State.PREPARING, State.GENERATION_FAILED, False),
        (State.READY, State.SENT, True),
        (State.READY, State.IN_SIGNING, True),
        (State.IN_SIGNING, State.FULLY_SIGNED, True),
        (State.FULLY_SIGNED, State.SEALING, False),
        (State.SEALING, State.SEAL_FAILED, False),
        (State.SEAL_FAILED, State.COMPLETED, False),
        *((State.IN_SIGNING, end, True) for end in (State.VOIDED, State.DECLINED, State.EXPIRED)),
    ],
)
def test_a_state_raises_it_where_a_person_or_the_term_decides(
    before: State, after: State, own: bool
) -> None:
    assert is_own_change(agreement(state=before), agreement(state=after)) is own


def test_a_visit_and_the_work_of_the_worker_do_not_raise_it() -> None:
    viewed = dict.fromkeys(USUAL, PlaceState.AUTHENTICATED)
    digest = "b" * 64
    worked = agreement(
        opened_at=NOW,
        places=viewed,
        template_sha256=digest,
        frozen_sha256=digest,
        failure="x",
        version=9,
    )
    assert not is_own_change(agreement(), worked)
    signed = {**viewed, CONTROLLER_ANNEX: PlaceState.SIGNED}
    assert is_own_change(agreement(), agreement(places=signed))


def test_every_field_has_been_thought_of() -> None:
    by_the_worker = {"opened_at", "template_sha256", "frozen_sha256", "failure"}
    tried = {*OWN, *by_the_worker, "state", "places", "version"}
    never = {"id", "reference", "processor", "processor_version", "created_at"}
    with_the_state = {"order", "main_agreement", "fully_signed_at", "effective_date"}
    assert {each.name for each in dataclasses.fields(Agreement)} == tried | never | with_the_state


def test_who_saw_another_version_is_told() -> None:
    now = agreement(version=4)
    require_version(now, 4)
    require_version(now, None)
    with pytest.raises(Outdated) as refused:
        require_version(now, 3)
    assert refused.value.values == {"version": 4}
