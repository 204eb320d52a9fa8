"""Saves pictures of every page in a browser test if ``PICTURES`` names a folder.

``make pictures`` runs those tests for that; ``scripts/album`` adds documents and mails and writes
the page that shows them all.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, ViewportSize

WIDTHS = (320, 390, 768, 1280)
SCHEMES = ("light", "dark")


def keep(page: Page) -> None:
    """The whole page at every width, light and dark; restores the page's size."""
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    made = Path(folder) / "paginas"
    made.mkdir(parents=True, exist_ok=True)
    own, stem = page.viewport_size, _stem(page)
    number = len(list(made.glob(f"{stem}.*.{WIDTHS[0]}.{SCHEMES[0]}.png"))) + 1
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size(ViewportSize(width=width, height=844))
            shown = made / f"{stem}.{number}.{width}.{scheme}.png"
            page.screenshot(path=shown, full_page=True)
    page.emulate_media(color_scheme="light")
    if own:
        page.set_viewport_size(own)


def _stem(page: Page) -> str:
    """The page's address in characters valid on every system, without its random parts."""
    path = urlsplit(page.url).path.removeprefix("/tekenen/pages").strip("/") or "begin"
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|zegel_[\w-]+", "x", path)
    return re.sub(r"[^A-Za-z0-9-]+", "-", path)[:80]
