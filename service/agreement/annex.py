"""Bijlage 1: the personal data (list A), the data subjects (list B), and the DPO.

Each item records who entered it and whether the countersigner must review it: special categories
(art. 9 GDPR), criminal data (art. 10), national numbers, minors, and custom wording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from service.agreement.fields import Checker, fold
from service.agreement.pasted import clean
from service.error_codes import FieldCode
from service.texts import OURS, table

ListName = Literal["personal_data", "data_subjects"]
LISTS: tuple[ListName, ListName] = ("personal_data", "data_subjects")
MOST_ITEMS = 60


@dataclass(frozen=True)
class Category:
    """An entry of the catalogue; ``flag`` is the reason for a review, or empty."""

    code: str
    label: str
    flag: str = ""


@dataclass(frozen=True)
class Item:
    """One line of list A or B as printed; ``code`` is empty for custom wording."""

    list: ListName
    label: str
    code: str = ""
    flag: str = ""
    entered_by: Literal["processor", "controller"] = "controller"


@dataclass(frozen=True)
class Dpo:
    """The data protection officer; telephone or e-mail may be empty, but not both."""

    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Annex:
    """Bijlage 1. ``dpo_answer`` is empty until yes or no is chosen: there is no default."""

    items: tuple[Item, ...] = ()
    dpo_answer: Literal["", "yes", "no"] = ""
    dpo: Dpo | None = None

    def of(self, name: ListName) -> tuple[Item, ...]:
        """In printed order."""
        return tuple(item for item in self.items if item.list == name)

    @property
    def complete(self) -> bool:
        answered = self.dpo_answer == "no" or (self.dpo_answer == "yes" and self.dpo is not None)
        return answered and all(self.of(name) for name in LISTS)

    def same_as(self, other: Annex) -> bool:
        """Whether both say the same; a browser sends items in the order of its page."""
        officer = (self.dpo_answer, self.dpo) == (other.dpo_answer, other.dpo)
        return officer and set(self.items) == set(other.items)


@cache
def categories(name: ListName) -> tuple[Category, ...]:
    """In display order."""
    return tuple(
        Category(code, entry["label"], entry.get("flag", ""))
        for code, entry in table("data_categories", OURS)[name].items()
    )


def parse_annex(
    chosen: Mapping[ListName, Sequence[str]],
    typed: Mapping[ListName, Sequence[str]],
    dpo: Mapping[str, Any],
    *,
    country: str,
    before: Annex,
    by: Literal["processor", "controller"],
    check: Checker,
    complete: bool,
) -> Annex:
    """Bijlage 1 from a form. An item in ``before`` keeps the party that entered it.

    Adds to ``check``: ``personal_data``, ``data_subjects``, ``dpo_answer`` and ``dpo_*``.
    """
    items: list[Item] = []
    for name in LISTS:
        items += _items(name, chosen[name], typed[name], before, by, check, complete=complete)
    answer = clean(dpo.get("dpo_answer"))
    officer = None
    if answer == "yes":
        officer = _dpo(dpo, country, check)
    elif answer != "no":
        answer = ""
        if complete:
            check.refuse("dpo_answer", FieldCode.YES_OR_NO)
    return Annex(tuple(items), "yes" if answer == "yes" else "no" if answer else "", officer)


def _items(
    name: ListName,
    chosen: Sequence[str],
    typed: Sequence[str],
    before: Annex,
    by: Literal["processor", "controller"],
    check: Checker,
    *,
    complete: bool,
) -> list[Item]:
    known = {category.code: category for category in categories(name)}
    entered = {fold(item.label): item.entered_by for item in before.of(name)}
    items: dict[str, Item] = {}
    for code in chosen:
        if code not in known:
            check.refuse(name, FieldCode.CHOOSE)
            continue
        category = known[code]
        who = entered.get(fold(category.label), by)
        items[fold(category.label)] = Item(name, category.label, code, category.flag, who)
    for line in typed:
        label = check.line(name, line, most=200, required=False)
        if label and fold(label) not in items:
            items[fold(label)] = Item(name, label, "", "own", entered.get(fold(label), by))
    if complete and not items:
        check.refuse(name, FieldCode(f"{name}_empty"))
    if len(items) > MOST_ITEMS:
        check.refuse(name, FieldCode.TOO_MANY_ITEMS, most=MOST_ITEMS)
    return list(items.values())


def _dpo(form: Mapping[str, Any], country: str, check: Checker) -> Dpo:
    officer = Dpo(
        name=check.person("dpo_name", form.get("dpo_name")),
        phone=check.phone("dpo_phone", form.get("dpo_phone"), country),
        email=check.email("dpo_email", form.get("dpo_email"), required=False),
    )
    if not (officer.phone or officer.email):
        check.refuse("dpo_phone", FieldCode.DPO_CONTACT)
    return officer


def flags(annex: Annex) -> tuple[str, ...]:
    """The reasons for review, each once: special, criminal, national_number, minors, own."""
    return tuple(dict.fromkeys(item.flag for item in annex.items if item.flag))
