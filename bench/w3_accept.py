"""W3: accepting the controller's signature: both acts, the log, the receipt and the jobs.

The worker is paused: a signature waits for no seal, and sealing would distort the
measurement.
"""

from __future__ import annotations

from contextlib import ExitStack

from bench.client import Client
from bench.figures import Figure, at_once, latency, timed
from bench.workshop import CLIENTS, Opened, Workshop

GOAL_MS, GOAL_RATE = 8, 250
ONE_BY_ONE, TOGETHER = 15, 24
WARM_UP = 2
ACTION = "/tekenen/ondertekenen/bijlage"


def run(workshop: Workshop) -> list[Figure]:
    """The workflow's function, then the page's form."""
    agreements = workshop.several(2 * (WARM_UP + ONE_BY_ONE + TOGETHER), "prepared")
    workshop.wait.until_idle()
    half = len(agreements) // 2
    with workshop.worker_paused():
        return [*_calls(workshop, agreements[:half]), *_forms(workshop, agreements[half:])]


def _calls(workshop: Workshop, agreements: list[Opened]) -> list[Figure]:
    road = workshop.road
    given = [(each, road.shown(each.reference)) for each in agreements]

    def sign(found: Opened, shown: str) -> None:
        road.sign(*found, document_sha256=shown)

    one: list[float] = []
    for count, (found, shown) in enumerate(given[: WARM_UP + ONE_BY_ONE]):
        with timed(one if count >= WARM_UP else []):
            sign(found, shown)
    rate = at_once(CLIENTS, lambda pair: sign(*pair), given[WARM_UP + ONE_BY_ONE :])
    return [
        *latency("W3", "sign()", one, GOAL_MS),
        Figure("W3", f"sign(), {CLIENTS} threads", rate, "/s", GOAL_RATE, True),
    ]


def _forms(workshop: Workshop, agreements: list[Opened]) -> list[Figure]:
    """The clock runs from the form to the answer (303 See Other)."""
    one: list[float] = []
    with ExitStack() as open_clients:
        clients = [
            open_clients.enter_context(Client(workshop.port, each.secret)) for each in agreements
        ]
        for count, client in enumerate(clients[: WARM_UP + ONE_BY_ONE]):
            form = client.form(ACTION, ACTION)
            with timed(one if count >= WARM_UP else []):
                client.post(ACTION, form)
        together = []
        for client in clients[WARM_UP + ONE_BY_ONE :]:
            together.append((client, client.form(ACTION, ACTION)))
            client.hang_up()  # the server does so after five seconds anyway
        rate = at_once(CLIENTS, lambda pair: pair[0].post(ACTION, pair[1]), together)
    return [
        *latency("W3", "over HTTP", one, GOAL_MS),
        Figure("W3", f"over HTTP, {CLIENTS} clients", rate, "/s", GOAL_RATE, True),
    ]
