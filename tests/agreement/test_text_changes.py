"""What changed from one text to another, word by word."""

from __future__ import annotations

import random

from service.agreement.text_changes import MOST_WORDS, Kind, Paragraph, text_changes


def view(*paragraphs: str) -> str:
    return "\n".join(
        f'<h2 id="a">{each[2:]}</h2>' if each.startswith("# ") else f"<p>{each}</p>"
        for each in paragraphs
    )


def shown(found: list[Paragraph]) -> list[str]:
    marks = {Kind.SAME: "{}", Kind.GONE: "[-{}-]", Kind.NEW: "[+{}+]"}
    return [
        " ".join([f"{each.heading}:", *(marks[p.kind].format(p.words) for p in each.pieces)])
        for each in found
    ]


def test_only_the_words_that_changed_are_marked() -> None:
    before = view("# Duur", "De termijn is dertig dagen.", "Dit blijft.", "# Recht", "Belgisch.")
    now = view("# Duur", "De termijn is &amp; blijft tien dagen.", "Dit blijft.", "# Recht",
               "Belgisch.", "Nieuw lid.")  # fmt: skip
    assert shown(text_changes(before, now)) == [
        "Duur: De termijn is [-dertig-] [+& blijft tien+] dagen.",
        "Recht: [+Nieuw lid.+]",
    ]
    assert text_changes(now, now) == []
    assert shown(text_changes(before, view("# Duur", "Dit blijft.", "# Recht", "Belgisch."))) == [
        "Duur: [-De termijn is dertig dagen.-]"
    ]


def test_a_table_is_read_by_its_cells() -> None:
    row = "<table><tr><th>Naam</th><td>{}</td></tr><tr><td>x</td></tr></table>"
    found = text_changes(row.format("An"), row.format("Jan"))
    assert shown(found) == [": Naam · [-An-] [+Jan+] / x"]


def test_no_word_of_either_text_is_lost() -> None:
    chance = random.Random(3)
    for _ in range(50):
        texts = [
            [" ".join(chance.choices("abcd", k=chance.randint(1, 5))) for _ in range(6)]
            for _ in range(2)
        ]
        before, now = (" ".join(each).split() for each in texts)
        found = text_changes(view(*texts[0]), view(*texts[1]))
        marked = [(p.kind, word) for each in found for p in each.pieces for word in p.words.split()]
        gone = sum(kind is Kind.GONE for kind, _ in marked)
        new = sum(kind is Kind.NEW for kind, _ in marked)
        assert len(before) - gone == len(now) - new


def test_quite_another_text_is_shown_as_a_whole() -> None:
    before, now = ["oud " * MOST_WORDS, "oud"], ["nieuw " * MOST_WORDS]
    found = text_changes(view(*before), view(*now))
    assert [[each.kind for each in paragraph.pieces] for paragraph in found] == [
        [Kind.GONE], [Kind.GONE], [Kind.NEW],
    ]  # fmt: skip
