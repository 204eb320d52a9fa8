"""The road of one agreement through the pages, as two people walk it with their browsers, for the
demo, the bench and the tests."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from service.agreement.annex import LISTS
from service.commands.browser import Browser
from service.texts import OURS, text

WAIT_SECONDS = 60
STOPS = (
    "created",
    "sent",
    "opened",
    "details",
    "completed",
    "ready",
    "read",
    "proved",
    "prepared",
    "signed",
    "countersigned",
    "archived",
)
DETAILS = (
    "kind name trade_name legal_form number_type number street postcode city country "
    "notices_email signatory_name signatory_function"
)
ANNEX = (
    "personal_data personal_data_own data_subjects data_subjects_own "
    "dpo_answer dpo_name dpo_phone dpo_email"
)
QUEUE = "/tekenen-namens-ons"


class Road:
    """One agreement; each method goes on to one of the ``STOPS``. Raises PageRefused or
    TimeoutError.

    ``staff`` is the signed-in browser of somebody who sells and, by ``name`` and ``password``,
    signs for the processor. ``example`` is what sales and the controller type.
    """

    def __init__(
        self, staff: Browser, signer: Browser, example: dict[str, Any], name: str, password: str
    ) -> None:
        self.staff = staff
        self.signer = signer
        self.sales: dict[str, Any] = example["sales"]
        self.controller: dict[str, Any] = example["controller"]
        self.name = name
        self.password = password
        self.reference = ""

    def to(self, stop: str) -> None:
        for each in STOPS[: STOPS.index(stop) + 1]:
            getattr(self, each)()

    def created(self) -> None:
        self.staff.open("/overeenkomsten/nieuw")
        typed = {name: value for name, value in self.sales.items() if value not in ("", [])}
        self.staff.submit("/nieuw", **typed)
        self.reference = re.findall(r"VO-\d{4}-\d{5}", self.staff.url)[0]

    def sent(self) -> None:
        self.staff.submit("/verzending")

    def opened(self) -> None:
        self.signer.open(self.link())
        self.signer.submit("/tekenen/link/")

    def details(self) -> None:
        self.signer.submit("/gegevens", **self._given(DETAILS))

    def completed(self) -> None:
        """The last form is sent; now the document is made."""
        own = {name: self.controller.get(f"{name}_own", []) for name in LISTS}
        while short := [n for n in LISTS if len(self.signer.values(f"{n}_own")) < len(own[n])]:
            self.signer.submit("/bijlage", button=f"add={short[0]}")
        self.signer.submit("/bijlage", **self._given(ANNEX))

    def ready(self) -> None:
        """The worker made the document; the signer is on the page with the text."""

        def there() -> bool:
            self.signer.open("/tekenen")
            return "/tekenen/lezen" in self.signer.url

        _until(self.signer, there)

    def read(self) -> None:
        self.signer.submit("/lezen")

    def proved(self) -> None:
        self.signer.submit("/controle", code=self.code())

    def prepared(self) -> None:
        """The first of the controller's two signatures is placed."""
        self.signer.submit(
            "/ondertekenen",
            statement=self.signer.values("statement"),
            method="typed",
            typed_name=self.controller["signatory_name"],
        )

    def signed(self) -> None:
        self.signer.submit("/bijlage", annex_statement=self.signer.values("annex_statement"))

    def countersigned(self) -> None:
        countersign(self.staff, self.name, self.password, [self.reference])

    def archived(self) -> None:
        """The worker sealed and stored it, and read it back."""

        def verified() -> bool:
            self.staff.open(f"/archief/{self.reference}")
            return text("states.archive.verified", OURS) in self.staff.text()

        _until(self.staff, verified)

    def link(self) -> str:
        found = newest_mail(self.staff, self.sales["signatory_email"], "klaar om te ondertekenen")
        return next(link for link in found if "/tekenen/link/" in link)

    def code(self) -> str:
        newest_mail(self.staff, self.sales["signatory_email"], "Uw code")
        return str(re.findall(r"\b\d{6}\b", self.staff.text())[0])

    def _given(self, names: str) -> dict[str, Any]:
        return {name: self.controller[name] for name in names.split() if name in self.controller}


def sign_in(browser: Browser, email: str, password: str) -> None:
    browser.open("/aanmelden")
    browser.submit(email=email, password=password)


def countersign(
    browser: Browser, name: str, password: str, references: Sequence[str] | None = None
) -> None:
    """Read what waits for our signature, and sign these agreements, by default all."""
    browser.open(f"{QUEUE}/lezen")
    if browser.values("read"):
        browser.submit(f"{QUEUE}/lezen")
    browser.open(QUEUE)
    if selected := browser.values("selected") if references is None else references:
        browser.submit(
            QUEUE,
            selected=selected,
            confirmed=browser.values("confirmed"),
            method="typed",
            typed_name=name,
            password=password,
        )


def newest_mail(browser: Browser, to: str, subject: str) -> list[str]:
    """The links of the newest mail to ``to`` with this subject, once it arrives. Raises
    TimeoutError."""

    def arrived() -> bool:
        browser.open("/mailbox")
        for address, row in browser.rows():
            if to in row and subject in row:
                browser.open(address)
                return True
        return False

    _until(browser, arrived)
    return browser.links()


def _until(browser: Browser, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{browser.url}: {browser.text()[:500]}")
        time.sleep(0.2)  # the worker is busy; asking more often would slow it down
