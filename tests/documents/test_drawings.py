"""Logos drawn as SVG: shapes stay, everything else is gone or refused, and nothing is fetched."""

from __future__ import annotations

import io
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random
from threading import Thread

import pytest
from lxml import etree
from PIL import Image

from service.documents.drawings.clean import DEEPEST, MOST_ELEMENTS, clean
from service.documents.drawings.picture import LARGEST, is_drawing, picture_of
from service.documents.drawings.refused import DrawingRefused
from service.documents.drawings.values import ATTRIBUTES

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:i="http://ns.example/" viewBox="0 0 100 40">'
)
MARK = '<rect width="20" height="20" fill="#0b6e4f"/>'


def svg(body: str, head: str = HEAD, before: str = "") -> bytes:
    return f"{before}{head}{body}</svg>".encode()


@pytest.fixture
def door() -> Iterator[tuple[str, list[str]]]:
    """A web server, and what was asked of it."""
    asked: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()


LEFT_OUT = {
    "handler": '<rect onload="evil()" onclick="evil()" width="9" height="9"/>',
    "handler in another case": '<rect ONLOAD="evil()" width="9" height="9"/>',
    "paint from outside": '<rect fill="url(http://evil.example/#a)" width="9" height="9"/>',
    "paint from a file": '<rect fill="url(file:///etc/passwd#a)" width="9" height="9"/>',
    "clip from outside": '<g clip-path="url(//evil.example/a.svg#a)"><rect width="9"/></g>',
    "style from outside": '<rect style="fill:url(http://evil.example/#a);filter:url(evil#a)"/>',
    "a style that escapes": '<rect style="fill:red;}*{background:url(http://evil.example)"/>',
    "sheet": "<style>@import 'http://evil.example/a.css';</style>",
    "font": "<style>@font-face{font-family:a;src:url(http://evil.example/a.woff)}</style>",
    "rule of a class": "<style>.a{fill:url(http://evil.example/#a)}</style><g class='a'/>",
    "escape in a sheet": "<style>.a{fill:u\\72l(http://evil.example)}</style><g class='a'/>",
    "link of a gradient": '<linearGradient xlink:href="http://evil.example/#a"/>',
    "base": '<g xml:base="http://evil.example/"/>',
    "notes": "<metadata><evil.example/></metadata><title>evil</title><desc>evil</desc>",
    "another language": '<i:pgf href="http://evil.example/">evil</i:pgf><i:script>evil</i:script>',
    "another svg's namespace": '<g xmlns:i="http://evil.example/"/>',
    "comment": "<!-- evil --><?evil evil?>",
    "data in a path": '<path d="M0 0 url(evil)"/>',
    "words in a transform": '<g transform="evil(1)"/>',
    "size": '<rect width="evil" height="expression(evil)"/>',
    "text beside shapes": "<g>evil</g>",
}


def only_known(cleaned: bytes) -> etree._Element:
    """The drawing, which has nothing but what is listed."""
    root = etree.fromstring(cleaned)
    for each in root.iter():
        allowed = ATTRIBUTES.keys() | ({"viewBox"} if each is root else {"href"})
        assert set(each.attrib) <= allowed
        assert each.get("href", "#").startswith("#")
    return root


@pytest.mark.parametrize("body", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_what_a_drawing_does_not_need_is_left_out(body: str) -> None:
    cleaned = clean(svg(body + MARK)).svg
    assert b"evil" not in cleaned
    root = only_known(cleaned)
    assert root[-1].get("fill") == "#0b6e4f"


@pytest.mark.parametrize(
    "body",
    [
        "<script>evil()</script>",
        '<script href="http://evil.example/a.js"/>',
        "<g><defs><script>evil()</script></defs></g>",
        '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        '<image href="http://evil.example/a.png"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zy8+"/>',
        '<use href="http://evil.example/a.svg#a"/>',
        '<use href="#a"/>',
        '<a href="javascript:evil()"><rect/></a>',
        '<animate attributeName="href" to="javascript:evil()"/>',
        '<set attributeName="onload" to="evil()"/>',
        '<filter id="a"><feImage href="http://evil.example/a.png"/></filter>',
        "<switch/>",
        "<symbol/>",
        "<pattern/>",
        "<mask/>",
        "<marker/>",
        "<handler/>",
        "<SCRIPT/>",
    ],
)
def test_what_would_change_the_picture_is_refused_by_name(body: str) -> None:
    with pytest.raises(DrawingRefused) as refused:
        clean(svg(MARK + body))
    assert refused.value.code == "element"
    assert f"<{refused.value.element}" in body


BOMB = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'>{}]>".format(
    "".join(
        f"<!ENTITY {chr(each)} '{f'&{chr(each - 1)};' * 10}'>" for each in range(ord("b"), ord("k"))
    )
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable"),
        (b"<svg", "unreadable"),
        (b"<html/>", "unreadable"),
        (b"<svg viewBox='0 0 9 9'/>", "unreadable"),  # in no namespace
        (svg("&j;", before=BOMB), "unreadable"),
        (svg('<g id="&j;"/>', before=BOMB), "unreadable"),
        (
            svg("&a;", before='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
            "unreadable",
        ),
        (
            svg("", before="<!DOCTYPE svg [<!ENTITY % a SYSTEM 'file:///etc/passwd'>]>"),
            "unreadable",
        ),
        (svg("<text>Zegel</text>"), "text"),
        (svg("<g>" * (DEEPEST + 1) + "</g>" * (DEEPEST + 1)), "too_much"),
        (svg("<g/>" * MOST_ELEMENTS), "too_much"),
        (b"<svg>" + b" " * LARGEST + b"</svg>", "too_much"),
        (svg(MARK, HEAD.replace("0 0 100 40", "0 0 100 0")), "unreadable"),
        (svg(MARK, HEAD.replace("0 0 100 40", "0 0 nan nan")), "unreadable"),
        (svg(MARK, HEAD.replace("0 0 100 40", "0 0 1e300 1e300")), "unreadable"),
        (svg(MARK, HEAD.replace("0 0 100 40", "0 0 1000 1")), "unreadable"),
    ],
)
def test_what_is_no_drawing_of_ours_is_refused(data: bytes, code: str) -> None:
    for door in (clean, picture_of):
        with pytest.raises(DrawingRefused) as refused:
            door(data)
        assert refused.value.code == code


def test_a_drawing_is_drawn_as_it_is() -> None:
    body = (
        "<style>.ours, .other { fill: #c2410c }</style>"
        '<defs><linearGradient id="a"><stop stop-color="#00f"/></linearGradient>'
        '<linearGradient id="b" xlink:href="#a"/>'
        '<clipPath id="c"><rect width="10" height="40"/></clipPath></defs>'
        '<rect class="ours" width="30" height="40"/>'
        '<g clip-path="url(#c)"><rect style="fill:url(#b)" width="30" height="40"/></g>'
        '<circle cx="80" cy="20" r="15" fill="none" stroke="#0b6e4f" stroke-width="10"/>'
    )
    with Image.open(io.BytesIO(picture_of(svg(body)))) as drawn:
        assert drawn.size == (2000, 800)
        found = [drawn.convert("RGBA").getpixel(at) for at in ((100, 400), (400, 400), (1600, 400))]
        assert found == [(0, 0, 255, 255), (0xC2, 0x41, 0x0C, 255), (0, 0, 0, 0)]
        assert drawn.convert("RGBA").getpixel((1300, 400)) == (0x0B, 0x6E, 0x4F, 255)


def test_a_damaged_drawing_is_cleaned_or_refused() -> None:
    whole, dice, read = svg("".join(LEFT_OUT.values()) + MARK), Random(7), 0
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 2, 20))):
            damaged[dice.randrange(len(damaged))] = dice.choice(b"<>\"'&;:()#{}/\\ \0aZ\xff")
        try:
            only_known(clean(bytes(damaged)).svg)
            read += 1
        except DrawingRefused:
            continue
    assert read > 20


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_are_read(encoding: str) -> None:
    data = svg(MARK).decode().encode(encoding)
    assert is_drawing(data)
    assert b"#0b6e4f" in clean(data).svg


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b""])
def test_a_picture_is_no_drawing(data: bytes) -> None:
    assert not is_drawing(data)


def test_nothing_is_fetched_or_read(door: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = door
    (tmp_path / "a.svg").write_bytes(svg(MARK))
    body = (
        f'<rect width="9" height="9" fill="url({address}/a#a)" style="fill:url({address}/b#b)"/>'
        f"<style>@import '{address}/c';.a{{fill:url({address}/d)}}</style>"
        f'<linearGradient id="a" xlink:href="{tmp_path}/a.svg#a"/>{MARK}'
    )
    before = f'<?xml-stylesheet href="{address}/e"?><!DOCTYPE svg SYSTEM "{address}/f.dtd">'
    assert picture_of(svg(body, before=before)).startswith(b"\x89PNG")
    assert asked == []


@pytest.mark.long
def test_a_drawing_that_takes_too_long_is_stopped() -> None:
    layer = '<g opacity=".9"><circle cx="50" cy="20" r="60" stroke="url(#a)" stroke-width="9"/></g>'
    body = f'<linearGradient id="a"><stop stop-color="red"/></linearGradient>{layer * 1450}'
    with pytest.raises(DrawingRefused) as refused:
        picture_of(svg(body))
    assert refused.value.code == "too_much"
