"""An attacker's view of the real application, with the fixtures of the staff's tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "web" / "staff"), str(Path(__file__).parent)]

from tests.web.staff.conftest import (  # noqa: E402, F401 (the path first; these are fixtures)
    admin,
    app,
    as_role,
    deps,
    office,
)
