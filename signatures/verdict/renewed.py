"""Judges a renewed copy: an original, byte for byte, followed by document time stamps.

Each stamp must cover everything before it, be made before the former one's certificate ended, and
contain proof that this was not revoked (ETSI EN 319 142-1, 5.5). The original is judged at its own
moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from cryptography import x509

from signatures.chains.plain import Material, NotPlain, check_path, may_stamp, path_through
from signatures.cms import containers
from signatures.cms.container_form import flaw
from signatures.cms.containers import Container, NotIntact
from signatures.field_names import ARCHIVE_FIELD
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import STAMP, Signed, signed_fields
from signatures.pdf.strict import NotStrict
from signatures.run_async import run
from signatures.stamps.answers import StampRefused
from signatures.verdict import allowed_changes
from signatures.verdict.allowed_changes import NotAllowed
from signatures.verdict.found_seals import Seal, read_seal
from signatures.verdict.material import material_in, stored
from signatures.verdict.report import FAILS, HOLDS, UNKNOWN, Answer
from signatures.verdict.revoked import Used, revoked
from signatures.verdict.trust import Trusted

RULE = "renewed"
MOST_RENEWALS = 20  # each covers the whole file before it; one lasts some years


@dataclass(frozen=True)
class Renewed:
    """Where a renewed copy's original ends, and the seals after it."""

    original_length: int
    closing: Seal
    renewals: tuple[Seal, ...]


def renewed(file: Revisions, signed: Sequence[Signed], expected: tuple[str, ...]) -> Renewed | None:
    """The renewals in a file, or None; ``expected`` are its original's fields in order."""
    first, more = signed[: len(expected)], signed[len(expected) :]
    if not expected or not more or tuple(each.field for each in first) != expected:
        return None
    if [each.field for each in more] != [_field(number) for number in range(2, 2 + len(more))]:
        return None
    if any(each.kind != STAMP for each in (first[-1], *more)):
        return None
    if more[0].revision <= first[-1].revision:
        return None  # rewritten as a whole: no original ends before it
    return Renewed(
        file.all[first[-1].revision].end,
        read_seal(file, first[-1]),
        tuple(read_seal(file, each) for each in more),
    )


def next_renewal_field(pdf: bytes) -> str:
    """The name of the field that the next renewal fills. Raises NotStrict."""
    stamps = [each for each in signed_fields(Revisions(pdf)) if each.kind == STAMP]
    return _field(len(stamps) + 1)


def _field(number: int) -> str:
    return f"{ARCHIVE_FIELD}_{number}"


def judge(file: Revisions, found: Renewed, trusted: Trusted, now: datetime) -> Answer:
    """Whether every renewal holds; unknown when the last one's certificate has ended."""
    try:
        return _judge(file, found, trusted, now)
    except NotAllowed as wrong:
        return Answer(RULE, FAILS, wrong.code, detail=wrong.detail[:200])
    except (NotIntact, NotStrict) as wrong:
        return Answer(RULE, FAILS, "renewal_broken", detail=str(wrong)[:200])
    except NotPlain as wrong:
        return Answer(RULE, FAILS, "renewal_late", detail=str(wrong)[:200])
    except Exception as error:  # a hostile file can raise anything; the rule fails
        return Answer(RULE, FAILS, "structure", detail=f"{type(error).__name__}: {error}"[:200])


def _judge(file: Revisions, found: Renewed, trusted: Trusted, now: datetime) -> Answer:
    allowed_changes.check(file, after=found.closing.signed.revision)
    if len(found.renewals) > MOST_RENEWALS:
        return Answer(RULE, FAILS, "too_much", detail=f"{len(found.renewals)} renewals")
    last = found.renewals[-1]
    whole = file.all[-1].end == len(file.pdf) and not file.behind
    if not whole or last.signed.revision != len(file.all) - 1:
        return Answer(RULE, FAILS, "not_the_end")
    for each in found.renewals:
        _check_covers(file, each)
    for each in found.renewals:
        start, end = each.covered
        if hidden := flaw(file.pdf[start:end], each.container):
            return Answer(RULE, FAILS, "hidden", detail=hidden)
    chain = [_container(each) for each in (found.closing, *found.renewals)]
    material = material_in(file, chain)
    used = []
    for stamp, after in pairwise([*chain, chain[-1]]):  # the last one is checked at its own moment
        if _time(after) < _time(stamp):
            raise NotPlain("order of the time stamps")
        path = _path(stamp, trusted.stamp_roots)
        _check_proved(file, path, material, _time(after))
        used.append(Used("", _time(stamp), path))
    since = revoked(used[1:], trusted.crls)
    if since is not None:
        return replace(since, rule=RULE)
    ends = chain[-1].certificate.not_valid_after_utc
    if now > ends:
        return Answer(RULE, UNKNOWN, "stamp_ended", detail=ends.date().isoformat())
    return Answer(RULE, HOLDS)


def _check_covers(file: Revisions, renewal: Seal) -> None:
    """Check a time stamp over all up to its revision's end, except its container."""
    start, end = renewal.covered
    until = file.all[renewal.signed.revision].end
    if renewal.signed.signature.get("ByteRange") != [0, start, end, until - end]:
        raise NotIntact("byte_range")
    containers.check_stamp(_container(renewal), file.pdf[:start] + file.pdf[end:until])


def _path(stamp: Container, roots: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The path to a root; the container must hold exactly that, with or without the root. Raises
    NotPlain."""
    path = path_through(stamp.certificates, stamp.certificate, roots, Material((), ()))
    if path is None or not may_stamp(stamp.certificate):
        raise NotPlain("no path to a given root")
    return path


def _check_proved(
    file: Revisions, path: Sequence[x509.Certificate], material: Material, at: datetime
) -> None:
    """Check that a time stamp's certificate was unrevoked at ``at``. Raises NotPlain."""
    try:
        check_path(path, material, at)
    except NotPlain:
        _check_wholly(file, path, material, at)


def _check_wholly(
    file: Revisions, path: Sequence[x509.Certificate], material: Material, at: datetime
) -> None:
    """The same by full path validation, for OCSP answers. Raises NotPlain."""
    # Loads the PDF signing library, which an ordinary file does not need.
    from asn1crypto import crl, ocsp  # noqa: PLC0415

    from signatures.stamps.chains import validated  # noqa: PLC0415

    lists = [crl.CertificateList.load(each) for each in stored(file, "CRLs")]
    answers = [ocsp.OCSPResponse.load(each) for each in stored(file, "OCSPs")]
    try:
        run(validated(path[0], path[1:-1], path[-1:], lists, answers, at))
    except StampRefused as refusal:
        raise NotPlain(str(refusal)) from refusal


def _container(seal: Seal) -> Container:
    if seal.container is None:
        raise NotIntact("container")
    return seal.container


def _time(stamp: Container) -> datetime:
    if stamp.time is None:
        raise NotIntact("token")
    return stamp.time
