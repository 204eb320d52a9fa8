"""The Dutch and English texts of seals and reports."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def words(language: str = "nl") -> dict[str, Any]:
    """The catalogue of one language (``nl`` or ``en``)."""
    path = Path(__file__).parent / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
