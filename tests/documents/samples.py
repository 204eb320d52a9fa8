"""Contexts to fill in: an ordinary and an extreme one of each kind."""

from __future__ import annotations

import copy
from typing import Any

DIGESTS = [f"{number:x}" * 64 for number in range(1, 10)]

AGREEMENT: dict[str, Any] = {
    "reference": "VO-2026-00042",
    "revision": 1,
    "template": {"version": "1.1"},
    "processor": {
        "name": "Christophe Zenner",
        "trade_name": "IT4Professionals",
        "enterprise_number": "0863.643.458",
        "seat": "Voorbeeldstraat 1, 9000 Gent, België",
        "email": "info@it4professionals.example",
        "phone": "+32 9 000 00 00",
        "representative": {"name": "Christophe Zenner", "function": "Zaakvoerder"},
    },
    "controller": {
        "name": "Bakkerij Peeters",
        "legal_form": "BV",
        "trade_name": None,
        "country": "BE",
        "number_label": "Ondernemingsnummer",
        "number": "0403.170.701",
        "seat": "Molenstraat 3, 2000 Antwerpen, België",
        "email": "info@peeters.example",
        "representative": {"name": "An Peeters", "function": "Bestuurder"},
    },
    "main_agreement": {"reference": "HO-2024-17", "date": "2 maart 2024"},
    "services": [
        "cloudopslag van gegevens van de Verwerkingsverantwoordelijke en onlinediensten daarbij",
        "webdesign",
        "het registreren, verhuizen, vernieuwen en beheren van domeinnamen",
    ],
    "annex": {
        "personal_data": [
            {"label": "Naam en voornaam", "special": False},
            {"label": "Gezondheidsgegevens", "special": True},
        ],
        "data_subjects": [{"label": "Klanten", "special": False}],
        "dpo": {"name": "Jan Smets", "phone": "+32 3 000 00 00", "email": "dpo@peeters.example"},
    },
}


def ordinary() -> dict[str, Any]:
    """A complete agreement of a small company."""
    return copy.deepcopy(AGREEMENT)


def shortest() -> dict[str, Any]:
    """The smallest possible agreement."""
    context = ordinary()
    context["main_agreement"] = None
    context["services"] = ["webdesign"]
    context["annex"] = {
        "personal_data": [{"label": "Naam en voornaam", "special": False}],
        "data_subjects": [{"label": "Klanten", "special": False}],
        "dpo": None,
    }
    return context


def full(word: str) -> dict[str, Any]:
    """Every field at its maximum length, filled with ``word``."""

    def filled(length: int) -> str:
        return (word * length)[:length].strip()

    email = f"{'a' * 64}@{'b' * 60}.example"
    context = ordinary()
    seat = f"{filled(200)}, 9000 {filled(100)}, België"
    person = {"name": filled(200), "function": filled(100)}
    named = {"name": filled(200), "trade_name": filled(200), "seat": seat, "email": email}
    context["processor"] |= {**named, "representative": person}
    own = {"legal_form": filled(60), "number": filled(40), "representative": person}
    context["controller"] |= {**named, **own}
    context["main_agreement"]["reference"] = filled(60)
    for name in ("personal_data", "data_subjects"):
        context["annex"][name] = [
            {"label": f"{number} {filled(196)}", "special": False} for number in range(60)
        ]
    context["annex"]["dpo"] |= {"name": filled(200), "email": email}
    return context


def hard() -> dict[str, Any]:
    """Everything optional is absent, everything of variable length is long."""
    context = ordinary()
    name = "Koninklijke Vereniging voor de Bevordering van Hyperlokale Onderwijsvernieuwing "
    context["controller"] |= {
        "name": (name * 3)[:180].strip(),
        "legal_form": None,
        "number": None,
        "number_label": None,
        "trade_name": "Jansen & Zn <test> BVBA",
        "representative": {
            "name": ("'t Hof van Ó Brien-Łódź " * 5)[:108].strip(),
            "function": "Voorzitter van de raad van bestuur en gedelegeerd bestuurder {{ naam }}",
        },
    }
    context["main_agreement"] = None
    context["processor"]["trade_name"] = None
    context["services"] = [f"dienst nummer {number} van de lijst" for number in range(1, 9)]
    context["annex"] = {
        "personal_data": [
            {"label": f"Categorie van gegevens {number}", "special": number % 7 == 0}
            for number in range(1, 41)
        ],
        "data_subjects": [
            {"label": f"Categorie van betrokkenen {number}", "special": False}
            for number in range(1, 41)
        ],
        "dpo": None,
    }
    return context


def evidence() -> dict[str, Any]:
    """The evidence of an agreement signed by two people."""
    return {
        "reference": "VO-2026-00042",
        "story": [
            "Bakkerij Peeters, BV en Christophe Zenner ondertekenden op 2 maart 2026.",
            "Welke tekst ieder te zien kreeg, staat bij de handtekeningen.",
        ],
        "binding": "De overeenkomst en dit blad wijzen naar elkaar.",
        "compared": "De woorden van de leesweergave waren dezelfde als die van de PDF.",
        "agreement_title": "Verwerkersovereenkomst",
        "effective_date": "2 maart 2026",
        "effective_date_rule": "de datum (Europe/Brussels) van de laatste handtekening",
        "template": {"version": "1.1", "sha256": DIGESTS[0]},
        "parties": [
            {
                "role": "Verwerkingsverantwoordelijke",
                "name": "Bakkerij Peeters, BV",
                "number": "0403.170.701",
                "seat": "Molenstraat 3, 2000 Antwerpen, België",
            },
            {
                "role": "Verwerker",
                "name": "Christophe Zenner (IT4Professionals)",
                "number": None,
                "seat": "Voorbeeldstraat 1, 9000 Gent, België",
            },
        ],
        "documents": [
            {"label": "Getoond en ondertekend document", "sha256": DIGESTS[1]},
            {"label": "Verzegeld origineel", "sha256": DIGESTS[2]},
        ],
        "acts": [_act(number) for number in range(3)],
        "annex": [
            {
                "list": "Persoonsgegevens" if number < 20 else "Betrokkenen",
                "label": f"Onderdeel nummer {number + 1}",
                "entered_by": "An Peeters",
            }
            for number in range(40)
        ],
        "delegations": ["Op 1 maart 2026 gaf Jan Smets de uitnodiging door aan An Peeters."],
        "events": [
            {
                "time": f"1 maart 2026, 10:{minute:02}:00 +01:00",
                "sentence": "De ondertekenaar opende de uitnodiging en las de overeenkomst.",
                "hash": DIGESTS[minute % 9],
            }
            for minute in range(60)
        ],
        "chain_head": DIGESTS[3],
        "seal": {
            "subject": "CN=Zegel van IT4Professionals, O=IT4Professionals, C=BE",
            "fingerprint": DIGESTS[4],
            "root_fingerprint": DIGESTS[5],
            "level": "PAdES B-LTA",
            "timestamp_quality": "tijdstempel van de dienst zelf, niet van een derde",
        },
        "not_proven": [
            "Dat de persoon achter het e-mailadres de genoemde persoon is.",
            "Dat de tijdstempel van een derde komt: hij komt van de dienst zelf.",
        ],
        "verify_steps": [
            "Bereken de SHA-256 van het bestand en vergelijk die met het controlegetal hierboven.",
            "Open het bestand in een PDF-lezer die handtekeningen toont.",
        ],
        "verify_url": "https://zegel.example/controle",
    }


def _act(number: int) -> dict[str, Any]:
    return {
        "title": f"Handtekening {number + 1} van 3",
        "person": "An Peeters",
        "function": "Bestuurder",
        "organisation": "Bakkerij Peeters, BV",
        "local_time": f"2 maart 2026, 10:1{number}:07 +01:00",
        "utc_time": f"2026-03-02T09:1{number}:07Z",
        "token_time": f"2 maart 2026, 10:1{number}:09 +01:00" if number else None,
        "token_note": None,
        "email": "an@peeters.example",
        "email_proof": "code uit een e-mail, ingevoerd op 2 maart 2026, 10:09:00 +01:00",
        "under": "de overeenkomst",
        "in_short": "code in mailbox an@peeters.example",
        "mandate": None,
        "mandate_sha256": None,
        "unopened": None,
        "stated": "De ondertekenaar heeft uitdrukkelijk verklaard:",
        "method": "getypte naam",
        "statements": [
            "Ik heb de overeenkomst en Bijlage 1 gelezen.",
            "Ik ben bevoegd om mijn organisatie te verbinden.",
        ],
        "ip": "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "browser": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36",
        "document_sha256": DIGESTS[1],
        "record_sha256": DIGESTS[5 + number],
        "view_sha256": DIGESTS[2],
        "openings": [
            {"said": "Leesweergave getoond; verder gegaan op 2 maart 2026", "sha256": DIGESTS[2]},
            {"said": "PDF opgehaald op 2 maart 2026", "sha256": DIGESTS[1]},
        ],
    }
