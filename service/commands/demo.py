"""The demo: the whole journey, unattended, through real pages and mails on the embedded engines."""

from __future__ import annotations

import dataclasses
import io
import json
import secrets
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from service.commands.browser import Browser, PageRefused
from service.commands.road import STOPS, Road, sign_in
from service.engines.process import free_ports
from service.running.first_start import read_example
from service.running.handover import FirstSignIn
from service.running.supervisor import Running, stack
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings
from service.texts import OURS, text
from signatures.command import check_files
from storage.bag import PAYLOAD


def walk(out: Path, source: Path | None) -> int:
    """Run the journey with the given data and leave the unpacked evidence package, a bag, in
    ``out``.

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
            _walk(running, example, out)
        except (PageRefused, TimeoutError) as error:
            raise click.ClickException(text("cli.demo_stuck", OURS, reason=error)) from error
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
            text("cli.demo_input_unreadable", OURS, file=source, reason=error)
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
            text("cli.demo_input_incomplete", OURS, file=source, missing=", ".join(missing))
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
        sign_in(staff, first.email, first.password)
        staff.submit("/account/eerste-wachtwoord", new=chosen, again=chosen)
    return dataclasses.replace(running, first_sign_in=FirstSignIn(first.email, chosen))


def _walk(running: Running, example: dict[str, Any], out: Path) -> None:
    """One line for each stop."""
    if running.first_sign_in is None:
        raise LookupError("the demo needs a fresh installation")
    given, name = running.first_sign_in, read_example("processor")["representative_name"]
    with Browser(running.url) as staff, Browser(running.url) as signer:
        road = Road(staff, signer, example, name, given.password)
        with _told("signed_in"):
            sign_in(staff, given.email, given.password)
        for stop in STOPS:
            with _told(stop):
                getattr(road, stop)()
        with _told("fetch"):
            _fetch(road, out)


def _fetch(road: Road, out: Path) -> None:
    archive = road.staff.download(f"/archief/{road.reference}/pakket.zip")
    out.mkdir(parents=True, exist_ok=True)
    # Of an earlier demo: with extra files it would not be a valid bag.
    if (out / "bagit.txt").is_file():
        shutil.rmtree(out / PAYLOAD, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        for name in bundle.namelist():
            target = out / name.removeprefix(f"{road.reference}/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(bundle.read(name))


@contextmanager
def _told(step: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    click.echo(f"{text(f'cli.demo_step.{step}', OURS):<52}{seconds:8.2f} s")
