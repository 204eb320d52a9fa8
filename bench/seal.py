"""Only sealing: three acts, a time stamp each, and the close, in this process with RSA-3072.

The document is one of the running stack, unused afterwards. Our own authority's time stamps need no
network.
"""

from __future__ import annotations

import cProfile
import pstats
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, latency, timed
from bench.workshop import Workshop
from signatures.acts.act import Act
from signatures.acts.statements import Statement
from signatures.keys.authority import create_authority, load_authority
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer, sha256
from signatures.stamps.timestamps import LocalTimestamps

GOAL_MS = 205
CHAINS, WARM_UP, PROFILED = 20, 2, 5
ORDER = ("controller_agreement", "controller_annex", "processor_agreement")
STEPS = (*ORDER, "close")
WHOLE = ("whole", "processor")
# Functions and the work they stand for. None calls another.
WORK = {
    ("timestamps.py", "_token"): "time stamp tokens",
    ("signer.py", "async_sign"): "seals (CMS), their tokens apart",
    ("embedded_font.py", "prepare_write"): "font of the appearance",
    ("reader.py", "__init__"): "reading the file",
    ("writer.py", "_write"): "writing the revision",
}
TOKENS, SEALS = list(WORK)[:2]


def run(workshop: Workshop) -> list[Figure]:
    """One chain after another; then some under the profiler."""
    frozen = workshop.road.frozen(workshop.new("ready").reference)
    with tempfile.TemporaryDirectory(prefix="zegel-bench-keys-") as data:
        seal = _sealing(Path(data), frozen)
        samples: dict[str, list[float]] = {step: [] for step in (*STEPS, *WHOLE)}
        for number in range(WARM_UP + CHAINS):
            if number == WARM_UP:
                samples = {step: [] for step in samples}
            started = time.process_time()
            with timed(samples["whole"]):
                seal(samples)
            samples["processor"].append((time.process_time() - started) * 1000)
        figures = latency("seal", "three acts and the close", samples["whole"], GOAL_MS)
        figures += latency("seal", "  time on the processor", samples["processor"])[:1]
        figures += [latency("seal", f"  {step}", samples[step])[0] for step in STEPS]
        return [*figures, *_profile(lambda: seal({step: [] for step in STEPS}))]


def _sealing(keys: Path, frozen: bytes) -> Callable[[dict[str, list[float]]], None]:
    """A function that seals the document and appends each step's milliseconds."""
    directory = keys / "authority"
    create_authority(directory, None, organisation="Zegel bench", now=datetime.now(UTC))
    authority = load_authority(directory, None)
    sealer = Sealer(SoftwareProvider(authority), LocalTimestamps(authority), authority)

    def seal(into: dict[str, list[float]]) -> None:
        pdf = frozen
        for place in ORDER:
            act = _act(place, frozen)
            with timed(into[place]):
                pdf = sealer.seal_act(pdf, act, last=place == ORDER[-1]).pdf
        with timed(into["close"]):
            sealer.close(pdf)

    return seal


def _act(place: str, frozen: bytes) -> Act:
    return Act(
        place=place,
        reference="VO-2026-00042",
        organisation="Bakkerij Peeters BV",
        person_name="An Peeters",
        function="Bestuurder",
        signed_at=datetime.now(UTC),
        method="typed",
        image_png=None,
        typed_text="An Peeters",
        document_sha256=sha256(frozen),
        statements=(Statement("read", "1", "Ik heb de overeenkomst gelezen."),),
        record_sha256=sha256(place.encode()),
    )


def _profile(work: Callable[[], None]) -> list[Figure]:
    """Each kind of work's share; a profiler exaggerates Python's."""
    profiler = cProfile.Profile()
    for _ in range(PROFILED):
        profiler.runcall(work)
    spent = dict.fromkeys(WORK, 0.0)
    stats = pstats.Stats(profiler)
    for (file, _, name), (_, _, _, cumulative, _) in stats.stats.items():  # type: ignore[attr-defined]
        if (key := (Path(file).name, name)) in spent:
            spent[key] += cumulative
    spent[SEALS] -= spent[TOKENS]
    whole = stats.total_tt  # type: ignore[attr-defined]
    shares = [
        Figure("seal", f"  share of {what}", 100 * spent[key] / whole, "%", note="profiled")
        for key, what in WORK.items()
    ]
    rest = 100 * (1 - sum(spent.values()) / whole)
    return [*shares, Figure("seal", "  share of the rest", rest, "%", note="profiled")]
