"""How far each agreement is, and the counts of it: kept with every change, and the same as the
list finds."""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import Any

from bakery import DETAILS, LISTS, PRE_SIGNED
from house import BROWSER, House
from lists import SERVICES, as_csv, customer

from service.agreement.drafting import Input
from service.agreement.facets import ANY, OPENED, Facets
from service.agreement.lists import Search
from service.agreement.progress import Stage, month_of, shown_wait, stage_of
from service.database.agreement.search_words import search_words
from service.workflow.bulk import decide, run, take_in
from service.workflow.keeping.export_list import everything
from service.workflow.keeping.retain import tidy
from service.workflow.offer import expire, extend, generate, send, void
from service.workflow.signing import complete, open_link

NO_DPO = Input({"dpo_answer": "no"}, **LISTS)


def counted(house: House, month: str = "", number: int = 0) -> dict[Stage, int]:
    with house.deps.database.look() as tx:
        return tx.progress.stages(month, number)


def found(house: House, facets: Facets) -> int:
    return len(list(everything(house.deps, Search(facets=facets))))


def as_found(house: House, month: str = ANY) -> dict[Stage, int]:
    """The same, by the list."""
    each = {stage: found(house, Facets(sent=month, stage=stage.value)) for stage in Stage}
    return {stage: number for stage, number in each.items() if number}


def stage(house: House, reference: str) -> Stage | None:
    now = stage_of(house.agreement(reference))
    assert counted(house) == as_found(house)
    return now


def test_every_step_of_the_journey_is_counted(house: House) -> None:
    deps, staff = house.deps, house.staff
    reference = house.draft()
    assert (stage(house, reference), counted(house)) == (None, {})
    send.send(deps, reference, staff)
    assert stage(house, reference) is Stage.UNOPENED
    secret = open_link.enter(deps, house.token(reference), BROWSER)
    assert stage(house, reference) is Stage.DETAILS
    complete.save_details(deps, secret, Input(DETAILS), BROWSER)
    assert stage(house, reference) is Stage.ANNEX
    complete.save_annex(deps, secret, NO_DPO, BROWSER)
    assert stage(house, reference) is Stage.TEXT
    generate.generate(deps, house.agreement(reference).id)
    assert stage(house, reference) is Stage.TEXT
    house.reopened(secret)
    assert stage(house, reference) is Stage.ANNEX
    house.forget_time(reference)
    expire.expire(deps)
    assert stage(house, reference) is Stage.STOPPED_ANNEX
    extend.extend(deps, reference, "30", staff)
    assert stage(house, reference) is Stage.ANNEX
    void.void(deps, reference, "Verkeerde klant", staff)
    assert counted(house) == {Stage.STOPPED_ANNEX: 1}


def test_those_that_are_signed(house: House) -> None:
    signed, done = house.sent(), house.sent()
    for each in (signed, done):
        house.signed(each)
    assert counted(house) == {Stage.SIGNED: 2}
    house.countersign(done)
    assert counted(house) == {Stage.SIGNED: 1, Stage.DONE: 1}
    house.forget_time(signed)
    expire.expire(house.deps)
    assert counted(house) == as_found(house) == {Stage.STOPPED_SIGNED: 1, Stage.DONE: 1}
    offered = house.draft(PRE_SIGNED, **LISTS)
    send.send(house.deps, offered, house.staff)
    assert stage(house, offered) is Stage.OURS_FIRST
    assert found(house, Facets(stage=OPENED)) == 2


def test_by_month_with_medians(house: House) -> None:
    """Three of one month: opened after 1, 5 and 50 hours; one of them signed."""
    references = [house.sent() for _ in range(3)]
    house.signed(references[0])
    house.countersign(references[0])
    _count_anew(
        house,
        """update agreements set sent_at =
        (select max(fully_signed_at) from agreements) - interval '75 hours'""",
        *(
            f"""update agreements set opened_at = sent_at + interval '{hours} hours'
            where reference = '{reference}'"""
            for reference, hours in zip(references, (1, 5, 50), strict=True)
        ),
    )
    sent = house.agreement(references[0]).sent_at
    assert sent
    name, later = month_of(sent), month_of(sent + timedelta(days=32))
    with house.deps.database.look() as tx:
        (month,) = tx.progress.by_month(name)
        assert tx.progress.by_month(later) == []
        assert tx.progress.first_month() == name
    assert (month.key, month.sent, month.opened, month.done) == (name, 3, 3, 1)
    assert (shown_wait(month.until_opened), shown_wait(month.until_signed)) == (
        (5, "hours"),
        (3, "days"),
    )
    assert found(house, Facets(sent=name)) == 3
    assert found(house, Facets(sent=name, stage=OPENED)) == 3
    assert found(house, Facets(sent=later)) == 0


def _count_anew(house: House, *changes: str) -> None:
    """Change rows behind the service's back, and let the migration make the counts.

    Words are as after the next change."""
    migration = _migration()
    house.rows("delete from progress_counts")
    house.rows("delete from progress_changes")
    for each in (*changes, migration._COUNTS):
        house.rows(each)
    for (reference,) in house.rows("select reference from agreements"):
        house.rows(
            "update agreements set search = array_to_tsvector(:words) where reference = :r",
            words=search_words(house.agreement(reference)),
            r=reference,
        )


def test_of_an_import(house: House) -> None:
    made = as_csv([customer(number) for number in range(2)])
    number = take_in.take_in(house.deps, made, "lijst.csv", house.staff, options=SERVICES).number
    decide.start(house.deps, number, house.staff)
    run.run(house.deps)
    assert counted(house, number=number) == {}  # made, and not sent
    (first, _) = house.rows("select reference from agreements order by reference")
    send.send(house.deps, first.reference, house.staff)
    house.sent()
    assert counted(house, number=number) == {Stage.UNOPENED: 1}
    tidy(house.deps)
    assert house.rows("select from progress_changes") == []
    assert counted(house, number=number) == {Stage.UNOPENED: 1}
    assert counted(house) == {Stage.UNOPENED: 2}
    with house.deps.database.look() as tx:
        (imported,) = tx.progress.by_import([number, 99])
    assert (imported.key, imported.sent, imported.opened) == (str(number), 1, 0)
    assert (imported.until_opened, imported.until_signed) == ("", "")


def test_the_migration_counts_the_same(house: House) -> None:
    for wanted in (house.sent(), house.sent(), house.sent()):
        house.signed(wanted)
    house.countersign(wanted)
    void.void(house.deps, house.sent(), "Verkeerde klant", house.staff)
    send.send(house.deps, house.draft(PRE_SIGNED, **LISTS), house.staff)
    opened = house.sent()
    open_link.enter(house.deps, house.token(opened), BROWSER)
    for reference in (house.sent(), opened):
        house.forget_time(reference)
    expire.expire(house.deps)
    tidy(house.deps)
    before = _stored(house)
    assert sum(counted(house).values()) == 7
    _count_anew(house)
    assert _stored(house) == before


def _migration() -> Any:
    return importlib.import_module("service.database.migrations.versions.0057_progress")


def _stored(house: House) -> list[Any]:
    return house.rows("select * from progress_counts order by month, import_number, measure, value")
