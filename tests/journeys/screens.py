"""The screens at which people sit, with and without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import ViewportSize

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=900)


@dataclass(frozen=True)
class Screen:
    """``name`` is a word in the names of a journey's customers, so that each variant finds only its
    own."""

    name: str
    size: ViewportSize
    scripts: bool = True


ON_DESK, ON_PHONE = Screen("bureau", DESK), Screen("telefoon", PHONE)
PLAIN_DESK = Screen("bureaubasis", DESK, scripts=False)
PLAIN_PHONE = Screen("telefoonbasis", PHONE, scripts=False)


def on_screens(first: Screen, *others: Screen) -> pytest.MarkDecorator:
    """The journey at each of these screens: at the first in every run, at the others in the long
    one."""
    params = [pytest.param(first, id=first.name), *map(_long, others)]
    return pytest.mark.parametrize("screen", params)


def long_on_screens(*screens: Screen) -> pytest.MarkDecorator:
    """The journey at each of these screens, in the long run only."""
    return pytest.mark.parametrize("screen", [_long(each) for each in screens])


def _long(screen: Screen) -> Any:
    return pytest.param(screen, id=screen.name, marks=pytest.mark.long)
