"""The second process that finishes documents: the same result, also when it dies or hangs."""

from __future__ import annotations

import collections
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import pytest
from pypdfium2 import PdfiumError

from service.documents.fill import CompiledTemplate
from service.documents.finish import Converted, Finished, finish
from service.documents.finisher import Finisher, SecondProcess
from service.documents.metadata import Metadata
from service.documents.normalise import Attachment
from service.documents.produce import DocumentMaker
from service.errors import GenerationFailed
from tests.documents.samples import ordinary, shortest

WAIT_SECONDS = 60
DATED = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def converted(document_maker: DocumentMaker, compiled: CompiledTemplate) -> Converted:
    docx = compiled.fill({**ordinary(), "preview": False}, dated=DATED)
    template = compiled.template
    return Converted(
        pdf=document_maker._pool.convert(docx),
        docx=docx,
        context=ordinary(),
        metadata=Metadata("Titel", template.subject, template.language, "Maker", DATED),
        attachment=Attachment(template.attachment_name, template.attachment_description, b"{}"),
        marks=template.marks,
        order=tuple(mark.place for mark in template.marks),
        fonts=document_maker.fonts.names,
    )


@pytest.fixture(scope="module")
def expected(converted: Converted) -> Finished:
    return finish(converted)


@pytest.fixture
def finisher() -> Iterator[Finisher]:
    finisher = Finisher(alone=False, idle_seconds=WAIT_SECONDS, answer_seconds=2)
    yield finisher
    finisher.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


def second_of(finisher: Finisher) -> SecondProcess:
    """While two documents are made."""
    with finisher.making():
        assert finisher.second is None, "one document needs no second process"
        with finisher.making():
            until(lambda: finisher.second is not None)
    assert finisher.second is not None
    return finisher.second


def test_it_makes_the_same_and_fails_for_the_same_reason(
    finisher: Finisher, converted: Converted, expected: Finished, compiled: CompiledTemplate
) -> None:
    second = second_of(finisher)
    assert finisher.finish(converted) == expected
    other = compiled.fill({**shortest(), "preview": False}, dated=DATED)
    with pytest.raises(GenerationFailed) as failure:
        finisher.finish(replace(converted, docx=other))
    assert failure.value.reason == "text_differs"
    assert second.documents == 2
    with pytest.raises(PdfiumError):
        finisher.finish(replace(converted, pdf=b"no PDF"))
    assert finisher.finish(converted) == expected
    assert (finisher.second, second.documents) == (second, 4)


def test_while_it_is_busy_a_thread_finishes_its_own_document(
    finisher: Finisher, converted: Converted, expected: Finished
) -> None:
    second = second_of(finisher)
    with second.free:
        assert finisher.finish(converted) == expected
    assert second.documents == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_when_it_dies_or_hangs_the_document_is_made_all_the_same(
    finisher: Finisher, converted: Converted, expected: Finished, how: signal.Signals
) -> None:
    second = second_of(finisher)
    os.kill(second.pid, how)
    assert finisher.finish(converted) == expected
    until(lambda: finisher.second is None)
    assert gone(second.pid)
    assert second_of(finisher).pid != second.pid


def test_after_some_time_without_a_document_it_ends(
    converted: Converted, expected: Finished
) -> None:
    finisher = Finisher(alone=False, idle_seconds=0.2)
    second = second_of(finisher)
    until(lambda: finisher.second is None)
    assert gone(second.pid)
    assert finisher.finish(converted) == expected
    finisher.close()


def test_it_ends_with_the_service() -> None:
    program = "service.documents.finisher_child"
    ended = subprocess.run(
        [sys.executable, "-m", program, str(WAIT_SECONDS)],
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        timeout=WAIT_SECONDS,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_what_does_not_start_is_tried_again_later(
    monkeypatch: pytest.MonkeyPatch, converted: Converted, expected: Finished
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    finisher = Finisher(alone=False)
    with finisher.making(), finisher.making():
        until(lambda: finisher._keeper is None)
        assert finisher.finish(converted) == expected
        with finisher.making():
            assert finisher._keeper is None, "not at once"
    finisher.close()


def test_what_cannot_be_told_to_it_is_finished_here(
    finisher: Finisher, converted: Converted, expected: Finished
) -> None:
    second_of(finisher)
    context = collections.ChainMap({"told": lambda: None}, dict(converted.context))
    assert finisher.finish(replace(converted, context=context)) == expected


def test_closed_it_starts_none() -> None:
    finisher = Finisher(alone=False)
    with finisher.making(), finisher.making():
        finisher.close()  # while it starts
        assert finisher.second is None
    with finisher.making(), finisher.making():
        assert finisher._keeper is None
