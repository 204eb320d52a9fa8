"""Whether a file is one of ours, complete and unchanged. Checked offline, with pinned roots.

An earlier revision, or a file with bytes added, has valid signatures too. So the verdict follows
``report.RULES``; any exception is *invalid*, never *unsigned*.

    report = verify(pdf, roots=[root])
    report.verdict, report.lines("en")
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509

from signatures.field_names import MOST_PLACES
from signatures.pdf.printed import reference_said
from signatures.pdf.revisions import END_MARK, Revisions, Source
from signatures.pdf.signed_fields import STAMP, Signed, signed_fields
from signatures.pdf.strict import NotStrict, TooMuch
from signatures.verdict.expected import expected_fields
from signatures.verdict.found_seals import read_seal
from signatures.verdict.own_certificates import Qualified
from signatures.verdict.renewed import Renewed, judge, renewed
from signatures.verdict.report import FAILS, HOLDS, RULES, UNKNOWN, Answer, Report
from signatures.verdict.report import Ledger as Ledger
from signatures.verdict.rules import Examination
from signatures.verdict.trust import Trusted

LARGEST_FILE = 50_000_000
MOST_SEALS = MOST_PLACES + 1  # each covers the whole file before it
MOST_TRIED = 8  # end marks that may be that of an original


def verify(
    pdf: bytes,
    *,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate] = (),
    person_roots: Sequence[x509.Certificate] = (),
    qualified: Qualified | None = None,
    ledger: Ledger | None = None,
    now: datetime | None = None,
    crls: Sequence[x509.CertificateRevocationList] = (),
) -> Report:
    """The report on a file. Never raises because of the file's contents.

    Seals must lead to one of ``roots``, time stamps to one of those or of ``stamp_roots``, and
    persons' own certificates to one of ``person_roots``; ``qualified`` says which of those are
    qualified. ``crls`` are today's lists, trusted like the roots: a seal or stamp from after its
    certificate's revocation is refused. (A file made with a stolen key contains only lists from
    before the theft.)

    ``now`` (aware, default the clock) is for the closing time stamp's certificate; all else is
    judged at that stamp's moment, so that an original verifies long after its certificates end. A
    renewed copy is judged as its original, which ``ledger`` describes, and by its renewals.
    """
    now = now or datetime.now(UTC)
    trusted = Trusted(roots, (*roots, *stamp_roots), crls, person_roots)
    report = _report(pdf, trusted, qualified, ledger, now)
    return replace(report, says=report.reference or reference_said(pdf))


def _report(
    pdf: bytes,
    trusted: Trusted,
    qualified: Qualified | None,
    ledger: Ledger | None,
    now: datetime,
) -> Report:
    digest = hashlib.sha256(pdf).hexdigest()
    known = _ledger_answers(pdf, digest, ledger)
    try:
        if len(pdf) > LARGEST_FILE:
            return _unreadable(known, digest, "too_large")
        file, signed = _opened(pdf)
    except TooMuch as endless:
        return _unreadable(known, digest, "too_much", str(endless))
    except NotStrict as strange:
        missing = not pdf.startswith(b"%PDF-") or END_MARK not in pdf
        return _unreadable(known, digest, "no_pdf" if missing else "structure", str(strange))
    except Exception as error:  # a hostile file can raise anything; it is invalid
        return _unreadable(known, digest, "structure", f"{type(error).__name__}: {error}")
    if not signed:
        return _unreadable(known, digest, "no_seal")
    expected = _expected(file, ledger)
    copy = renewed(file, signed, expected)
    if copy is not None:
        return _renewed(file, copy, trusted, qualified, ledger, now)
    seals = [read_seal(file, each) for each in signed[:MOST_SEALS]]
    examined = Examination(file, seals, trusted, now, qualified, expected=expected)
    report = examined.report(known, digest)
    if file.work.too_much:  # some rules were answered without reading on
        return _unreadable(known, digest, "too_much")
    return report


def _expected(file: Revisions, ledger: Ledger | None) -> tuple[str, ...]:
    try:
        return expected_fields(file, ledger)
    except Exception:  # a hostile form: the rule ``fields`` fails then
        return ()


def _renewed(
    file: Revisions,
    copy: Renewed,
    trusted: Trusted,
    qualified: Qualified | None,
    ledger: Ledger | None,
    now: datetime,
) -> Report:
    """The report on the original in a renewed copy, and on its renewals.

    The original is judged at the first renewal, which proves that it existed then; ``now`` applies
    to the last.
    """
    answer = judge(file, copy, trusted, now)
    first = copy.renewals[0].found.token_time
    then = first if answer.state != FAILS and first is not None else now
    original = _report(file.pdf[: copy.original_length], trusted, qualified, ledger, then)
    return replace(
        original,
        answers=(*original.answers, answer),
        renewals=tuple(each.found for each in copy.renewals),
        sha256=hashlib.sha256(file.pdf).hexdigest(),
        original_sha256=original.sha256,
        level=original.level if answer.state == HOLDS else "",
    )


def _ledger_answers(pdf: bytes, digest: str, ledger: Ledger | None) -> dict[str, Answer]:
    if ledger is None:
        return {rule: Answer(rule, UNKNOWN) for rule in ("ledger", "shown")}
    same = digest == ledger.sealed_sha256
    shown = Answer("shown", UNKNOWN)
    if ledger.shown_length:
        prefix = hashlib.sha256(pdf[: ledger.shown_length]).hexdigest()
        shown = Answer("shown", HOLDS if prefix == ledger.shown_sha256 else FAILS)
    return {"ledger": Answer("ledger", HOLDS if same else FAILS), "shown": shown}


def _unreadable(known: dict[str, Answer], digest: str, reason: str, detail: str = "") -> Report:
    told = {
        **{rule: Answer(rule, UNKNOWN, "not_examined") for rule in RULES},
        **known,
        "readable": Answer("readable", FAILS, reason, detail=detail[:200]),
    }
    return Report(tuple(told[rule] for rule in RULES), sha256=digest)


def _opened(pdf: bytes) -> tuple[Revisions, list[Signed]]:
    """The file with its filled fields, without what follows an original.

    Raises NotStrict, TooMuch.
    """
    source = Source(pdf)  # shared by all end marks that are tried
    try:
        file = Revisions(source)
        return file, signed_fields(file)
    except TooMuch:
        raise
    except NotStrict as strange:
        until = len(pdf)
        for _ in range(MOST_TRIED):
            until = pdf.rfind(END_MARK, 0, until)
            if until < 0:
                break
            try:
                file = Revisions(source, until)
                signed = signed_fields(file)
            except TooMuch:
                raise
            except NotStrict:
                continue
            if signed and signed[-1].kind == STAMP:
                return file, signed
        raise strange
