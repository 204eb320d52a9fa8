"""The signer's input as rows of label and value."""

from __future__ import annotations

from collections.abc import Callable

from service.agreement.annex import LISTS
from service.agreement.model import Agreement
from service.texts import text

Row = tuple[str, str | list[str]]


def detail_rows(agreement: Agreement) -> list[Row]:
    label = _labels(agreement)
    controller, signatory = agreement.controller, agreement.signatory
    rows: list[Row] = [
        (label("organisation"), controller.full_name),
        (
            controller.number_label(agreement.language) or label("number"),
            controller.shown_number or label("no_number"),
        ),
        (label("seat"), controller.seat),
        (label("signatory"), ", ".join(filter(None, (signatory.name, signatory.function)))),
        (label("notices_email"), controller.notices_email),
    ]
    if controller.trade_name:
        rows.insert(1, (label("trade_name"), controller.trade_name))
    return rows


def annex_rows(agreement: Agreement) -> list[Row]:
    label = _labels(agreement)
    rows: list[Row] = [
        (
            text(f"labels.list.{name}", agreement.language),
            [item.label for item in agreement.annex.of(name)],
        )
        for name in LISTS
    ]
    officer = agreement.annex.dpo
    shown = ", ".join(filter(None, (officer.name, officer.phone, officer.email))) if officer else ""
    return [*rows, (label("dpo"), shown or label("no_dpo"))]


def _labels(agreement: Agreement) -> Callable[[str], str]:
    return lambda key: text(f"sign.filled.{key}", agreement.language)
