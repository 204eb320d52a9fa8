"""How ``zegel run`` and its child processes communicate.

The children start before the engines answer and load their code meanwhile. Then each reads one line
of JSON from standard input with the settings that only the supervisor knows: the addresses of the
engines. The preparation answers with one line on standard output.
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
        """For the supervisor."""
        return json.dumps({"email": self.email, "password": self.password})

    @staticmethod
    def of_line(line: str) -> FirstSignIn | None:
        """The inverse of ``as_line``; None for an empty line: there already was an
        administrator."""
        return FirstSignIn(**json.loads(line)) if line.strip() else None


def supervised() -> bool:
    """Whether ``zegel run`` started this process."""
    return MARK in os.environ


def settings_line(given: Mapping[str, str]) -> bytes:
    """The line that ``received`` reads."""
    return json.dumps(dict(given)).encode() + b"\n"


def received() -> dict[str, str]:
    """The environment; in a supervised process, combined with the supervisor's settings.

    Ends the process when the supervisor is gone, since nobody else knows the engines' addresses.
    """
    if not supervised():
        return dict(os.environ)
    line = sys.stdin.readline()
    if not line:
        sys.exit(1)
    given: dict[str, str] = json.loads(line)
    # A value may also be in NAME_FILE; the supervisor's value overrides that, even if empty.
    kept = {
        name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in given
    }
    return {**kept, **given}
