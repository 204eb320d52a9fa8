"""The data as printed: filled into the template, and attached to the PDF as JSON. Every key is
present, None if missing."""

from __future__ import annotations

from typing import Any

from service.agreement.annex import LISTS, Annex
from service.agreement.deadlines import show_date
from service.agreement.difference import BLANK
from service.agreement.model import Agreement
from service.agreement.parties import Controller, MainAgreement, Signatory
from service.texts import Language, text


def context(agreement: Agreement, template_version: str) -> dict[str, Any]:
    return {
        "reference": agreement.reference,
        "revision": agreement.edition,
        "template": {"version": template_version},
        "processor": _processor(agreement),
        "controller": _controller(agreement.controller, agreement.signatory, agreement.language),
        "main_agreement": _main(agreement.main_agreement, agreement.language),
        "services": [text(f"services.{code}", agreement.language) for code in agreement.services],
        "annex": _annex(agreement.annex),
    }


def common_context(agreement: Agreement, template_version: str) -> dict[str, Any]:
    """The same with a blank for each value that differs per agreement; the processor stays."""
    printed = context(agreement, template_version)
    blanks = dict.fromkeys(("number_label", "number", "seat", "email"), BLANK)
    names: dict[str, Any] = dict.fromkeys(("legal_form", "trade_name"))
    printed["reference"], printed["revision"] = BLANK, 1
    printed["controller"] |= {
        **names,
        **blanks,
        "kind": BLANK,
        "country": BLANK,
        "name": BLANK,
        "representative": {"name": BLANK, "function": BLANK},
    }
    printed["main_agreement"] = {"reference": BLANK, "date": BLANK}
    printed["services"] = [BLANK]
    printed["annex"] = {name: [{"label": BLANK, "special": False}] for name in LISTS}
    printed["annex"]["dpo"] = None
    return printed


def sample_context(agreement: Agreement, template_version: str) -> dict[str, Any]:
    """The same before the controller filled anything in; each blank names its value."""

    def blank(name: str) -> str:
        return text(f"labels.sample.{name}", agreement.language)

    main = agreement.main_agreement
    return {
        "reference": blank("reference"),
        "revision": 1,
        "template": {"version": template_version},
        "processor": _processor(agreement),
        "controller": {
            "kind": blank("name"),
            "name": blank("name"),
            "legal_form": None,
            "trade_name": None,
            "country": blank("seat"),
            "number_label": blank("number_label"),
            "number": blank("number"),
            "seat": blank("seat"),
            "email": blank("email"),
            "representative": {"name": blank("person"), "function": blank("function")},
        },
        "main_agreement": {"reference": blank("main_reference"), "date": blank("main_date")}
        if main.reference or main.signed_on
        else None,
        "services": [text(f"services.{code}", agreement.language) for code in agreement.services],
        "annex": {name: [{"label": blank(name), "special": False}] for name in LISTS}
        | {"dpo": dict.fromkeys(("name", "phone", "email"), blank("officer"))},
    }


def preview_context(agreement: Agreement, template_version: str) -> dict[str, Any]:
    """The same for a draft; the controller's part is marked as open."""
    printed = context(agreement, template_version)
    open_mark = text("labels.to_complete", agreement.language)
    party = printed["controller"]
    for key in ("seat", "email"):
        party[key] = party[key] or open_mark
    party["representative"]["function"] = party["representative"]["function"] or open_mark
    if party["number"] is None and agreement.controller.number_type != "none":
        party["number_label"], party["number"] = (
            text("labels.number_type.any", agreement.language),
            open_mark,
        )
    for name in LISTS:
        printed["annex"][name] = printed["annex"][name] or [{"label": open_mark, "special": False}]
    if not agreement.annex.dpo_answer:
        printed["annex"]["dpo"] = {"name": open_mark, "phone": None, "email": None}
    return printed


def _processor(agreement: Agreement) -> dict[str, Any]:
    processor = agreement.processor
    return {
        "name": processor.name,
        "trade_name": processor.trade_name or None,
        "enterprise_number": processor.shown_number,
        "seat": processor.seat,
        "email": processor.email,
        "phone": processor.phone,
        "representative": {"name": agreement.our_name, "function": agreement.our_function},
    }


def _controller(controller: Controller, signatory: Signatory, language: Language) -> dict[str, Any]:
    return {
        "kind": controller.kind,
        "name": controller.name,
        "legal_form": controller.form_to_add or None,
        "trade_name": controller.trade_name or None,
        "country": controller.country,
        "number_label": controller.number_label(language) or None,
        "number": controller.shown_number or None,
        "seat": controller.seat,
        "email": controller.notices_email,
        "representative": {"name": signatory.name, "function": signatory.function},
    }


def _main(main: MainAgreement, language: Language) -> dict[str, Any] | None:
    if not (main.reference or main.signed_on):
        return None
    return {
        "reference": main.reference or None,
        "date": show_date(main.signed_on, language) if main.signed_on else None,
    }


def _annex(annex: Annex) -> dict[str, Any]:
    printed: dict[str, Any] = {
        name: [{"label": item.label, "special": item.flag == "special"} for item in annex.of(name)]
        for name in LISTS
    }
    officer = annex.dpo
    printed["dpo"] = (
        {"name": officer.name, "phone": officer.phone or None, "email": officer.email or None}
        if officer
        else None
    )
    return printed
