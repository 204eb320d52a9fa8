"""``zegel archive rebuild-index``: rebuilds the archive's index from the bucket alone.

Status 0: everything in the bucket is in the index; 1: something was left out, or the index differs;
2: settings, keys, database or archive cannot be used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from service.commands.installation import UNUSABLE, certificates, installation, say_why
from service.deps import Deps
from service.settings.table import Settings
from service.texts import OURS, has_text, text
from service.workflow.keeping.put_in_index import DIFFERENT
from service.workflow.keeping.rebuild_anchors import AnchorOutcome, rebuild_anchors
from service.workflow.keeping.rebuild_index import (
    REFUSED,
    RESULTS,
    Outcome,
    Summary,
    rebuild_index,
)
from service.workflow.keeping.trust import Trust
from storage.errors import PackageInvalid
from storage.manifest import ROOT

WHOLE, NOT_WHOLE, UNKNOWN = 0, 1, 2
EVERY = 100  # packages between two lines of progress


def rebuild(
    given: Callable[[], Settings],
    roots: Sequence[Path],
    stamp_roots: Sequence[Path],
    *,
    since: str = "",
    as_json: bool = False,
) -> int:
    """Rebuild, print the findings, and return the exit status. Progress goes to standard error.

    The packages must lead to one of ``roots``, by default this installation's own root.
    """
    telling = _Telling(as_json)
    try:
        settings = given()
        with installation(settings) as deps:
            trust = _trust(deps, roots, stamp_roots)
            summary = rebuild_index(deps, trust, telling.hear, since=since)
            anchors = _Anchors()
            for each in rebuild_anchors(deps, trust):
                anchors.add(each)
    except PackageInvalid:
        click.echo(text("cli.rebuild_no_reference", OURS, given=since), err=True)
        return UNKNOWN
    except UNUSABLE as error:
        say_why(error, "cli.rebuild_unknown")
        return UNKNOWN
    whole = not summary.troubled and not anchors.troubled
    if as_json:
        click.echo(
            json.dumps(_as_json(summary, anchors, whole=whole), ensure_ascii=False, indent=2)
        )
    else:
        click.echo("\n".join(_told(summary, anchors, whole=whole)))
    return WHOLE if whole else NOT_WHOLE


def _trust(deps: Deps, roots: Sequence[Path], stamp_roots: Sequence[Path]) -> Trust:
    stamps = [*deps.settings.tsa_roots, *certificates(stamp_roots)]
    if roots:
        return Trust(certificates(roots), stamps)
    authority = deps.authority()
    return Trust(authority.roots, stamps, authority.lists)


@dataclass
class _Telling:
    """Reports progress, and at once whatever a person must check."""

    as_json: bool
    seen: int = 0

    def hear(self, outcome: Outcome) -> None:
        self.seen += 1
        if not self.as_json and outcome.result in (DIFFERENT, REFUSED):
            click.echo(_line(outcome))
        if self.seen % EVERY == 0:
            said = text("cli.rebuild_progress", OURS, count=self.seen, last=_place(outcome.prefix))
            click.echo(said, err=True)


@dataclass
class _Anchors:
    """The number of anchors per result, and those that a person must check."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    troubled: list[AnchorOutcome] = field(default_factory=list)

    def add(self, outcome: AnchorOutcome) -> None:
        self.counts[outcome.result] += 1
        if outcome.result in (DIFFERENT, REFUSED):
            self.troubled.append(outcome)


def _as_json(summary: Summary, anchors: _Anchors, *, whole: bool) -> dict[str, Any]:
    return {
        "whole": whole,
        "packages": summary.counts,
        "unproven": summary.unproven,
        "troubled": [{**asdict(each), "sentence": _line(each)} for each in summary.troubled],
        "anchors": anchors.counts,
        "troubled_anchors": [asdict(each) for each in anchors.troubled],
    }


def _told(summary: Summary, anchors: _Anchors, *, whole: bool) -> list[str]:
    lines = [
        text(f"cli.rebuild_anchor_{each.result}", OURS, day=each.day, detail=each.detail)
        for each in anchors.troubled
    ]
    lines.append(text("cli.rebuild_whole" if whole else "cli.rebuild_not_whole", OURS))
    lines.append(text("cli.rebuild_counts", OURS, **summary.counts))
    lines.append(text("cli.rebuild_anchors", OURS, **anchors.counts))
    lines.append(text("cli.rebuild_log", OURS))
    if summary.unproven:
        lines.append(text("cli.rebuild_unproven", OURS, count=max(summary.unproven.values())))
    return lines


def _line(outcome: Outcome) -> str:
    place = _place(outcome.prefix)
    if outcome.result == DIFFERENT:
        parts = dict.fromkeys(_part(each) for each in outcome.different)
        return text("cli.rebuild_different", OURS, place=place, parts=", ".join(parts))
    findings = " ".join(dict.fromkeys(each.sentence("nl") for each in outcome.findings))
    why = text(f"cli.rebuild_why.{outcome.why}", OURS, detail=outcome.detail, findings=findings)
    return text("cli.rebuild_refused", OURS, place=place, why=why.strip())


def _part(code: str) -> str:
    """A part as text; a code inside it is left out: ``het origineel``."""
    name = code.partition(".")[0]
    key = f"cli.rebuild_part.{name}"
    return text(key, OURS) if has_text(key, OURS) else name


def _place(prefix: str) -> str:
    """The reference if there is one, else the key."""
    parts = prefix.strip("/").split("/")
    return parts[-1] if prefix.endswith("/") and parts[0] == ROOT else prefix
