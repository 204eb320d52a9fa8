"""An attacker's view of the real application, with the fixtures of the staff tests."""

from __future__ import annotations

from tests.web.staff.conftest import (  # noqa: F401 (these are fixtures)
    admin,
    app,
    as_role,
    deps,
    office,
)
