"""Runs the LEESMIJ of an evidence package as if its commands were typed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from house import BROWSER, House

from service.workflow.keeping import retrieve

SHELL = {"HOME": "/nonexistent", "LANG": "C.UTF-8"}


def fetched(house: House, reference: str) -> bytes:
    return retrieve.package(house.deps, reference, house.staff, BROWSER)


def unpacked(data: bytes, folder: Path, reference: str) -> Path:
    """The bag's folder after unpacking."""
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert {name.split("/")[0] for name in bundle.namelist()} == {reference}
        bundle.extractall(folder)
    return folder / reference


def commands(text: str) -> list[str]:
    """Every command in a LEESMIJ: after ``$``, with its continuation lines after ``>``."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if begun := re.fullmatch(r"    \$ (.*)", line):
            found.append([begun[1]])
        elif more := re.fullmatch(r"    > (.*)", line):
            found[-1].append(more[1])
    return ["\n".join(lines) for lines in found]


def commands_in(bag: Path) -> list[str]:
    return commands((bag / "data" / "LEESMIJ.txt").read_text(encoding="utf-8"))


def told_programs(bag: Path) -> Path:
    """A folder with only the programs that the LEESMIJ requires."""
    text = (bag / "data" / "LEESMIJ.txt").read_text(encoding="utf-8").split("1. IS HET PAKKET")[0]
    usual = re.search(r"elk Unix-systeem: ([a-z, ]+)\.", text)
    poppler = re.search(r"openssl [^,]*, en (\w+) en (\w+) van poppler", text)
    assert usual
    assert poppler
    folder = bag.parent / f"{bag.name}-programs"
    folder.mkdir(exist_ok=True)
    for name in ("openssl", *poppler.groups(), *usual[1].split(", ")):
        found = shutil.which(name)
        assert found, name
        if not (folder / name).exists():
            (folder / name).symlink_to(found)
    return folder


def failing(bag: Path, *shell: str) -> list[str]:
    """The failing commands of the LEESMIJ in a bag; each runs in a separate shell."""
    return list(refusing(bag, commands_in(bag), *shell))


def refusing(bag: Path, asked: list[str], *shell: str) -> Iterator[str]:
    """The failing ones of these commands, one after another.

    In ``sh`` unless another shell is given; on Debian that is dash, which has no features specific
    to bash or zsh.
    """
    programs = told_programs(bag)
    named = shell or ("sh",)
    for command in asked:
        said = subprocess.run(
            [shutil.which(named[0]) or named[0], *named[1:], "-c", command],
            cwd=bag / "data",
            env={**SHELL, "PATH": str(programs)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if said.returncode:
            yield f"{command}\n{said.stderr.decode(errors='replace')[-400:]}"
