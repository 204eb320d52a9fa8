"""At least one change per rule that breaks it, made in a good file.

Some change the bytes; those in ``pdf`` change objects and then rewrite the whole file, which
affects only the rule about byte ranges.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.conformance.opened import is_element, kids

Mutation = Callable[[bytes], bytes]


def pdf(change: Callable[[pikepdf.Pdf], Any]) -> Mutation:
    """A mutation that changes objects."""

    def changed(data: bytes) -> bytes:
        with pikepdf.open(io.BytesIO(data)) as opened:
            change(opened)
            return written(opened)

    return changed


def written(opened: pikepdf.Pdf) -> bytes:
    """The rewritten file, with unchanged streams and metadata."""
    buffer = io.BytesIO()
    opened.save(
        buffer,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        fix_metadata_version=False,
    )
    return buffer.getvalue()


def swap(old: bytes, new: bytes) -> Mutation:
    return lambda data: data.replace(old, new, 1)


def swap_all(old: bytes, new: bytes) -> Mutation:
    return lambda data: data.replace(old, new)


def xmp(old: bytes, new: bytes) -> Mutation:
    """A change in the metadata."""

    def change(opened: pikepdf.Pdf) -> None:
        data = opened.Root.Metadata.read_bytes()
        assert old in data
        opened.Root.Metadata.write(data.replace(old, new))

    return pdf(change)


def put(path: str, key: str, value: Any) -> Mutation:
    """Set ``key`` of the object at ``path`` (see ``at``)."""
    return pdf(lambda opened: at(opened, path).__setitem__(key, value))


def drop(path: str, key: str) -> Mutation:
    return pdf(lambda opened: at(opened, path).__delitem__(key))


def paint(content: bytes) -> Mutation:
    """Draw something more on the first page."""
    return pdf(lambda opened: opened.pages[0].contents_add(content))


def show(kind: str) -> Mutation:
    """Another annotation of a kind, in the middle of the first page, untagged."""

    def change(opened: pikepdf.Pdf) -> None:
        looks = opened.make_stream(b"", Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        made = Dictionary(
            Type=Name.Annot, Subtype=Name(kind), F=4, Rect=Array([99, 99, 108, 108]),
            AP=Dictionary(N=looks),
        )  # fmt: skip
        page = opened.pages[0].obj
        page.Annots = Array([*page.get(Name.Annots, []), opened.make_indirect(made)])

    return pdf(change)


def at(opened: pikepdf.Pdf, path: str) -> Any:
    """An object of our files by a short name."""
    root, page = opened.Root, opened.pages[0].obj
    field = next((each for each in root.AcroForm.Fields if Name.Lock in each), None)
    seal_font = field.AP.N.Resources.Font
    places: dict[str, Callable[[], Any]] = {
        "root": lambda: root,
        "page": lambda: page,
        "info": lambda: opened.docinfo,
        "form": lambda: root.AcroForm,
        "field": lambda: field,
        "looks": lambda: field.AP.N,
        "states": lambda: _graphics_state(field.AP.N.Resources),
        "image": lambda: next(v for _, v in field.AP.N.Resources.XObject.items()),
        "signature": lambda: field.V,
        "reference": lambda: field.V.Reference[0],
        "font": lambda: next(v for _, v in page.Resources.Font.items()),
        "descriptor": lambda: next(v for _, v in page.Resources.Font.items()).FontDescriptor,
        "seal font": lambda: next(v for _, v in seal_font.items()),
        "cid font": lambda: next(v for _, v in seal_font.items()).DescendantFonts[0],
        "intent": lambda: root.OutputIntents[0],
        "profile": lambda: root.OutputIntents[0].DestOutputProfile,
        "attached": lambda: root.AF[0],
        "attached stream": lambda: root.AF[0].EF.F,
        "attached params": lambda: root.AF[0].EF.F.Params,
        "structure": lambda: root.StructTreeRoot,
        "roles": lambda: root.StructTreeRoot.RoleMap,
    }
    if path in places:
        return places[path]()
    return next(each for each in walk(root.StructTreeRoot) if Name(f"/{path}") == each.S)


def _graphics_state(resources: Any) -> Any:
    """A state that the seal does not use: it has none of its own."""
    resources.ExtGState = Dictionary(Own=Dictionary())
    return resources.ExtGState.Own


def walk(element: Any) -> Iterator[Any]:
    """Every structure element below this one."""
    for kid in kids(element):
        if is_element(kid):
            yield kid
            yield from walk(kid)


def encrypted(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as opened:
        buffer = io.BytesIO()
        opened.save(buffer, encryption=pikepdf.Encryption(owner="x"))
        return buffer.getvalue()


def other_identity(data: bytes) -> bytes:
    """The last revision has the identifier of another file."""
    before, mark, after = data.rpartition(b"/ID [ <")
    return before + mark + after[:32].translate(bytes.maketrans(b"01234", b"56789")) + after[32:]


def external_action(opened: pikepdf.Pdf) -> None:
    """A bookmark that starts a program."""
    opened.Root.Outlines.First.A = Dictionary(S=Name.Launch, F=String("program"))


def lzw(opened: pikepdf.Pdf) -> None:
    """Page content compressed with LZW (ISO 32000-1, 7.4.4.2)."""
    coded = bytes.fromhex("800b6050220c0c8501")
    opened.pages[0].obj.Contents = opened.make_stream(b"")
    opened.pages[0].obj.Contents.write(coded, filter=Name.LZWDecode)


def wider(opened: pikepdf.Pdf) -> None:
    """Every width of the first font on the first page is too large by two."""
    font = at(opened, "font")
    font.Widths = Array([int(width) + 2 for width in font.Widths])


def wider_seal(opened: pikepdf.Pdf) -> None:
    """A seal's font with widths for 2,048 units per em."""
    font = at(opened, "cid font")
    font.W = Array([int(each) if not isinstance(each, Array) else
                    Array([int(width) * 2 for width in each]) for each in font.W])  # fmt: skip


def incomplete_cid_set(opened: pikepdf.Pdf) -> None:
    """A list of the font's glyphs that contains only the first."""
    at(opened, "cid font").FontDescriptor.CIDSet = opened.make_stream(b"\x80")


def short_profile(opened: pikepdf.Pdf) -> None:
    """A truncated profile."""
    at(opened, "profile").write(at(opened, "profile").read_bytes()[:200])


def undated_profile(opened: pikepdf.Pdf) -> None:
    """A profile dated month 0 of year 0."""
    data = at(opened, "profile").read_bytes()
    at(opened, "profile").write(data[:24] + bytes(12) + data[36:])


def shorter_row(opened: pikepdf.Pdf) -> None:
    """A table whose first row lacks a cell."""
    row = at(opened, "TR")
    row.K = Array(list(row.K)[:-1])


def crowded_form(opened: pikepdf.Pdf) -> None:
    """A ``Form`` element with a second child."""
    form = at(opened, "Form")
    form.K = Array([form.K, 0])


def nameless_content(opened: pikepdf.Pdf) -> None:
    """The first content of the first page no longer belongs to any element."""
    tree = pikepdf.NumberTree(opened.Root.StructTreeRoot.ParentTree)
    tree[int(opened.pages[0].obj.StructParents)] = Array([])


def stranger(opened: pikepdf.Pdf) -> None:
    """An element whose /P is not its real parent."""
    at(opened, "TR").P = opened.Root.StructTreeRoot


def shorter_length(data: bytes) -> bytes:
    """The first stream's /Length is one byte too short."""
    said = re.search(rb"/Length (\d+)", data)
    assert said is not None
    return data.replace(said[0], b"/Length %0*d" % (len(said[1]), int(said[1]) - 1), 1)
