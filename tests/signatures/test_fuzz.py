"""Any bytes get a verdict, never an exception, and a good verdict only for the original."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signatures.keys.authority import Authority
from signatures.verdict.report import FAILS, HOLDS, INVALID, RULES, UNKNOWN
from signatures.verdict.verify import verify
from tests.signatures.conftest import SealedFile

EXAMPLES = int(os.environ.get("FUZZ", "120"))
# What PDF readers stumble over, and what this one searches for first.
TOKENS = (
    *(b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">", b"/", b"%", b"\\", b"\0", b"\r\n"),
    *(b"xref\n", b"trailer\n", b"startxref\n", b"%%EOF\n", b"obj\n", b"endobj\n", b"stream\n"),
    *(b"endstream", b"/Prev 0", b"/Prev 99999999999", b"/ByteRange [0 1 2 3]", b"/Contents <00>"),
    *(b"1 0 R", b"0 0 R", b"null", b"true", b"-1", b"9" * 40, b"<" * 50, b"[" * 50, b"<<" * 50),
    *(b"/V 1 0 R", b"/Length 4294967295", b"/Filter /FlateDecode", b"/Type /Sig", b"#00"),
)
edit = st.tuples(
    st.floats(0, 1),
    st.integers(0, 40),
    st.one_of(st.sampled_from(TOKENS), st.binary(max_size=20)),
)
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def judge(data: bytes, original: bytes, authority: Authority) -> None:
    report = verify(data, roots=authority.roots)
    assert tuple(answer.rule for answer in report.answers) == RULES
    assert {answer.state for answer in report.answers} <= {HOLDS, FAILS, UNKNOWN}
    assert report.as_json("en")["verdict"] == report.verdict
    for language in ("nl", "en"):
        assert len(report.lines(language)) == len(RULES)
    assert report.verdict == INVALID or data == original


@bounded
@given(edits=st.lists(edit, min_size=1, max_size=6))
def test_an_edited_original(
    controller_first: SealedFile, authority: Authority, edits: list[tuple[float, int, bytes]]
) -> None:
    data = controller_first.pdf
    for where, removed, inserted in edits:
        at = int(where * len(data))
        data = data[:at] + inserted + data[at + removed :]
    judge(data, controller_first.pdf, authority)


@bounded
@given(
    cuts=st.lists(
        st.tuples(st.sampled_from(range(5)), st.floats(0, 1), st.floats(0, 1)),
        min_size=1,
        max_size=5,
    )
)
def test_pieces_of_revisions_put_together(
    controller_first: SealedFile, authority: Authority, cuts: list[tuple[int, float, float]]
) -> None:
    whole = [controller_first.shown, *(step.pdf for step in controller_first.steps)]
    pieces = []
    for which, start, length in cuts:
        source = whole[which]
        at = int(start * len(source))
        pieces.append(source[at : at + int(length * (len(source) - at)) + 1])
    judge(whole[0] + b"".join(pieces), controller_first.pdf, authority)


@bounded
@given(words=st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)), max_size=60))
def test_words_of_pdf_in_any_order(authority: Authority, words: list[bytes]) -> None:
    judge(b"%PDF-1.7\n" + b" ".join(words) + b"\nstartxref\n9\n%%EOF\n", b"", authority)


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 500_000,
        b"<<" * 500_000,
        b"<</A" * 300_000,
        b"(" * 500_000,
        b"<" + b"0" * 1_000_000,
        b"1 0 obj\n" * 200_000,
        b"%%EOF\n" * 200_000,
        b"startxref\n0\n%%EOF\n" * 50_000,
        b"xref\n0 999999\n" * 50_000,
        b"\\" * 1_000_000,
    ],
    ids=range(10),
)
def test_what_is_made_to_keep_a_parser_busy(authority: Authority, hostile: bytes) -> None:
    """In linear time: the sandbox's limits are for what nobody thought of."""
    for end in (b"", b"\nstartxref\n9\n%%EOF\n"):
        report = verify(b"%PDF-1.7\n" + hostile + end, roots=authority.roots)
        assert report.verdict == INVALID
