"""Tests whether this machine isolates an office from the network and the service's files.

The restrictions are applied to a small program, which starts faster than an office.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

WALLS = Path(__file__).with_name("office_walls.py")
TRY_SECONDS = 30


def missing_walls() -> tuple[str, ...]:
    """The restrictions that cannot be applied here."""
    tried = subprocess.run(
        [sys.executable, "-I", WALLS],
        stdout=subprocess.PIPE,
        check=True,
        timeout=TRY_SECONDS,
        env={"PATH": "/usr/bin:/bin"},
    )
    found: dict[str, bool] = json.loads(tried.stdout)
    return tuple(name for name, holds in found.items() if not holds)
