"""Nothing hides in a container: not in that of the closing time stamp, which no signature covers,
nor in an earlier one before the file is closed again."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest

from signatures.cms.container_form import flaw
from signatures.cms.containers import LARGEST_CONTAINER, read
from signatures.keys.authority import Authority
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import signed_fields
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.report import FAILS, INVALID, Report
from signatures.verdict.verify import verify
from tests.signatures.conftest import SealedFile
from tests.signatures.container_attacks import (
    CERTIFICATE,
    FORM,
    SUPERFLUOUS,
    Change,
    alone,
    edited,
    in_the_token,
    put_in,
)
from tests.signatures.making import CONTROLLER_FIRST, prepared, seal_all, stamped_only
from tests.variants import some

ATTACKS = [*FORM, *CERTIFICATE]
LAST_ACT, CLOSE = 2, 3


def said(report: Report) -> set[tuple[str, str, str]]:
    """The rules that fail, the reason, and the detail for experts."""
    found = [each for each in report.answers if each.state == FAILS]
    detailed = ("hidden", "form")
    return {(each.rule, each.reason, each.detail * (each.reason in detailed)) for each in found}


def attack(what: str) -> tuple[Change, str]:
    return FORM.get(what) or (CERTIFICATE[what], SUPERFLUOUS)


class Roomy(LocalTimestamps):
    """With room in the containers for additions, as in older files."""

    def room(self, beside: int) -> int:
        return self.bytes_reserved


@pytest.fixture(scope="module")
def roomy(converted: bytes, authority: Authority) -> SealedFile:
    sealer = Sealer(SoftwareProvider(authority), Roomy(authority), authority)
    shown = prepared(converted, CONTROLLER_FIRST)
    return SealedFile(CONTROLLER_FIRST, shown, seal_all(sealer, shown, CONTROLLER_FIRST))


@pytest.mark.parametrize("what", some(ATTACKS, one_in=2))
def test_nothing_hides_in_the_closing_time_stamp(
    roomy: SealedFile, authority: Authority, what: str
) -> None:
    change, word = attack(what)
    pdf = put_in(roomy.pdf, CLOSE, partial(change, authority=authority))

    report = verify(pdf, roots=authority.roots)

    assert report.verdict == INVALID
    if word == SUPERFLUOUS:
        assert ("chains", word, "") in said(report)
    else:
        assert said(report) == {("closed", "hidden", word)}


def test_the_certificates_of_the_closing_time_stamp_are_all_with_it(
    controller_first: SealedFile, authority: Authority
) -> None:
    """Even if the rest of the file contains the missing ones."""
    pdf = put_in(controller_first.pdf, CLOSE, partial(edited(alone), authority=authority))

    assert said(verify(pdf, roots=authority.roots)) == {("closed", "hidden", "certificates")}


@pytest.mark.parametrize("where", ["seal", "token"])
@pytest.mark.parametrize("what", some(ATTACKS))
def test_nothing_hides_in_the_last_act_either_when_it_is_closed_again(
    roomy: SealedFile, authority: Authority, what: str, where: str
) -> None:
    """After removing the close, using the time stamp of a public authority."""
    change, word = attack(what)
    inside: Callable[..., bytes] = in_the_token(change) if where == "token" else change
    pdf = put_in(roomy.steps[2].pdf, LAST_ACT, partial(inside, authority=authority))

    closed = stamped_only(LocalTimestamps(authority).stamper(), pdf, "archive_timestamp")
    report = verify(closed, roots=authority.roots)

    assert report.verdict == INVALID
    if word == SUPERFLUOUS:
        assert ("chains", word, "") in said(report)
    else:
        told = f"time stamp: {word}" if where == "token" else word
        assert said(report) == {("intact", "form", told)}


@pytest.mark.parametrize("where", ["seal", "token"])
def test_a_container_read_from_other_bytes_vouches_for_nothing(
    roomy: SealedFile, authority: Authority, where: str
) -> None:
    change, word = attack("a certificate twice")
    inside: Callable[..., bytes] = in_the_token(change) if where == "token" else change
    start, end = signed_fields(Revisions(roomy.pdf))[LAST_ACT].container
    changed = put_in(roomy.pdf, LAST_ACT, partial(inside, authority=authority))[start:end]

    told = flaw(changed, read(roomy.pdf[start:end]))

    assert told == (f"time stamp: {word}" if where == "token" else word)


def test_the_digits_and_the_padding_have_one_spelling(
    controller_first: SealedFile, authority: Authority
) -> None:
    pdf = controller_first.pdf
    start, end = signed_fields(Revisions(pdf))[-1].container
    good = pdf[start:end]
    assert flaw(good) == ""
    letter = re.search(rb"[A-F]", good).end()  # type: ignore[union-attr]  # behind the first digit that has two spellings
    for changed, reason in (
        (good.lower(), "hidden"),  # one case, but not ours
        (good[:letter].lower() + good[letter:], "hexadecimal"),
        (good[:-9] + b" " * 2 + good[-7:], "hexadecimal"),
        (good[:-3] + b"7" + good[-2:], "padding"),
    ):
        report = verify(pdf[:start] + changed + pdf[end:], roots=authority.roots)
        assert report.verdict == INVALID
        assert reason in {each.reason for each in report.answers}


def test_a_container_is_no_longer_than_it_may_be(
    controller_first: SealedFile, authority: Authority
) -> None:
    pdf = controller_first.pdf
    _, end = signed_fields(Revisions(pdf))[-1].container
    padded = pdf[: end - 1] + b"0" * 2 * LARGEST_CONTAINER + pdf[end - 1 :]
    report = verify(padded, roots=authority.roots)
    assert report.verdict == INVALID
