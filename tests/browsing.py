"""Chromium, shared by all tests of a worker, and the requirements on every page in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from album import keep
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

# As scripts/setup installs it on Debian, Ubuntu and macOS. Debian's headless build needs a sixth of
# the processor time for a new browser: the other draws its toolbars each time.
CHROMIUM = (
    shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The axe-core rules that depend on layout, not only on content and style.
PLACES = ["target-size", "scrollable-region-focusable", "color-contrast"]
# axe-core spends most of its time on contrasts. Text whose colour, size and background passed on an
# earlier page is not checked again; text over other elements always is.
LOOK = """([before, good]) => {
    const shown = new Map(), parents = new Map();
    window.looks = new Map();
    for (const e of document.querySelectorAll("body, body *")) {
        const s = getComputedStyle(e), size = parseFloat(s.fontSize);
        const parent = parents.get(e.parentElement) ?? {ground: "", over: false};
        const plain = s.backgroundColor === "rgba(0, 0, 0, 0)" && s.backgroundImage === "none"
            && s.opacity === "1";
        const ground = plain ? parent.ground
            : [parent.ground, s.backgroundColor, s.backgroundImage, s.opacity].join();
        const over = parent.over || !["static", "relative"].includes(s.position);
        parents.set(e, {ground, over});
        const seen = e.checkVisibility({opacityProperty: true, visibilityProperty: true});
        shown.set(e, seen + s.display);
        const large = size >= 24 || (size >= 18.66 && s.fontWeight >= 700);
        const look = [ground, s.color, s.textShadow, large].join();
        if (!over) window.looks.set(e, look);
        e.toggleAttribute("data-contrast", seen && (over || !good.includes(look)));
    }
    const same = before && [...shown].every(([e, how]) => window.shown?.get(e) === how);
    window.shown = shown;
    return !same;
}"""
VIOLATIONS = """async (rules) => {
    const good = new Set(), check = axe._audit.checks["color-contrast"], judge = check.evaluate;
    check.evaluate = function (node, ...others) {
        const verdict = judge.call(this, node, ...others);
        if (verdict === true && node.getBoundingClientRect().width > 1) {
            good.add(window.looks.get(node));
        }
        return verdict;
    };
    axe.configure({rules: [{id: "color-contrast", selector: "[data-contrast]"}]});
    const options = {runOnly: rules, resultTypes: ["violations"], elementRef: false};
    const found = (await axe.run(options)).violations;
    check.evaluate = judge;
    document.querySelectorAll("[data-contrast]").forEach((e) => e.removeAttribute("data-contrast"));
    return [found.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")),
        [...good].filter(Boolean)];
}"""
# Buttons, fields and menu links are 44 px high; a tick box is 28 px and includes its label.
SMALL_TARGETS = """() => [...document.querySelectorAll(
        "button, input:not([type=hidden]), select, nav a, .button")]
    .filter((e) => e.checkVisibility() && !e.classList.contains("visually-hidden"))
    .filter((e) => e.getBoundingClientRect().height < (e.matches("[type=checkbox],[type=radio]") ? 24 : 44))
    .map((e) => "small target: " + e.outerHTML.slice(0, 120))"""  # noqa: E501
# The narrowest phones, and a page at 400 % on a desktop (WCAG 1.4.10).
NARROWEST: ViewportSize = {"width": 320, "height": 844}
SIDEWAYS = """() => document.documentElement.scrollWidth > innerWidth ? ["scrolls sideways"] : []"""
# A picture keeps its proportions at every width; two pixels are rounding.
STRETCHED = """() => [...document.querySelectorAll("img")]
    .filter((e) => e.naturalWidth && e.checkVisibility())
    .filter((e) => {
        const s = getComputedStyle(e), {width, height} = e.getBoundingClientRect();
        const wide = width - parseFloat(s.paddingLeft) * 2 - parseFloat(s.borderLeftWidth) * 2;
        const high = height - parseFloat(s.paddingTop) * 2 - parseFloat(s.borderTopWidth) * 2;
        return Math.abs(wide * e.naturalHeight / e.naturalWidth - high) > 2;
    }).map((e) => "stretched: " + e.outerHTML.slice(0, 120))"""
# A sentence below another begins on its own line: else the last word before it runs into it.
RUNS_ON = """() => [...document.querySelectorAll(".sub")]
    .filter((e) => e.checkVisibility() && getComputedStyle(e).display === "inline")
    .map((e) => "runs on: " + e.outerHTML.slice(0, 120))"""
BESIDE_AXE = (SMALL_TARGETS, STRETCHED, SIDEWAYS, RUNS_ON)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def complaints() -> Callable[..., list[str]]:
    """The problems of the page now shown, at its own size and at ``others``.

    axe-core, small targets, stretched pictures, width, sentences that run on; in dark mode only
    contrasts, at 320 px only the width. The page's size is restored.
    """

    good: set[str] = set()

    def at_this_size(page: Page, *, again: bool) -> list[str]:
        """All rules at first, and again if other elements are shown at this size."""
        other = page.evaluate(LOOK, [again, sorted(good)])
        found, judged = page.evaluate(VIOLATIONS, RULES if other else PLACES)
        good.update(() if found else judged)
        wrong: list[str] = found
        return [*wrong, *(each for rule in BESIDE_AXE for each in page.evaluate(rule))]

    def look(page: Page, *others: ViewportSize) -> list[str]:
        page.wait_for_load_state()  # a click returns when the next page begins, before its <html>
        keep(page)
        if not page.evaluate("() => 'axe' in window"):
            # Not by page.evaluate: its eval compiles half a megabyte again for every page.
            session = page.context.new_cdp_session(page)
            session.send("Runtime.evaluate", {"expression": f"{AXE_SCRIPT};0"})
            session.detach()
        own = page.viewport_size
        found = at_this_size(page, again=False)
        for size in others:
            page.set_viewport_size(size)
            wrong = at_this_size(page, again=True)
            found += [f"{each} at {size['width']} px" for each in wrong]
        page.emulate_media(color_scheme="dark")
        page.evaluate(LOOK, [False, sorted(good)])
        wrong, judged = page.evaluate(VIOLATIONS, ["color-contrast"])
        good.update(judged)
        found += [f"{each} in the dark" for each in wrong]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(NARROWEST)
        found += [f"{each} at 320 px" for each in page.evaluate(SIDEWAYS)]
        if own:
            page.set_viewport_size(own)
        return found

    return look
