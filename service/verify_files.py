"""``zegel verify``: check sealed PDFs offline, with what lies beside them.

Beside a file from the archive lie ``manifest.json`` (or the SHA-256 in it), ``getoond.pdf`` and
``certificaten/wortel.pem``; what is there is used. Status 0: every file genuine; 1: one is
invalid; 2: one cannot be read; 3: nothing is wrong, but completeness is unknown.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import click
from cryptography import x509

from service.texts import text
from signatures.report import COMPLETENESS_UNKNOWN, GENUINE, INVALID, Report
from signatures.verify import Ledger, verify

STATUS = {GENUINE: 0, INVALID: 1, COMPLETENESS_UNKNOWN: 3}
UNREADABLE = 2


def verify_files(
    files: Sequence[Path], root: Path | None, crls: Sequence[Path] = (), *, as_json: bool
) -> int:
    """Check each file, say what was found, and return the exit status of the worst.

    ``crls`` are revocation lists of today, as the service publishes them (DER or PEM).
    """
    # pyHanko logs a traceback for every refusal; the report says it in words.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    worst = 0
    told = []
    for file in files:
        try:
            report = _verify(file, root, crls)
        except (OSError, ValueError) as error:
            reason = text("cli.no_such_file") if isinstance(error, FileNotFoundError) else error
            click.echo(text("cli.unreadable", file=file, reason=reason), err=True)
            worst = UNREADABLE
            continue
        worst = _worse(worst, STATUS[report.verdict])
        if as_json:
            told.append({"file": str(file), **report.as_json()})
        else:
            _tell(file, report)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    return worst


def _verify(file: Path, root: Path | None, crls: Sequence[Path]) -> Report:
    pdf = file.read_bytes()
    beside = root or file.parent / "certificaten" / "wortel.pem"
    roots = x509.load_pem_x509_certificates(beside.read_bytes()) if beside.is_file() else []
    lists = [_list(each.read_bytes()) for each in crls]
    return verify(pdf, roots=roots, ledger=_ledger(file), crls=lists)


def _list(data: bytes) -> x509.CertificateRevocationList:
    pem = data.startswith(b"-----BEGIN")
    return x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)


def _ledger(file: Path) -> Ledger | None:
    manifest, shown = file.parent / "manifest.json", file.parent / "getoond.pdf"
    if not manifest.is_file():
        return None
    listed = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    files = {entry["name"]: entry for entry in listed}
    recorded = files.get(file.name)
    if recorded is None:
        return None
    first = files.get(shown.name) if file.name == "overeenkomst.pdf" else None
    return Ledger(
        sealed_sha256=recorded["sha256"],
        shown_sha256=first["sha256"] if first else "",
        shown_length=first["size"] if first else 0,
    )


def _tell(file: Path, report: Report) -> None:
    click.echo(f"{file}: {report.sentence()}")
    for line in report.lines():
        click.echo(f"  {line}")
    for seal in report.seals:
        moment = seal.token_time.isoformat() if seal.token_time else "-"
        click.echo(f"  {seal.field}: {seal.name or '-'}, {moment}")
    click.echo(f"  SHA-256 {report.sha256}")


def _worse(one: int, other: int) -> int:
    order = (0, 3, 1, 2)
    return max(one, other, key=order.index)
