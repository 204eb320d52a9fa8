"""Which pages axe-core examines, by the route that shows them.

``test_every_page_examined`` compares these with all routes. Each long test with a list here checks
at its end that it was on these pages.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

# test_staff_accessible goes there by itself, beside the addresses in ``Place.pages``.
BESIDE = {
    "mailbox.mail",
    "staff.answer",
    "staff.countersign_read",
    "staff.first_password",
    "staff.look_preview",
    "staff.sign_in",
}
IMPORTS = {
    "staff.ask_start_import",
    "staff.ask_stop_import",
    "staff.coverage",
    "staff.coverage_of",
    "staff.import_columns",
    "staff.import_page",
    "staff.imports",
    "staff.new_import",
    "staff.overview",
}
TEMPLATES = {
    "staff.ask_default_template",
    "staff.ask_offer_template",
    "staff.ask_publish_template",
    "staff.ask_withdraw_template",
    "staff.new_template",
    "staff.template_help",
    "staff.template_version",
    "staff.templates",
}
# The signer's pages are samples, in every variant; this is the plainest one of each.
SIGNER = {
    "apply.code": "apply-code",
    "apply.page": "apply",
    "sign.annex": "sign-annex",
    "sign.ask": "sign-ask",
    "sign.asked": "sign-ask-done",
    "sign.bundle": "sign-bundle",
    "sign.bundle_landing": "sign-bundle-landing",
    "sign.code_again": "sign-code",
    "sign.decline": "sign-decline",
    "sign.declined": "sign-decline-done",
    "sign.delegate": "sign-delegate",
    "sign.delegate_code": "sign-delegate-code",
    "sign.delegate_code_again": "sign-delegate-code",
    "sign.details": "sign-details",
    "sign.document": "sign-preparing",
    "sign.done": "sign-done",
    "sign.landing": "sign-landing",
    "sign.left": "sign-unusable-left",
    "sign.my_agreement": "sign-my-agreement",
    "sign.my_agreement_again": "sign-my-agreement",
    "sign.passed_on": "sign-delegate-done",
    "sign.privacy": "sign-privacy",
    "sign.read": "sign-read",
    "sign.sample_behind_link": "sign-sample",
    "sign.sample_of_visit": "sign-sample",
    "sign.sign": "sign-sign",
    "sign.sign_annex": "sign-annex-sign",
}
# What a GET gets there is a file, or a few words for a script or a machine.
FILES = {
    "archive.download",
    "archive.originals",
    "archive.package",
    "archive.register",
    "health.alive",
    "health.ready",
    "mailbox.attachment",
    "mailbox.html",  # the mail itself, in a frame; tests/mail checks it
    "pki.published",
    "sign.colour",
    "sign.evidence",
    "sign.logo",
    "sign.original",
    "sign.pdf",
    "sign.sample_pdf_behind_link",
    "sign.sample_pdf_of_visit",
    "sign.sample_state_behind_link",
    "sign.sample_state_of_visit",
    "sign.status",
    "staff.coverage_file",
    "staff.export",
    "staff.import_problems",
    "staff.look_evidence",
    "staff.look_sheet",
    "staff.prepared_template",
    "staff.preview_state",
    "staff.public_qr_png",
    "staff.public_qr_svg",
    "staff.registered_file",
    "staff.shown",
    "staff.template_file",
    "staff.template_least",
    "staff.template_least_picture",
    "staff.template_picture",
    "staff.template_sample",
    "staff.template_starter",
    "static",
}
# Only leads on to a page.
SIGNPOSTS = {"sign.resume", "staff.home"}


def endpoint_at(app: Flask, address: str) -> str:
    """The route that shows the page at this address, or answers a form with one; '' if none."""
    for method in ("GET", "POST"):
        with suppress(HTTPException):
            return str(app.url_map.bind("").match(urlsplit(address).path, method=method)[0])
    return ""
