"""The usual processor, and what people type for the usual customer."""

from __future__ import annotations

from typing import Any

from bench.road import Sample
from service.agreement.drafting import Input

PROCESSOR = {
    "name": "Christophe Zenner",
    "trade_name": "IT4Professionals",
    "enterprise_number": "0863.643.458",
    "street": "Voorbeeldstraat 1",
    "postcode": "9000",
    "city": "Gent",
    "email": "info@it4professionals.example",
    "phone": "+32 9 234 56 78",
    "representative_name": "Christophe Zenner",
    "representative_function": "Zaakvoerder",
}
SALES = {
    "name": "Bakkerij Peeters",
    "number": "0403.170.701",
    "signatory_name": "An Peeters",
    "signatory_email": "an@peeters.example",
}
DETAILS = {
    **SALES,
    "kind": "legal_entity",
    "legal_form": "BV",
    "country": "BE",
    "street": "Molenstraat 3",
    "postcode": "2000",
    "city": "Antwerpen",
    "signatory_function": "Bestuurder",
    "notices_email": "info@peeters.example",
}
LISTS: dict[str, Any] = {
    "chosen": {"personal_data": ["name", "contact"], "data_subjects": ["customers"]},
    "typed": {"personal_data": ["Allergieën van klanten"], "data_subjects": []},
}
PRE_SIGNED = {**DETAILS, "order": "processor_first", "dpo_answer": "no"}
BAKERY = Sample(
    sales=Input(SALES, services=["cloud_storage"]),
    details=Input(DETAILS),
    annex=Input({"dpo_answer": "no"}, **LISTS),
)
