"""Tests whether an office on this machine is isolated from the network and the service's files.

Applies the restrictions to a small program instead of an office, so that nobody waits for an office
to start; the result is the same for an office.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

WALLS = Path(__file__).with_name("office_walls.py")
TRY_SECONDS = 30


def missing_walls() -> tuple[str, ...]:
    """The restrictions that cannot be applied here; empty if an office is fully isolated."""
    tried = subprocess.run(
        [sys.executable, "-I", WALLS],
        stdout=subprocess.PIPE,
        check=True,
        timeout=TRY_SECONDS,
        env={"PATH": "/usr/bin:/bin"},
    )
    found: dict[str, bool] = json.loads(tried.stdout)
    return tuple(name for name, holds in found.items() if not holds)
