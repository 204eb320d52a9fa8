"""Whether an office on this machine is kept from the network and from the service's files.

Found by building the walls around a small program that is no office: what holds for it holds for
an office, and nobody waits for one to start.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

WALLS = Path(__file__).with_name("office_walls.py")
TRY_SECONDS = 30


def missing_walls() -> tuple[str, ...]:
    """The names of those that cannot be built here; empty where an office is closed in."""
    tried = subprocess.run(
        [sys.executable, "-I", WALLS],
        stdout=subprocess.PIPE,
        check=True,
        timeout=TRY_SECONDS,
        env={"PATH": "/usr/bin:/bin"},
    )
    found: dict[str, bool] = json.loads(tried.stdout)
    return tuple(name for name, holds in found.items() if not holds)
