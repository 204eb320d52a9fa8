"""A sample agreement that tests can change."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

from usual import USUAL

from service.agreement.annex import Annex, Dpo, Item
from service.agreement.model import Agreement
from service.agreement.parties import Controller, MainAgreement, Processor, Signatory
from service.agreement.proof import Facts
from service.agreement.states import Order, PlaceState, State


def agreement(**changed: Any) -> Agreement:
    """A complete agreement that was sent, with ``changed`` fields."""
    made = Agreement(
        id="00000000-0000-4000-8000-000000000001",
        reference="VO-2026-00042",
        state=State.READY,
        edition=1,
        order=Order.CONTROLLER_FIRST,
        annex_locked=False,
        processor=Processor(
            name="Christophe Zenner",
            trade_name="IT4Professionals",
            enterprise_number="0863643458",
            street="Voorbeeldstraat 1",
            postcode="9000",
            city="Gent",
            email="info@it4professionals.be",
            phone="+32 9 234 56 78",
            representative_name="Christophe Zenner",
            representative_function="Zaakvoerder",
        ),
        processor_version=1,
        controller=Controller(
            name="Bakkerij Peeters",
            legal_form="BV",
            number_type="be",
            number="0403170701",
            street="Molenstraat 3",
            postcode="2000",
            city="Antwerpen",
            notices_email="info@peeters.be",
        ),
        signatory=Signatory("An Peeters", "an@peeters.be", "Bestuurder"),
        signatory_id="00000000-0000-4000-8000-000000000002",
        main_agreement=MainAgreement("HO-2024-17"),
        services=("cloud_storage",),
        annex=Annex(
            (
                Item("personal_data", "Naam en voornaam", "name"),
                Item("personal_data", "Gezondheid", "health", "special"),
                Item("data_subjects", "Klanten", "customers"),
            ),
            "yes",
            Dpo("Jan Maes", "", "dpo@peeters.be"),
        ),
        details_confirmed=True,
        message="",
        link_days=30,
        sender_id="00000000-0000-4000-8000-000000000003",
        created_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        sent_at=None,
        opened_at=None,
        expires_at=None,
        fully_signed_at=None,
        effective_date=None,
        frozen_sha256="0" * 64,
        failure="",
        places=dict.fromkeys(USUAL, PlaceState.OPEN),
    )
    return dataclasses.replace(made, **changed)


def facts(**changes: Any) -> Facts:
    """The facts of an agreement that was signed, without its acts and its log."""
    found = Facts(
        agreement=agreement(effective_date=date(2026, 3, 2)),
        template_version="1.1",
        template_sha256="0" * 64,
        engine="LibreOffice",
        documents=(),
        acts=(),
        events=(),
        successions=(),
        seal_subject="O=IT4Professionals",
        seal_fingerprint="",
        root_fingerprint="",
        level="PAdES B-LTA",
        closed_at=datetime(2026, 3, 2, 13, 5, tzinfo=UTC),
        closing_quality="eigen",
        verify_url="",
    )
    return dataclasses.replace(found, **changes)
