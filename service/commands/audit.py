"""``zegel audit verify``: recomputes the whole log and compares it with its anchors.

Status 0: everything holds; 1: something was changed, is missing or does not follow; 2: settings,
database or archive do not answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from cryptography import x509

from service.agreement.deadlines import show_moment_with_offset
from service.commands.installation import UNUSABLE, certificates, installation, say_why
from service.deps import Deps
from service.settings.table import Settings
from service.texts import OURS, has_text, text
from service.workflow.keeping.audit import AnchorFinding, AuditReport, ChainFinding, audit

HOLDS, BROKEN, UNKNOWN = 0, 1, 2


def verify_log(given: Callable[[], Settings], root_files: Sequence[Path], *, as_json: bool) -> int:
    """Audit the log, print the findings, and return the exit status.

    The tokens must lead to one of ``root_files``, by default this installation's own root.
    """
    try:
        settings = given()
        with installation(settings) as deps:
            report = audit(deps, _roots(deps, root_files))
    except UNUSABLE as error:
        say_why(error, "cli.audit_unknown")
        return UNKNOWN
    click.echo(_as_json(report) if as_json else "\n".join(told(report)))
    return HOLDS if report.holds else BROKEN


def _roots(deps: Deps, files: Sequence[Path]) -> list[x509.Certificate]:
    if not files:
        return [*deps.authority().roots, *deps.settings.tsa_roots]
    return certificates(files)


def _as_json(report: AuditReport) -> str:
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2)


def told(report: AuditReport) -> list[str]:
    """The report in sentences: first what is wrong, then how much was checked."""
    lines = [_chain_line(each) for each in report.chain_findings]
    lines += [_anchor_line(each) for each in report.anchor_findings]
    lines.append(text("cli.audit_holds" if report.holds else "cli.audit_broken", OURS))
    lines.append(text("cli.audit_counts", OURS, chains=report.chains, entries=report.entries))
    if report.anchored_until:
        lines.append(
            text(
                "cli.audit_anchored",
                OURS,
                anchors=report.anchors,
                until=show_moment_with_offset(report.anchored_until, OURS),
            )
        )
    else:
        lines.append(text("cli.audit_no_anchor", OURS))
    if report.not_anchored:
        lines.append(text("cli.audit_not_anchored", OURS, count=report.not_anchored))
    if report.missed_days:
        lines.append(text("cli.audit_missed", OURS, days=", ".join(report.missed_days)))
    if report.erased:
        lines.append(text("cli.audit_erased", OURS, count=report.erased))
    return lines


def _chain_line(found: ChainFinding) -> str:
    finding = found.finding
    event = f"events.{finding.event}"
    named = text("cli.audit_event", OURS, event=finding.event) if has_text(event, OURS) else ""
    return text(
        f"cli.audit_finding.{finding.kind}",
        OURS,
        chain=found.reference or text("cli.audit_general_chain", OURS),
        seq=finding.seq,
        until=finding.until,
        event=named,
        day=finding.day.isoformat() if finding.day else "",
    )


def _anchor_line(found: AnchorFinding) -> str:
    return text(f"cli.audit_anchor.{found.kind}", OURS, day=found.day, detail=found.detail)
