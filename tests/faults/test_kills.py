"""SIGKILL between any two steps after the last signature: one original, one date, no lost mail.

``KILLS`` is how often the worker is killed: at every point of ``POINTS``, then at others and at
random moments. The quick run takes one of them at random; the web process is killed only in the
long run. The seed is printed, and ``SEED`` repeats a run.
"""

from __future__ import annotations

import os
import random
from http import HTTPStatus
from urllib.request import urlopen

import httpx
import pytest
from fault_road import MakeHouse, until
from kill_harness import (
    KILLED,
    Kennel,
    Letterbox,
    drawn,
    judge,
    judge_mails,
    remember,
    wait_until_done,
)

from service.commands.browser import Browser, PageRefused

pytestmark = [pytest.mark.kills, pytest.mark.own_database]

POINTS = (
    "seal_act:before:1",
    "keep_seal:after:1",
    "keep_seal>commit:after:1",
    "seal_act:after:3",
    "close:before:1",
    "keep_seal:after:4",
    "close>commit:after:1",
    "acknowledge:after:1",
    "make_sheet:after:1",
    "seal_sheet:after:1",
    "keep_original>commit:before:1",
    "keep_original>commit:after:1",
    "put:after:1",
    "put:after:3",
    "note_objects>commit:after:1",
    "read_back:after:1",
    "read_back>defer:after:1",
    "read_back>commit:before:1",
    "read_back>commit:after:1",
    "mail:before:1",
    "mail:after:1",
    "mail>commit:after:1",
)
MORE_POINTS = (  # close to others; for the long run
    "seal_act:after:1",
    "keep_seal>commit:before:1",
    "acknowledge:before:1",
    "keep_original:after:1",
    "put:after:2",
    "read_back:before:1",
    "mail>commit:before:1",
)
RANDOM_KILLS = 3
LONGEST_SECONDS = 120


def test_the_worker_is_killed_between_any_two_steps(
    kennel: Kennel, letterbox: Letterbox, make_house: MakeHouse
) -> None:
    """Every worker recovers from one kill and is the victim of the next."""
    house = make_house()
    chance, wanted = drawn()
    plan = _plan(chance, wanted)
    signed = []
    for number, point in enumerate(plan, 1):
        (reference,) = house.fully_signed()
        signed.append(remember(house, reference))
        worker = kennel.start("worker", point)
        if point:
            assert kennel.wait(worker, LONGEST_SECONDS) == KILLED, f"{point} was never reached"
        elif kennel.wait(worker, chance.uniform(0.05, 2.5)) is None:
            kennel.kill(worker)
        print(number, point or "at random", reference)
    worker = kennel.start("worker")
    wait_until_done(house, [each.reference for each in signed], LONGEST_SECONDS + 10 * len(plan))
    kennel.kill(worker)  # it may have only just begun
    for number, each in enumerate(signed):
        judge(house, each, deeply=number % 10 == 0)
    repeated = judge_mails(house, letterbox, len(plan))
    print(f"{len(plan)} kills, {len(signed)} agreements, {repeated} mails repeated")


def _plan(chance: random.Random, wanted: int) -> list[str]:
    """Where to kill, '' for a random moment; the quick run's plan if ``wanted`` is 0."""
    if not wanted:
        return [chance.choice([*POINTS, ""])]
    plan = [*POINTS, *[""] * RANDOM_KILLS]
    while len(plan) < wanted:
        every = (*POINTS, *MORE_POINTS)
        plan += [*chance.sample(every, len(every)), *[""] * len(every)]
    return plan[:wanted]


WEB_POINTS = (
    "accept:before:1",
    "accept:after:1",
    "accept>commit:before:1",
    "accept>commit:after:1",
)
QUICK_WEB = WEB_POINTS[-2:]  # around the commit: before it, nothing is signed


@pytest.mark.long
def test_the_web_process_is_killed_in_the_last_signature(
    kennel: Kennel, letterbox: Letterbox, make_house: MakeHouse, environment: dict[str, str]
) -> None:
    """Signed or not signed, and the page says which; a second attempt gives one signature."""
    house = make_house(**environment)
    url = house.deps.settings.base_url

    def web(point: str = "") -> int:
        pid = kennel.start("web", point)
        until(lambda: _answers(url) or kennel.wait(pid, 0), "an answer of the web process")
        return pid

    def sign(browser: Browser, reference: str) -> None:
        browser.open("/tekenen-namens-ons")
        browser.submit(
            "/tekenen-namens-ons",
            selected=[reference],
            confirmed=browser.values("confirmed"),
            method="typed",
            typed_name=house.staff.name,
            password=house.password,
        )

    signed = []
    worker = kennel.start("worker")
    with Browser(url) as browser:
        for point in WEB_POINTS if "KILLS" in os.environ else QUICK_WEB:
            (reference,) = house.awaiting_processor()
            house.open_waiting()
            pid = web(point)
            if not signed:
                browser.open("/aanmelden")
                browser.submit(email=house.staff.email, password=house.password)
            with pytest.raises(httpx.TransportError):
                sign(browser, reference)
            assert kennel.wait(pid, 10) == KILLED
            counts = house.events(reference).count("act.accepted")
            assert counts == (3 if point == WEB_POINTS[-1] else 2)
            pid = web()
            if counts == 2:
                sign(browser, reference)
            else:
                with pytest.raises(PageRefused):  # it is no longer in the queue
                    sign(browser, reference)
            signed.append(remember(house, reference))
            kennel.kill(pid)
    wait_until_done(house, [each.reference for each in signed], LONGEST_SECONDS)
    kennel.stop(worker)
    for each in signed:
        judge(house, each, deeply=False)
    assert judge_mails(house, letterbox, 0) == 0


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=5) as answer:  # much faster than httpx
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
