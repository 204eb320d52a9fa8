"""What a person typed or ticked for the open places of a Word file, on the page that asks it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from service.documents.own.findings import Finding, Found
from service.documents.own.in_words import sides
from service.documents.own.open_characters import ends_in_number
from service.documents.own.typed import Typed
from service.error_codes import FieldCode
from service.errors import FieldError
from service.workflow.templates.take_in import ANSWER, TakenIn

MEANT = "meant-"  # a tick: what Zegel proposes for that open place is right
SHORTEST_WORD = 3


def answers_in(form: Mapping[str, str], asked: Iterable[Finding]) -> dict[str, str]:
    """The words for each place by the key of its finding; a ticked proposal is one if nothing else
    was typed."""
    answers = {
        name.removeprefix(ANSWER): words for name, words in form.items() if name.startswith(ANSWER)
    }
    for each in asked:
        if form.get(f"{MEANT}{each.key}") and not answers.get(each.key, "").strip():
            answers[each.key] = suggested(each)
    return answers


def suggested(finding: Finding) -> str:
    """The value that is probably meant, if it is always there: to be ticked, since one that stood
    in the field already would be passed over when it is wrong."""
    guessed = finding.answerable and finding.values.get("advice") == "field"
    return str(finding.values["whole"]) if guessed else ""


def unfit(asked: Sequence[Finding], answers: Mapping[str, str]) -> list[FieldError]:
    """The answers that end in the word that follows them, such as *euro*, or that are no number
    where a unit stands beside the place."""
    wrong = []
    for each in filter(attrgetter("answerable"), asked):
        typed, field = answers.get(each.key, "").strip(), f"{ANSWER}{each.key}"
        last = (typed.split() or [""])[-1].casefold()
        following = re.search(r"\w+", sides(each)[1])
        if len(last) >= SHORTEST_WORD and following and following[0].casefold().endswith(last):
            wrong.append(FieldError(field, FieldCode.TEMPLATE_TWICE, {"word": following[0]}))
        elif typed and (unit := each.values.get("unit")) and not ends_in_number(typed):
            wrong.append(FieldError(field, FieldCode.TEMPLATE_NUMBER, {"word": unit}))
    return wrong


def unanswered(finding: Finding) -> FieldError:
    values = {"place": finding.paragraph}
    signs = finding.code is Found.SIGNATORY
    code = FieldCode.TEMPLATE_SIGNATORY if signs else FieldCode.TEMPLATE_ANSWER
    return FieldError(f"{ANSWER}{finding.key}", code, values)


def typed_so_far(
    known: Mapping[str, Any], asked: Sequence[Finding], answers: Mapping[str, str]
) -> list[Typed]:
    """What was typed on this page and on those before it, for a file that comes from Word."""
    before = (Typed.from_json(each) for each in known.get("typed", ()))
    typed = {each.finding.key: each for each in before}
    unsure = {each.field for each in unfit(asked, answers)}
    for each in asked:
        if each.answerable and (words := answers.get(each.key, "").strip()):
            typed[each.key] = Typed(each, words, sure=f"{ANSWER}{each.key}" not in unsure)
    return list(typed.values())


def fields_again(found: TakenIn, form: Mapping[str, str]) -> dict[str, str]:
    """The form for a file that comes from Word: words that were typed for a place like one in it
    stand in the field of that one."""
    fields = {name: form.get(name, "") for name in ("family", "name")}
    left = found.ready.checked.findings if found.ready else ()
    for each in left:
        if typed := found.alike.get(each.key):
            ticked = typed.words == suggested(each)
            fields |= (
                {f"{MEANT}{each.key}": "yes"} if ticked else {f"{ANSWER}{each.key}": typed.words}
            )
    return fields
