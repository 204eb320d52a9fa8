"""The bench starts; its measurements are not tested (nothing here is timed)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import ALONE, ON_A_STACK, main
from bench.figures import Figure, latency, percentile, table

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_help_names_every_workload() -> None:
    """This also imports the set-up of every workload."""
    said = bench("--help")
    assert said.returncode == 0, said.stderr
    for name in (*ON_A_STACK, *ALONE):
        assert name in said.stdout


def test_an_unknown_workload_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["w99"])
    assert ended.value.code == 2
    assert "w99" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "goal", "more", "verdict"),
    [
        (5.0, 6.0, False, "met"),
        (7.0, 6.0, False, "missed"),
        (500.0, 500.0, True, "met"),
        (499.0, 500.0, True, "missed"),
        (1.0, None, False, ""),
    ],
)
def test_a_figure_is_judged_by_its_goal(
    value: float, goal: float | None, more: bool, verdict: str
) -> None:
    assert Figure("W0", "x", value, "ms", goal, more).verdict == verdict


def test_percentiles_are_samples() -> None:
    samples = [float(number) for number in range(100)]
    assert percentile(samples, 95) == 95
    assert percentile([1.0], 95) == 1
    assert [each.value for each in latency("W0", "x", samples)] == [49.5, 95]


def test_the_table_shows_goal_and_verdict() -> None:
    shown = table([Figure("W0", "pages", 400, "/s", 500, True)])
    assert "400.0 /s" in shown
    assert "≥ 500 /s" in shown
    assert "missed" in shown
