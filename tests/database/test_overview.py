"""Lists, counts and search: found in any notation, paged without gaps or duplicates."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from usual import CONTROLLER_AGREEMENT, CONTROLLER_ANNEX, PROCESSOR_AGREEMENT, USUAL

from service.agreement.end_reason import EndReason
from service.agreement.life import End
from service.agreement.lists import PAGE, SameNumber, Search
from service.agreement.model import Agreement
from service.agreement.parties import Controller, MainAgreement, Signatory
from service.agreement.states import Order, PlaceState, State
from service.database.engine import Database
from service.database.lists.our_turn import Counts
from service.database.lists.overview import GROUPS

Sql = Callable[..., list[Any]]
New = Callable[..., Agreement]
SHA = "a" * 64
TODAY = date(2026, 3, 2)


@pytest.fixture
def bakery(database: Database, new: New) -> str:
    """One agreement to find, among two others."""
    with database.begin() as tx:
        reference = new(
            tx,
            controller=Controller(
                name="'t Hof van Ó Brien-Łódź",
                trade_name="Café Zoë",
                legal_form="BV",
                number_type="be",
                number="0403170701",
                city="Antwerpen",
                notices_email="info@hof.example",
            ),
            signatory=Signatory("An Peeters-De Wit", "an.peeters@hof.example"),
            main_agreement=MainAgreement("HO-2024-17"),
        ).reference
        new(
            tx,
            controller=Controller(name="Timmerbedrijf Jansen", number_type="nl", number="12345678"),
            signatory=Signatory("Piet Jansen", "piet@jansen.example"),
            main_agreement=MainAgreement(),
        )
        new(
            tx,
            controller=Controller(name="Wandelclub", number_type="none"),
            signatory=Signatory("Mia Claes", "mia@club.example"),
            main_agreement=MainAgreement(),
        )
    return reference


def found(database: Database, words: str) -> list[str]:
    with database.begin() as tx:
        return [line.reference for line in tx.overview.find(Search(words=words))]


def test_a_line_shows_the_number_as_it_is_printed(database: Database, bakery: str) -> None:
    with database.begin() as tx:
        numbers = {line.organisation: line.number for line in tx.overview.find(Search())}
    assert numbers == {
        "'t Hof van Ó Brien-Łódź": "0403.170.701",
        "Timmerbedrijf Jansen": "12345678",
        "Wandelclub": "",
    }


@pytest.mark.parametrize(
    "words",
    [
        "0403170701",
        "0403.170.701",
        "BE 0403.170.701",
        "be0403170701",
        "403170701",
        "403.170.701",
        "BTW BE 0403 170 701",
        "0403.170",
        "hof",
        "o brien",
        "'t Hof van Ó Brien-Łódź",
        "lodz",
        "Łód",
        "cafe zoe",
        "antwerp",
        "peeters-de wit",
        "an.peeters@hof.example",
        "HO-2024-17",
        "VO-2026-00001",
        "vo202600001",
        "hof an",
    ],
)
def test_an_agreement_is_found_by_whatever_one_knows(
    bakery: str, database: Database, words: str
) -> None:
    assert found(database, words) == [bakery]


@pytest.mark.parametrize("words", ["12345678", "1234 5678", "KVK 12345678", "12.34.56.78"])
def test_a_dutch_number_is_found_in_any_notation(
    bakery: str, database: Database, words: str
) -> None:
    assert found(database, words) == ["VO-2026-00002"]


@pytest.mark.parametrize("words", ["bakker", "hof jansen", "0863643458", "of", "brien2"])
def test_what_is_not_there_is_not_found(bakery: str, database: Database, words: str) -> None:
    assert found(database, words) == []


@pytest.mark.parametrize("words", ["", "   ", "!&|:*'\\()<->", "\x00", "%", "''"])
def test_what_means_nothing_does_not_narrow(bakery: str, database: Database, words: str) -> None:
    assert len(found(database, words)) == 3


@pytest.mark.parametrize("words", ["hof & !an", "an:*", "a' | 'b", "hof <-> van", "x\x00y"])
def test_what_looks_like_a_query_is_words(bakery: str, database: Database, words: str) -> None:
    assert found(database, words) in ([], [bakery])


def test_a_changed_name_is_found_by_the_new_one(bakery: str, database: Database) -> None:
    with database.begin() as tx:
        before = tx.agreements.lock(bakery)
        renamed = dataclasses.replace(before.controller, name="De Smidse")
        tx.agreements.save(before, dataclasses.replace(before, controller=renamed))
    assert found(database, "smidse") == [bakery]
    assert found(database, "lodz") == []


def pages(database: Database, search: Search) -> list[list[str]]:
    """All pages, read in the way the list reads them."""
    read: list[list[str]] = []
    after = ""
    while True:
        with database.begin() as tx:
            lines = tx.overview.find(dataclasses.replace(search, after=after))
        if not lines:
            return read
        read.append([line.reference for line in lines])
        after = search.behind(lines[-1])


def test_sixty_lines_page_without_a_gap_or_a_double(database: Database, new: New, sql: Sql) -> None:
    with database.begin() as tx:
        made = [new(tx).reference for _ in range(60)]
    # Many have the same instant: then the id decides.
    sql(
        "update agreements set last_activity_at = timestamptz '2026-03-01 12:00:00.123456+00'"
        " where reference > 'VO-2026-00020'"
    )
    read = pages(database, Search())
    assert [len(page) for page in read] == [PAGE, PAGE, 10]
    assert sorted(reference for page in read for reference in page) == sorted(made)


def test_a_page_stays_right_while_others_are_made(database: Database, new: New) -> None:
    with database.begin() as tx:
        for _ in range(30):
            new(tx)
    with database.begin() as tx:
        first = tx.overview.find(Search())
    with database.begin() as tx:
        new(tx)
    with database.begin() as tx:
        second = tx.overview.find(Search(after=Search().behind(first[-1])))
    assert len(second) == 5
    assert not {line.id for line in first} & {line.id for line in second}


def signed(tx: Any, new: New, state: State, day: date) -> Agreement:
    """A signed agreement with that date."""
    return new(
        tx,
        state=state,
        frozen_sha256=SHA,
        effective_date=day,
        fully_signed_at=tx.now(),
        places=dict.fromkeys(USUAL, PlaceState.SIGNED),
    )


def test_groups_are_counted_as_they_are_listed(database: Database, new: New) -> None:
    ours = {
        CONTROLLER_AGREEMENT: PlaceState.BLOCKED,
        CONTROLLER_ANNEX: PlaceState.BLOCKED,
        PROCESSOR_AGREEMENT: PlaceState.OPEN,
    }
    theirs = {**ours, PROCESSOR_AGREEMENT: PlaceState.BLOCKED}
    with database.begin() as tx:
        for state in State:
            if state in (State.READY, State.IN_SIGNING):
                new(tx, state=state, frozen_sha256=SHA, places=theirs)
                new(
                    tx,
                    state=state,
                    frozen_sha256=SHA,
                    places=ours,
                    order=Order.PROCESSOR_FIRST,
                )
            elif state in (
                State.FULLY_SIGNED,
                State.SEALING,
                State.SEAL_FAILED,
                State.COMPLETED,
                State.SUPERSEDED,
                State.REGISTERED,
                State.WITHDRAWN,
            ):
                signed(tx, new, state, date(2026, 3, 2))
            else:
                new(tx, state=state, places=theirs)
    with database.begin() as tx:
        counts = tx.overview.counts()
        listed = {name: tx.overview.find(Search(group=name)) for name in GROUPS}
        somebody = str(uuid.uuid4())
        assert tx.our_turn.counts(somebody) == Counts(fresh=2, returned=0, unread=2, colleagues=0)
        assert len(tx.our_turn.own(somebody, limit=9)) == 2
        assert tx.our_turn.of_colleagues(somebody, limit=9) == []
    assert counts == {"": 18, **{name: len(lines) for name, lines in listed.items()}}
    assert counts["awaits_us"] == 2
    assert counts["waiting"] == 4
    assert counts["trouble"] == 2
    assert all(line.awaits_processor for line in listed["awaits_us"])
    groups = [{line.id for line in lines} for lines in listed.values()]
    assert sum(len(group) for group in groups) == len(set.union(*groups)) == 18


def test_the_database_notes_itself_what_awaits_us(database: Database, new: New) -> None:
    """Whatever changes: the state, the place, or who signs."""
    ours = {**dict.fromkeys(USUAL, PlaceState.BLOCKED), PROCESSOR_AGREEMENT: PlaceState.OPEN}
    with database.begin() as tx:
        made = new(tx, state=State.READY, frozen_sha256=SHA, places=ours)
        somebody = made.sender_id
        place = "signature_places set state = {} where party = 'processor'"
        for changed, awaiting in (
            ("agreements set countersigner_id = sender_id", [(made.id, somebody)]),
            ("agreements set state = 'voided'", []),
            ("agreements set state = 'in_signing'", [(made.id, somebody)]),
            ("agreements set state_since = now() - interval '9 days'", [(made.id, somebody)]),
            (place.format("'lapsed'"), []),
            (place.format("'open'"), [(made.id, somebody)]),
            ("agreements set countersigner_id = null", [(made.id, None)]),
        ):
            tx._connection.execute(text(f"update {changed}"))
            assert tx._connection.execute(_AWAITING_US).all() == awaiting, changed
        tx._connection.execute(text("delete from signature_places where party = 'processor'"))
        assert tx._connection.execute(_AWAITING_US).all() == []


_AWAITING_US = text("""
select agreement_id::text, awaiting_us.countersigner_id::text
from awaiting_us join agreements on agreements.id = agreement_id
where awaiting_us.state_since = agreements.state_since
""")


def test_the_archive_narrows_by_date_and_shows_only_what_was_signed(
    database: Database, new: New
) -> None:
    with database.begin() as tx:
        new(tx)
        for day in range(1, 6):
            signed(tx, new, State.COMPLETED, date(2026, 3, day))
        everything = tx.overview.find(Search(archived_only=True))
        narrowed = tx.overview.find(
            Search(
                archived_only=True,
                signed_from=date(2026, 3, 2),
                signed_until=date(2026, 3, 4),
                state="completed",
            )
        )
    assert len(everything) == 5
    assert sorted(str(line.effective_date) for line in narrowed) == [
        "2026-03-02",
        "2026-03-03",
        "2026-03-04",
    ]


def test_pages_by_date_have_no_gap_and_no_double(database: Database, new: New) -> None:
    with database.begin() as tx:
        for day in range(1, 7):
            for _ in range(9):
                signed(tx, new, State.COMPLETED, date(2026, 3, day))
    search = Search(archived_only=True, signed_from=date(2026, 3, 2))
    read = pages(database, search)
    assert [len(page) for page in read] == [PAGE, 20]
    assert len({reference for page in read for reference in page}) == 45
    with database.begin() as tx:
        days = [line.effective_date for line in tx.overview.find(search, limit=45)]
        last = tx.overview.find(search, limit=45)[-1]
        by_activity = dataclasses.replace(search, signed_from=None, after=search.behind(last))
        assert tx.overview.find(by_activity) == []  # a date begins at its midnight
    assert days == sorted(days, key=str, reverse=True)


def test_a_running_agreement_with_the_same_number_is_known(database: Database, new: New) -> None:
    with database.begin() as tx:
        first, second = new(tx), new(tx)
        new(tx, controller=Controller(name="Ander", number_type="be", number="0863643458"))
        known = tx.overview.same_number("0403170701", first.reference, TODAY)
        assert known == SameNumber(second.reference, "draft")
        sent = new(tx, state=State.SENT)
        known = tx.overview.same_number("0403170701", first.reference, TODAY)
        assert known == SameNumber(sent.reference, "running")
        for each in (second, sent):
            tx.agreements.save(each, dataclasses.replace(each, state=State.VOIDED))
        kept = signed(tx, new, State.COMPLETED, date(2024, 3, 2))
        for ends_on, found in ((date.max, SameNumber(kept.reference, "effective")), (TODAY, None)):
            tx.lives.record_end(kept.id, End(ends_on, EndReason.OTHER), "staff")
            assert tx.overview.same_number("0403170701", first.reference, TODAY) == found
        tx.lives.forget_end(kept.id)
        tx.agreements.save(kept, dataclasses.replace(kept, state=State.WITHDRAWN))
        assert tx.overview.same_number("0403170701", first.reference, TODAY) is None


def test_only_what_runs_and_is_past_its_term_is_overdue(database: Database, new: New) -> None:
    with database.begin() as tx:
        past, later = tx.now() - timedelta(seconds=1), tx.now() + timedelta(days=1)
        over = new(tx, state=State.SENT, expires_at=past)
        new(tx, state=State.SENT, expires_at=later)
        new(tx, state=State.VOIDED, expires_at=past)
        assert tx.lagging.overdue() == [over.id]
