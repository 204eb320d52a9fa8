"""Mailed links to accounts: usable once and for a limited time; asking does not reveal who has an
account."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest
from colleagues import PASSWORD, add_colleague, proof_of
from house import BROWSER, House

from service.agreement.capabilities import account_token_for
from service.agreement.permissions import Role, Staff
from service.agreement.terms import LINKS_PER_ADDRESS
from service.error_words import words_by_field
from service.errors import Invalid, Refused
from service.mail.mailbox import FolderMailbox
from service.workflow import sweep
from service.workflow.keeping import retain
from service.workflow.people import account_links, accounts, forgotten, sessions
from service.workflow.people import staff as people
from service.workflow.people.sign_in_limits import MOST_LINKS_OF_A_NETWORK
from service.workflow.telling import deliver

LONG = "blauwe-fiets-op-zolder"
JAN = "jan@it4.example"


@pytest.fixture
def jan(house: House) -> Staff:
    return add_colleague(house.deps, JAN, Role.SALES)


def token(house: House) -> str:
    """The token of the most recent link."""
    (row,) = house.rows("select id from account_links order by created_at desc limit 1")
    return account_token_for(house.deps.secret_key, str(row.id))


def choose(house: House, link: str, new: str = LONG) -> str:
    return account_links.choose_password(house.deps, link, new=new, again=new)


def ask(house: House, email: str = JAN, purpose: str = "password") -> None:
    """Request a link on the sign-in page, and let the worker answer."""
    forgotten.ask(house.deps, email, purpose, BROWSER)
    for (request,) in house.rows("select id from link_requests where email is not null"):
        forgotten.answer(house.deps, str(request))


def kinds(house: House) -> list[str]:
    return [row[0] for row in house.rows("select kind from messages order by queued_at")]


def ended(step: Callable[[], Any]) -> bool:
    with pytest.raises(Refused) as refused:
        step()
    return refused.value.code == "account_link_ended"


def test_an_invitation_is_used_once_and_opens_the_account(house: House) -> None:
    people.invite(
        house.deps,
        name="Jan Claes",
        email=JAN,
        function="",
        roles=["verkoop"],
        by=house.staff,
        proof=proof_of(house.deps, house.staff),
    )
    link = token(house)
    for _ in range(2):  # looking does not use it up
        assert account_links.look(house.deps, link).person.email == JAN
    with pytest.raises(Invalid) as weak:
        choose(house, link, "Zomer2026!!!")
    assert list(words_by_field(weak.value)) == ["new"]
    choose(house, link)
    assert ended(lambda: choose(house, link))
    found = accounts.sign_in(house.deps, JAN, LONG)
    assert sessions.find(house.deps, found.session)
    assert kinds(house)[-2:] == ["account_changed", "account_changed"]  # to Jan and to Els


def test_the_mail_carries_the_link_and_the_database_does_not(house: House, jan: Staff) -> None:
    ask(house)
    link = token(house)
    for (message_id,) in house.rows("select id from messages"):
        deliver.deliver(house.deps, str(message_id))
    mailbox = house.deps.mailer
    assert isinstance(mailbox, FolderMailbox)
    words = mailbox.read(mailbox.list()[0].id).text
    assert link in words
    for table in ("account_links", "messages", "link_requests", "procrastinate_jobs"):
        assert link not in str(house.rows(f"select t::text from {table} t"))


def test_another_password_ends_what_the_old_one_opened(house: House, jan: Staff) -> None:
    before = accounts.sign_in(house.deps, JAN, PASSWORD)
    ask(house)
    former = token(house)
    ask(house)
    link = token(house)
    assert ended(lambda: account_links.look(house.deps, former))  # replaced by the newer one
    assert sessions.find(house.deps, before.session)  # nothing ends before it is used
    for _ in range(5):
        with pytest.raises(Invalid):
            accounts.sign_in(house.deps, JAN, "verkeerd")
    known = choose(house, link)
    assert sessions.find(house.deps, before.session) is None
    with pytest.raises(Invalid):
        accounts.sign_in(house.deps, JAN, PASSWORD)
    accounts.sign_in(house.deps, JAN, LONG)  # and the lock-out is lifted
    accounts.sign_in(house.deps, JAN, LONG, known)


@pytest.mark.parametrize("how", ["old", "blocked", "unknown", "unlock"])
def test_a_link_that_opens_nothing(house: House, jan: Staff, how: str) -> None:
    ask(house, purpose="unlock" if how == "unlock" else "password")
    link = token(house)
    if how == "old":
        house.rows("update account_links set expires_at = now() - interval '1 second'")
    if how == "blocked":
        house.rows("update staff set active = false where email = :email", email=JAN)
    assert ended(lambda: choose(house, "zegel_x" if how == "unknown" else link))
    if how != "unlock":
        assert ended(lambda: account_links.unlock(house.deps, link))


def test_asking_says_nothing_about_who_is_here(house: House, jan: Staff) -> None:
    for email in (JAN, "niemand@it4.example"):
        forgotten.ask(house.deps, email, "password", BROWSER)
    asked = house.rows("select purpose, email is null, length(address_key) from link_requests")
    assert [tuple(row) for row in asked] == [("password", False, 32)] * 2
    assert house.jobs().count("forgotten") == 2
    assert kinds(house) == []  # only the worker looks up the account, not the request
    for (request,) in house.rows("select id from link_requests"):
        forgotten.answer(house.deps, str(request))
        forgotten.answer(house.deps, str(request))
    assert kinds(house) == ["password_link"]
    assert house.rows("select count(*) from link_requests where email is not null") == [(0,)]
    with pytest.raises(Invalid):
        forgotten.ask(house.deps, "x", "password", BROWSER)


def test_an_address_is_mailed_a_few_times_an_hour(house: House, jan: Staff) -> None:
    for email in [JAN, JAN.upper()] * LINKS_PER_ADDRESS:
        ask(house, email)
    assert kinds(house) == ["password_link"] * LINKS_PER_ADDRESS
    house.rows("update link_requests set asked_at = now() - interval '25 hours'")
    ask(house)
    assert len(kinds(house)) == LINKS_PER_ADDRESS + 1
    retain.tidy(house.deps)
    assert house.rows("select count(*) from link_requests") == [(1,)]


def test_one_network_does_not_use_up_what_all_may_ask(house: House, jan: Staff) -> None:
    for number in range(MOST_LINKS_OF_A_NETWORK + 3):
        forgotten.ask(house.deps, f"niemand{number}@it4.example", "password", BROWSER)
    assert house.rows("select count(*) from link_requests") == [(MOST_LINKS_OF_A_NETWORK,)]
    forgotten.ask(house.deps, JAN, "password", dataclasses.replace(BROWSER, ip="198.51.100.7"))
    assert house.rows("select count(*) from link_requests") == [(MOST_LINKS_OF_A_NETWORK + 1,)]


def test_a_lost_request_is_found_by_the_sweep(house: House, jan: Staff) -> None:
    forgotten.ask(house.deps, JAN, "password", BROWSER)
    house.rows("delete from procrastinate_jobs")
    assert sweep.sweep(house.deps, patience=0) == 1
    assert house.jobs() == ["forgotten"]


def lock(house: House) -> None:
    """Strangers try five passwords."""
    for _ in range(5):
        with pytest.raises(Invalid):
            accounts.sign_in(house.deps, JAN, "verkeerd")


def test_who_is_locked_out_is_told_once_a_day_with_a_way_in(house: House, jan: Staff) -> None:
    assert forgotten.tell_locked(house.deps) == 0
    lock(house)
    assert [forgotten.tell_locked(house.deps) for _ in range(2)] == [1, 0]
    assert kinds(house) == ["unlock_link"]
    link = token(house)
    known = account_links.unlock(house.deps, link)
    assert ended(lambda: account_links.unlock(house.deps, link))
    with pytest.raises(Invalid):  # strangers stay locked out
        accounts.sign_in(house.deps, JAN, PASSWORD)
    accounts.sign_in(house.deps, JAN, PASSWORD, known)
    house.rows("update staff set lock_told_at = now() - interval '25 hours'")
    assert forgotten.tell_locked(house.deps) == 1


def test_a_locked_owner_can_ask_for_the_way_in(house: House, jan: Staff) -> None:
    lock(house)
    ask(house, purpose="unlock")
    known = account_links.unlock(house.deps, token(house))
    accounts.sign_in(house.deps, JAN, PASSWORD, known)


def test_a_link_for_a_colleague_is_mailed_to_that_colleague(house: House, jan: Staff) -> None:
    people.send_link(house.deps, jan.id, house.staff, proof_of(house.deps, house.staff))
    (row,) = house.rows("select recipient, values from messages where kind = 'password_link'")
    assert (row.recipient, row.values["by_name"]) == (JAN, "Els Maes")
    accounts.sign_in(house.deps, JAN, PASSWORD)  # valid until used
    newest = people.newest_link(house.deps, jan.id, house.staff)
    assert newest is not None
    assert (newest.purpose, newest.mail_state) == ("password", "queued")


def test_a_mail_whose_link_was_replaced_is_not_sent(house: House, jan: Staff) -> None:
    ask(house)
    (first,) = house.rows("select id from messages")
    ask(house)
    deliver.deliver(house.deps, str(first.id))
    states = house.rows("select state, last_error from messages order by queued_at")
    assert [tuple(row) for row in states] == [("refused", "overtaken"), ("queued", "")]


def test_tokens_are_long_and_look_like_ours(house: House, jan: Staff) -> None:
    ask(house)
    assert re.fullmatch(r"zegel_[\w-]{43}", token(house))
