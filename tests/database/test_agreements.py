"""Agreements loaded and saved completely, and their numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from usual import CONTROLLER_ANNEX, USUAL

from service.agreement.annex import Annex, Dpo, Item
from service.agreement.model import Agreement
from service.agreement.parties import MainAgreement, Signatory
from service.agreement.places import Place
from service.agreement.states import Order, PlaceState, State
from service.database.engine import Database
from service.errors import NotFound, Unavailable

New = Callable[..., Agreement]


def test_what_is_kept_comes_back_the_same(database: Database, new: New) -> None:
    with database.begin() as tx:
        made = new(tx)
        assert tx.agreements.get(made.reference) == made
        assert tx.agreements.get_by_id(made.id) == made


def test_a_change_is_kept_whole(database: Database, new: New) -> None:
    with database.begin() as tx:
        before = new(tx)
    with database.begin() as tx:
        after = dataclasses.replace(
            tx.agreements.lock(before.reference),
            state=State.SENT,
            order=Order.PROCESSOR_FIRST,
            annex_locked=True,
            controller=dataclasses.replace(before.controller, name="Jansen & Zn <test> BVBA"),
            signatory=Signatory("'t Hof van Ó Brien-Łódź", "o@x.example", ""),
            main_agreement=MainAgreement("", date(2024, 3, 2)),
            services=("support", "web_design"),
            annex=Annex(
                tuple(Item("data_subjects", f"Groep {n}", "", "own") for n in range(40)),
                "yes",
                Dpo("Jan", "+32 9 234 56 78", ""),
            ),
            message="twee\nregels",
            expires_at=before.created_at,
            places={**before.places, CONTROLLER_ANNEX: PlaceState.VIEWED},
            failure="x",
        )
        saved = tx.agreements.save(before, after)
    with database.begin() as tx:
        assert tx.agreements.get(before.reference) == saved
    assert saved == dataclasses.replace(after, version=2)


def test_a_second_save_never_lowers_the_version(database: Database, new: New) -> None:
    with database.begin() as tx:
        before = new(tx)
        changed = dataclasses.replace(before, message="x")
        tx.agreements.save(before, changed)
        tx.agreements.save(changed, dataclasses.replace(changed, failure="y"))
        assert tx.agreements.get(before.reference).version == 2


@pytest.mark.parametrize("reference", ["VO-2026-99999", "", "x' or '1'='1", "VO-2026-00001\x00"])
def test_what_is_not_there_is_not_found(database: Database, reference: str) -> None:
    with database.begin() as tx:
        for load in (tx.agreements.get, tx.agreements.lock):
            with pytest.raises(NotFound):
                load(reference)


def test_numbers_have_no_gap_and_no_double_under_eight_threads(
    database: Database, new: New
) -> None:
    def make(_: int) -> str:
        with database.begin() as tx:
            return new(tx).reference

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(make, range(40)))
    assert sorted(made) == [f"VO-2026-{number:05d}" for number in range(1, 41)]


def test_a_rolled_back_number_is_given_again(database: Database, new: New) -> None:
    def fail() -> None:
        with database.begin() as tx:
            assert new(tx).reference == "VO-2026-00001"
            raise RuntimeError("after the number was taken")

    with pytest.raises(RuntimeError):
        fail()
    with database.begin() as tx:
        assert new(tx).reference == "VO-2026-00001"
        assert tx.agreements.next_reference(2027) == "VO-2027-00001"


def test_a_wait_for_the_lock_sees_what_the_first_one_wrote(database: Database, new: New) -> None:
    with database.begin() as tx:
        reference = new(tx).reference

    def mark(place: Place) -> None:
        with database.begin() as tx:
            before = tx.agreements.lock(reference)
            changed = {**before.places, place: PlaceState.VIEWED}
            tx.agreements.save(before, dataclasses.replace(before, places=changed))

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(mark, USUAL))
    with database.begin() as tx:
        assert set(tx.agreements.get(reference).places.values()) == {PlaceState.VIEWED}


def test_a_flag_is_noted_once(database: Database, new: New) -> None:
    with database.begin() as tx:
        made = new(tx)
        for flag in ("delegated", "copied_link", "delegated"):
            tx.agreements.add_flag(made.id, flag)
        assert tx.agreements.flags(made.id) == ("delegated", "copied_link")


def test_a_database_that_does_not_answer_is_unavailable() -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable), nowhere.begin():
        pass
