"""The LEESMIJ of an evidence package, run as somebody would who types its commands."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from house import BROWSER, House

from service.workflow import retrieve

SHELL = {
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
}


def fetched(house: House, reference: str) -> bytes:
    return retrieve.package(house.deps, reference, house.staff, BROWSER)


def unpacked(data: bytes, folder: Path, reference: str) -> Path:
    """The bag's folder, as somebody unpacks it."""
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert {name.split("/")[0] for name in bundle.namelist()} == {reference}
        bundle.extractall(folder)
    return folder / reference


def commands(text: str) -> list[str]:
    """Every command in a LEESMIJ: after ``$``, with the lines after ``>`` that go on with it."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if begun := re.fullmatch(r"    \$ (.*)", line):
            found.append([begun[1]])
        elif more := re.fullmatch(r"    > (.*)", line):
            found[-1].append(more[1])
    return ["\n".join(lines) for lines in found]


def commands_in(bag: Path) -> list[str]:
    """Those of the LEESMIJ in a bag."""
    return commands((bag / "data" / "LEESMIJ.txt").read_text(encoding="utf-8"))


def failing(bag: Path) -> list[str]:
    """The commands of the LEESMIJ in a bag that do not hold; each in a shell of its own."""
    return list(refusing(bag, commands_in(bag)))


def refusing(bag: Path, asked: list[str]) -> Iterator[str]:
    """Those of these commands that do not hold, one after the other."""
    for command in asked:
        said = subprocess.run(
            ["bash", "-c", command],
            cwd=bag / "data",
            env=SHELL,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if said.returncode:
            yield f"{command}\n{said.stderr.decode(errors='replace')[-400:]}"
