"""W7: a list of 1,000 customers made, sent and mailed while signers read; a list of 50,000
judged."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from bench import processor
from bench.client import Client
from bench.figures import Figure, percentile, timed
from bench.workshop import Opened, Workshop
from service.agreement.annex import ListName
from service.agreement.bulk.options import Options
from service.spreadsheets.read import read_table
from service.workflow.bulk import decide, take_in

ROWS, GOAL_SECONDS, GOAL_RATIO = 1_000, 60, 2
MANY_ROWS, GOAL_OF_MANY_SECONDS = 50_000, 60
PAGES = ("/tekenen/lezen", "/tekenen/ondertekenen")
QUIET_SECONDS, PAUSE_SECONDS = 5.0, 0.02
HEADINGS = (
    "Klantnr", "Bedrijf", "Ondernemingsnr", "Voornaam", "Achternaam", "E-mail", "Functie",
    "Straat", "Nr", "Postcode", "Gemeente", "Land", "Contract", "Contractdatum",
    "Algemeen e-mailadres", "FG",
)  # fmt: skip


LISTS: dict[ListName, tuple[str, ...]] = {
    "personal_data": ("name", "contact"),
    "data_subjects": ("customers",),
}
_OF_IT = "from import_lines l join imports i on i.id = l.import_id and i.number = %s"
SENT = f"select count(*) = %s {_OF_IT} where l.state = 'sent'"
READY = (
    f"select count(*) = %s {_OF_IT} join agreements a on a.id = l.agreement_id"
    " where a.state = 'ready'"
)
MAILED = (
    f"select count(*) = %s {_OF_IT} join messages m on m.agreement_id = l.agreement_id"
    " where m.state = 'sent'"
)


def run(workshop: Workshop) -> list[Figure]:
    """The rate of mails is not limited; the development mailbox takes them."""
    signers = workshop.several(2, "proved")
    quiet = _read_until(workshop, signers, _after(QUIET_SECONDS))
    meanwhile: list[float] = []
    reading = threading.Thread(
        target=lambda: meanwhile.extend(_read_until(workshop, signers, ended.is_set))
    )
    ended = threading.Event()
    reading.start()
    spent = processor.spent()
    try:
        made, mailed = _bulk(workshop, ROWS, "controller_first")
        used = {kind: now - spent.get(kind, 0) for kind, now in processor.spent().items()}
    finally:
        ended.set()
        reading.join()
    before, after = percentile(quiet, 95), percentile(meanwhile, 95)
    with_text, _ = _bulk(workshop, ROWS, "processor_first")
    return [
        Figure("W7", f"{ROWS:,} made, sent and mailed", mailed, "s", GOAL_SECONDS),
        Figure("W7", "  of which until all were made and sent", made, "s"),
        *_processor(used),
        Figure("W7", "a signer's page, quiet, p95", before, "ms", note=f"n={len(quiet)}"),
        Figure("W7", "  meanwhile, p95", after, "ms", note=f"n={len(meanwhile)}"),
        Figure("W7", "  meanwhile : quiet", after / before, "", GOAL_RATIO),
        Figure("W7", f"{ROWS:,} offers with their documents", with_text, "s", GOAL_SECONDS),
        *_many(workshop),
    ]


def _processor(used: dict[str, float]) -> list[Figure]:
    """Of one agreement, which other load affects less than the elapsed time. The web processes
    serve the signers."""
    shares = {kind: used.get(kind, 0) / ROWS for kind in (processor.WORKER, "PostgreSQL")}
    return [
        Figure("W7", "  processor time of one agreement", sum(shares.values()), "ms"),
        *(Figure("W7", f"    {kind}", value, "ms") for kind, value in shares.items()),
    ]


def _after(seconds: float) -> Callable[[], bool]:
    ends = time.perf_counter() + seconds
    return lambda: time.perf_counter() > ends


def _read_until(
    workshop: Workshop, signers: list[Opened], enough: Callable[[], bool]
) -> list[float]:
    times: list[float] = []
    clients = [Client(workshop.port, each.secret) for each in signers]
    while not enough():
        for client in clients:
            for page in PAGES:
                with timed(times):
                    client.get(page)
                time.sleep(PAUSE_SECONDS)
    for client in clients:
        client.hang_up()
    return times


def _bulk(workshop: Workshop, rows: int, order: str) -> tuple[float, float]:
    """Seconds until all are sent (offers: made), and until their mails are."""
    deps, staff = workshop.deps, workshop.road.staff
    options = Options({"order": order, "countersigner": staff.id}, ("cloud_storage",), LISTS)
    first = 0 if order == "controller_first" else ROWS  # other customers than before
    numbers = range(first, first + rows)
    lines = [HEADINGS, *(_customer(workshop.customer(), number) for number in numbers)]
    data = "\n".join(";".join(cells) for cells in lines).encode()
    number = take_in.take_in(deps, data, "w7.csv", staff, options=options).number
    started = time.perf_counter()
    decide.start(deps, number, staff, send=True)
    offers = order == "processor_first"
    workshop.wait.until_count(SENT, rows, number)
    if offers:
        workshop.wait.until_all(READY, rows, number)
    made = time.perf_counter() - started
    if not offers:
        workshop.wait.until_all(MAILED, rows, number)
    return made, time.perf_counter() - started


def _customer(name: str, number: int) -> tuple[str, ...]:
    first = 4_000_000 + number
    enterprise = f"{first:08d}{97 - first % 97:02d}"  # the last two are its check digits
    return (
        str(number), name, enterprise, "An", f"Peeters {number}",
        f"an{number}@peeters{number}.example",
        "Bestuurder", "Molenstraat", "3", "2000", "Antwerpen", "België", f"HO-{number}", "45353",
        f"info@peeters{number}.example", "nee",
    )  # fmt: skip


def _many(workshop: Workshop) -> list[Figure]:
    """``zegel import --check`` on a workbook, beside what the installation has."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "klanten.xlsx")
        with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADINGS)
            for number in range(MANY_ROWS):
                sheet.write_row(number + 1, 0, _customer(f"Zaak {number}", number))
        reading: list[float] = []
        with timed(reading):
            read_table(file.read_bytes())
        command = [sys.executable, "-m", "service", "import", "--check", "--service", "support"]
        environment = {
            **os.environ,
            "ZEGEL_MODE": "development",
            "ZEGEL_DATA": str(workshop.deps.settings.data_dir),
        }
        started = time.perf_counter()
        command += ["--by", workshop.road.staff.email]
        child = subprocess.Popen([*command, file], env=environment, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"import: {child.returncode}")
        whole = time.perf_counter() - started
    what = f"{MANY_ROWS:,} rows of {len(HEADINGS)} cells"
    memory = used.ru_maxrss / 1024
    return [
        Figure("W7", f"{what} read", reading[0] / 1000, "s"),
        Figure(
            "W7", f"{what} read and judged, the whole command", whole, "s", GOAL_OF_MANY_SECONDS
        ),
        Figure("W7", "  its processor time", used.ru_utime + used.ru_stime, "s"),
        Figure("W7", "  its memory at the most", memory, "MiB"),
    ]
