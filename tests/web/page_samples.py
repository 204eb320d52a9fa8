"""Every page of the signer and of errors with sample data, in all variants.

The staff's pages are shown with real data in their own tests.
"""

# ruff: noqa: E501  one page or row per line: these tables are read across

from __future__ import annotations

import base64
import dataclasses
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace as Thing
from typing import Any

import bakery
from markupsafe import Markup
from PIL import Image, ImageDraw

from service.agreement.annex import categories
from service.agreement.look import Logo
from service.agreement.parties import countries, parse_processor
from service.texts import OURS, catalogue, text
from service.web.pages import PageLook
from service.web.shades import sheet_name
from signatures.acts.images import small_picture

NOW = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
LONG = "Koninklijke Vereniging voor de Bevordering van Ambachtelijke Streekproducten, Jansen & Zn <test>"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

PROCESSOR = parse_processor(bakery.PROCESSOR)
COLOUR = f"/kleur/{sheet_name('#b01e68')}.css"

ROUTES = {
    "sign.landing": "/tekenen/link/<token>",
    "sign.open_bundled": "/tekenen/samen/overeenkomst",
    "sign.ask_bundled_link": "/tekenen/samen/nieuwe-link",
    "sign.resume": "/tekenen/verder",
    "sign.details": "/tekenen/gegevens",
    "sign.annex": "/tekenen/bijlage-1",
    "sign.keep_typed": "/tekenen/bewaren/<form>",
    "sign.read": "/tekenen/lezen",
    "sign.document": "/tekenen/document",
    "sign.status": "/tekenen/document/stand",
    "sign.pdf": "/tekenen/overeenkomst.pdf",
    "sign.code": "/tekenen/code",
    "sign.new_code": "/tekenen/nieuwe-code",
    "sign.sign": "/tekenen/handtekening",
    "sign.sign_annex": "/tekenen/handtekening-bijlage-1",
    "sign.delegate": "/tekenen/doorsturen",
    "sign.new_delegate_code": "/tekenen/doorsturen/code",
    "sign.confirm_delegate": "/tekenen/doorsturen/controle",
    "sign.mail_opening_code": "/tekenen/mijn-overeenkomst/code",
    "sign.open_my_agreement": "/tekenen/mijn-overeenkomst/controle",
    "sign.decline": "/tekenen/weigering",
    "sign.ask": "/tekenen/vraag",
    "sign.privacy": "/privacy",
    "apply.page": "/aanvragen",
    "apply.send": "/aanvragen",
    "apply.confirm": "/aanvragen/code",
    "apply.another_code": "/aanvragen/code/nieuw",
    "sign.sample_of_visit": "/tekenen/voorbeeld",
}

SIGNER = {
    "processor": PROCESSOR,
    "organisation": "Bakkerij Peeters",
    "pdf_available": False,
    "sample_url": "/tekenen/voorbeeld",
    "kept": "",
}
SIGNATURE = {"signatory_name": "An Peeters", "signatory_function": "Bestuurder"}
READING = Markup("""<h2>Verwerkersovereenkomst</h2><p>Deze overeenkomst geldt voor elke verwerking.</p>
<section id="artikel-1" aria-labelledby="artikel-1-titel"><h3 id="artikel-1-titel">Artikel 1. Doeleinden van verwerking</h3>
<ol class="clauses"><li id="artikel-1-1"><span class="number">1.1</span> De Verwerker verbindt zich ertoe persoonsgegevens te verwerken in opdracht van de Verwerkingsverantwoordelijke:<ul><li>webdesign;</li><li>hulp en ondersteuning.</li></ul></li>
<li id="artikel-1-2"><span class="number">1.2</span> De gegevens staan in Bijlage 1.</li></ol></section>
<section id="artikel-2" aria-labelledby="artikel-2-titel"><h3 id="artikel-2-titel">Artikel 2. Verplichtingen Verwerker</h3><p>2.1 De Verwerker ziet toe op de naleving.</p></section>
<table><thead><tr><th>Regel</th><th>Verwerkingsverantwoordelijke</th><th>Verwerker</th></tr></thead><tbody><tr><th>Naam</th><td>An Peeters</td><td>Christophe Zenner</td></tr></tbody></table>""")
DETAILS = [
    ("Organisatie", "Bakkerij Peeters BV"),
    ("Ondernemingsnummer", "0403.170.701"),
    ("Zetel", "Molenstraat 3, 2000 Antwerpen, België"),
    ("Ondertekenaar", "An Peeters, Bestuurder"),
]
ANNEX_ROWS = [
    (
        "Persoonsgegevens",
        ["Naam en voornaam", "Gegevens over gezondheid", "Allergieën van klanten"],
    ),
    ("Van wie", ["Klanten", "Websitebezoekers"]),
    ("Functionaris voor gegevensbescherming", "Niet van toepassing"),
]
STATEMENTS = [
    Thing(code=code, text=text(f"statements.{code}", OURS, organisation="Bakkerij Peeters"))
    for code in ("read_and_agreed", "authorised", "intent")
]
COUNTRIES = list(countries().items())
DETAIL_VALUES = {
    "name": "Bakkerij Peeters", "kind": "legal_entity", "legal_form": "BV", "country": "BE",
    "number": "0403.170.701", "street": "Molenstraat 3", "postcode": "2000", "city": "Antwerpen",
    "signatory_name": "An Peeters", "signatory_function": "Bestuurder",
    "notices_email": "info@peeters.example",
}  # fmt: skip


def _picked(name: Any, chosen: set[str], suggested: set[str], lines: list[str]) -> dict[str, Any]:
    special = ("special", "criminal", "national_number") if name == "personal_data" else ()
    shown = [each for each in categories(name) if each.code in chosen | suggested]
    rest = [each for each in categories(name) if each not in shown]
    return {
        "shown": shown,
        "folded": [each for each in rest if each.flag not in special],
        "apart": [each for each in rest if each.flag in special],
        "chosen": chosen,
        "suggested": suggested,
        "lines": lines,
    }


ANNEX = {
    **SIGNER,
    "values": {"dpo_answer": ""},
    "errors": {},
    "kept": "Bewaard om 14:05",
    "personal_data": _picked(
        "personal_data", {"name", "health"}, {"name", "ip"}, ["Allergieën", ""]
    ),
    "data_subjects": _picked("data_subjects", set(), set(), []),
}
_CODES = {
    "personal_data": {"name", "contact", "account", "ip", "files", "correspondence"},
    "data_subjects": {"customers", "employees", "suppliers"},
}
SUGGESTED = {name: _picked(name, codes, codes, []) for name, codes in _CODES.items()}
SIGN = {
    **SIGNER, **SIGNATURE, "today": "2 maart 2026", "statements": STATEMENTS, "ticked": [],
    "values": {"method": "typed", "typed_name": "An Peeters"}, "errors": {}, "document_sha256": SHA,
}  # fmt: skip
SIGN_ANNEX = {
    **SIGNER, **SIGNATURE, "today": "2 maart 2026", "annex_rows": ANNEX_ROWS,
    "guarantee": text("statements.annex_guarantee", OURS, organisation="Bakkerij Peeters", processor="IT4Professionals"),
    "annex_statement": text("statements.annex_sign", OURS, organisation="Bakkerij Peeters"),
    "annex_ticked": False, "errors": {}, "image_src": "", "typed_name": "An Peeters", "face": "swift",
    "carried": [], "document_sha256": SHA,
}  # fmt: skip
UNUSABLE = {"processor": PROCESSOR, "bundle_url": "", "since": NOW,
            "effective_date": date(2026, 3, 2), "new_link_url": "", "open_url": "", "requested": False}  # fmt: skip


CONTENTS = [
    Thing(anchor="artikel-1", title="Artikel 1. Doeleinden van verwerking"),
    Thing(anchor="artikel-2", title="Artikel 2. Verplichtingen Verwerker"),
]
SAMPLE = Thing(
    page="/tekenen/voorbeeld",
    pdf="/x.pdf",
    state="/tekenen/document/stand",
    back="/tekenen/link/x",
    asked="/tekenen/voorbeeld?wacht=ja",
)
ALONE = {"together": None, "next": None, "same_code": False, "next_url": "", "bundle_url": ""}
TOGETHER = {
    "together": Thing(open=[1, 2], signed=1, entries=[1, 2, 3]),
    "next": Thing(controller=Thing(name=LONG), reference="VO-2026-00043"),
    "same_code": True,
    "next_url": "/tekenen/samen/overeenkomst",
    "bundle_url": "/tekenen/samen",
}
_STATES = ("open", "open", "signed", "completed", "expired", "replaced", "delegated", "voided", "declined")  # fmt: skip
BUNDLE = {
    **SIGNER, "sender": "Els Maes", "message": "Dag An,\n\nhier zijn ze.",
    "open_url": "", "requested": False, "waiting": 2, "first": "Bakkerij Peeters", "begun": False,
    "lines": [
        Thing(organisation="Bakkerij Peeters" if not number else LONG if number == 1 else f"Zaak {number}",
              reference=f"VO-2026-{number:05}", status=state, words=text(f"sign.bundle.{state}", OURS),
              until=NOW if state in ("open", "expired") else None,
              since=date(2026, 3, 2) if state == "completed" else None,
              can_enter=state in ("open", "signed", "completed"), begun=number == 1)
        for number, state in enumerate(_STATES)
    ],
}  # fmt: skip
LANDING = {**SIGNER, "sender": "Els Maes", "message": "Dag An,\n\nhier is de verwerkersovereenkomst waarover we belden.\nVragen? Bel me gerust.",
           "locked": False, "sample_url": "/tekenen/voorbeeld", "sample_there": True, "open_url": "/tekenen/link/x"}  # fmt: skip
APPLY = {**SIGNER, "values": {"name": LONG, "number": "", "customer": "1001", "key": "k"}, "errors": {}, "notice": "", "left_empty": "vervolg"}  # fmt: skip
WRONG_DETAILS = {"name": "Vul de naam van de organisatie in.", "number": text("errors.number_be", OURS), "postcode": text("errors.postcode_be", OURS)}  # fmt: skip


def _drawing() -> str:
    """A stroke on the left half of a pad, as sent by a browser."""
    pad, out = Image.new("RGBA", (708, 320)), io.BytesIO()
    ImageDraw.Draw(pad).line([(40, 60), (200, 200), (300, 80)], "#12233f", 6)
    pad.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _logo() -> str:
    """A logo made for paper: dark letters on a transparent ground."""
    mark, out = Image.new("RGBA", (560, 160)), io.BytesIO()
    pen = ImageDraw.Draw(mark)
    pen.rounded_rectangle((0, 0, 159, 159), 36, "#c2410c")
    pen.text((200, 30), "Drukwerk & Co", "#1c1917", font_size=52)
    pen.text((200, 100), "hosting sinds 1998", "#57534e", font_size=30)
    mark.save(out, "PNG")
    small, _ = small_picture(out.getvalue())
    return "data:image/png;base64," + base64.b64encode(small).decode()


def _sign_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    details = {**SIGNER, "values": DETAIL_VALUES, "errors": {}, "countries": COUNTRIES, "kept": "Bewaard om 14:05",
               "kinds": list(catalogue_of("kind")), "signatory_email": "an@peeters.example"}  # fmt: skip
    read = {**SIGNER, "contents": CONTENTS,
            "reading_html": READING, "details": DETAILS, "annex_rows": ANNEX_ROWS, "document_sha256": SHA, "view_sha256": SHA, "pages": 9, "locked": False, "notice": ""}  # fmt: skip
    reasons = [*catalogue_of("decline_reason"), ("ask", text("sign.decline.ask", OURS))]
    pages: dict[str, tuple[str, dict[str, Any]]] = {
        "sign-landing": ("sign/landing.html", LANDING),
        "sign-landing-long": ("sign/landing.html", {**LANDING, "organisation": LONG, "sender": LONG, "message": f"{LONG}\n\n{'woord' * 40}", "sample_there": False}),
        "sign-landing-logo": ("sign/landing.html", {**LANDING, "look": lambda: PageLook(Logo("", 560, 160), _logo(), COLOUR)}),
        "sign-landing-locked": ("sign/landing.html", {**LANDING, "message": "", "locked": True, "sample_url": ""}),
        "sign-sample": ("sign/sample.html", {**SIGNER, "addresses": SAMPLE, "contents": CONTENTS, "reading_html": READING, "pages": 5}),
        "sign-sample-unasked": ("sign/sample_wait.html", {**SIGNER, "addresses": SAMPLE, "stands": "unasked"}),
        "sign-sample-preparing": ("sign/sample_wait.html", {**SIGNER, "addresses": SAMPLE, "stands": "preparing"}),
        "sign-sample-failed": ("sign/sample_wait.html", {**SIGNER, "addresses": SAMPLE, "stands": "failed"}),
        "sign-details": ("sign/details.html", details),
        "sign-details-look": ("sign/details.html", {**details, "look": lambda: PageLook(Logo("", 560, 160), _logo(), COLOUR)}),
        "sign-details-wrong": ("sign/details.html", {**details, "errors": WRONG_DETAILS, "values": {}, "kept": ""}),
        "sign-annex": ("sign/annex.html", ANNEX),
        "sign-annex-suggested": ("sign/annex.html", {**ANNEX, **SUGGESTED}),
        "sign-annex-nothing-suggested": ("sign/annex.html", {**ANNEX, **{name: _picked(name, set(), set(), []) for name in SUGGESTED}}),
        "sign-annex-dpo": ("sign/annex.html", {**ANNEX, "values": {"dpo_answer": "yes"}}),
        "sign-annex-wrong": ("sign/annex.html", {**ANNEX, "errors": {"personal_data": text("errors.personal_data_empty", OURS), "dpo_answer": text("errors.yes_or_no", OURS), "dpo_phone": text("errors.dpo_contact", OURS)}}),
        "sign-preparing": ("sign/preparing.html", {**SIGNER, "failed": False}),
        "sign-preparing-failed": ("sign/preparing.html", {**SIGNER, "failed": True}),
        "sign-read": ("sign/read.html", read),
        "sign-read-changed": ("sign/read.html", {**read, "locked": True, "notice": text("errors.changed", OURS)}),
        "sign-code": ("sign/code.html", {**SIGNER, "masked_email": "a…@peeters.example", "errors": {}, "resent": False}),
        "sign-code-wrong": ("sign/code.html", {**SIGNER, "masked_email": "a…@peeters.example", "errors": {"code": text("errors.code_wrong", OURS, left=4)}, "resent": True}),
        "sign-sign": ("sign/sign.html", SIGN),
        "sign-sign-drawn": ("sign/sign.html", {**SIGN, "values": {"method": "drawn"}}),
        "sign-sign-drawn-before": ("sign/sign.html", {**SIGN, "values": {"method": "drawn", "drawn_image": _drawing()}, "errors": {"statements": text("errors.statements_missing", OURS)}}),
        "sign-sign-wrong": ("sign/sign.html", {**SIGN, "values": {"method": "uploaded"}, "errors": {"statements": text("errors.statements_missing", OURS), "uploaded_image": text("errors.image_unreadable", OURS)}}),
        "sign-annex-sign": ("sign/sign_annex.html", SIGN_ANNEX),
        "sign-annex-sign-wrong": ("sign/sign_annex.html", {**SIGN_ANNEX, "errors": {"annex_statement": text("errors.annex_confirm", OURS)}}),
        "sign-done": ("sign/done.html", {**SIGNER, "signed_at": NOW, "reference": "VO-2026-00042", "waits_for_processor": True, **ALONE}),
        "sign-done-last": ("sign/done.html", {**SIGNER, "signed_at": NOW, "reference": "VO-2026-00042", "waits_for_processor": False, "effective_date": date(2026, 3, 2), **ALONE}),
        "sign-done-next": ("sign/done.html", {**SIGNER, "signed_at": NOW, "reference": "VO-2026-00042", "waits_for_processor": True, **TOGETHER}),
        "sign-done-all": ("sign/done.html", {**SIGNER, "signed_at": NOW, "reference": "VO-2026-00042", "waits_for_processor": True, **TOGETHER, "next": None}),
        "sign-bundle-landing": ("sign/bundle.html", {**BUNDLE, "open_url": "/tekenen/bundel/x"}),
        "sign-bundle": ("sign/bundle.html", BUNDLE),
        "sign-bundle-done": ("sign/bundle.html", {**BUNDLE, "waiting": 0, "first": "", "requested": True, "lines": BUNDLE["lines"][2:]}),
        "sign-completed": ("sign/completed.html", {**SIGNER, "reference": "VO-2026-00042", "effective_date": date(2026, 3, 2), "original_url": "/x", "evidence_url": "/x", "verify_url": "/controleren", **ALONE,
            "signatures": [Thing(name="An Peeters", function="Bestuurder", party="Bakkerij Peeters BV", place=text(f"labels.place.{place}", OURS), signed_at=NOW, mandate_of=date(2026, 2, 1) if place == "processor_agreement" else None) for place in ("controller_agreement", "controller_annex", "processor_agreement")]}),
        "sign-decline": ("sign/decline.html", {**SIGNER, "values": {}, "errors": {}, "reasons": reasons}),
        "sign-decline-wrong": ("sign/decline.html", {**SIGNER, "values": {}, "errors": {"reason": text("errors.choose", OURS)}, "reasons": reasons}),
        "sign-delegate": ("sign/delegate.html", {**SIGNER, "values": {}, "errors": {}, "proved": False}),
        "sign-delegate-proved": ("sign/delegate.html", {**SIGNER, "values": {"name": "Jan Baas"}, "errors": {"form": text("errors.delegate_pre_signed", OURS)}, "proved": True}),
        "sign-delegate-code": ("sign/delegate_code.html", {**SIGNER, "colleague": LONG, "masked_email": "a…@peeters.example", "errors": {}, "resent": True}),
        "sign-delegate-code-wrong": ("sign/delegate_code.html", {**SIGNER, "colleague": "Jan Baas", "masked_email": "a…@peeters.example", "errors": {"code": text("errors.code_wrong", OURS, left=4)}, "resent": False}),
        "sign-my-agreement": ("sign/my_agreement.html", {**SIGNER, "effective_date": date(2026, 3, 2), "masked_email": "a…@peeters.example", "waits": False, "errors": {}, "resent": False}),
        "sign-my-agreement-signed": ("sign/my_agreement.html", {**SIGNER, "effective_date": None, "masked_email": "a…@peeters.example", "waits": True, "errors": {"code": text("errors.code_expired", OURS)}, "resent": True}),
        "sign-ask": ("sign/ask.html", {**SIGNER, "values": {}, "errors": {}, "instead": True}),
        "sign-ask-done": ("sign/ask_done.html", SIGNER),
        "sign-decline-done": ("sign/decline_done.html", SIGNER),
        "sign-delegate-done": ("sign/delegate_done.html", {**SIGNER, "name": "Jan Baas", "masked_email": "j…@peeters.example"}),
        "apply": ("sign/apply.html", APPLY),
        "apply-long": ("sign/apply.html", {**APPLY, "processor": dataclasses.replace(PROCESSOR, trade_name=LONG)}),
        "apply-wrong": ("sign/apply.html", {**APPLY, "notice": text("errors.application_gone", OURS), "errors": {"form": text("errors.applications_full", OURS), "name": text("mistakes.required.organisation", OURS), "number": text("errors.number_be_or_nl", OURS), "signatory_email": text("errors.email_required", OURS)}}),
        "apply-code": ("sign/apply_code.html", {**SIGNER, "masked_email": "a…@peeters.example", "errors": {}, "resent": True}),
        "apply-code-wrong": ("sign/apply_code.html", {**SIGNER, "masked_email": "", "errors": {"code": text("errors.code_expired", OURS)}, "resent": False}),
        "sign-privacy": ("sign/privacy.html", {**SIGNER, "retention_years": 10}),
    }  # fmt: skip
    for reason in ("unknown", "session", "expired", "replaced", "voided", "declined", "delegated", "signed", "completed", "changed", "left"):  # fmt: skip
        pages[f"sign-unusable-{reason}"] = ("sign/unusable.html", {**UNUSABLE, "reason": reason})
    for reason in ("unknown", "session", "left"):
        pages[f"sign-unusable-{reason}"][1]["processor"] = None
    pages["sign-unusable-expired"][1]["new_link_url"] = "/tekenen/link/x/nieuwe-link"
    pages["sign-unusable-completed"][1]["open_url"] = "/tekenen/link/x"
    pages["sign-unusable-requested"] = (
        "sign/unusable.html",
        {**UNUSABLE, "reason": "expired", "requested": True},
    )
    return pages


def _error_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        f"error-{status}": ("error.html", {"status": status, "message": "", "error_id": "1a2b" if status == 500 else "", "says_all": False, "home_url": "/"})
        for status in (400, 403, 404, 405, 409, 413, 429, 500, 503)
    }  # fmt: skip


def catalogue_of(group: str) -> list[tuple[str, str]]:
    """The pairs of one table of the labels."""
    return [
        (key.split(".", 1)[1], label)
        for key, label in catalogue("labels", OURS).items()
        if key.startswith(f"{group}.")
    ]


PAGES = _sign_pages() | _error_pages()
