"""The people in the journeys, and what they press, fill in and read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import parse_qs, urlsplit

from installation import Member
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect
from screens import Screen

from service.commands.browser import Browser
from service.commands.road import newest_mail

Look = Callable[[Page], None]
BETWEEN_LOOKS = 300  # milliseconds: reloading too often slows down the worker
WORK_SECONDS = 90  # making a document, sealing, storing, on a busy machine
DONE = "Gecontroleerd in het archief"


# Staff pages that tests/web/staff/test_staff_accessible.py checks at both widths. Dossiers are
# checked here too, in more states than there.
HELD_ELSEWHERE = re.compile(
    r"/(aanmelden|overeenkomsten(/nieuw|/VO-[\d-]+/.+)?|tekenen-namens-ons(/lezen)?|archief(/.+)?)"
)


def hold(complaints: Callable[..., list[str]], sizes: Sequence[ViewportSize]) -> Look:
    """Checks a page and fails if anything is wrong; a kind of page seen before is skipped.

    Each heading is a kind, and each with a message or a summary of mistakes is another. Plain pages
    that another test checks are skipped too.
    """
    seen: set[tuple[str, str, int]] = set()

    def look(page: Page) -> None:
        heading = page.get_by_role("heading", level=1).inner_text()
        message = parse_qs(urlsplit(page.url).query).get("melding", [""])[0]
        kind = (heading, message, page.locator(".error-summary").count())
        held = HELD_ELSEWHERE.fullmatch(urlsplit(page.url).path)
        if kind in seen or (held and kind[1:] == ("", 0)):
            return
        seen.add(kind)
        others = [size for size in sizes if size != page.viewport_size]
        assert complaints(page, *others) == [], page.url

    return look


class Person:
    def __init__(self, page: Page, look: Look) -> None:
        self.page = page
        self._look = look

    def sees(self, heading: str) -> Self:
        """The page with this heading is shown, and nothing is wrong with it."""
        shown = self.page.get_by_role("heading", level=1)
        expected = re.compile(f"^{re.escape(heading)}")
        expect(shown).to_have_text(expected, timeout=WORK_SECONDS * 1000)
        self._look(self.page)
        return self

    def reads(self, words: str) -> Self:
        shown = self.page.get_by_role("main").get_by_text(words).first
        expect(shown).to_be_visible(timeout=WORK_SECONDS * 1000)
        return self

    def opens(self, address: str) -> Self:
        self.page.goto(address)
        return self

    def presses(self, name: str) -> Self:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self

    def follows(self, name: str) -> Self:
        self.page.get_by_role("link", name=name).first.click()
        return self

    def fills(self, fields: Mapping[str, str]) -> Self:
        """Type in fields, by their labels."""
        for label, value in fields.items():
            self.page.get_by_label(re.compile(f"^{re.escape(label)}( |$)")).first.fill(value)
        return self

    def ticks(self, *labels: str) -> Self:
        """Tick boxes or choose answers."""
        for label in labels:
            self.page.get_by_label(label, exact=True).first.check()
        return self

    def is_told(self, *sentences: str) -> Self:
        """The summary of mistakes contains this, and each line links to its field."""
        summary = self.page.locator(".error-summary")
        expect(summary).to_be_visible(timeout=WORK_SECONDS * 1000)
        for sentence in sentences:
            expect(summary).to_contain_text(sentence)
        self._look(self.page)
        return self

    def downloads(self, what: Locator) -> bytes:
        """The bytes behind a link or button."""
        with self.page.expect_download() as started:
            what.click()
        return Path(started.value.path()).read_bytes()

    def unfolds(self, fold: str) -> Self:
        self.page.locator("summary").filter(has_text=fold).first.click()
        return self

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name).first


class StaffMember(Person):
    def signs_in(self, member: Member) -> Self:
        self.opens("/aanmelden").sees("Aanmelden")
        self.fills({"E-mailadres": member.email, "Wachtwoord": member.password})
        return self.presses("Aanmelden")


P = TypeVar("P", bound=StaffMember)


@dataclass(frozen=True)
class Seats:
    """Where a member of staff sits down: a new browser with this screen, signed in. The rules are
    checked on every page where scripts run."""

    new_context: Callable[..., BrowserContext]
    look: Look

    def __call__(self, person: type[P], member: Member, screen: Screen) -> P:
        page = self.new_context(screen.size, scripts=screen.scripts).new_page()
        return person(page, self.look if screen.scripts else lambda _: None).signs_in(member)


class Sales(StaffMember):
    """Prepares, sends and follows agreements."""

    def dossier(self, reference: str) -> Self:
        return self.opens(f"/overeenkomsten/{reference}")

    def rows(self) -> Locator:
        """The lines of the list."""
        return self.page.locator("table tbody tr")

    def searches(self, words: str) -> Self:
        self.page.get_by_role("searchbox").fill(words)
        return self.presses("Zoeken")


class Countersigner(StaffMember):
    """Signs for the processor."""

    def reads_what_waits(self) -> Self:
        """Read what differs in each waiting agreement, and confirm that."""
        self.opens("/tekenen-namens-ons").follows("Lezen wat afwijkt").sees("Lezen wat afwijkt")
        return self.presses("Ik heb dit gelezen").sees("Te ondertekenen")

    def selects(self, *organisations: str) -> Self:
        """Tick these in the queue."""
        for organisation in organisations:
            self.page.get_by_role("checkbox", name=organisation).check()
        return self

    def confirms_and_types(self, name: str, password: str) -> Self:
        """Confirm both statements, enter name and password, and press the button."""
        for box in self.page.locator("[name=confirmed]").all():
            box.check()
        self.fills({"Typ uw naam": name, "Uw wachtwoord": password})
        return self.presses("Aangevinkte ondertekenen")


class Archivist(StaffMember):
    """Finds, opens, downloads and checks agreements."""

    def finds(self, organisation: str, **search: str) -> Self:
        """Search the archive by labels ``zoek``, ``van``, ``tot``; exactly one line is found."""
        self.opens("/archief")
        for name, value in search.items():
            self.page.locator(f"#f-{name}").fill(value)
        self.presses("Zoeken").sees("Archief")
        lines = self.page.locator("table tbody tr")
        expect(lines).to_have_count(1)
        expect(lines).to_contain_text(organisation)
        return self

    def waits_until_stored(self, reference: str) -> Self:
        """Wait until the archive has stored the item and read it back, then open it."""
        address, until = f"/archief/{reference}", time.monotonic() + WORK_SECONDS
        while DONE not in self.page.request.get(address).text():  # without rendering a page
            assert time.monotonic() < until, self.opens(address).page.inner_text("main")
            self.page.wait_for_timeout(BETWEEN_LOOKS)
        return self.opens(address).reads(DONE)


class Mailbox(Person):
    def __init__(self, page: Page, look: Look, waiting: Browser) -> None:
        super().__init__(page, look)
        self._waiting = waiting

    def waits_for(self, to: str, subject: str) -> Self:
        """Open the newest mail to ``to`` with this subject.

        Waits without Chromium, which need not render the list again and again.
        """
        newest_mail(self._waiting, to, subject)
        return self.opens(self._waiting.url)

    def signing_link(self, to: str = "/tekenen/link/") -> str:
        links = self.page.locator(f"a[href*='{to}']")
        address = links.first.get_attribute("href")
        assert address
        return address

    def code(self) -> str:
        """The six digits in the open mail."""
        return re.findall(r"\b\d{6}\b", self.page.locator(".mail-text").inner_text())[0]


class Signer(Person):
    """Signs for the controller."""

    def enters(self, link: str) -> Self:
        """From the landing page into the journey."""
        self.opens(link).sees("Verwerkers\u00adovereenkomst voor")
        return self.presses("Beginnen")

    def fills_in_details(self) -> Self:
        """The details that sales did not know."""
        self.fills(
            {
                "Rechtsvorm": "BV",
                "Straat en huisnummer": "Molenstraat 3",
                "Postcode": "2000",
                "Gemeente": "Antwerpen",
                "Uw functie": "Bestuurder",
            }
        )
        return self.presses("Volgende: Bijlage 1")

    def waits_for_the_text(self) -> Self:
        """Without JavaScript, the waiting page goes on by hand."""
        by_hand = self.page.get_by_role("link", name="Nu kijken")
        while by_hand.count():
            self.page.wait_for_timeout(BETWEEN_LOOKS)
            self.follows("Nu kijken")
        return self.sees("Lees de overeenkomst")

    def proves_mailbox(self, code: str) -> Self:
        """Type the code."""
        self.fills({"Code": code})
        return self.presses("Verder naar ondertekenen")

    def agrees(self) -> Self:
        """Tick the three statements."""
        boxes = self.page.locator("[name=statement]")
        expect(boxes).to_have_count(3)
        for box in boxes.all():
            box.check()
        return self

    def types_signature(self, name: str) -> Self:
        self.page.get_by_label("Naam typen").check()
        self.fills({"Typ uw naam": name})
        return self.presses("Volgende: Bijlage 1 ondertekenen")

    def signs_annex(self) -> Self:
        """The second signature, under Bijlage 1."""
        self.page.locator("[name=annex_statement]").check()
        return self.presses("Bijlage 1 ondertekenen en afronden")
