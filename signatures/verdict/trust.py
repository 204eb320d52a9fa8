"""The rules ``chains`` and ``long_term``: who made the seals and time stamps, how long they last.

``plain`` or else ``whole`` judges at the closing time stamp's moment, with what the file contains.
A person's own signature is accepted only when followed by a seal or time stamp of our own: under
separate roots, it proves nothing about this service.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from signatures.chains.plain import (
    Material,
    NotPlain,
    check_path,
    may_seal,
    may_stamp,
    path_of,
    path_through,
)
from signatures.cms.containers import Container
from signatures.field_names import SHEET_FIELD
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import ACT, STAMP
from signatures.run_async import run
from signatures.verdict.found_seals import Seal
from signatures.verdict.material import material_in
from signatures.verdict.report import FAILS, HOLDS, UNKNOWN, Answer
from signatures.verdict.revoked import Used, revoked

Paths = dict[x509.Certificate, list[x509.Certificate]]
OwnPaths = dict[str, list[x509.Certificate]]


@dataclass(frozen=True)
class Trusted:
    """The given roots for seals, time stamps and persons, and today's revocation lists."""

    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate]
    crls: Sequence[x509.CertificateRevocationList] = ()
    person_roots: Sequence[x509.Certificate] = ()


def answers(
    file: Revisions,
    seals: Sequence[Seal],
    trusted: Trusted,
    *,
    at: datetime | None,
    now: datetime | None,
) -> tuple[Answer, Answer]:
    """The two answers; never raises because of the contents.

    ``at`` is the closing time stamp's moment, None when something else is wrong: then only chains
    are followed. A stamp whose certificate ended before ``now`` does not prove the file's age;
    ``now`` is None where the ledger does.
    """
    if not trusted.roots:
        return Answer("chains", UNKNOWN, "no_root"), Answer("long_term", UNKNOWN, "no_root")
    unread = next((each for each in seals if each.container is None), None)
    if unread is not None:
        return _neither("container", unread.signed.field)
    try:
        material = material_in(file, [each.container for each in seals if each.container])
        paths: Paths = {}
        chains, long_term = _follow(file, seals, trusted, material, paths, at, now)
        used = _used(seals, trusted, material, paths)
        return revoked(used, trusted.crls) or chains, long_term
    except Exception as error:  # unreadable certificates lead nowhere
        return _neither("path", detail=type(error).__name__)


def _neither(reason: str, place: str = "", detail: str = "") -> tuple[Answer, Answer]:
    return (
        Answer("chains", FAILS, reason, place, detail),
        Answer("long_term", FAILS, "incomplete"),
    )


def _follow(
    file: Revisions,
    seals: Sequence[Seal],
    trusted: Trusted,
    material: Material,
    paths: Paths,
    at: datetime | None,
    now: datetime | None,
) -> tuple[Answer, Answer]:
    own = _own_paths(seals, trusted, material)
    for place, container, stamps in _signers(seals):
        certificate = container.certificate
        roots = trusted.stamp_roots if stamps else trusted.roots
        if not stamps and place in own:
            roots = trusted.person_roots
        path = path_through(container.certificates, certificate, roots, material)
        if path is None and path_of(certificate, roots, material) is not None:
            return _neither("superfluous", place)
        if path is None:
            return _neither("other_root", place)
        if not (may_stamp if stamps else may_seal)(certificate):
            return _neither("other_use", place)
        paths[certificate] = path
    alone = _not_confirmed(seals, own, paths, trusted.roots)
    if alone:
        return _neither("not_confirmed", alone)
    followed = Answer("chains", HOLDS, "own_certificate" if own else "")
    if at is None:
        return followed, Answer("long_term", UNKNOWN, "after_the_rest")
    try:
        _check_plainly(seals, paths, material, at)
    except NotPlain:
        chains, long_term = _by_the_whole_algorithm(file.pdf, trusted, at)
        if chains.state != HOLDS or long_term.state != HOLDS:
            return chains, long_term
    closing = seals[-1].container
    if now is not None and closing is not None and now > closing.certificate.not_valid_after_utc:
        ends = closing.certificate.not_valid_after_utc.date().isoformat()
        return followed, Answer("long_term", UNKNOWN, "stamp_ended", detail=ends)
    return followed, Answer("long_term", HOLDS)


def own_paths(file: Revisions, seals: Sequence[Seal], trusted: Trusted) -> OwnPaths:
    """The chain of each act signed with a person's certificate, by place."""
    return _own_paths(
        seals, trusted, material_in(file, [each.container for each in seals if each.container])
    )


def may_be_of_programs(file: Revisions, seals: Sequence[Seal], trusted: Trusted) -> Collection[str]:
    """The acts that a person's program may have written: all under a root for persons, even if that
    is a root for seals too."""
    if not trusted.person_roots:
        return ()
    material = material_in(file, [each.container for each in seals if each.container])
    return {
        each.signed.field
        for each in seals
        if each.container
        and _of_a_person(each)
        and path_of(each.container.certificate, trusted.person_roots, material)
    }


def _own_paths(seals: Sequence[Seal], trusted: Trusted, material: Material) -> OwnPaths:
    """Skips evidence sheets, and certificates under a root for seals."""
    found = {}
    for each in seals if trusted.person_roots else ():
        if each.container is None or not _of_a_person(each):
            continue
        if path_of(each.container.certificate, trusted.roots, material) is None:
            path = path_of(each.container.certificate, trusted.person_roots, material)
            if path is not None:
                found[each.signed.field] = path
    return found


def _of_a_person(seal: Seal) -> bool:
    return seal.signed.kind == ACT and seal.signed.field != SHEET_FIELD


def _not_confirmed(
    seals: Sequence[Seal], own: OwnPaths, paths: Paths, roots: Sequence[x509.Certificate]
) -> str:
    """The first place with an own signature that nothing of the service follows, or ''.

    A time stamp inside it is not enough: anyone can get one, even from us.
    """
    waiting = ""
    for each in seals:
        if each.signed.field in own:
            waiting = waiting or each.signed.field
        elif each.container and paths[each.container.certificate][-1] in roots:
            waiting = ""
    return waiting


def _signers(seals: Sequence[Seal]) -> Iterator[tuple[str, Container, bool]]:
    """Everything that sealed or stamped, by place; True for a time stamp."""
    for each in seals:
        if each.container is None:
            continue
        yield each.signed.field, each.container, each.signed.kind == STAMP
        if each.signed.kind == ACT and each.container.token:
            yield each.signed.field, each.container.token, True


def _used(
    seals: Sequence[Seal], trusted: Trusted, material: Material, paths: Paths
) -> Iterator[Used]:
    """Every certificate with its issuers, including those not in its container."""
    moments = {each.signed.field: each.found.token_time for each in seals}
    everybody = (*trusted.stamp_roots, *trusted.person_roots)
    for place, container, _ in _signers(seals):
        moment = moments[place]
        if moment is not None:
            path = paths.get(container.certificate) or path_of(
                container.certificate, everybody, material
            )
            yield Used(place, moment, list(dict.fromkeys((*container.certificates, *(path or ())))))


def _check_plainly(
    seals: Sequence[Seal],
    paths: Mapping[x509.Certificate, list[x509.Certificate]],
    material: Material,
    at: datetime,
) -> None:
    """Check that all certificates were unrevoked when used and at the close. Raises NotPlain."""
    for path in paths.values():
        check_path(path, material, at)
    for each in seals:
        used = each.found.token_time
        if used is None or used > at:
            raise NotPlain("order of the time stamps")
        for _, container, _ in _signers([each]):
            if used < container.certificate.not_valid_before_utc:
                raise NotPlain("dates")


def _by_the_whole_algorithm(pdf: bytes, trusted: Trusted, at: datetime) -> tuple[Answer, Answer]:
    # Loads the PDF signing library, which an ordinary file does not need.
    from signatures.chains import whole as ades  # noqa: PLC0415

    try:
        validated = ades.validate(
            pdf,
            roots=(*trusted.roots, *trusted.person_roots),
            stamp_roots=trusted.stamp_roots,
            at=at,
        )
        chains, long_term = run(validated)
    except Exception as error:  # a hostile file can raise anything; it is invalid
        chains, long_term = "", type(error).__name__
    return (
        Answer("chains", FAILS, "path", detail=chains) if chains else Answer("chains", HOLDS),
        Answer("long_term", FAILS, "incomplete", detail=long_term)
        if long_term
        else Answer("long_term", HOLDS),
    )
