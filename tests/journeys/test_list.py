"""Sales works in the list: narrows it down, keeps that, changes many at once, takes it along; and
sees who waits and who was never asked."""

from __future__ import annotations

import re
import time

import pytest
from installation import Customer, Installation
from people import BETWEEN_LOOKS, WORK_SECONDS, Sales, Seats
from playwright.sync_api import expect
from screens import DESK, ON_DESK, ON_PHONE, PLAIN_PHONE, Screen, on_screens

TOWNS = ("Aalst", "Boom", "Ciney")


def three(zegel: Installation, screen: Screen, word: str) -> list[Customer]:
    """Customers of this journey and no other, each with a draft."""
    customers = [zegel.customer(f"{word}{screen.name} {town}") for town in TOWNS]
    for customer in customers:
        zegel.bring(customer, "created")
    return customers


@on_screens(ON_DESK, ON_PHONE, PLAIN_PHONE)
def test_narrowed_kept_changed_together_and_taken_along(
    zegel: Installation, seats: Seats, screen: Screen
) -> None:
    one, two, three_ = three(zegel, screen, "Werk")
    sales = seats(Sales, zegel.member("verkoop"), screen).sees("Overeenkomsten")
    sales.searches(f"werk{screen.name}")
    expect(sales.rows()).to_have_count(3)
    sales.unfolds("Filters en volgorde")
    sales.page.get_by_label("Volgorde").select_option(label="Organisatie van A tot Z")
    sales.presses("Toepassen")
    expect(sales.rows().first).to_contain_text(one.organisation)
    sales.unfolds("Bewaarde filters")
    sales.presses("Bewaren").is_told("Vul")
    sales.fills({"Bewaar wat u nu ziet onder een naam": f"Mijn {screen.name}"})
    sales.presses("Bewaren").reads("De filters zijn bewaard.")
    sales.opens("/overeenkomsten").sees("Overeenkomsten")
    sales.unfolds("Bewaarde filters").follows(f"Mijn {screen.name}")
    expect(sales.rows()).to_have_count(3)

    _picks_two(sales, screen, one, two)
    sales.unfolds("Met veel overeenkomsten samen")
    sales.page.get_by_label("Wat wilt u doen?").select_option(label="Overdragen aan een collega")
    sales.presses("Eerst tellen").sees("Overdragen aan een collega")
    sales.page.get_by_label("Nieuwe eigenaar").select_option(label="Vera Maes")
    sales.presses("Tellen").reads("2 overeenkomsten worden overgedragen aan Vera Maes.")
    sales.presses("Overdragen aan een collega (2)").sees("Overdragen aan een collega")
    until = time.monotonic() + WORK_SECONDS
    while sales.page.get_by_role("link", name="Stand vernieuwen").count():
        assert time.monotonic() < until
        sales.page.wait_for_timeout(BETWEEN_LOOKS)
        sales.follows("Stand vernieuwen")
    sales.sees("Overdragen aan een collega").reads("2 van 2").follows("Overeenkomsten")

    sales.searches(f"werk{screen.name}").follows("Kolommen van deze lijst kiezen")
    sales.sees("Kolommen kiezen").ticks("Eigenaar").presses("Bewaren")
    sales.reads("De kolommen van uw lijst zijn bewaard.")
    expect(sales.rows().filter(has_text="Vera Maes")).to_have_count(2)
    expect(sales.rows().filter(has_text=three_.organisation)).not_to_contain_text("Vera Maes")
    sales.unfolds("Deze lijst ophalen als bestand")
    file = sales.downloads(sales.page.get_by_role("button", name="CSV"))
    assert all(each.organisation in file.decode("utf-8-sig") for each in (one, two, three_))
    book = sales.downloads(sales.page.get_by_role("button", name="Excel"))
    assert book.startswith(b"PK")

    sales.follows(three_.organisation).sees(three_.organisation).follows("Kopie maken")
    sales.sees("Nieuwe overeenkomst")
    expect(sales.page.get_by_label("Naam van de organisatie")).to_have_value(three_.organisation)
    sales.opens("/overeenkomsten/kolommen").presses("Gewone kolommen")


def _picks_two(sales: Sales, screen: Screen, *customers: Customer) -> None:
    """With the keys where there are some, else with the boxes."""
    boxes = [sales.page.get_by_label(f"Kies {each.organisation}") for each in customers]
    for box in boxes:
        if screen is ON_DESK:
            sales.page.keyboard.press("j")
            sales.page.keyboard.press("x")
        else:
            box.check()
    for box in boxes:
        expect(box).to_be_checked()


@on_screens(ON_PHONE, ON_DESK, PLAIN_PHONE)
def test_who_waits_and_who_was_never_asked(
    zegel: Installation, seats: Seats, screen: Screen
) -> None:
    asked, never = (zegel.customer(f"Dek{screen.name} {town}") for town in TOWNS[:2])
    zegel.bring(asked, "created")
    sales = seats(Sales, zegel.member("verkoop"), screen).sees("Overeenkomsten")
    sales.follows("Overzicht").sees("Overzicht").reads("Elk getal in een tabel leidt naar")
    waiting = sales.page.get_by_role("row").filter(has_text="Concept").get_by_role("link").first
    count = int(re.findall(r"\d+", waiting.inner_text())[0])
    waiting.click()
    sales.sees("Overeenkomsten")
    expect(sales.rows()).to_have_count(count)

    rows = ["Bedrijf\tOndernemingsnr\tContactpersoon\tE-mail"]
    rows += ["\t".join((c.organisation, c.digits, c.person, c.email)) for c in (asked, never)]
    sales.opens("/importen/nieuw").page.fill("#f-pasted", "\n".join(rows))
    sales.presses("Volgende: kolommen").ticks("Cloudopslag")
    sales.presses("Volgende: rijen nakijken").reads("zijn goed")
    sales.opens("/overeenkomsten").follows("Dekking").sees("Dekking").reads("2 klanten")
    sales.follows("Nog nooit gevraagd")
    expect(sales.rows()).to_have_count(1)
    expect(sales.rows()).to_contain_text(never.organisation)
    sales.unfolds("Deze vergelijking ophalen als bestand")
    file = sales.downloads(sales.page.get_by_role("button", name="CSV")).decode("utf-8-sig")
    assert asked.organisation in file
    assert never.organisation in file
    sales.presses("Nieuwe lijst maken").sees("Kolommen en keuzes").reads(never.organisation)
    expect(sales.page.get_by_role("main")).not_to_contain_text(asked.organisation)


@pytest.mark.long
def test_keys_reach_every_part_of_a_row_in_its_order(zegel: Installation, seats: Seats) -> None:
    """Tab goes through the page as it is read; no field before it is skipped."""
    screen = Screen("toets", DESK)
    three(zegel, screen, "Werk")
    sales = seats(Sales, zegel.member("verkoop"), screen).searches("werktoets")
    order = sales.page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
            .filter((e) => e.checkVisibility() && e.tabIndex >= 0)
            .map((e) => e.textContent.trim() || e.getAttribute("aria-label") || e.name)"""  # noqa: E501
    )
    sales.page.evaluate("() => document.activeElement.blur()")
    walked = []
    for _ in order:
        sales.page.keyboard.press("Tab")
        walked.append(
            sales.page.evaluate(
                "() => { const e = document.activeElement;"
                " return e.textContent.trim() || e.getAttribute('aria-label') || e.name }"
            )
        )
    assert walked == order
