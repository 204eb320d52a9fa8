"""Handing over on pages: one agreement from its dossier, and many from the list."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from app_browser import Browser
from colleagues import add_colleague
from office import NEW, rows

from service.agreement.permissions import Role
from service.deps import Deps
from service.workflow.bulk import batch


def _new(office: Browser) -> str:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key")})
    return office.path.rsplit("/", 1)[-1]


def test_one_agreement_is_handed_over(
    office: Browser, deps: Deps, as_role: Callable[[Role], Browser]
) -> None:
    reference = _new(office)
    page = f"/overeenkomsten/{reference}/overdracht"
    office.get(page)
    assert "Er is geen andere collega" in office.page
    sales = as_role(Role.SALES)
    (jan,) = rows(deps, "select id from staff where name = 'Jan verkoop'")
    office.get(f"/overeenkomsten/{reference}")
    assert page in office.page
    office.get(page)
    office.post(page, {"to": ""})
    assert office.status == 422
    assert "Kies een van de mogelijkheden" in office.page
    office.post(page, {"to": str(jan.id)})
    assert office.path == f"/overeenkomsten/{reference}"
    assert "De overeenkomst is overgedragen" in office.page
    assert "Jan verkoop" in office.page
    assert "Overgedragen aan Jan verkoop, in de plaats van Els Maes." in office.page
    sales.get(page)
    assert sales.status == 200
    office.get(f"/overeenkomsten/{reference}/intrekking")
    office.post(f"/overeenkomsten/{reference}/intrekking", {"reason": "Verkeerde klant"})
    office.get(f"/overeenkomsten/{reference}")
    assert page not in office.page
    office.post(page, {"to": str(jan.id)})
    assert office.status == 409


def test_many_are_counted_for_the_chosen_colleague(office: Browser, deps: Deps) -> None:
    one, other = _new(office), _new(office)
    ine = add_colleague(deps, "ine@it4.example", Role.SALES, name="Ine Smet")
    chosen = [("actie", "hand_over"), ("kies", one), ("kies", other)]
    office.get("/overeenkomsten/samen?" + urlencode(chosen))
    assert office.status == 200
    assert "Ine Smet" in office.page
    assert 'name="seen"' not in office.page  # nobody is chosen yet
    office.get("/overeenkomsten/samen?" + urlencode([*chosen, ("naar", "")]))
    assert office.status == 422
    address = "/overeenkomsten/samen?" + urlencode([*chosen, ("naar", ine.id)])
    office.get(address)
    assert "2 overeenkomsten worden overgedragen aan Ine Smet" in office.page
    office.post(address, {"key": office.value("key"), "seen": office.value("seen")})
    page = office.path
    batch.run(deps)
    office.get(page)
    assert "2 van 2" in office.page
    assert "Ine Smet" in office.page
    owners = rows(deps, "select distinct sender_id::text from agreements")
    assert [each[0] for each in owners] == [ine.id]
    office.get(f"/overeenkomsten?eigenaar={ine.id}")
    assert one in office.page
