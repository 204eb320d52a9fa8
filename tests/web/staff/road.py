"""The steps between the staff's pages, run by hand: those of the controller and the worker.

A pre-signed offer is the shortest journey: Bijlage 1 is complete, we sign in the queue, and the
controller signs after us.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from colleagues import PASSWORD
from office import NEW, Office
from snapshots import begin_with

from service.agreement.capabilities import code_for, token_for
from service.agreement.model import Agreement
from service.deps import Deps
from service.workflow.actors import Client
from service.workflow.keeping import archive
from service.workflow.offer import generate
from service.workflow.sealing import close, seal
from service.workflow.signing import open_link, prove_mailbox, sign
from service.workflow.signing.read import confirm_reading

COMPLETE = {
    **NEW,
    "legal_form": "BV",
    "street": "Molenstraat 3",
    "postcode": "2000",
    "city": "Antwerpen",
    "notices_email": "info@peeters.example",
    "signatory_function": "Bestuurder",
    "order": "processor_first",
    "personal_data": ["name", "health"],
    "personal_data_own": "Allergieën van klanten",
    "data_subjects": ["customers"],
    "dpo_answer": "no",
}
BROWSER = Client("203.0.113.9", "test")


def load(deps: Deps, reference: str) -> Agreement:
    """The current agreement."""
    with deps.database.begin() as tx:
        return tx.agreements.get(reference)


def ready(office: Office, deps: Deps, **other: object) -> str:
    """A pre-signed offer whose document is made and waits for our signature."""
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**COMPLETE, "key": office.value("key"), **other})
    assert office.status == 200, re.findall(r'class="error"[^<]*<[^<]*<[^<]*', office.page)
    reference = office.path.rsplit("/", 1)[-1]
    office.post(f"/overeenkomsten/{reference}/verzending")
    generate.generate(deps, load(deps, reference).id)
    return reference


def countersigned(office: Office, reference: str, password: str) -> None:
    """The processor reads what waits, and signs in the queue."""
    read(office)
    office.get("/tekenen-namens-ons")
    office.post(
        "/tekenen-namens-ons",
        {
            "selected": [reference],
            f"sha256-{reference}": office.value(f"sha256-{reference}"),
            "confirmed": ["countersign_checked", "countersign_intent"],
            "method": "typed",
            "typed_name": "Els Maes",
            "password": password,
        },
    )
    assert office.status == 200, office.page


def read(office: Office) -> None:
    """The processor reads everything that waits."""
    office.get("/tekenen-namens-ons/lezen")
    while found := re.findall(r'name="(sha256-[^"]+)" value="([^"]+)"', office.page):
        read = [name.removeprefix("sha256-") for name, _ in found]
        office.post("/tekenen-namens-ons/lezen", {"read": read, **dict(found)})
        if office.path != "/tekenen-namens-ons/lezen":
            break


def signed_by_controller(deps: Deps, reference: str) -> None:
    """The controller opens the link, proves the mailbox and signs twice."""
    agreement = load(deps, reference)
    with deps.database.begin() as tx:
        link = tx.signing.live_link(agreement.id)
    assert link
    secret = open_link.enter(deps, token_for(deps.secret_key, link.id), BROWSER)
    with deps.database.begin() as tx:
        view = tx.openings.view(agreement.id, agreement.edition)
    assert view
    shown = agreement.frozen_sha256
    confirm_reading(deps, secret, shown, BROWSER, view_sha256=view.sha256)
    prove_mailbox.request_code(deps, secret, BROWSER)
    with deps.database.begin() as tx:
        asked = [each.challenge_id for each in tx.messages.of(agreement.id) if each.challenge_id]
    prove_mailbox.confirm_code(deps, secret, code_for(deps.secret_key, asked[-1]), BROWSER)
    sign.prepare(
        deps,
        secret,
        document_sha256=agreement.frozen_sha256,
        said=set(sign.AGREEMENT_STATEMENTS),
        method="typed",
        typed="An Peeters",
        picture=b"",
    )
    sign.sign(
        deps,
        secret,
        document_sha256=agreement.frozen_sha256,
        said={"annex_sign"},
        client=BROWSER,
    )


def in_the_archive(office: Office, deps: Deps) -> str:
    """An agreement in the archive, and its office signed in."""

    def make() -> str:
        reference = ready(office, deps)
        countersigned(office, reference, PASSWORD)
        signed_by_controller(deps, reference)
        sealed_and_archived(deps, reference)
        return reference

    reference = begin_with("pre-signed and archived", deps, make)
    office.sign_in("els@it4.example", PASSWORD)
    return reference


def sealed_and_archived(deps: Deps, reference: str) -> None:
    """The worker's jobs after the last signature.

    In a separate thread, as a browser in the same test run uses this thread's event loop.
    """
    agreement_id = load(deps, reference).id
    with ThreadPoolExecutor(1) as worker:
        for step in (seal.seal, close.close, archive.archive):
            worker.submit(step, deps, agreement_id).result()
