"""What ``zegel run`` and the processes it starts tell each other.

They are started before the engines answer and load their code meanwhile; then each reads one line
of JSON on its standard input with the settings that only the supervisor knows: where the engines
are. The preparation answers with one line on its standard output.
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
    """How the first administrator signs in; shown once."""

    email: str
    password: str

    def as_line(self) -> str:
        """For the supervisor."""
        return json.dumps({"email": self.email, "password": self.password})

    @staticmethod
    def of_line(line: str) -> FirstSignIn | None:
        """What ``as_line`` made; None for an empty line: there was an administrator already."""
        return FirstSignIn(**json.loads(line)) if line.strip() else None


def supervised() -> bool:
    """Whether ``zegel run`` started this process."""
    return MARK in os.environ


def settings_line(given: Mapping[str, str]) -> bytes:
    """What ``received`` reads."""
    return json.dumps(dict(given)).encode() + b"\n"


def received() -> dict[str, str]:
    """The environment; where supervised, with what the supervisor says once it does.

    Ends the process when the supervisor is gone: nobody will ever say where the engines are.
    """
    if not supervised():
        return dict(os.environ)
    line = sys.stdin.readline()
    if not line:
        sys.exit(1)
    given: dict[str, str] = json.loads(line)
    # A value may also have come as NAME_FILE; what the supervisor says counts, also that it is
    # nothing.
    kept = {
        name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in given
    }
    return {**kept, **given}
