"""The common text and the difference together are the whole agreement."""

from __future__ import annotations

import re
from html import unescape

import pytest

from service.agreement.difference import BLANK, difference, lines

COMMON = """<h2>Overeenkomst</h2>
<p>Tussen […] en IT4.</p>
<section id="artikel-1" aria-labelledby="artikel-1-titel">
<h3 id="artikel-1-titel"><span class="number">Artikel 1.</span> Doel</h3>
<ol class="clauses">
<li id="artikel-1-1"><p><span class="number">1.1</span> Voor deze doelen:</p>
<ul>
<li>[…]; en</li>
<li>wat daarbij hoort.</li>
</ul>
</li></ol>
</section>
<section id="artikel-2" aria-labelledby="artikel-2-titel">
<h3 id="artikel-2-titel"><span class="number">Artikel 2.</span> Functionaris</h3>
<p>Niet van toepassing.</p>
<table><tbody><tr><th scope="row">Naam</th><td>[…]</td></tr></tbody></table>
</section>""".replace(BLANK, "[&#8230;]")
FILLED = COMMON.replace("[&#8230;]", "Bakkerij")
OTHERS = {
    "filled in": FILLED,
    "a line more": FILLED.replace("<li>Bakkerij; en</li>", "<li>a;</li>\n<li>b; en</li>"),
    "a line less": FILLED.replace("<p>Niet van toepassing.</p>\n", ""),
    "another line": FILLED.replace("<p>Niet van toepassing.</p>", "<p>Jan Maes</p>"),
    "another clause": FILLED.replace("Voor deze doelen:", "Voor géén doel:"),
    "another heading": FILLED.replace("Functionaris", "Beveiliging"),
    "moved": FILLED.replace("<p>Niet van toepassing.</p>\n", "").replace(
        "<p>Tussen", "<p>Niet van toepassing.</p>\n<p>Tussen"
    ),
}


def words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize("view", OTHERS.values(), ids=OTHERS.keys())
def test_every_word_stands_in_the_one_or_the_other(view: str) -> None:
    told = difference(COMMON, view)
    for line in lines(view):
        assert line in lines(COMMON) or words(line) in words(told)
    deleted = [words(each) for each in re.findall("<del>(.*?)</del>", told)]
    for line in lines(COMMON):
        assert "&#8230;" in line or line in lines(view) or words(line) in deleted


def test_what_is_the_same_is_not_told() -> None:
    assert difference(FILLED, FILLED) == ""
    told = difference(COMMON, OTHERS["another line"])
    assert "wat daarbij hoort" not in told
    assert "<h3><span" in told
    assert "<p>Jan Maes</p>" in told
    assert "<p><del>Niet van toepassing.</del></p>" in told
    assert told.count("Artikel 1.") == 1
    assert "id=" not in told  # several are on one page


def test_a_blank_that_is_filled_in_is_no_deletion() -> None:
    assert "<del>" not in difference(COMMON, FILLED)
