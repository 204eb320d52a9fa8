"""Our signatory: chosen in the form, shown in list, dossier and queue, and replaced by a
colleague."""

from __future__ import annotations

import re
from collections.abc import Callable

from app_browser import Browser
from office import NEW
from road import steps

from service.agreement.permissions import Role
from service.deps import Deps
from service.workflow.offer import generate

Opened = Callable[[Role], Browser]


def chosen(page: str) -> list[str]:
    """The options of the field, the chosen one marked with a star."""
    field = page.split('<select id="f-countersigner"')[1].split("</select>")[0]
    found = re.findall(r"<option value=\"[^\"]*\"( selected)?>([^<]+)<", field)
    return [f"*{label}" if selected else label for selected, label in found]


def test_the_form_asks_who_signs_and_keeps_the_choice(
    office: Browser, deps: Deps, as_role: Opened
) -> None:
    office.get("/overeenkomsten/nieuw")
    assert chosen(office.page) == ["*Els Maes, Zaakvoerder"]
    as_role(Role.SIGNATORY)
    office.get("/overeenkomsten/nieuw")
    assert chosen(office.page) == ["Kies een collega", "Els Maes, Zaakvoerder", "Jan tekenbevoegde"]
    key = office.value("key")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": key, "countersigner": ""})
    assert office.status == 422
    assert re.search(
        r'id="e-countersigner"[^<]*<[^<]*<[^>]*>Kies wie namens ons ondertekent.', office.page
    )
    jan = re.findall(r'<option value="([^"]+)">Jan tekenbevoegde', office.page)[0]
    wrong = {**NEW, "key": key, "countersigner": jan, "name": ""}
    office.post("/overeenkomsten/nieuw", wrong)
    assert "*Jan tekenbevoegde" in chosen(office.page)
    office.post("/overeenkomsten/nieuw", {**NEW, "key": key, "countersigner": jan})
    reference = office.path.rsplit("/", 1)[-1]
    assert steps(deps).agreement(reference).our_name == "Jan tekenbevoegde"
    assert "Jan tekenbevoegde, Zaakvoerder" in office.page
    for page in (f"{reference}/bewerken", f"nieuw?kopie={reference}"):
        office.get(f"/overeenkomsten/{page}")
        assert "*Jan tekenbevoegde" in chosen(office.page)


def test_a_colleague_takes_over_from_the_queue(
    office: Browser, deps: Deps, as_role: Opened
) -> None:
    reference = steps(deps).pre_signed()
    jan = as_role(Role.SIGNATORY)
    jan.get("/overeenkomsten")
    assert "Wacht op Els Maes" in jan.page
    jan.get("/tekenen-namens-ons")
    assert "Te ondertekenen (0)" in jan.page
    assert "Van collega’s (1)" in jan.page
    jan.get(f"/overeenkomsten/{reference}")
    assert "Wacht op Els Maes" in jan.page
    assert "Nakijken en ondertekenen" not in jan.page
    jan.get(f"/overeenkomsten/{reference}/tekst")
    assert "Ik heb dit gelezen" not in jan.page
    page = f"/overeenkomsten/{reference}/overname"
    assert f'href="{page}"' in jan.get("/tekenen-namens-ons").get_data(as_text=True)
    jan.get(page)
    assert "in de plaats van Els Maes" in jan.page
    jan.post(page)
    assert "U ondertekent nu namens ons." in jan.page
    generate.generate(deps, steps(deps).agreement(reference).id)
    jan.get("/tekenen-namens-ons")
    assert "Te ondertekenen (1)" in jan.page
    office.get("/tekenen-namens-ons")
    assert "Te ondertekenen (0)" in office.page
    assert "Van collega’s (1)" in office.page


def test_who_does_not_sign_any_more_is_named_with_the_way_on(
    office: Browser, deps: Deps, as_role: Opened
) -> None:
    jan = as_role(Role.SIGNATORY)
    jan.get("/overeenkomsten")
    office.get("/overeenkomsten/nieuw")
    ours = re.findall(r'<option value="([^"]+)">Jan tekenbevoegde', office.page)[0]
    reference = steps(deps).pre_signed(countersigner=ours)
    with deps.database.begin() as tx:
        account = tx.accounts.by_id(ours)
        assert account
        tx.accounts.change(account.person, active=False)
    office.get("/overeenkomsten?groep=trouble")
    assert "Jan tekenbevoegde kan niet meer namens ons ondertekenen" in office.page
    office.get(f"/overeenkomsten/{reference}")
    assert "Jan tekenbevoegde kan niet meer namens ons ondertekenen" in office.page
    assert f'href="/overeenkomsten/{reference}/overname"' in office.page
    office.post(f"/overeenkomsten/{reference}/overname")
    assert "U ondertekent nu namens ons." in office.page
    office.post(f"/overeenkomsten/{reference}/intrekking", {"reason": "Te laat"})
    office.post(f"/overeenkomsten/{reference}/overname")
    assert office.status == 409
    assert "Dat kan niet meer: deze overeenkomst is ingetrokken." in office.page
