"""The log of staff actions: its contents, searching it, and that no flood fills it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from colleagues import add_colleague
from house import BROWSER, House

from service.agreement.activity import PAGE, Wanted, place_of
from service.agreement.lists import Narrowing, Search
from service.agreement.permissions import SYSTEM, Role
from service.errors import Invalid, NotAllowed
from service.spreadsheets.table import Kind
from service.workflow.keeping import retain
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.export_list import export_list
from service.workflow.people import accounts, staff_log

EMAIL = "els@it4.example"


def sentences(house: House, wanted: Wanted | None = None) -> list[str]:
    """The sentences on the first page."""
    page = staff_log.read(house.deps, wanted or Wanted(), house.staff)
    return [line.sentence for line in page.lines]


def wrong(house: House, email: str) -> None:
    with pytest.raises(Invalid):
        accounts.sign_in(house.deps, email, "verkeerd", "", "192.0.2.7", user_agent="Firefox")


def test_who_did_what(house: House) -> None:
    accounts.sign_in(house.deps, EMAIL, house.password, "", "192.0.2.7", user_agent="Firefox")
    wrong(house, EMAIL)
    reference = house.sent()
    dossier_of(house.deps, reference, house.staff)
    staff_log.note_refusal(house.deps, house.staff, "staff.people", BROWSER)
    said = sentences(house)
    assert said[:4] == [
        "Geweigerd: geen rechten voor ‘staff.people’.",
        f"Dossier {reference} bekeken.",
        "Aanmelden mislukt.",
        "Aangemeld.",
    ]
    assert "Dit logboek gelezen." in sentences(house)
    page = staff_log.read(house.deps, Wanted(), house.staff)
    assert {line.who for line in page.lines} == {"Els Maes", "Zegel"}
    signed_in = next(line for line in page.lines if line.sentence == "Aangemeld.")
    assert signed_in.details == ["Firefox, 192.0.2.7"]


def test_a_template_is_named_and_not_by_its_digest(house: House) -> None:
    sha256 = house.agreement(house.draft()).template_sha256
    search = Search(narrowed=Narrowing(template=sha256))
    export_list(house.deps, search, (), Kind.DELIMITED, house.staff, BROWSER)
    line = staff_log.read(house.deps, Wanted(), house.staff).lines[0]
    assert f"Sjabloon: {house.deps.template.version}" in line.details


def test_a_flood_of_wrong_passwords_is_a_few_lines(house: House) -> None:
    for number in range(4):
        wrong(house, f"nobody{number}@it4.example")
        wrong(house, EMAIL)
    rows = house.rows("select staff_id, times from staff_activity order by staff_id nulls first")
    assert len(rows) <= 4  # two, and two more if the hour changed meanwhile
    assert sum(row.times for row in rows if row.staff_id is None) == 4
    assert sum(row.times for row in rows if row.staff_id) == 4
    stored = str(house.rows("select a::text from staff_activity a"))
    assert "nobody" not in stored


def test_it_is_found_by_person_kind_and_day(house: House) -> None:
    jan = add_colleague(house.deps, "jan@it4.example", Role.SALES)
    with house.deps.database.begin() as tx:
        now = tx.now()
    reference = house.sent()
    for who in (jan, house.staff):
        dossier_of(house.deps, reference, who)
    wrong(house, EMAIL)
    assert sentences(house, Wanted(staff_id=jan.id)) == [f"Dossier {reference} bekeken."]
    assert sentences(house, Wanted(kinds=staff_log.GROUPS["sign_in"])) == ["Aanmelden mislukt."]
    assert sentences(house, Wanted(until=now - timedelta(days=1))) == []
    assert len(sentences(house, Wanted(since=now, kinds=("dossier_viewed",)))) == 2


def test_pages_follow_each_other_without_gap_or_repeat(house: House) -> None:
    with house.deps.database.begin() as tx:
        for number in range(PAGE):
            tx.audit.append(None, staff_log.Event.STAFF_SESSIONS_ENDED, SYSTEM, count=number)
            tx.activity.note(staff_log.Activity.REFUSED, house.staff.id, f"door {number}")
    kinds = ("staff.sessions_ended", "refused")
    seen: list[str] = []
    place = None
    for _ in range(3):
        wanted = Wanted(kinds=kinds, after=place)
        page = staff_log.read(house.deps, wanted, house.staff)
        seen += [line.sentence for line in page.lines]
        place = place_of(page.next)
        if place is None:
            break
    assert len(seen) == len(set(seen)) == 2 * PAGE
    for odd in ("", "x", "9999-99-99T00:00:00~chain~1", "2026-01-01T00:00:00+00:00~x~1"):
        assert place_of(odd) is None


def test_only_who_manages_reads_it(house: House) -> None:
    jan = add_colleague(house.deps, "jan@it4.example", Role.SALES, Role.ARCHIVE, Role.SIGNATORY)
    with pytest.raises(NotAllowed):
        staff_log.read(house.deps, Wanted(), jan)


def test_what_is_beside_the_chain_is_erased_after_a_while(house: House) -> None:
    reference = house.sent()
    dossier_of(house.deps, reference, house.staff)
    house.rows("update staff_activity set last_at = now() - interval '401 days'")
    retain.tidy(house.deps)
    assert house.rows("select count(*) from staff_activity") == [(0,)]
