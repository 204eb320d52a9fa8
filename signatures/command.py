"""``python -m signatures verify FILE…``: check sealed PDFs and evidence packages, offline.

Needs no server, database, settings or network: only the files and the root certificate.

Each file is examined in a process limited to 2 seconds of processor time and 300 MB of memory.

Status: 0 every document is genuine; 1 one is invalid; 2 one cannot be read, or wrong use; 3 nothing
is wrong, but it is not known whether this is the whole original, or it is the package of an
agreement that was signed elsewhere: no seal of ours says who signed that. A package checked only
against the root inside it gets 3 at best: it is consistent, but nothing proves who made it.

A package is judged part by part, by the sealed evidence sheet in it. A single PDF is compared with
``bewijsblad.pdf`` if that is in the same folder.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509

from signatures.chains.certificates import fingerprint, load_list
from signatures.package.case import Trust
from signatures.package.files import Package, read
from signatures.package.names import AGREEMENT, SHEET, SHOWN, original_of
from signatures.package.report import REGISTERED, PackageReport
from signatures.package.verdict import judge, proven_sheet
from signatures.package.zip_members import Unreadable
from signatures.sandbox.limits import Limits, NotExamined, in_a_child
from signatures.texts import words
from signatures.verdict.report import (
    COMPLETENESS_UNKNOWN,
    FAILS,
    GENUINE,
    INVALID,
    Report,
    date_words,
    moment_words,
    place_words,
)

STATUS = {GENUINE: 0, INVALID: 1, COMPLETENESS_UNKNOWN: 3, REGISTERED: 3}
UNREADABLE = 2
LANGUAGES = ("nl", "en")
_WORST_LAST = (0, 3, 1, 2)


@dataclass(frozen=True)
class Checked:
    """One file or package, its documents, and the roots it was checked against."""

    file: Path
    documents: Mapping[str, Report]
    package: PackageReport | None
    roots: tuple[x509.Certificate, ...]
    own_root: bool

    @property
    def verdict(self) -> str:
        """The verdict on the package, or on the one document."""
        if self.package is not None:
            return self.package.verdict
        (report,) = self.documents.values()
        return report.verdict

    @property
    def status(self) -> int:
        """The exit status for this file alone."""
        statuses = [STATUS[self.verdict]]
        statuses.append(STATUS[COMPLETENESS_UNKNOWN] if self.own_root else 0)
        return max(statuses, key=_WORST_LAST.index)

    def sentence(self, name: str, language: str) -> str:
        """The verdict on one document; it says *genuine* only if the root came from elsewhere."""
        report = self.documents[name]
        said = words(language)
        if report.verdict == INVALID:
            return report.sentence(language)
        if self.own_root:
            return str(said["told"]["with_itself"])
        if self.package is not None and self.package.sheet_holds and name == SHEET:
            return str(said["package"]["sheet"])
        return report.sentence(language)


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, check and print; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m signatures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", description=__doc__, help="check sealed PDFs, offline")
    check.formatter_class = argparse.RawDescriptionHelpFormatter
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="PDF, folder or ZIP")
    check.add_argument("--root", action="append", type=Path, default=[], metavar="PEM")
    check.add_argument("--stamp-root", action="append", type=Path, default=[], metavar="PEM")
    check.add_argument("--person-root", action="append", type=Path, default=[], metavar="PEM")
    check.add_argument("--crl", action="append", type=Path, default=[], metavar="FILE")
    check.add_argument("--json", action="store_true", help="codes and words for programs")
    check.add_argument("--language", choices=LANGUAGES, default="nl")
    asked = parser.parse_args(arguments)
    return check_files(
        asked.files,
        roots=asked.root,
        stamp_roots=asked.stamp_root,
        person_roots=asked.person_root,
        crls=asked.crl,
        as_json=asked.json,
        language=asked.language,
    )


def check_files(
    files: Sequence[Path],
    *,
    roots: Sequence[Path] = (),
    stamp_roots: Sequence[Path] = (),
    person_roots: Sequence[Path] = (),
    crls: Sequence[Path] = (),
    as_json: bool = False,
    language: str = "nl",
) -> int:
    """Check each file or package, print the results, and return the worst exit status.

    ``crls`` are today's revocation lists (DER or PEM).
    """
    # The PDF library logs a traceback for every refusal; the report already explains it.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    statuses, told = [0], []
    try:
        given = Trust(
            _certificates(roots),
            _certificates(stamp_roots),
            _certificates(person_roots),
            [load_list(each.read_bytes()) for each in crls],
        )
    except (OSError, ValueError) as error:
        files_given = ", ".join(map(str, (*roots, *stamp_roots, *person_roots, *crls)))
        _say_unreadable(files_given, _why(error, language), language)
        return UNREADABLE
    for file in files:
        try:
            found = in_a_child(partial(_examined, file, given, as_json, language), Limits())
        except NotExamined:
            found = {"status": UNREADABLE, "unreadable": words(language)["told"]["not_examined"]}
        statuses.append(found["status"])
        if "unreadable" in found:
            _say_unreadable(str(file), found["unreadable"], language)
        elif as_json:
            told.append(found["told"])
        else:
            print("\n".join(found["told"]))
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    return max(statuses, key=_WORST_LAST.index)


def _certificates(paths: Sequence[Path]) -> list[x509.Certificate]:
    return [
        certificate
        for path in paths
        for certificate in x509.load_pem_x509_certificates(path.read_bytes())
    ]


def _examined(file: Path, given: Trust, as_json: bool, language: str) -> dict[str, Any]:
    """Status and text of one file or package (JSON values)."""
    try:
        checked = _check(file, given)
    except (OSError, Unreadable) as error:
        return {"status": UNREADABLE, "unreadable": _why(error, language)}
    told = _as_json(checked, language) if as_json else _lines(checked, language)
    return {"status": checked.status, "told": told}


def _why(error: Exception, language: str) -> str:
    said = words(language)["told"]
    if isinstance(error, FileNotFoundError):
        return str(said["no_such_file"])
    return str(said[str(error)]) if isinstance(error, Unreadable) else str(error)


def _say_unreadable(file: str, reason: str, language: str) -> None:
    said = words(language)["told"]["unreadable"]
    print(said.format(file=file, reason=reason), file=sys.stderr)


def _check(file: Path, trust: Trust) -> Checked:
    package, alone = read(file)
    own = not trust.roots and bool(package.roots())
    if own:
        stamps = [*trust.stamp_roots, *package.stamp_roots()]
        trust = replace(trust, roots=package.roots(), stamp_roots=stamps)
    roots = tuple(trust.roots)
    if alone:
        return Checked(file, {alone: _alone(package, alone, trust)}, None, roots, own)
    report = judge(package, trust)
    return Checked(file, report.documents, report, roots, own)


def _alone(package: Package, name: str, trust: Trust) -> Report:
    """The verdict on a single PDF; a valid evidence sheet beside it serves as its ledger."""
    pdf = package.files[name]
    if (original_of(name) or name) != AGREEMENT:
        return trust.verify(pdf)
    sheet = proven_sheet(package.files, trust)
    shown = len(package.files.get(SHOWN, b""))
    return trust.verify(pdf, sheet.ledger(shown) if sheet else None)


def _as_json(checked: Checked, language: str) -> dict[str, Any]:
    report = checked.package
    told: dict[str, Any] = {
        "file": str(checked.file),
        "status": checked.status,
        "verdict": checked.verdict,
        "root_from_package": checked.own_root,
        "roots": [fingerprint(root) for root in checked.roots],
        "problems": [],
        "documents": [
            {
                "name": name,
                **each.as_json(language),
                "sentence": checked.sentence(name, language),
            }
            for name, each in checked.documents.items()
        ],
    }
    if report is not None:
        whole = report.as_json(language)
        told["package"] = {key: whole[key] for key in ("sentence", "kind", "reference", "rules")}
        if "registration" in whole:
            told["package"]["registration"] = whole["registration"]
        told["problems"] = [each for each in whole["findings"] if each["state"] == FAILS]
        told["remarks"] = [each for each in whole["findings"] if each["state"] != FAILS]
    return told


def _lines(checked: Checked, language: str) -> list[str]:
    said = words(language)["told"]
    lines = []
    for name, report in checked.documents.items():
        at = checked.file / name if checked.package else checked.file
        lines.append(f"{at}: {checked.sentence(name, language)}")
        lines += [f"  {line}" for line in (*report.lines(language), *_facts(report, language))]
    if checked.package is not None:
        sentence = checked.package.sentence(language)
        if checked.own_root and checked.verdict != INVALID:
            sentence = words(language)["package"]["with_itself"]
        lines.append(f"{checked.file}: {sentence}")
        lines += [f"  {line}" for line in checked.package.lines(language)]
        lines += [f"  {line}" for line in _registered(checked.package, language)]
    lines += [said["roots"].format(fingerprint=fingerprint(root)) for root in checked.roots]
    if checked.own_root:
        lines.append(said["own_root"])
    return lines


def _registered(report: PackageReport, language: str) -> list[str]:
    said = report.registration
    if said is None or report.verdict == INVALID:
        return []
    digests = [f"SHA-256 {name}: {digest}" for name, digest in sorted(said.digests.items())]
    return [*said.lines(language), *digests]


def _facts(report: Report, language: str) -> list[str]:
    said = words(language)["told"]
    lines = []
    if report.kind:
        lines.append(said[f"kind_{report.kind}"].format(reference=report.reference).strip())
    if report.agreement:
        lines.append(said["parties"].format(**asdict(report.agreement)))
    if report.effective_date:
        lines.append(said["effective"].format(date=date_words(report.effective_date, language)))
    for seal in report.seals:
        place = place_words(seal.field, language)
        token = moment_words(seal.token_time, language) if seal.token_time else "?"
        if seal.signed_at is None:
            lines.append(said["stamp"].format(place=place, token=token))
            continue
        moment = moment_words(seal.signed_at, language)
        lines.append(
            said["act"].format(
                place=place, name=seal.name, capacity=seal.capacity, moment=moment, token=token
            )
        )
    lines += [
        said["renewal"].format(
            token=moment_words(each.token_time, language) if each.token_time else "?"
        )
        for each in report.renewals
    ]
    lines += report.notes(language)
    if report.level:
        lines.append(said["level"].format(level=report.level))
    if report.original_sha256:
        lines.append(said["original"].format(sha256=report.original_sha256))
    return [*lines, f"SHA-256 {report.sha256}"]
