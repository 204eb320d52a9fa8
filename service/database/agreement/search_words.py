"""The search words of an agreement."""

from __future__ import annotations

from service.agreement.facets import facet_words
from service.agreement.fields import fold
from service.agreement.model import Agreement


def search_words(agreement: Agreement) -> list[str]:
    """The folded search words: names, numbers in every notation, reference, parts of addresses, and
    what lists and the archive are filtered by."""
    controller, signatory = agreement.controller, agreement.signatory
    texts = [
        controller.name,
        controller.trade_name,
        controller.legal_form,
        controller.city,
        controller.number,
        controller.shown_number,
        controller.notices_email,
        signatory.name,
        signatory.email,
        agreement.reference,
        agreement.reference.replace("-", ""),
        agreement.main_agreement.reference,
        agreement.our_name,
    ]
    words = dict.fromkeys(word for each in texts for word in fold(each).split())
    if controller.number_type == "be" and controller.number:
        words[controller.number.lstrip("0")] = None
        words[f"be{controller.number}"] = None
    return [*words, *facet_words(agreement)]
