"""The signer's input as rows of label and value."""

from __future__ import annotations

from service.agreement.annex import LISTS
from service.agreement.model import Agreement
from service.texts import text

Row = tuple[str, str | list[str]]


def detail_rows(agreement: Agreement) -> list[Row]:
    """The organisation and its signatory."""
    controller, signatory = agreement.controller, agreement.signatory
    rows: list[Row] = [
        (_label("organisation"), controller.full_name),
        (
            controller.number_label(agreement.language) or _label("number"),
            controller.shown_number or _label("no_number"),
        ),
        (_label("seat"), controller.seat),
        (_label("signatory"), ", ".join(filter(None, (signatory.name, signatory.function)))),
        (_label("notices_email"), controller.notices_email),
    ]
    if controller.trade_name:
        rows.insert(1, (_label("trade_name"), controller.trade_name))
    return rows


def annex_rows(agreement: Agreement) -> list[Row]:
    rows: list[Row] = [
        (text(f"labels.list.{name}"), [item.label for item in agreement.annex.of(name)])
        for name in LISTS
    ]
    officer = agreement.annex.dpo
    shown = ", ".join(filter(None, (officer.name, officer.phone, officer.email))) if officer else ""
    return [*rows, (_label("dpo"), shown or _label("no_dpo"))]


def _label(key: str) -> str:
    return text(f"sign.filled.{key}")
