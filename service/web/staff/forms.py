"""The form of a new agreement or draft: converts the input for the workflow, and back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from service.agreement.annex import LISTS, categories
from service.agreement.drafting import Input
from service.agreement.model import Agreement
from service.agreement.parties import KINDS, NUMBER_TYPES, countries
from service.agreement.pasted import lines_of
from service.agreement.states import Order
from service.texts import OURS, catalogue, text
from service.web.again import NEVER_KEPT
from service.web.security import AGAIN_FIELD, TOKEN_FIELD

# What nearly every customer of a hosting firm has; sales unticks the rest.
USUAL_SERVICES = ("cloud_storage", "support")
_KEPT_FROM_CONTROLLER = (
    "name",
    "kind",
    "legal_form",
    "trade_name",
    "country",
    "number_type",
    "street",
    "postcode",
    "city",
    "notices_email",
)
# Technical fields, which may differ between equal submissions.
_NO_CONTENT = frozenset({TOKEN_FIELD, AGAIN_FIELD, "key", "version", "then"})


@dataclass(frozen=True)
class Filled:
    """A form as shown: values by field, ticked codes, own lines."""

    values: Mapping[str, str]
    services: frozenset[str]
    chosen: Mapping[str, frozenset[str]]
    key: str = ""
    version: str = ""  # of the draft that was read


def given(form: MultiDict[str, str]) -> Input:
    """The workflow's input. Own lines share a text area per list."""
    return Input(
        fields={name: value for name, value in form.items() if name not in _NO_CONTENT},
        services=form.getlist("services"),
        chosen={name: form.getlist(name) for name in LISTS},
        typed={name: lines_of(form.get(f"{name}_own")) for name in LISTS},
    )


def typed_again(form: MultiDict[str, str]) -> Filled:
    return Filled(
        values=form.to_dict(),
        services=frozenset(form.getlist("services")),
        chosen={name: frozenset(form.getlist(name)) for name in LISTS},
        key=form.get("key", ""),
        version=form.get("version", ""),
    )


def version_seen(form: MultiDict[str, str]) -> int | None:
    """The version with which a form was filled, or None."""
    typed = form.get("version", "")
    return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else None


def typed_with(form: MultiDict[str, str], name: str, value: str) -> dict[str, str | list[str]]:
    """The input, with another value in one hidden field."""
    typed = {each: sent for each, sent in form.lists() if each not in NEVER_KEPT}
    return {**typed, name: value}


def new_key() -> str:
    """Sent twice, one form creates one agreement."""
    return secrets.token_urlsafe(18)


def blank(link_days: int) -> Filled:
    return Filled(
        values={
            "country": "BE",
            "kind": "legal_entity",
            "order": Order.CONTROLLER_FIRST.value,
            "link_days": str(link_days),
        },
        services=frozenset(USUAL_SERVICES),
        chosen={name: frozenset() for name in LISTS},
        key=new_key(),
    )


def of(agreement: Agreement) -> Filled:
    controller, main, officer = agreement.controller, agreement.main_agreement, agreement.annex.dpo
    values = {name: getattr(controller, name) for name in _KEPT_FROM_CONTROLLER}
    values |= {
        "number": controller.shown_number,
        "signatory_name": agreement.signatory.name,
        "signatory_email": agreement.signatory.email,
        "signatory_function": agreement.signatory.function,
        "main_reference": main.reference,
        "main_date": f"{main.signed_on:%d/%m/%Y}" if main.signed_on else "",
        "message": agreement.message,
        "link_days": str(agreement.link_days),
        "order": agreement.order.value,
        **_countersigner(agreement),
        "template": agreement.template_sha256,
        "dpo_answer": agreement.annex.dpo_answer,
        "dpo_name": officer.name if officer else "",
        "dpo_phone": officer.phone if officer else "",
        "dpo_email": officer.email if officer else "",
    }
    for name in LISTS:
        own = [item.label for item in agreement.annex.of(name) if not item.code]
        values[f"{name}_own"] = "\n".join(own)
    return Filled(
        values=values,
        services=frozenset(agreement.services),
        chosen={
            name: frozenset(item.code for item in agreement.annex.of(name) if item.code)
            for name in LISTS
        },
        version=str(agreement.version),
    )


def _countersigner(agreement: Agreement) -> dict[str, str]:
    """Our signatory, if still able to sign."""
    chosen = agreement.countersigner
    return {"countersigner": chosen.staff_id} if chosen and chosen.can_sign else {}


def copy_of(agreement: Agreement, template: str) -> Filled:
    """A new form with another agreement's contents, and this template if not empty."""
    copied = of(agreement)
    values = {**copied.values, **({"template": template} if template else {})}
    return replace(copied, values=values, key=new_key(), version="")


def choices() -> dict[str, object]:
    return {
        "services": list(catalogue("service_names", OURS).items()),
        "kinds": [(kind, text(f"labels.kind.{kind}", OURS)) for kind in KINDS],
        "number_types": [(each, text(f"labels.number_type.{each}", OURS)) for each in NUMBER_TYPES],
        "countries": list(countries().items()),
        "categories": {name: categories(name) for name in LISTS},
    }
