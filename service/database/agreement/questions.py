"""Questions asked by the signers before signing, and the sender's answers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from service.agreement.questions import Question
from service.database.tables.accounts import staff
from service.database.tables.agreements import signatories
from service.database.tables.questions import questions
from service.database.tables.records import Records, record

_answerer = staff.alias("answerer")
_QUESTION = (
    select(
        questions,
        func.coalesce(staff.c.name, signatories.c.name).label("name"),
        func.coalesce(staff.c.email, signatories.c.email).label("email"),
        func.coalesce(_answerer.c.name, "").label("answerer"),
    )
    .outerjoin(staff, staff.c.id == questions.c.staff_id)
    .outerjoin(signatories, signatories.c.id == questions.c.signatory_id)
    .outerjoin(_answerer, _answerer.c.id == questions.c.answered_by)
)


_QUESTIONS_OF = _QUESTION.where(questions.c.agreement_id == bindparam("agreement")).order_by(
    questions.c.asked_at
)
_END = (
    update(questions)
    .where(questions.c.agreement_id == bindparam("agreement"), questions.c.ended == "")
    .values(ended="signed", ended_at=func.clock_timestamp())
)
_END_OF_STAFF = _END.where(questions.c.staff_id.is_not(None))
_END_OF_SIGNATORY = _END.where(questions.c.signatory_id.is_not(None))


class Questions(Records):
    """Questions. The caller of a change holds the agreement's row lock."""

    def of(self, agreement_id: str) -> list[Question]:
        """Oldest first."""
        rows = self._connection.execute(_QUESTIONS_OF, {"agreement": agreement_id})
        return [_question(row) for row in rows]

    def returned(self, agreement_id: str) -> Question | None:
        """The open question of a countersigner."""
        return next((each for each in self.of(agreement_id) if each.by_staff and each.waits), None)

    def returned_of(self, agreement_ids: Sequence[str]) -> dict[str, Question]:
        """The same for several agreements, by agreement id; the first of each."""
        rows = self._connection.execute(
            _QUESTION.where(
                questions.c.agreement_id.in_(agreement_ids),
                questions.c.ended == "",
                questions.c.staff_id.is_not(None),
            ).order_by(questions.c.asked_at.desc())
        )
        return {row.agreement_id: _question(row) for row in rows}

    def ask(
        self,
        agreement_id: str,
        question: str,
        *,
        signatory_id: str | None = None,
        staff_id: str | None = None,
    ) -> str:
        """Returns the id."""
        question_id = str(uuid.uuid4())
        self._connection.execute(
            insert(questions).values(
                id=question_id,
                agreement_id=agreement_id,
                signatory_id=signatory_id,
                staff_id=staff_id,
                question=question,
            )
        )
        return question_id

    def end(
        self, question_id: str, ended: str, *, answered_by: str | None = None, answer: str = ""
    ) -> None:
        """Close a question as ``ended``: ``answered``, with the answer's text, or ``elsewhere``."""
        self._connection.execute(
            update(questions)
            .where(questions.c.id == question_id, questions.c.ended == "")
            .values(
                ended=ended,
                answer=answer,
                answered_by=answered_by,
                ended_at=func.clock_timestamp(),
            )
        )

    def end_by_signing(self, agreement_id: str, *, by_staff: bool) -> None:
        """Close the questions of a person who signs without an answer."""
        statement = _END_OF_STAFF if by_staff else _END_OF_SIGNATORY
        self._connection.execute(statement, {"agreement": agreement_id})


def _question(row: Any) -> Question:
    return record(Question, row, answered_by=row.answerer)
