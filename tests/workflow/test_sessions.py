"""One's own sessions: a new one replaces the old, a list, and ending them."""

from __future__ import annotations

import pytest
from colleagues import PASSWORD, add_colleague
from house import House

from service.agreement.permissions import Role
from service.errors import NotFound
from service.workflow.people import accounts, sessions

EMAIL = "els@it4.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"


def sign_in(house: House, former: str = "", email: str = EMAIL) -> str:
    """A new session's cookie."""
    return accounts.sign_in(house.deps, email, PASSWORD, former=former, user_agent=FIREFOX).session


def test_signing_in_again_ends_the_session_this_browser_had(house: House) -> None:
    elsewhere, first = sign_in(house), sign_in(house)
    second = sign_in(house, former=first)
    assert sessions.find(house.deps, first) is None
    assert sessions.find(house.deps, second)
    assert sessions.find(house.deps, elsewhere)


def test_somebody_else_at_the_same_browser_ends_it_too(house: House) -> None:
    add_colleague(house.deps, "jan@it4.example", Role.SALES)
    els = sign_in(house)
    sign_in(house, former=els, email="jan@it4.example")
    assert sessions.find(house.deps, els) is None


def test_the_own_list_and_ending_from_it(house: House) -> None:
    add_colleague(house.deps, "jan@it4.example", Role.SALES)
    jan = sessions.find(house.deps, sign_in(house, email="jan@it4.example"))
    other, here = sign_in(house), sign_in(house)
    found = sessions.find(house.deps, here)
    assert found is not None
    assert jan is not None
    own = sessions.own_sessions(house.deps, house.staff, found.id)
    assert [(each.browser, each.here) for each in own] == [
        ("Firefox op Linux", True),
        ("Firefox op Linux", False),
    ]
    for nobody in (jan.id, "x", "00000000-0000-4000-8000-000000000009"):
        with pytest.raises(NotFound):
            sessions.end_own(house.deps, house.staff, nobody)
    sessions.end_own(house.deps, house.staff, own[1].id)
    assert sessions.find(house.deps, other) is None
    sign_in(house)
    assert sessions.end_others(house.deps, house.staff, here) == 1
    assert len(sessions.own_sessions(house.deps, house.staff, found.id)) == 1
    assert house.rows("select count(*) from staff_sessions") == [(2,)]  # Jan's is not ours to end
