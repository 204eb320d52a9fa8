"""``zegel template``: what is wrong with a Word file as a template, and what it may fill in.

Needs no installation. Status of ``check``: 0: it can be a template, perhaps with warnings; 1: it
has a fault; 2: wrong use, or the file cannot be read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from service.agreement.template_version import TemplateVersion
from service.documents.builder.package import docx_path
from service.documents.own.apart import examine, make_ready
from service.documents.own.findings import STOPPING, Checked, Finding, Severity
from service.documents.own.in_words import message, remedy, where
from service.documents.own.names import DECLARED, OWN, PLACES, shown, shown_place, value_path
from service.documents.own.prepare.changes import in_words
from service.documents.own.prepare.changes import told as told_once
from service.documents.own.sample import make_sample
from service.documents.produce import DocumentMaker
from service.texts import OURS, folder, named, text

GOOD, FAULTY, UNREADABLE = 0, 1, 2


def check_file(file: Path, sample: Path | None, *, as_json: bool) -> int:
    """Print the findings, keep the sample if asked for, and return the exit status.

    Raises GenerationFailed if a sample is asked for and the office cannot be used.
    """
    docx = _read(file)
    if docx is None:
        return UNREADABLE
    checked = examine(docx)
    if sample is not None and checked.template:
        checked = _sampled(checked, checked.template, sample)
    if as_json:
        told = {"file": file.name, "sha256": hashlib.sha256(docx).hexdigest(), **_values(checked)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_told(file, checked)))
        if sample is not None and checked.template:
            click.echo(text("cli.template_sampled", OURS, file=sample))
    return GOOD if checked.template else FAULTY


def prepare_file(file: Path, made: Path, own: Sequence[str], *, as_json: bool) -> int:
    """Write the file with what Zegel can fill in, and say what that is and what is left.

    ``own`` are data of the processor, such as `verwerker.naam=IT4 BV`. Status 1: there is still
    something to do. Nothing is written if the file cannot be read as a contract.
    Raises UsageError for an unknown name, OSError if the file cannot be written.
    """
    docx = _read(file)
    if docx is None:
        return UNREADABLE
    checked, ready = examine(docx), None
    if not any(each.code in STOPPING for each in checked.findings):
        ready = make_ready(docx, dict(map(_own, own)), {})
    changes = ready.prepared.changes if ready else ()
    if ready:
        made.write_bytes(ready.prepared.docx)
        checked = ready.checked
    if as_json:
        told = {"changes": [each.as_json() for each in changes], **_values(checked)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        said = [in_words(each, OURS) for each in told_once(changes)]
        click.echo("\n".join([*said, *_told(made if ready else file, checked)]))
    return GOOD if checked.template else FAULTY


def _read(file: Path) -> bytes | None:
    """The file's bytes; None, and the reason is said, if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        click.echo(text("cli.file_unusable", OURS, file=file, reason=reason), err=True)
    return None


def _own(written: str) -> tuple[str, str]:
    name, _, words = written.partition("=")
    path = value_path(name.strip())
    if path not in OWN:
        known = ", ".join(map(shown, OWN))
        raise click.UsageError(text("cli.template_own_unknown", OURS, name=name, known=known))
    return path, words.strip()


def write_starter(file: Path) -> None:
    """Write the Word file to begin with. Raises OSError."""
    file.write_bytes(docx_path(folder(OURS, "documents", "starter")).read_bytes())
    click.echo(text("cli.template_started", OURS, file=file))


def _sampled(checked: Checked, template: TemplateVersion, file: Path) -> Checked:
    """The same findings with their pages, or why there is no sample."""
    maker = DocumentMaker(folder(OURS, "documents"), workers=1)
    try:
        made = make_sample(maker, template)
    finally:
        maker.close()
    if made.findings:
        findings = (*made.findings, *checked.findings)
        return replace(checked, findings=findings, template=None)
    file.write_bytes(made.pdf)
    return replace(checked, findings=made.placed(checked.findings))


def say_names() -> None:
    """Print the names of all values and places."""
    for path, declared in DECLARED.items():
        outer, _, inner = path.partition("[]")
        if inner:
            continue
        key = "list" if declared.listed else "sometimes" if declared.nullable else "always"
        click.echo(text(f"cli.template_value.{key}", OURS, name=shown(outer), value=outer))
    for place in PLACES:
        names = {mark: shown_place(place, mark) for mark in ("signature", "date")}
        click.echo(text("cli.template_names_place", OURS, **names))


def tell_findings(findings: Iterable[Finding]) -> None:
    """Print each with its place and remedy."""
    for finding in findings:
        click.echo("\n".join(_one(finding)))


def _told(file: Path, checked: Checked) -> Iterator[str]:
    for finding in checked.findings:
        yield from _one(finding)
    faults = sum(each.severity is Severity.FAULT for each in checked.findings)
    for place in checked.places:
        name = named("labels.place", place, OURS)
        yield text("cli.template_place", OURS, name=name, written=shown_place(place))
    warnings = len(checked.findings) - faults
    key = "cli.template_good" if checked.template else "cli.template_faulty"
    yield text(key, OURS, file=file.name, faults=faults, warnings=warnings)


def _one(finding: Finding) -> Iterator[str]:
    severity = text(f"template_findings.severity.{finding.severity}", OURS)
    yield f"{severity}: {message(finding, OURS)}"
    if at := where(finding, OURS):
        yield text("cli.template_at", OURS, where=at)
    yield text("cli.template_remedy", OURS, remedy=remedy(finding, OURS))


def _values(checked: Checked) -> dict[str, Any]:
    return {
        "ready": checked.template is not None,
        "title": checked.title,
        "places": [{"place": each, "name": shown_place(each)} for each in checked.places],
        "values": [{"value": each, "name": shown(each)} for each in checked.printed],
        "findings": [
            {
                "code": each.code.value,
                "severity": each.severity.value,
                "part": each.part,
                "heading": each.heading,
                "paragraph": each.paragraph,
                "page": each.page,
                "near_page": each.near_page,
                "values": dict(each.values),
                "message": message(each, OURS),
                "remedy": remedy(each, OURS),
            }
            for each in checked.findings
        ],
    }
