"""Finds LibreOffice and prepares its private profile, fonts and environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from service.errors import GenerationFailed

MAC_PROGRAMS = Path("/Applications/LibreOffice.app/Contents")
SEED_SECONDS = 60

ALLOCATOR = "libjemalloc.so.2"
"""An office spends a sixth of its time in the C library's allocator; this one needs half of that.
Where it is not installed, the loader goes on without it."""

REFUSALS: Mapping[tuple[str, str], tuple[str, str]] = {
    # what a document must not make the office do
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): (
        "boolean",
        "true",
    ),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel"): ("int", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution"): (
        "boolean",
        "true",
    ),
    ("/org.openoffice.Office.Writer/Content/Update", "Link"): ("int", "0"),
    ("/org.openoffice.Office.Java/VirtualMachine", "Enable"): ("boolean", "false"),
    # what only takes time here
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted"): ("boolean", "true"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun"): ("boolean", "false"),
    ("/org.openoffice.Office.Common/Misc", "UseOpenCL"): ("boolean", "false"),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled"): ("boolean", "false"),
    ("/org.openoffice.Office.Recovery/RecoveryInfo", "Enabled"): ("boolean", "false"),
    # else each Word file gets objects for macros of another office, which looks for their library
    (
        "/org.openoffice.TypeDetection.Types/Types/"
        "org.openoffice.TypeDetection.Types:Type['writer_MS_Word_2007']",
        "MediaType",
    ): (
        "string",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    # else it collects the words of every document, to complete what somebody types
    ("/org.openoffice.Office.Writer/AutoFunction/Completion", "Enable"): ("boolean", "false"),
    ("/org.openoffice.Office.Writer/AutoFunction/Completion", "CollectWords"): (
        "boolean",
        "false",
    ),
}


@dataclass(frozen=True)
class OfficePrograms:
    """The office's binary, the Python that talks to it, and the build."""

    binary: Path
    python: Path
    version: str


def find_office(soffice: str | None = None, python: str | None = None) -> OfficePrograms:
    """Find LibreOffice and a Python with UNO.

    Raises GenerationFailed ``office_missing`` or ``office_python_missing``.
    """
    binary = next((path for path in _binaries(soffice) if path.is_file()), None)
    if binary is None:
        raise GenerationFailed("office_missing", soffice or "soffice")
    for candidate in _pythons(python, binary):
        if candidate.is_file() and _has_uno(candidate):
            return OfficePrograms(binary, candidate, _version(binary))
    raise GenerationFailed("office_python_missing", python or "python3-uno")


def office_is_there(soffice: str | None = None) -> bool:
    """Whether there is a LibreOffice, which may not work."""
    return any(path.is_file() for path in _binaries(soffice))


def _binaries(soffice: str | None) -> Iterator[Path]:
    named = soffice or shutil.which("soffice") or shutil.which("libreoffice")
    if named:
        program = Path(named).resolve()
        # the wrapper restarts the office, but the pool must own the process it kills
        yield program.with_name("soffice.bin")
        yield program
    yield MAC_PROGRAMS / "MacOS" / "soffice"


def _pythons(python: str | None, binary: Path) -> Iterator[Path]:
    if python:
        yield Path(python)
        return
    yield Path("/usr/bin/python3")
    yield binary.with_name("python")
    yield MAC_PROGRAMS / "Resources" / "python"


def _has_uno(python: Path) -> bool:
    tried = subprocess.run(
        [python, "-c", "import uno"], capture_output=True, check=False, timeout=SEED_SECONDS
    )
    return tried.returncode == 0


def _version(binary: Path) -> str:
    """Such as ``LibreOffice 7.4.7.2 40(Build:2)``."""
    told = subprocess.run(
        [binary, "--version"],
        env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
        timeout=SEED_SECONDS,
    )
    return " ".join(told.stdout.decode().split())


def environment(directory: Path, fonts_conf: Path) -> dict[str, str]:
    """The office's environment: nothing of ours, and no proxy."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        "FONTCONFIG_FILE": str(fonts_conf),
        "LD_PRELOAD": ALLOCATOR,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def write_fonts_conf(work_dir: Path, fonts_dir: Path) -> Path:
    """Our own fontconfig: the same fonts on every machine."""
    path = work_dir / "fonts.conf"
    # If fontconfig makes it, others can read it.
    (work_dir / "font-cache").mkdir(mode=0o700, exist_ok=True)
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{escape(str(fonts_dir))}</dir>"
        f"<cachedir>{escape(str(work_dir / 'font-cache'))}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return path


def make_seed(programs: OfficePrograms, work_dir: Path, fonts_dir: Path, fonts_conf: Path) -> Path:
    """A ready profile, copied for each office.

    An office that must create its profile may end with "restart me".
    """
    seed = work_dir / "seed"
    user = seed / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_registry(), encoding="utf-8")
    if sys.platform == "darwin":  # there is no fontconfig there; the profile's fonts are used
        shutil.copytree(fonts_dir, user / "fonts")
    for _ in range(2):
        ended = subprocess.run(
            [
                programs.binary,
                f"-env:UserInstallation={(seed / 'profile').as_uri()}",
                "--headless",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--terminate_after_init",
            ],
            env=environment(seed, fonts_conf),
            capture_output=True,
            check=False,
            timeout=SEED_SECONDS,
        )
        if ended.returncode == 0:
            return seed
    raise GenerationFailed("office_start", f"no profile: status {ended.returncode}")


def _registry() -> str:
    items = "".join(
        f'<item oor:path="{escape(path)}"><prop oor:name="{escape(name)}"'
        f' oor:op="fuse" oor:type="xs:{kind}"><value>{value}</value></prop></item>'
        for (path, name), (kind, value) in REFUSALS.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items '
        'xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>'
    )
