"""The states of an import and of its lines.

An import from a page is *choosing* until a person confirmed its columns and choices, *judging*
until every line has its verdict, then *ready*. *Running*, the worker makes and, if asked, sends the
agreements of the good lines. It can be *paused* and go on, be *stopped* for good, or be *done*;
then what was made can be sent and what failed tried again.
"""

from __future__ import annotations

from enum import StrEnum

from service.error_codes import ErrorCode
from service.errors import Refused


class ImportState(StrEnum):
    CHOOSING = "choosing"
    JUDGING = "judging"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class LineState(StrEnum):
    """``WAITING`` for its verdict; ``GOOD`` to be made; ``FAILED`` for a reason outside the line;
    ``STOPPED`` before it was made, or made and not sent."""

    WAITING = "waiting"
    GOOD = "good"
    FAULTY = "faulty"
    SKIPPED = "skipped"
    MADE = "made"
    SENT = "sent"
    FAILED = "failed"
    STOPPED = "stopped"


class ImportStep(StrEnum):
    """What people do with an import."""

    JUDGE_AGAIN = "judge_again"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


TRANSITIONS: dict[ImportStep, dict[ImportState, ImportState]] = {
    # Before anything was made: with other columns or choices.
    ImportStep.JUDGE_AGAIN: dict.fromkeys(
        (ImportState.CHOOSING, ImportState.JUDGING, ImportState.READY), ImportState.JUDGING
    ),
    ImportStep.START: dict.fromkeys(
        (ImportState.READY, ImportState.DONE, ImportState.RUNNING), ImportState.RUNNING
    ),
    ImportStep.PAUSE: {ImportState.RUNNING: ImportState.PAUSED},
    ImportStep.RESUME: {ImportState.PAUSED: ImportState.RUNNING},
    ImportStep.STOP: dict.fromkeys(
        (
            ImportState.CHOOSING,
            ImportState.JUDGING,
            ImportState.READY,
            ImportState.RUNNING,
            ImportState.PAUSED,
        ),
        ImportState.STOPPED,
    ),
}


def next_state(step: ImportStep, state: ImportState) -> ImportState:
    """Raises Refused if this state does not allow the step."""
    allowed = TRANSITIONS[step]
    if state not in allowed:
        raise Refused(ErrorCode.IMPORT_STATE, import_state=state.value)
    return allowed[state]


def may(step: ImportStep, state: ImportState) -> bool:
    return state in TRANSITIONS[step]
