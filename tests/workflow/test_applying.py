"""A customer begins on the public page: what is mailed, made, kept and told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from applicants import applied, began, code_of, listed, opened
from bakery import SALES
from colleagues import add_colleague, proof_of
from emptied import empty
from house import BROWSER, House
from lists import customer
from mandates import give

from service.agreement.applying import Known, SelfStarted
from service.agreement.lists import Narrowing, Search
from service.agreement.model import Agreement
from service.agreement.permissions import Role, Staff
from service.agreement.places import PlaceState
from service.agreement.states import State
from service.error_codes import ErrorCode
from service.error_words import words_by_field
from service.errors import Invalid, LinkUnusable, NotAllowed, Refused
from service.workflow.applying import begin as beginning
from service.workflow.applying import page
from service.workflow.applying.apply import apply_again, waiting
from service.workflow.applying.begin import begin
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.listing import listing
from service.workflow.keeping.rebuild_index import Trust, rebuild_index
from service.workflow.offer import void
from service.workflow.signing import complete, countersign, open_link, under_mandate

PEETERS = {
    "name": "Bakkerij Peeters BV",
    "enterprise": SALES["number"],
    "email": "AN@peeters.example",
}


def only(house: House) -> Agreement:
    """The one agreement."""
    ((reference,),) = house.rows("select reference from agreements")
    return house.agreement(str(reference))


def signs(house: House, secret: str) -> str:
    """The customer completes and signs, without another code; the worker does what follows."""
    reference = only(house).reference
    complete.save_details(house.deps, secret, house.sample.details, BROWSER)
    complete.save_annex(house.deps, secret, house.sample.annex, BROWSER)
    house.generate(reference)
    house.read(reference, secret)
    house.prepare(reference, secret)
    house.sign(reference, secret)
    under_mandate.sign_under_mandate(house.deps, house.agreement(reference).id)
    return reference


def test_from_the_page_to_both_signatures(public: House) -> None:
    number = listed(public.deps, public.staff, [customer(1, **PEETERS)])
    give(public.deps, public.staff, self_started="yes")
    begun = began(public.deps, customer="1001")
    agreement = only(public)
    assert (agreement.state, agreement.services) == (State.SENT, ("cloud_storage",))
    assert agreement.sender_id == public.staff.id
    assert agreement.controller.number == "0403170701"
    assert agreement.opened_at is not None
    assert PlaceState.AUTHENTICATED in agreement.places.values()
    reference = signs(public, begun.secret)
    assert public.agreement(reference).state is State.FULLY_SIGNED
    assert public.events(reference)[:3] == [
        "agreement.created",
        "agreement.requested",
        "agreement.sent",
    ]
    assert public.kinds(reference).count("code") == 0  # one code was enough
    found = dossier_of(public.deps, reference, public.staff)
    assert found.start is not None
    assert (found.start.known, found.start.number_of_import) == (Known.SAME, number)
    assert found.flags == ("self_started",)
    act = next(each for place, each in found.acts.items() if place.party == "controller")
    assert act.record.mailbox is not None
    assert act.record.mailbox.address == "an@peeters.example"
    assert act.record.mailbox.code_confirmed_at < act.signed_at
    said = [line.sentence for line in found.timeline]
    assert any(each.startswith("Aangevraagd door de klant zelf") for each in said)


def test_closed_until_an_administrator_opens_it_and_at_once_after(house: House) -> None:
    with pytest.raises(Refused) as closed:
        applied(house.deps)
    assert closed.value.code is ErrorCode.PAGE_CLOSED
    opened(house.deps, house.staff)
    cookie = applied(house.deps)
    page.close(house.deps, house.staff)
    page.close(house.deps, house.staff)
    for step in (
        lambda: applied(house.deps, "another"),
        lambda: apply_again(house.deps, cookie, BROWSER),
        lambda: begin(house.deps, cookie, code_of(house.deps, cookie), BROWSER),
        lambda: waiting(house.deps, cookie),
        lambda: page.visible(house.deps),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.code is ErrorCode.PAGE_CLOSED
    assert house.rows("select count(*) from agreements")[0][0] == 0
    page.reopen(house.deps, house.staff)
    begin(house.deps, cookie, code_of(house.deps, cookie), BROWSER)
    assert house.rows("select opened from public_pages order by version") == [
        (True,),
        (False,),
        (True,),
    ]


def test_nobody_who_can_sign_for_us_closes_it_too(
    public: House, another: Callable[..., Staff]
) -> None:
    tom = another(Role.SIGNATORY, name="Tom Maes")
    opened(public.deps, public.staff, countersigner=tom.id, owner=public.staff.id)
    assert page.setting(public.deps, public.staff).usable
    public.rows("update staff set active = false where id = :id", id=tom.id)
    assert not page.setting(public.deps, public.staff).usable
    with pytest.raises(Refused):
        applied(public.deps)


def test_what_is_wrong_with_a_setting_is_said(house: House, another: Callable[..., Staff]) -> None:
    archivist = another(Role.ARCHIVE)
    another(Role.SIGNATORY)
    said = {"opened": "yes", "per_day": "0", "owner": archivist.id, "countersigner": archivist.id}
    proof = proof_of(house.deps, house.staff)
    with pytest.raises(Invalid) as wrong:
        page.save(house.deps, said, [], house.staff, proof)
    assert set(words_by_field(wrong.value)) == {"services", "owner", "countersigner", "per_day"}
    with pytest.raises(Invalid) as wrong:  # two may sign, and neither is the representative
        page.save(house.deps, {"opened": "yes", "per_day": "5"}, ["support"], house.staff, proof)
    assert set(words_by_field(wrong.value)) == {"countersigner"}
    with pytest.raises(NotAllowed):
        page.save(house.deps, said, [], archivist, proof)
    with pytest.raises(NotAllowed):
        page.close(house.deps, archivist)


def test_repeating_the_code_opens_the_same_agreement(public: House) -> None:
    cookie = applied(public.deps)
    code = code_of(public.deps, cookie)
    first = begin(public.deps, cookie, code, BROWSER)
    second = begin(public.deps, cookie, code, BROWSER)
    assert (first.token, first.secret != second.secret) == (second.token, True)
    reference = only(public).reference
    for secret in (first.secret, second.secret):
        visit = open_link.visit(public.deps, secret)
        assert (visit.agreement.reference, visit.authenticated) == (reference, True)
    assert public.events(reference).count("code.confirmed") == 1
    assert public.kinds(reference) == ["requested"]
    public.passed_on(first.secret)
    with pytest.raises(LinkUnusable) as passed:  # it is a colleague's now
        begin(public.deps, cookie, code, BROWSER)
    assert passed.value.reason == "delegated"


def test_the_code_entered_many_times_at_once_makes_one_agreement(public: House) -> None:
    cookie = applied(public.deps)
    code = code_of(public.deps, cookie)
    with ThreadPoolExecutor(6) as crowd:
        made = [crowd.submit(begin, public.deps, cookie, code, BROWSER) for _ in range(6)]
    assert len({each.result().token for each in made}) == 1
    only(public)


def test_a_failure_in_the_middle_makes_nothing(
    public: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step of the transaction fails, the code still works afterwards."""
    cookie = applied(public.deps)
    code = code_of(public.deps, cookie)

    def fails(*_args: object, **_more: object) -> None:
        raise ConnectionError

    for step in ("add", "send_in", "_note_origin", "load_visit", "_prove"):
        with monkeypatch.context() as patch:
            patch.setattr(beginning, step, fails)
            with pytest.raises(ConnectionError):
                begin(public.deps, cookie, code, BROWSER)
        assert public.rows("select count(*) from agreements") == [(0,)]
        assert public.rows("select count(*) from self_started") == [(0,)]
    begin(public.deps, cookie, code, BROWSER)
    only(public)


KNOWN: list[tuple[dict[str, str], Known]] = [
    ({}, Known.SAME),
    ({"name": "bakkerij PEETERS b.v."}, Known.SAME),
    ({"name": "Bakkerij Janssens"}, Known.DIFFERENT),
    ({"signatory_email": "dief@elders.example"}, Known.DIFFERENT),
    ({"number": "0863.643.458"}, Known.UNKNOWN),
    ({"number": "0863.643.458", "customer": "1001"}, Known.UNKNOWN),
]


@pytest.mark.parametrize(("fields", "known"), KNOWN)
def test_only_staff_see_what_the_lists_say(
    public: House, fields: dict[str, str], known: Known
) -> None:
    number = listed(public.deps, public.staff, [customer(1, **PEETERS)])
    began(public.deps, **fields)
    with public.deps.database.begin() as tx:
        start = tx.applications.start_of(only(public).id)
    assert start is not None
    expected = 0 if known is Known.UNKNOWN else number
    assert (start.known, start.number_of_import) == (known, expected)


def test_without_a_list_nothing_is_checked(public: House) -> None:
    began(public.deps)
    found = dossier_of(public.deps, only(public).reference, public.staff)
    assert found.start is not None
    assert found.start.known is Known.UNCHECKED


MISFITS: list[tuple[dict[str, str], dict[str, str], tuple[str, ...]]] = [
    ({"self_started": "yes"}, {}, ()),
    ({}, {}, ("self_started",)),
    ({"self_started": "yes"}, {"signatory_email": "dief@elders.example"}, ("not_on_a_list",)),
]


@pytest.mark.parametrize(("terms", "fields", "why"), MISFITS)
def test_a_mandate_fits_only_the_known_and_only_if_it_says_so(
    public: House, terms: dict[str, str], fields: dict[str, str], why: tuple[str, ...]
) -> None:
    listed(public.deps, public.staff, [customer(1, **PEETERS)])
    give(public.deps, public.staff, **terms)
    reference = signs(public, began(public.deps, **fields).secret)
    if not why:
        assert public.agreement(reference).state is State.FULLY_SIGNED
        return
    (found,) = countersign.queue(public.deps, public.staff, only=reference).waiting
    assert found.misfits == why
    assert public.kinds(reference).count("countersign") == 1


def test_another_agreement_waits_and_is_never_told_to_the_customer(public: House) -> None:
    listed(public.deps, public.staff, [customer(1, **PEETERS)])
    give(public.deps, public.staff, self_started="yes")
    running = public.sent()
    begun = began(public.deps)
    reference = open_link.visit(public.deps, begun.secret).agreement.reference
    assert reference != running
    found = dossier_of(public.deps, reference, public.staff)
    assert found.same_number is not None
    assert found.same_number.reference == running
    assert running not in str(public.mails(reference))
    void.void(public.deps, running, "Dubbel", public.staff)
    complete.save_details(public.deps, begun.secret, public.sample.details, BROWSER)


def test_the_list_finds_what_customers_began(public: House) -> None:
    ours = public.sent(number="0863.643.458")
    began(public.deps)
    search = Search(narrowed=Narrowing(origin="self_started"))
    (line,) = listing(public.deps, search, public.staff).lines
    assert line.reference != ours
    assert line.flags == ("self_started",)
    assert search.list_filters == {"origin": "self_started"}


def test_whoever_owns_it_may_be_gone(public: House, another: Callable[..., Staff]) -> None:
    vera = another(Role.SALES, name="Vera Maes")
    opened(public.deps, public.staff, owner=vera.id)
    began(public.deps)
    assert only(public).sender_id == vera.id
    public.rows("update staff set active = false where id = :id", id=vera.id)
    began(public.deps, signatory_email="info@peeters.example")
    owners = public.rows("select distinct sender_id::text from agreements")
    assert {each[0] for each in owners} == {vera.id, public.staff.id}


def test_how_it_began_comes_back_from_the_archive(
    unwatched_house: House,
) -> None:
    house = unwatched_house
    vera = add_colleague(house.deps, "vera@it4.example", Role.SALES, name="Vera Maes")
    opened(house.deps, house.staff, owner=vera.id)
    number = listed(house.deps, house.staff, [customer(1, **PEETERS)])
    reference = signs(house, began(house.deps, customer="1001").secret)
    house.countersigned(reference)
    house.archive(reference)
    before = dossier_of(house.deps, reference, house.staff)
    empty(house.deps.database.url)
    authority = house.deps.authority()
    trust = Trust(authority.roots, (), authority.lists)
    assert not rebuild_index(house.deps, trust, lambda _: None).troubled
    after = dossier_of(house.deps, reference, house.staff)
    assert after.start == before.start == SelfStarted(Known.SAME, number, "0403170701", "1001")
    assert after.flags == before.flags == ("own", "self_started")
    assert after.sender_name == "Vera Maes"
