"""How ``zegel run`` and its child processes communicate.

The children load their code while the engines start, then read one line of JSON from standard
input: the settings that only the supervisor knows. The preparation answers with one line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

MARK = "SUPERVISED_BY_ZEGEL"


@dataclass(frozen=True)
class FirstSignIn:
    """The first administrator's credentials; shown once."""

    email: str
    password: str

    def as_line(self) -> str:
        return json.dumps({"email": self.email, "password": self.password})

    @staticmethod
    def of_line(line: str) -> FirstSignIn | None:
        """The inverse of ``as_line``; None for an empty line: there already was an
        administrator."""
        return FirstSignIn(**json.loads(line)) if line.strip() else None


def supervised() -> bool:
    return MARK in os.environ


def settings_line(given: Mapping[str, str]) -> bytes:
    """The line that ``received`` reads."""
    return json.dumps(dict(given)).encode() + b"\n"


def received() -> dict[str, str]:
    """The environment; in a supervised process, combined with the supervisor's settings.

    Ends the process when the supervisor is gone.
    """
    if not supervised():
        return dict(os.environ)
    line = sys.stdin.readline()
    if not line:
        sys.exit(1)
    given: dict[str, str] = json.loads(line)
    # The supervisor's value, even if empty, overrides one in NAME_FILE.
    kept = {
        name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in given
    }
    return {**kept, **given}
