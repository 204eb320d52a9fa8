"""W2: the signer's pages and the PDF, over persistent connections."""

from __future__ import annotations

from dataclasses import dataclass

from bench.client import Client, rate
from bench.figures import Figure, latency, timed
from bench.workshop import CLIENTS, Opened, Workshop

PAGE_GOAL_MS, PAGE_GOAL_RATE, PDF_GOAL_MS = 3, 800, 2
WARM_UP, REQUESTS, SECONDS = 40, 300, 4.0


@dataclass(frozen=True)
class Page:
    """One address to request repeatedly."""

    name: str
    path: str
    goal_ms: float | None = None
    goal_rate: float | None = None


def run(workshop: Workshop) -> list[Figure]:
    """The goal is for the largest page, the text to read."""
    signers = workshop.several(CLIENTS, "proved")
    figures: list[Figure] = []
    for page in (
        Page("page with the whole text", "/tekenen/lezen", PAGE_GOAL_MS, PAGE_GOAL_RATE),
        Page("page to sign on", "/tekenen/ondertekenen", PAGE_GOAL_MS, PAGE_GOAL_RATE),
        Page("PDF", "/tekenen/document.pdf", PDF_GOAL_MS),
    ):
        figures += _measure(workshop, page, [(page.path, each) for each in signers])
    landing = Page("page behind the link", "", PAGE_GOAL_MS, PAGE_GOAL_RATE)
    links = [(workshop.link(each.reference).removeprefix(workshop.url), each) for each in signers]
    return figures + _measure(workshop, landing, links)


def _measure(workshop: Workshop, page: Page, addresses: list[tuple[str, Opened]]) -> list[Figure]:
    path, signer = addresses[0]
    one: list[float] = []
    with Client(workshop.port, signer.secret) as client:
        for _ in range(WARM_UP):
            size = len(client.get(path))
        for _ in range(REQUESTS):
            with timed(one):
                client.get(path)
    many = rate(
        workshop.port, [(path, signer.secret) for path, signer in addresses], seconds=SECONDS
    )
    name = f"{page.name} ({size / 1000:.0f} kB)"
    return [
        *latency("W2", name, one, page.goal_ms),
        Figure("W2", f"{page.name}, {CLIENTS} clients", many, "/s", page.goal_rate, True),
    ]
