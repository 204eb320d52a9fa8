"""A ZIP that always has the same bytes, and takes no more memory to read than its size."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile

import pytest

from storage.errors import PackageInvalid
from storage.zipped import read_members, zip_package

FILES = {"bewijs.json": b'{"a":1}', "certificaten/wortel.pem": b"root", "leeg.txt": b""}
SIZES = {name: len(data) for name, data in FILES.items()}
ENTRY, END = b"PK\x01\x02", b"PK\x05\x06"


def test_it_works() -> None:
    made = zip_package(FILES)
    assert read_members(made, SIZES) == FILES
    assert read_members(made, {"leeg.txt": 0, "elders": 3}) == {"leeg.txt": b""}


def test_it_is_always_the_same_bytes() -> None:
    """With every version of Python: what one worker stored, the next must be able to adopt."""
    made = zip_package(FILES, folder="VO-2026-00042")
    assert made == zip_package(dict(reversed(FILES.items())), folder="VO-2026-00042")
    digest = "ab2877221721ca8a6614e4492333a34b8abbc568209a486beaa36cf991711d98"
    assert hashlib.sha256(made).hexdigest() == digest
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == {
            f"VO-2026-00042/{name}": data for name, data in FILES.items()
        }
    assert zipfile.ZipFile(io.BytesIO(zip_package(FILES))).namelist() == sorted(FILES)


def test_one_damaged_member_is_one_damaged_member() -> None:
    damaged = zip_package(FILES).replace(b"root", b"ROOT")
    assert read_members(damaged, SIZES) == {**FILES, "certificaten/wortel.pem": None}
    assert read_members(zip_package(FILES), {**SIZES, "bewijs.json": 6})["bewijs.json"] is None


def test_what_unfolds_is_none_of_ours() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bewijs.json", bytes(20_000_000))
    bomb = target.getvalue()
    assert read_members(bomb, {"bewijs.json": len(bomb)}) == {"bewijs.json": None}
    with pytest.raises(PackageInvalid):
        read_members(bomb, {"bewijs.json": 20_000_000})


def test_members_inside_each_other_are_no_more_than_what_holds_them() -> None:
    inner = zip_package({"b": bytes(10_000)})
    within = inner[: inner.index(ENTRY)]  # the whole member, which is the contents of another
    outer = zip_package({"a": within})
    start, end = outer.index(ENTRY), outer.index(END)
    entry = bytearray(inner[inner.index(ENTRY) : inner.index(END)])
    entry[42:46] = struct.pack("<L", outer.index(within))
    directory = outer[start:end] + entry
    closing = struct.pack("<4s4H2LH", END, 0, 0, 2, 2, len(directory), start, 0)
    made = outer[:start] + directory + closing
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.read("b") == bytes(10_000)
    try:
        found = read_members(made, {"a": len(within), "b": 10_000})
    except PackageInvalid:
        found = {}
    assert sum(len(data or b"") for data in found.values()) <= len(made)


@pytest.mark.parametrize("data", [b"", b"PK", b"no ZIP", END + bytes(8), b"\xff" * 100])
def test_what_is_no_zip_says_so(data: bytes) -> None:
    with pytest.raises(PackageInvalid):
        read_members(data, SIZES)


def test_another_byte_anywhere_gives_no_other_file() -> None:
    made = zip_package(FILES)
    for place in range(len(made)):
        changed = bytearray(made)
        changed[place] ^= 0xFF
        try:
            found = read_members(bytes(changed), SIZES)
        except PackageInvalid:
            continue
        assert all(data in (None, FILES[name]) for name, data in found.items())
