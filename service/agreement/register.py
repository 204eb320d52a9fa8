"""The register of article 30(2) GDPR: what a processor records of each controller it works for.

Three facts come from the settings: the processor's own data protection officer, the transfers to
third countries and the security measures; without them the entry refers to the agreement's article.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.agreement.life import End, state_after
from service.agreement.model import Agreement
from service.agreement.parties import countries
from service.agreement.states import State
from service.texts import Language, text

SHOWN_SEPARATOR = "; "  # between several values in one cell
Value = str | list[str]


@dataclass(frozen=True)
class OwnFacts:
    """What the processor itself adds; empty if not given."""

    dpo: str
    transfers: str
    security: str


@dataclass(frozen=True)
class Signed:
    """An agreement signed by both parties, with its recorded end and the version of its text."""

    agreement: Agreement
    end: End | None
    template_version: str


# With headings under ``register.column``. The letters are those of art. 30(2).
COLUMNS = (
    "reference",
    "status",
    "effective_date",
    "ends_on",
    "end_reason",
    "processor",  # (a)
    "processor_number",
    "processor_seat",
    "processor_email",
    "processor_phone",
    "processor_dpo",
    "controller",  # (a)
    "controller_number",
    "controller_seat",
    "controller_country",
    "controller_email",
    "controller_represented_by",
    "controller_dpo",
    "services",  # (b)
    "transfers",  # (c)
    "security",  # (d)
    "personal_data",
    "special_data",
    "data_subjects",
    "main_agreement",
    "template_version",
)


def entry(signed: Signed, own: OwnFacts, on: date, language: Language) -> dict[str, Value]:
    """One entry by column, as it is on a Brussels calendar date; dates are in ISO 8601."""
    agreement, end = signed.agreement, signed.end
    processor, controller, annex = agreement.processor, agreement.controller, agreement.annex
    main = agreement.main_agreement
    values: dict[str, Value] = {
        "reference": agreement.reference,
        "status": _status(signed, on, language),
        "effective_date": _day(agreement.effective_date),
        "ends_on": _day(end.ends_on if end else None),
        "end_reason": text(f"labels.end_reason.{end.reason}", language) if end else "",
        "processor": processor.full_name,
        "processor_number": processor.shown_number,
        "processor_seat": processor.seat,
        "processor_email": processor.email,
        "processor_phone": processor.phone,
        "processor_dpo": own.dpo or text("register.own_dpo_unknown", language),
        "controller": controller.full_name,
        "controller_number": controller.shown_number,
        "controller_seat": controller.seat,
        "controller_country": countries().get(controller.country, controller.country),
        "controller_email": controller.notices_email,
        "controller_represented_by": _listed(
            agreement.signatory.name, agreement.signatory.function
        ),
        "controller_dpo": _dpo(agreement, language),
        "services": [text(f"services.{code}", language) for code in agreement.services],
        "transfers": own.transfers or text("register.transfers_unknown", language),
        "security": own.security or text("register.security_unknown", language),
        "personal_data": [item.label for item in annex.of("personal_data")],
        "special_data": [
            f"{item.label} ({text(f'labels.flag.{item.flag}', language)})"
            for item in annex.items
            if item.flag
        ],
        "data_subjects": [item.label for item in annex.of("data_subjects")],
        "main_agreement": _listed(main.reference, _day(main.signed_on)),
        "template_version": signed.template_version,
    }
    return _elsewhere(values, signed, language)


def cells(values: dict[str, Value]) -> list[str]:
    return [
        value if isinstance(value, str) else SHOWN_SEPARATOR.join(value)
        for value in (values[name] for name in COLUMNS)
    ]


def headings(language: Language) -> list[str]:
    return [text(f"register.column.{name}", language) for name in COLUMNS]


_OF_THE_TEXT = ("services", "personal_data", "special_data", "data_subjects", "controller_dpo")


def _elsewhere(values: dict[str, Value], signed: Signed, language: Language) -> dict[str, Value]:
    """What was signed elsewhere says these things itself; we know none of them."""
    if signed.agreement.state not in (State.REGISTERED, State.WITHDRAWN):
        return values
    return {**values, **dict.fromkeys(_OF_THE_TEXT, text("registration.elsewhere", language))}


def _status(signed: Signed, on: date, language: Language) -> str:
    if signed.agreement.state is State.WITHDRAWN:
        return text("states.agreement.withdrawn", language)
    if signed.end:
        return text(f"states.life.{state_after(signed.end.ends_on, on)}", language)
    if signed.agreement.state is State.SUPERSEDED:
        return text("states.agreement.superseded", language)
    return text("states.life.in_force", language)


def _dpo(agreement: Agreement, language: Language) -> str:
    officer = agreement.annex.dpo
    if officer is None:
        return text("register.no_dpo", language)
    return _listed(officer.name, officer.email, officer.phone)


def _listed(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
