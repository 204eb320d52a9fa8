"""The road without pages for the staff tests, and our part of it through the pages.

A pre-signed offer is the shortest: Bijlage 1 is complete, we sign in the queue, and the controller
signs after us.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from app_browser import Browser
from bakery import BAKERY
from colleagues import PASSWORD
from office import DRAFT, SERVICES
from snapshots import begin_with

from bench.road import Road, Sample
from service.agreement.drafting import Input
from service.commands.road import countersign
from service.deps import Deps

ADMIN = "els@it4.example"
OFFERED = Sample(
    sales=Input(DRAFT, SERVICES),
    details=BAKERY.details,
    annex=Input(
        {"dpo_answer": "no"},
        chosen={"personal_data": ["name", "health"], "data_subjects": ["customers"]},
        typed={"personal_data": ["Allergieën van klanten"]},
    ),
)


def steps(deps: Deps) -> Road:
    """The road of the administrator without pages."""
    with deps.database.begin() as tx:
        account = tx.accounts.by_email(ADMIN)
    assert account
    return Road(deps, account.person, PASSWORD, OFFERED)


def countersigned(office: Browser, deps: Deps, reference: str) -> None:
    """We read what waits, and sign in the queue."""
    countersign(office, steps(deps).staff.name, PASSWORD, [reference])


def in_the_archive(office: Browser, deps: Deps) -> str:
    """An agreement in the archive, and its office signed in."""
    reference = begin_with("pre-signed and archived", deps, lambda: signed_and_archived(deps))
    office.sign_in(ADMIN, PASSWORD)
    return reference


def signed_and_archived(deps: Deps, **fields: str) -> str:
    """A new agreement, on the whole road.

    In a separate thread, as a browser in the same test run uses this thread's event loop.
    """

    def walk() -> str:
        road = steps(deps)
        reference = road.pre_signed(**fields)
        road.countersigned(reference)
        road.signs(reference)
        road.archive(reference)
        return reference

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(walk).result()
