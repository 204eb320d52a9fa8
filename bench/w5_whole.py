"""W5: complete agreements per minute, through the pages, four at any time; W10: the processor time
of one of them, over all processes; and the memory held by all processes and engines afterwards.

Sales, signer and countersigner use real pages. Link and code are derived from the secret key
instead of read from the mail, which the worker still sends. The document is generated every time.
"""

from __future__ import annotations

import os
import re
import threading
import time
from typing import Any

from bench import processor
from bench.figures import Figure, at_once, latency, timed
from bench.memory import held_below
from bench.waits import LOOK_AGAIN
from bench.workshop import CLIENTS, Workshop
from service.commands.browser import Browser
from service.commands.demo import ANNEX, DETAILS

GOAL, GOAL_OF_PROCESSOR_MS, GOAL_OF_MEMORY_MIB = 220, 500, 600
MEMORY_AFTER_SECONDS = 10
AGREEMENTS = 30
QUEUE = "/tekenen-namens-ons"


def run(workshop: Workshop) -> list[Figure]:
    """Four people at a time complete agreements; one countersigner signs whatever waits."""
    each: list[float] = []
    done = threading.Event()
    countersigner = threading.Thread(target=_countersign, args=(workshop, done))
    staff = [_signed_in(workshop) for _ in range(CLIENTS)]
    countersigner.start()
    try:

        def walk(_: int) -> None:
            browser = staff.pop()
            with timed(each):
                _walk(workshop, browser)
            staff.append(browser)

        at_once(CLIENTS, walk, range(CLIENTS))  # so that each web process has made its pages once
        workshop.wait.until_idle()
        each.clear()
        before = processor.spent()
        rate = at_once(CLIENTS, walk, range(AGREEMENTS)) * 60
        workshop.wait.until_idle()  # including the last mails
        after = processor.spent()
    finally:
        done.set()
        countersigner.join()
    workshop.hang_up()
    time.sleep(MEMORY_AFTER_SECONDS)
    held = held_below(os.getpid())
    return [
        Figure("W5", f"agreements end to end, {CLIENTS} in flight", rate, "/min", GOAL, True),
        *latency("W5", "one agreement", each),
        *_processor({kind: (after[kind] - before.get(kind, 0)) / AGREEMENTS for kind in after}),
        *_memory(held),
    ]


def _processor(of_one: dict[str, float]) -> list[Figure]:
    what = "processor time of one agreement"
    shares = sorted(of_one.items(), key=lambda share: -share[1])
    return [
        Figure("W10", what, sum(of_one.values()), "ms", GOAL_OF_PROCESSOR_MS),
        *(Figure("W10", f"  {kind}", value, "ms") for kind, value in shares),
    ]


def _memory(held: dict[str, float]) -> list[Figure]:
    what = f"memory of everything, {MEMORY_AFTER_SECONDS} s later"
    return [
        Figure("W5", what, sum(held.values()), "MiB", GOAL_OF_MEMORY_MIB),
        *(Figure("W5", f"  {kind}", held[kind], "MiB") for kind in sorted(held)),
    ]


def _signed_in(workshop: Workshop) -> Browser:
    browser = Browser(workshop.url)
    browser.open("/aanmelden")
    browser.submit(email=workshop.sign_in.email, password=workshop.sign_in.password)
    return browser


def _walk(workshop: Workshop, sales: Browser) -> None:
    typed = {name: value for name, value in workshop.sales().items() if value not in ("", [])}
    sales.open("/overeenkomsten/nieuw")
    sales.submit("/nieuw", **typed)
    reference = re.findall(r"VO-\d{4}-\d{5}", sales.url)[0]
    sales.submit("/verzending")
    agreement_id, _ = workshop.ids(reference)
    with Browser(workshop.url) as signer:
        _sign(workshop, signer, reference, agreement_id)
    workshop.wait.for_archive(agreement_id)


def _sign(workshop: Workshop, signer: Browser, reference: str, agreement_id: str) -> None:
    controller = workshop.example["controller"]
    link_id, link = workshop.link(reference)
    signer.open(link)
    signer.submit("/tekenen/link/")
    signer.submit("/gegevens", **_given(controller, DETAILS))
    signer.submit("/bijlage", button="add=personal_data")
    signer.submit("/bijlage", **_given(controller, ANNEX))
    workshop.wait.for_state(agreement_id, "ready")
    signer.open("/tekenen/lezen")
    signer.submit("/lezen")
    signer.submit("/controle", code=workshop.code(link_id))
    signer.submit(
        "/ondertekenen",
        statement=signer.values("statement"),
        method="typed",
        typed_name=controller["signatory_name"],
    )
    signer.submit("/bijlage", annex_statement=signer.values("annex_statement"))


def _given(controller: dict[str, Any], names: str) -> dict[str, Any]:
    return {name: controller[name] for name in names.split() if name in controller}


def _countersign(workshop: Workshop, done: threading.Event) -> None:
    browser = _signed_in(workshop)
    while not done.wait(LOOK_AGAIN):
        if not workshop.wait.our_turn():
            continue
        browser.open(f"{QUEUE}/lezen")
        if browser.values("read"):
            browser.submit(f"{QUEUE}/lezen")
        browser.open(QUEUE)
        waiting = browser.values("selected")
        if waiting:
            browser.submit(
                QUEUE,
                selected=waiting,
                confirmed=browser.values("confirmed"),
                method="typed",
                typed_name=workshop.staff.name,
                password=workshop.sign_in.password,
            )
