"""The queries of the overview and of its lists over many agreements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from bench.asked import GOAL, Asked, Question
from service.agreement.facets import ANY, OPENED, Facets
from service.agreement.lists import Narrowing, Search
from service.agreement.progress import Stage
from service.workflow.keeping import listing, overview

_TODAY = date.today()  # noqa: DTZ011  near enough
_LONG_AGO = f"{_TODAY - timedelta(days=1000):%Y-%m}"
_NOW = f"{_TODAY:%Y-%m}"


def of_the_overview() -> Iterator[Question]:
    def part(name: str, read: Callable[[Asked], object]) -> Question:
        return f"overview: {name}", GOAL, read

    def of(name: str, imported: int = 0, **chosen: str) -> Question:
        narrowed = Narrowing(imported=imported)
        search = Search(facets=Facets(**chosen), narrowed=narrowed)
        return part(name, lambda a: listing.listing(a.deps, search, a.staff))

    def counts(name: str, step: Callable[..., object]) -> Question:
        return part(name, lambda a: a.undone(step))

    since = f"{_TODAY - timedelta(days=330):%Y-%m}"
    yield counts("what waits", lambda tx: tx.waiting.by_age())
    yield counts("twelve months", lambda tx: tx.progress.by_month(since))
    yield counts("ten imports", lambda tx: tx.progress.by_import(list(range(1, 11))))
    yield counts("stages of all", lambda tx: tx.progress.stages("", 0))
    yield counts("stages of a month", lambda tx: tx.progress.stages(_LONG_AGO, 0))
    yield counts("the months to choose from", overview.sent_months)
    yield of("list: sent in a former month", sent=_LONG_AGO)
    yield of("list: sent this month", sent=_NOW)
    yield of("list: opened, of a former month", sent=_LONG_AGO, stage=OPENED)
    yield of("list: not opened, of a former month", sent=_LONG_AGO, stage=Stage.STOPPED_UNOPENED)
    yield of("list: signed by the customer", sent=ANY, stage=Stage.SIGNED)
    yield of("list: stopped without opening", sent=ANY, stage=Stage.STOPPED_UNOPENED)
    yield part(
        "list: three months in its state",
        lambda a: listing.listing(a.deps, Search(narrowed=Narrowing(state_days=90)), a.staff),
    )
    yield of("list: opened, of an import", 2, sent=ANY, stage=OPENED)
