"""The demo: the whole journey, unattended, through real pages and mails on the embedded engines."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import secrets
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from service.agreement.annex import LISTS
from service.commands.browser import Browser, PageRefused
from service.engines.process import free_ports
from service.running.first_start import read_example
from service.running.handover import FirstSignIn
from service.running.supervisor import Running, stack
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings
from service.texts import text
from signatures.command import check_files
from storage.bag import PAYLOAD

WAIT_SECONDS = 60
DETAILS = (
    "kind name trade_name legal_form number_type number street postcode city country "
    "notices_email signatory_name signatory_function"
)
ANNEX = (
    "personal_data personal_data_own data_subjects data_subjects_own "
    "dpo_answer dpo_name dpo_phone dpo_email"
)


def walk(out: Path, source: Path | None) -> int:
    """Run the journey with the given data and leave the evidence package, unpacked, in ``out``,
    which is then the bag itself.

    Returns 0 only if the downloaded file verifies.
    """
    example = _example(source) if source else read_example("agreement")
    with tempfile.TemporaryDirectory(prefix="zegel-demo-") as data:
        port = free_ports(1)[0]
        settings = dataclasses.replace(
            load_settings({"ZEGEL_DATA": data, "ZEGEL_PORT": str(port)}, mode_default=DEVELOPMENT)
        )
        with _told("start"):
            running_stack = stack(settings)
            running = running_stack.__enter__()
        try:
            with _told("own_password"):
                running = with_own_password(running)
            Road(running, example).walk(out)
        except (PageRefused, TimeoutError) as error:
            raise click.ClickException(text("cli.demo_stuck", reason=error)) from error
        finally:
            with _told("stop"):
                running_stack.__exit__(None, None, None)
        with _told("verify"):
            status = check_files([out], roots=[out / PAYLOAD / "certificaten" / "wortel.pem"])
    return int(status)


def _example(source: Path) -> dict[str, Any]:
    """The data in an input file. Raises ClickException for unusable data."""
    try:
        found = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(
            text("cli.demo_input_unreadable", file=source, reason=error)
        ) from error
    needed = {
        "sales": ("name", "signatory_name", "signatory_email", "services"),
        "controller": ("signatory_name", "signatory_function", "street", "city", "dpo_answer"),
    }
    missing = [
        f"{part}.{key}"
        for part, keys in needed.items()
        for key in keys
        if not isinstance(found, dict) or key not in found.get(part, {})
    ]
    if missing:
        raise click.ClickException(
            text("cli.demo_input_incomplete", file=source, missing=", ".join(missing))
        )
    return dict(found)


def with_own_password(running: Running) -> Running:
    """The same stack, after its first administrator replaced the printed password.

    Raises LookupError unless the installation is new, PageRefused.
    """
    first = running.first_sign_in
    if first is None:
        raise LookupError("this needs a fresh installation")
    chosen = secrets.token_urlsafe(15)
    with Browser(running.url) as staff:
        staff.open("/aanmelden")
        staff.submit(email=first.email, password=first.password)
        staff.submit("/account/eerste-wachtwoord", new=chosen, again=chosen)
    return dataclasses.replace(running, first_sign_in=FirstSignIn(first.email, chosen))


class Road:
    """Two people with their browsers and one agreement. Each step is one method, in the order of
    ``walk``. Raises PageRefused or TimeoutError from the step that fails."""

    def __init__(self, running: Running, example: dict[str, Any]) -> None:
        if running.first_sign_in is None:
            raise LookupError("the demo needs a fresh installation")
        self.sign_in = running.first_sign_in
        self.sales: dict[str, Any] = example["sales"]
        self.controller: dict[str, Any] = example["controller"]
        self.staff = Browser(running.url)
        self.signer = Browser(running.url)
        self.reference = ""

    def walk(self, out: Path) -> None:
        with self.staff, self.signer:
            for step in (
                self.signed_in,
                self.create,
                self.send,
                self.open_link,
                self.details,
                self.annex,
                self.read,
                self.prove_mailbox,
                self.sign,
                self.countersign,
                self.sealed_and_stored,
            ):
                with _told(step.__name__):
                    step()
            with _told("fetch"):
                self.fetch(out)

    def signed_in(self) -> None:
        self.staff.open("/aanmelden")
        self.staff.submit(email=self.sign_in.email, password=self.sign_in.password)

    def create(self) -> None:
        self.staff.open("/overeenkomsten/nieuw")
        self.staff.submit("/nieuw", **_typed(self.sales))
        self.reference = re.findall(r"VO-\d{4}-\d{5}", self.staff.url)[0]

    def send(self) -> None:
        self.staff.submit("/verzending")

    def open_link(self) -> None:
        mail = self._mail(self.sales["signatory_email"], "klaar om te ondertekenen")
        self.signer.open(next(link for link in mail if "/tekenen/link/" in link))
        self.signer.submit("/tekenen/link/")

    def details(self) -> None:
        self.signer.submit("/gegevens", **self._given(DETAILS))

    def annex(self) -> None:
        own = {name: self.controller.get(f"{name}_own", []) for name in LISTS}
        while any(len(self.signer.values(f"{name}_own")) < len(own[name]) for name in LISTS):
            short = next(n for n in LISTS if len(self.signer.values(f"{n}_own")) < len(own[n]))
            self.signer.submit("/bijlage", button=f"add={short}")
        self.signer.submit("/bijlage", **self._given(ANNEX))

    def read(self) -> None:
        self._until(lambda: "/tekenen/lezen" in self._reload(self.signer, "/tekenen"))
        self.signer.submit("/lezen")

    def prove_mailbox(self) -> None:
        self._mail(self.sales["signatory_email"], "Uw code")
        self.signer.submit("/controle", code=re.findall(r"\b\d{6}\b", self.staff.text())[0])

    def sign(self) -> None:
        self.signer.submit(
            "/ondertekenen",
            statement=self.signer.values("statement"),
            method="typed",
            typed_name=self.controller["signatory_name"],
        )
        self.signer.submit("/bijlage", annex_statement=self.signer.values("annex_statement"))

    def countersign(self) -> None:
        self.staff.open("/tekenen-namens-ons/lezen")
        self.staff.submit("/tekenen-namens-ons/lezen")
        self.staff.open("/tekenen-namens-ons")
        self.staff.submit(
            "/tekenen-namens-ons",
            selected=[self.reference],
            confirmed=self.staff.values("confirmed"),
            method="typed",
            typed_name=read_example("processor")["representative_name"],
            password=self.sign_in.password,
        )

    def _given(self, names: str) -> dict[str, Any]:
        return {name: self.controller[name] for name in names.split() if name in self.controller}

    def sealed_and_stored(self) -> None:
        done = text("states.archive.verified")
        page = f"/archief/{self.reference}"
        self._until(lambda: done in self._text(self.staff, page))

    def fetch(self, out: Path) -> None:
        archive = self.staff.download(f"/archief/{self.reference}/pakket.zip")
        out.mkdir(parents=True, exist_ok=True)
        # Of an earlier demo: with extra files it would not be a valid bag.
        if (out / "bagit.txt").is_file():
            shutil.rmtree(out / PAYLOAD, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
            for name in bundle.namelist():
                target = out / name.removeprefix(f"{self.reference}/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(bundle.read(name))

    def _mail(self, to: str, subject: str) -> list[str]:
        return newest_mail(self.staff, to, subject)

    def _until(self, condition: Callable[[], bool]) -> None:
        _until(self.staff, condition)

    @staticmethod
    def _reload(browser: Browser, address: str) -> str:
        browser.open(address)
        return browser.url

    @staticmethod
    def _text(browser: Browser, address: str) -> str:
        browser.open(address)
        return browser.text()


def newest_mail(browser: Browser, to: str, subject: str) -> list[str]:
    """Open the newest mail to ``to`` with this subject, waiting until it arrives; returns its
    links. Raises TimeoutError."""

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


def _typed(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value not in ("", [])}


@contextmanager
def _told(step: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    click.echo(f"{text(f'cli.demo_step.{step}'):<52}{seconds:8.2f} s")
