"""The allocator of a worker, which other processes do without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.documents.office_profile import ALLOCATOR
from service.running.memory import with_allocator


@pytest.mark.parametrize("folder", ["", "aarch64-linux-gnu"])
def test_it_is_found_where_systems_keep_it(tmp_path: Path, folder: str) -> None:
    library = tmp_path / folder / ALLOCATOR
    library.parent.mkdir(exist_ok=True)
    library.touch()
    assert with_allocator([tmp_path / "absent", tmp_path])["LD_PRELOAD"] == str(library)


def test_without_it_nothing_is_said_to_the_loader(tmp_path: Path) -> None:
    assert with_allocator([tmp_path]) == {}


@pytest.mark.skipif(not with_allocator(), reason="jemalloc is not installed")
def test_a_process_uses_it_with_its_options() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "print(open('/proc/self/maps').read())"],
        env={**os.environ, **with_allocator()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ALLOCATOR in done.stdout
    assert done.stderr == ""  # it complains of options that it does not know
