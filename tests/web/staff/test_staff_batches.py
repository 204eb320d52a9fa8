"""One step for many agreements: counted, begun once, done one by one, and told truthfully."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from app_browser import Browser
from office import NEW, rows

from service.agreement.permissions import Role
from service.database.bulk.batches import Batches
from service.deps import Deps
from service.workflow.bulk import batch
from service.workflow.keeping.retain import tidy


def _new(office: Browser, name: str, *, send: bool = True) -> str:
    office.get("/overeenkomsten/nieuw")
    office.post(
        "/overeenkomsten/nieuw", {**NEW, "key": office.value("key"), "name": name, "number": ""}
    )
    reference = office.path.rsplit("/", 1)[-1]
    if send:
        office.post(f"/overeenkomsten/{reference}/verzending")
    return reference


@pytest.fixture
def some(office: Browser, deps: Deps) -> list[str]:
    """Two that were sent some days ago, and a draft."""
    made = [_new(office, "Aksent"), _new(office, "Bakkerij"), _new(office, "Claes", send=False)]
    rows(deps, "update messages set queued_at = queued_at - interval '5 days'")
    return made


def _counted(
    office: Browser, kind: str, *references: str, **more: str
) -> tuple[str, dict[str, str]]:
    """The address of the button after counting, and the fields of its form."""
    chosen = [("actie", kind), *(("kies", each) for each in references), *more.items()]
    office.get("/overeenkomsten/samen?" + urlencode(chosen))
    assert office.status == 200, office.page
    action = re.search(r'method="post" action="([^"]*/samen[^"]*)"', office.page)
    assert action, office.page
    return unescape(action[1]), {name: office.value(name) for name in ("key", "seen")}


MANY = 5100
_LATER = "update agreements set expires_at = now() + interval '200 days'"


def _states(deps: Deps) -> list[str]:
    return [state for (state,) in rows(deps, "select state from agreements order by reference")]


def _log(deps: Deps, event: str) -> int:
    found = rows(deps, f"select count(*) from audit_entries where event = '{event}'")
    return int(found[0][0])


def test_reminders_for_those_that_were_ticked(office: Browser, deps: Deps, some: list[str]) -> None:
    address, form = _counted(office, "remind", *some)
    assert "2 ondertekenaars krijgen vandaag een herinnering" in office.page
    assert "<strong>1</strong>: " in office.page
    assert form["seen"] == "2"
    office.post(address, form)
    assert re.fullmatch(r"/overeenkomsten/samen/[0-9a-f-]{36}", office.path)
    assert "0 van 3" in office.page
    page = office.path
    batch.run(deps)
    office.get(page)
    assert "2 van 3" in office.page
    assert "Klaar" in office.page
    assert some[2] in office.page
    assert _log(deps, "signatory.reminded") == 2
    office.post(address, form)  # the same button once more
    batch.run(deps)
    assert office.path == page
    assert _log(deps, "signatory.reminded") == 2
    assert _log(deps, "batch.begun") == 1


def test_all_that_the_filters_leave_are_withdrawn(
    office: Browser, deps: Deps, some: list[str]
) -> None:
    address, form = _counted(office, "void", alles="ja", status="sent")
    assert "2 overeenkomsten worden ingetrokken" in office.page
    office.post(address, {**form, "reason": ""})
    assert office.status == 422
    assert "2 overeenkomsten worden ingetrokken" in office.page
    assert _log(deps, "batch.begun") == 0
    office.post(address, {**form, "reason": "Verkeerde lijst"})
    batch.run(deps)
    assert _states(deps) == ["voided", "voided", "draft"]


def test_more_time_for_what_ends_earlier(office: Browser, deps: Deps, some: list[str]) -> None:
    rows(deps, f"{_LATER} where reference = '{some[0]}'")
    address, form = _counted(office, "extend", *some, dagen="100")
    assert form["seen"] == "1"
    office.post(address, form)
    batch.run(deps)
    office.get(f"/overeenkomsten/{some[1]}")
    assert _log(deps, "agreement.extended") == 1
    office.get(
        "/overeenkomsten/samen?" + urlencode({"actie": "extend", "kies": some[0], "dagen": "x"})
    )
    assert office.status == 422
    assert office.value("dagen") == "x"


def test_what_changed_since_it_was_counted_is_counted_again(
    office: Browser, deps: Deps, some: list[str]
) -> None:
    address, form = _counted(office, "resend", some[0], some[1])
    office.post(f"/overeenkomsten/{some[0]}/intrekking", {"reason": "Verkeerde klant"})
    office.post(address, form)
    assert office.status == 409
    assert "intussen veranderd" in office.page
    assert office.value("seen") == "1"
    office.post(address, {"key": office.value("key"), "seen": "1"})
    batch.run(deps)
    assert _log(deps, "batch.begun") == 1


def test_a_batch_is_stopped_and_what_changes_meanwhile_is_refused(
    office: Browser, deps: Deps, some: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, form = _counted(office, "resend", some[0], some[1])
    office.post(address, form)
    page = office.path
    office.post(f"/overeenkomsten/{some[1]}/intrekking", {"reason": "Verkeerde klant"})
    monkeypatch.setattr(batch, "PART_SECONDS", 0.0)
    (running,) = rows(deps, "select id from batches")
    with deps.database.look() as tx:
        found = tx.batches.get(str(running.id))
    assert batch._one(deps, found)
    office.get(page)
    assert "Overgeslagen of mislukt" in office.page
    assert "Stand vernieuwen" in office.page
    office.post(f"{page}/stop")
    assert "Gestopt" in office.page
    assert not batch._one(deps, found)
    lines = rows(deps, "select state from batch_lines order by position")
    assert sorted(state for (state,) in lines) == ["refused", "waiting"]


def test_who_may_no_longer_send_ends_it(office: Browser, deps: Deps, some: list[str]) -> None:
    address, form = _counted(office, "resend", some[0])
    office.post(address, form)
    page = office.path
    rows(deps, "update staff set roles = array['archief']")
    links = rows(deps, "select count(*) from links")
    batch.run(deps)
    assert rows(deps, "select count(*) from links") == links
    assert [each.state for each in rows(deps, "select state from batches")] == ["stopped"]
    rows(deps, f"update staff set roles = array['{Role.SALES}']")
    office.get(page)
    assert "Gestopt" in office.page


def test_nothing_ticked_is_told(office: Browser, some: list[str]) -> None:
    office.get("/overeenkomsten/samen?actie=remind")
    assert office.status == 422
    assert "Vink eerst overeenkomsten aan" in office.page
    for odd in ("?actie=anders", "/x", "/00000000-0000-4000-8000-000000000000"):
        assert office.get(f"/overeenkomsten/samen{odd}").status_code == 404


def test_a_worker_that_is_killed_has_done_a_line_or_has_not(
    office: Browser, deps: Deps, some: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    address, form = _counted(office, "resend", some[0], some[1])
    office.post(address, form)
    with monkeypatch.context() as patched:
        patched.setattr(Batches, "mark", killed)
        with pytest.raises(Killed):
            batch.run(deps)
    assert rows(deps, "select count(*) from links")[0][0] == 2
    batch.run(deps)
    assert rows(deps, "select count(*) from links")[0][0] == 4
    assert rows(deps, "select distinct state from batch_lines") == [("done",)]

    tidy(deps)
    assert rows(deps, "select count(*) from batches")[0][0] == 1
    rows(deps, "update batches set ended_at = ended_at - interval '401 days'")
    tidy(deps)
    assert rows(deps, "select 1 from batches, batch_lines") == []


def test_a_whole_import_at_once(office: Browser, deps: Deps) -> None:
    """More than one page, one part or one statement takes; the agreements are copies by SQL."""
    _new(office, "Aksent", send=False)
    names = "select string_agg(column_name, ', ') from information_schema.columns where table_name"
    others = f"{names} = 'agreements' and column_name not in ('id', 'reference')"
    ((columns,),) = rows(deps, others)
    rows(
        deps,
        f"insert into agreements (id, reference, {columns}) select gen_random_uuid(),"
        f" 'VO-2020-' || n, {columns} from agreements, generate_series(10001, {10000 + MANY}) n",
    )
    rows(
        deps,
        "insert into signatories (id, agreement_id, name, email, function, created_at)"
        " select gen_random_uuid(), a.id, s.name, s.email, s.function, s.created_at"
        " from signatories s, agreements a where a.reference like 'VO-2020-%'",
    )
    rows(deps, "analyze agreements, signatories")
    address, form = _counted(office, "void", alles="ja")
    office.post(address, {**form, "reason": "Verkeerde lijst"})
    assert f"0 van {MANY + 1}" in office.page
    lines = rows(
        deps,
        "select count(distinct agreement_id), min(position), max(position) from batch_lines"
        " where state = 'waiting'",
    )
    assert [tuple(each) for each in lines] == [(MANY + 1, 0, MANY)]
