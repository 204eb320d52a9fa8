"""W9: verify an original of the running stack, warm: in this process, sandboxed as the page does,
and ``uploaded``, the complete answer of ``/api/verify``."""

from __future__ import annotations

import http.client
import time

from bench.figures import Figure, latency, timed
from bench.workshop import Workshop
from service.workflow.package_files import sealed_files
from signatures.package.names import AGREEMENT
from signatures.sandbox.examine import verify_apart
from signatures.verdict.verify import verify

GOAL_MS = 15
SAMPLES, WARM_UP = 100, 5


def run(workshop: Workshop) -> list[Figure]:
    """One file at a time, with no other requests."""
    reference = workshop.new("signed").reference
    workshop.road.countersigned(reference)
    workshop.wait.for_archive(reference)
    workshop.wait.until_idle()
    agreement_id = workshop.road.agreement(reference).id
    (pdf,) = sealed_files(workshop.deps, agreement_id, AGREEMENT)
    roots = workshop.deps.authority().roots
    inside: list[float] = []
    processor: list[float] = []
    apart: list[float] = []
    uploaded: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", workshop.port)
    for _ in range(WARM_UP + SAMPLES):
        began = time.process_time()
        with timed(inside):
            verify(pdf, roots=roots)
        processor.append((time.process_time() - began) * 1000)
        with timed(apart):
            verify_apart(pdf, roots=roots)
        with timed(uploaded):
            headers = {"Content-Type": "application/pdf"}
            connection.request("POST", "/api/verify", pdf, headers)
            connection.getresponse().read()
    connection.close()
    return [
        *latency("W9", "verify in this process", inside[WARM_UP:], GOAL_MS),
        *latency("W9", "  of which processor time", processor[WARM_UP:]),
        *latency("W9", "verify in a process apart", apart[WARM_UP:], GOAL_MS),
        *latency("W9", "uploaded, whole answer", uploaded[WARM_UP:], GOAL_MS),
    ]
