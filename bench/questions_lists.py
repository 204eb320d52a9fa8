"""The queries of lists, filters and searches over many agreements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from bench.asked import GOAL, SEARCH, Asked, Question
from service.agreement.activity import Wanted
from service.agreement.facets import Facets
from service.agreement.lists import GROUPS, Narrowing, Order, Search
from service.workflow.keeping import listing, reread
from service.workflow.signing import countersign
from service.workflow.telling import alarm

_TODAY = date.today()  # noqa: DTZ011  near enough


def lists() -> Iterator[Question]:
    def page(search: Search) -> Callable[[Asked], object]:
        return lambda asked: listing.listing(asked.deps, search, asked.staff)

    def archive(search: Search) -> Callable[[Asked], object]:
        return lambda asked: listing.search_archive(
            asked.deps, replace(search, archived_only=True), asked.staff
        )

    yield "list: first page, with the counts", GOAL, page(Search())
    yield "list: a page far behind", GOAL, lambda a: page(Search(after=a.deep))(a)
    for group in GROUPS:
        yield f"list: {group}", GOAL, page(Search(group=group))
    yield (
        "list: completed, far behind",
        GOAL,
        lambda a: page(Search(group="completed", after=a.deep))(a),
    )
    yield "archive: first page", GOAL, archive(Search())
    yield "archive: one state", GOAL, archive(Search(state="completed"))
    yield "archive: what is not sealed", GOAL, archive(Search(state="seal_failed"))
    yield (
        "archive: signed in a month",
        GOAL,
        lambda a: archive(Search(signed_from=a.day - timedelta(days=30), signed_until=a.day))(a),
    )
    yield "archive: signed before a date", GOAL, lambda a: archive(Search(signed_until=a.day))(a)
    yield "archive: signed since a date", GOAL, lambda a: archive(Search(signed_from=a.day))(a)
    yield from _narrowed()
    yield from _archive_filters(archive)
    yield "queue: what I sign", GOAL, lambda a: countersign.queue(a.deps, a.staff)
    yield "queue: what colleagues sign", GOAL, lambda a: countersign.of_colleagues(a.deps, a.staff)
    yield "queue: the number in the menu", GOAL, lambda a: listing.waiting_count(a.deps, a.staff)
    yield "tasks: what is stalled", GOAL, lambda a: alarm.stalled_items(a.deps, a.staff)
    yield "tasks: how far the round is", GOAL, lambda a: reread.progress(a.deps, a.staff)
    yield "staff log: first page", GOAL, lambda a: a.undone(lambda tx: tx.activity.read(Wanted()))
    yield (
        "staff log: one person",
        GOAL,
        lambda a: a.undone(lambda tx: tx.activity.read(Wanted(staff_id=a.staff.id))),
    )


def _narrowed() -> Iterator[Question]:
    def ask(name: str, given: Callable[[Asked], Narrowing], **more: str) -> Question:
        def page(asked: Asked) -> object:
            narrowed = given(asked)
            deep = asked.deep if narrowed.order is Order.ACTIVITY else f"|{asked.id}"
            after = {"after": deep} if "after" in more else {}
            search = Search(**(more | after), narrowed=narrowed)  # type: ignore[arg-type]
            return listing.listing(asked.deps, search, asked.staff)

        return f"filter: {name}", GOAL, page

    yield ask("owner", lambda a: Narrowing(owner=a.staff.id))
    yield ask("owner, far behind", lambda a: Narrowing(owner=a.staff.id), after="any")
    yield ask("owner and group", lambda a: Narrowing(owner=a.staff.id), group="completed")
    yield ask("owner, of those that wait", lambda a: Narrowing(owner=a.staff.id), group="waiting")
    yield ask("owner and words", lambda a: Narrowing(owner=a.staff.id), words="bakkerij")
    yield ask("template, former", lambda a: Narrowing(template=a.template))
    yield ask("template and state", lambda a: Narrowing(template=a.template, state="voided"))
    yield ask("service, usual", lambda _: Narrowing(service="cloud_storage"))
    yield ask("service, rare", lambda _: Narrowing(service="dynamic_dns"))
    yield ask("import, former", lambda _: Narrowing(imported=1))
    yield ask("import, new", lambda _: Narrowing(imported=2))
    yield ask("begun by customers", lambda _: Narrowing(origin="self_started"))
    yield ask("nothing happened", lambda _: Narrowing(idle_days=30), group="waiting")
    yield ask(
        "four at once",
        lambda a: Narrowing(owner=a.staff.id, service="support", idle_days=7, state="sent"),
    )
    for order in Order:
        everyone, own = partial(_ordered, order, False), partial(_ordered, order, True)
        yield ask(f"by {order.value}, far behind", everyone, after="any")
        yield ask(f"by {order.value}, of an owner", own)


def _ordered(order: Order, own: bool, asked: Asked) -> Narrowing:
    return Narrowing(owner=asked.staff.id if own else "", order=order)


def _archive_filters(archive: Callable[[Search], Callable[[Asked], object]]) -> Iterator[Question]:

    def facets(**chosen: str) -> Callable[[Asked], object]:
        return archive(Search(facets=Facets(**chosen)))

    yield (
        "archive filter: in force long ago",
        GOAL,
        lambda a: archive(Search(in_force_on=a.day))(a),
    )
    yield "archive filter: in force today", GOAL, archive(Search(in_force_on=_TODAY))
    yield "archive filter: the present text", GOAL, lambda a: facets(template=a.texts[0])(a)
    yield "archive filter: a former text", GOAL, lambda a: facets(template=a.texts[-1])(a)
    yield "archive filter: a service of many", GOAL, facets(service="support")
    yield "archive filter: a rare service", GOAL, facets(service="dynamic_dns")
    yield "archive filter: special categories", GOAL, facets(flag="special")
    yield "archive filter: criminal data", GOAL, facets(flag="criminal")
    yield "archive filter: a country of many", GOAL, facets(country="NL")
    yield "archive filter: a rare country", GOAL, facets(country="LU")
    yield (
        "archive filter: three together",
        GOAL,
        facets(country="NL", service="support", flag="special"),
    )
    yield "archive filter: two rare ones", GOAL, facets(country="LU", service="dynamic_dns")
    yield (
        "archive filter: a former text in force today",
        GOAL,
        lambda a: archive(Search(in_force_on=_TODAY, facets=Facets(template=a.texts[-1])))(a),
    )
    yield (
        "archive filter: the present text in force long ago",
        GOAL,
        lambda a: archive(Search(in_force_on=a.day, facets=Facets(template=a.texts[0])))(a),
    )
    yield (
        "archive filter: a rare service in force long ago",
        GOAL,
        lambda a: archive(Search(in_force_on=a.day, facets=Facets(service="dynamic_dns")))(a),
    )
    yield (
        "search: a word of many with a rare service",
        SEARCH,
        archive(Search(words="bakkerij", facets=Facets(service="dynamic_dns"))),
    )
    yield (
        "search: a word of many with a country, in force today",
        SEARCH,
        archive(Search(words="bakkerij", in_force_on=_TODAY, facets=Facets(country="NL"))),
    )


def searches() -> Iterator[Question]:
    def words(typed: Callable[[Asked], str], group: str = "") -> Callable[[Asked], object]:
        return lambda asked: listing.listing(
            asked.deps, Search(words=typed(asked), group=group), asked.staff
        )

    yield "search: reference", SEARCH, words(lambda a: a.completed)
    yield "search: number", SEARCH, words(lambda a: a.number)
    yield "search: e-mail address", SEARCH, words(lambda a: a.email)
    yield "search: whole name", SEARCH, words(lambda a: a.name)
    yield "search: family name", SEARCH, words(lambda a: a.name.split()[1])
    yield "search: a word of many", SEARCH, words(lambda a: "bakkerij")
    yield "search: a word of all", SEARCH, words(lambda a: "example")
    yield "search: our own name", SEARCH, words(lambda a: "it4professionals zenner")
    yield "search: two words of many", SEARCH, words(lambda a: "bakkerij antwerpen")
    yield "search: two letters", SEARCH, words(lambda a: "ba")
    yield "search: two rare letters", SEARCH, words(lambda a: "oo")
    yield "search: two digits", SEARCH, words(lambda a: "27")
    yield "search: four digits", SEARCH, words(lambda a: "2745")
    yield "search: a year long ago", SEARCH, words(lambda a: a.completed[3:7])
    yield "search: reference of that year", SEARCH, words(lambda a: a.completed[:7])
    yield "search: nothing like it", SEARCH, words(lambda a: "zwavelzuur")
    yield "search: one that is there, one that is not", SEARCH, words(lambda a: "bakkerij zwavel")
    yield "search: of those that wait", SEARCH, words(lambda a: "bakkerij", group="waiting")
    yield "search: rare of those that wait", SEARCH, words(lambda a: a.name, group="waiting")
