"""A running Zegel, its staff, and agreements brought to the start of a journey."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.commands.browser import Browser
from service.commands.demo import with_own_password
from service.commands.road import Road, newest_mail, sign_in
from service.running.first_start import read_example
from service.running.supervisor import Running

PROCESSOR = "IT4Professionals"
NAMES = {"verkoop": "Vera Maes", "tekenbevoegde": "Tom Claes", "archief": "Arne Wouters"}
FUNCTION = "Zaakvoerder"


@dataclass(frozen=True)
class Member:
    """A member of staff's credentials."""

    name: str
    email: str
    password: str


@dataclass(frozen=True)
class Customer:
    """A separate controller for every test, so that no search or mail finds another test's."""

    organisation: str
    person: str
    email: str
    digits: str

    @property
    def number(self) -> str:
        """The enterprise number as printed."""
        return f"{self.digits[:4]}.{self.digits[4:7]}.{self.digits[7:]}"


class Installation:
    """One stack and its staff."""

    def __init__(self, running: Running, data_dir: Path) -> None:
        self.running = running = with_own_password(running)
        self.data_dir = data_dir
        self.url = running.url
        first = running.first_sign_in
        assert first is not None
        self.administrator = Member("Christophe Zenner", first.email, first.password)
        self._members: dict[str, Member] = {}
        self._open = ExitStack()
        self._office = self._browser(self.administrator)
        self._customers = 0

    def close(self) -> None:
        self._open.close()

    def member(self, role: str) -> Member:
        """A member of staff with only this role, added by the administrator."""
        if role not in self._members:
            email = f"{role}@zegel.example"
            office = self._browser(self.administrator)  # whose password was entered just now
            office.open("/medewerkers")
            office.submit(
                "/medewerkers", name=NAMES[role], email=email, function=FUNCTION, roles=[role]
            )
            password = f"vier losse woorden van {secrets.token_hex(4)}"
            links = newest_mail(office, email, "Uw toegang tot Zegel")
            office.open(next(link for link in links if "/account/link/" in link))
            office.submit("/account/link/", new=password, again=password)
            self._members[role] = Member(NAMES[role], email, password)
        return self._members[role]

    def customer(self, organisation: str, person: str = "An Peeters") -> Customer:
        """A customer with a unique number and address."""
        self._customers += 1
        eight = 4031707 + 7919 * self._customers
        digits = f"{eight:08d}{97 - eight % 97:02d}"
        return Customer(organisation, person, f"klant{self._customers}@klant.example", digits)

    def bring(self, customer: Customer, until: str, *, by: Member | None = None) -> Road:
        """An agreement of this customer, brought to a stop of the road without Chromium; ``by``
        signs for the processor, by default the representative, who is the administrator."""
        example: dict[str, Any] = read_example("agreement")
        names = {
            "name": customer.organisation,
            "number": customer.digits,
            "signatory_name": customer.person,
        }
        example["sales"] |= names | {"signatory_email": customer.email}
        example["controller"] |= names
        if by:
            example["sales"]["countersigner"] = f"{by.name}, {FUNCTION}"
        signer = self._open.enter_context(Browser(self.url))
        us = self.administrator
        road = Road(self._office, signer, example, us.name, us.password)
        road.to(until)
        return road

    def _browser(self, member: Member) -> Browser:
        browser = self._open.enter_context(Browser(self.url))
        sign_in(browser, member.email, member.password)
        return browser
