"""A ZIP that is made while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from storage.zipped import stream_zip, zip_package

FILES = {"a/één.pdf": b"%PDF-1" * 1000, "b.txt": b"", "c": bytes(70_000)}


def test_it_is_the_same_as_one_made_at_once() -> None:
    assert b"".join(stream_zip(FILES.items())) == zip_package(FILES)
    assert zipfile.ZipFile(io.BytesIO(b"".join(stream_zip([])))).namelist() == []


def test_a_part_leaves_with_each_member_and_sizes_stand_before_it() -> None:
    asked: list[str] = []

    def members() -> Iterator[tuple[str, bytes]]:
        for name, data in FILES.items():
            asked.append(name)
            yield name, data

    parts = stream_zip(members())
    first = next(parts)
    assert asked == ["a/één.pdf"]
    assert FILES["a/één.pdf"] in first
    whole = first + b"".join(parts)
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        assert all(not each.flag_bits & 0x08 for each in package.infolist())


def test_more_names_than_the_old_format_can_count() -> None:
    count = 70_000
    whole = b"".join(stream_zip((str(each), b"") for each in range(count)))
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        assert len(package.namelist()) == count
