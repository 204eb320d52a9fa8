"""A signer's first page on a phone: its size, and when it is usable.

A Chromium with an empty cache, its processor slowed four times, its network to 1.6 Mbit/s with 150
ms per request. Usable: the text is painted and the scripts have run. Without a logo, and with one
of noise, which does not compress.
"""

from __future__ import annotations

import io
import os
import shutil
import statistics
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.figures import Figure
from bench.workshop import Workshop
from service.workflow.people.accounts import sign_in
from service.workflow.people.reauthenticate import Proof

GOAL_KB, GOAL_MS = 60, 1000
SLOWER, BITS_A_SECOND, LATENCY_MS = 4, 1_600_000, 150
TRIES = 5
USABLE = """() => Math.max(
    performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
    performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0)"""


@dataclass
class Visit:
    """The bytes of one visit by kind, and when the page became usable."""

    weights: dict[str, int] = field(default_factory=dict)
    usable_ms: float = 0.0

    @property
    def kilobytes(self) -> float:
        """The total, including headers."""
        return sum(self.weights.values()) / 1000


def run(workshop: Workshop) -> list[Figure]:
    """The page behind the link."""
    link = workshop.link(workshop.new("opened").reference)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        plain = [_visit(chromium, link) for _ in range(TRIES)]
        _show_a_look(workshop)
        with_logo = [_visit(chromium, link) for _ in range(TRIES)]
        chromium.close()
    return _figures("page behind the link", plain) + _figures(
        "the same with a logo and a colour", with_logo
    )


def _show_a_look(workshop: Workshop) -> None:
    staff = workshop.road.staff
    session = sign_in(workshop.deps, staff.email, workshop.road.password).session
    noise = Image.frombytes("RGB", (600, 200), os.urandom(600 * 200 * 3))
    out = io.BytesIO()
    noise.save(out, "PNG")
    try:
        look = import_module("service.workflow.people.look")
    except ModuleNotFoundError:  # with ``--before``: older code has a logo only
        logo = import_module("service.workflow.people.logo")
        logo.change_logo(workshop.deps, out.getvalue(), staff, Proof(session))
        return
    form = {"accent": "#7b2cbf"}
    new = look.proposed(workshop.deps, form, out.getvalue(), without_logo=False, staff=staff)
    look.change_look(workshop.deps, new, staff, Proof(session))


def _figures(page: str, visits: list[Visit]) -> list[Figure]:
    figures = [
        Figure("phone", page, visits[-1].kilobytes, "kB", GOAL_KB),
        Figure(
            "phone",
            f"{page}, usable, p50 of {TRIES}",
            statistics.median(visit.usable_ms for visit in visits),
            "ms",
            GOAL_MS,
        ),
    ]
    return figures + [
        Figure("phone", f"of that: {kind.lower()}", weight / 1000, "kB")
        for kind, weight in sorted(visits[-1].weights.items())
    ]


def _visit(chromium: Browser, address: str) -> Visit:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
    page = context.new_page()
    visit, session = Visit(), context.new_cdp_session(page)
    _count(session, visit)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BITS_A_SECOND / 8,
            "uploadThroughput": BITS_A_SECOND / 8,
        },
    )
    page.goto(address, wait_until="networkidle")
    visit.usable_ms = page.evaluate(USABLE)
    context.close()
    return visit


def _count(session: CDPSession, visit: Visit) -> None:
    kinds: dict[str, str] = {}

    def received(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "Other")
        visit.weights[kind] = visit.weights.get(kind, 0) + int(event["encodedDataLength"])

    session.on("Network.responseReceived", received)
    session.on("Network.loadingFinished", finished)
