"""LEESMIJ.txt and README.txt: how to check an evidence package with free programs.

Both use the commands of ``templates/nl/package/commands.txt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.texts import Language, folder

NAMES = ("LEESMIJ.txt", "README.txt")


def read_me(package: Mapping[str, Any]) -> dict[str, bytes]:
    """Both texts, by name. Raises jinja2.UndefinedError for a missing value."""
    return {name: _environment().get_template(name).render(p=package).encode() for name in NAMES}


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    # Plain text, not HTML: no escaping.
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder(Language.NL, "package")),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
