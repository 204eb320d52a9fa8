"""The HTTP status of every error, and their list for programs."""

from __future__ import annotations

from http import HTTPStatus

from service.error_codes import ErrorCode, FieldCode, StartCode
from service.texts import OURS, catalogue

_REFUSED = (
    ErrorCode.KEY_REUSED,
    ErrorCode.WRONG_STATE,
    ErrorCode.TOO_LATE,
    ErrorCode.CHANGED,
    ErrorCode.NOT_YOUR_TURN,
    ErrorCode.NOT_OPENED,
    ErrorCode.CODE_FIRST,
    ErrorCode.MAILBOX_FIRST,
    ErrorCode.COLLEAGUE_FIRST,
    ErrorCode.SIGNATURE_MISSING,
    ErrorCode.NO_PROCESSOR,
    ErrorCode.DELEGATE_PRE_SIGNED,
    ErrorCode.COUNTERSIGNER_LOST,
    ErrorCode.COUNTERSIGNER_UNCHOSEN,
    ErrorCode.COUNTERSIGNER_NOBODY,
    ErrorCode.COUNTERSIGNER_OTHER,
    ErrorCode.COUNTERSIGNER_RENAMED,
    ErrorCode.TAKE_OVER_SIGNED,
    ErrorCode.OWNER_ALREADY,
    ErrorCode.APPLICATION_GONE,
    ErrorCode.MANDATE_CHANGED,
    ErrorCode.TEMPLATE_STATE,
    ErrorCode.TEMPLATE_SECOND,
    ErrorCode.TEMPLATE_DEFAULT,
    ErrorCode.TEMPLATE_MISSING,
    ErrorCode.END_RECORDED,
    ErrorCode.END_NOT_RECORDED,
    ErrorCode.QUESTION_OPEN,
    ErrorCode.QUESTION_ENDED,
    ErrorCode.REMIND_NOBODY,
    ErrorCode.REMIND_TODAY,
    ErrorCode.REMIND_ENOUGH,
    ErrorCode.SECOND_ADMINISTRATOR,
    ErrorCode.ACCOUNT_LINK_ENDED,
    ErrorCode.LAST_ADMIN,
    ErrorCode.BATCH_CHANGED,
    ErrorCode.IMPORT_STATE,
    ErrorCode.IMPORT_NOTHING,
    ErrorCode.IMPORT_CHANGED,
    ErrorCode.IMPORT_TEMPLATE,
    ErrorCode.IMPORT_WITHDRAWN,
    ErrorCode.STARTER_GONE,
)
_LIMITS = (
    ErrorCode.CODE_TOO_MANY,
    ErrorCode.CODE_TOO_MANY_TODAY,
    ErrorCode.APPLICATIONS_TOO_MANY,
    ErrorCode.APPLICATIONS_FULL,
    ErrorCode.QUESTION_TOO_MANY,
    ErrorCode.SIGN_IN_LOCKED,
    ErrorCode.SIGN_IN_OFTEN,
    ErrorCode.PASSWORDS_BUSY,
)
_LINKS = tuple(each for each in ErrorCode if each.startswith("link_"))
_KEYS = tuple(each for each in ErrorCode if each.startswith("keys."))

STATUSES: dict[ErrorCode | StartCode, HTTPStatus] = {
    ErrorCode.CSRF: HTTPStatus.BAD_REQUEST,
    ErrorCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ErrorCode.COPY_NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.PAGE_CLOSED: HTTPStatus.NOT_FOUND,
    **dict.fromkeys(_REFUSED, HTTPStatus.CONFLICT),
    **dict.fromkeys(_LINKS, HTTPStatus.GONE),
    ErrorCode.LINK_OPEN: HTTPStatus.CONFLICT,
    ErrorCode.OUTDATED: HTTPStatus.PRECONDITION_FAILED,
    ErrorCode.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    **dict.fromkeys(_LIMITS, HTTPStatus.TOO_MANY_REQUESTS),
    ErrorCode.GENERATION_FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorCode.WORKER_DIED: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorCode.STORAGE_LOST: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorCode.STORAGE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.VERIFY_BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    **dict.fromkeys(_KEYS, HTTPStatus.SERVICE_UNAVAILABLE),
}

_PAGE = """# Errors, for programs

Errors under `/api/` are `application/problem+json` (RFC 9457):

| member | what it is |
|---|---|
| `type`, `title`, `status` | `about:blank`, and the HTTP status in words and as a number |
| `code` | what went wrong, from the first table below; absent where the status says it all |
| `detail` | the same in Dutch, for a person; absent where it helps nobody |
| `errors` | with `invalid`: per wrong field its name `field`, `code` (second table) and `detail` |
| `instance` | with an unexpected error (500): its number in our log |

Switch on `code`, never on `detail`: a code never gets another meaning, sentences do change.
`Retry-After` holds the seconds to wait. `python -m service.web.statuses` makes this page.

## What went wrong

| `code` | status | in words |
|---|---|---|
{codes}

## What is wrong with a field

| `code` | in words |
|---|---|
{fields}
"""


def documentation() -> str:
    """All codes in Markdown, as in ``docs/errors.md``."""
    words = catalogue("errors", OURS)
    codes = [f"| `{each}` | {STATUSES[each].value} | {_cell(words[each])} |" for each in ErrorCode]
    fields = [f"| `{each}` | {_cell(words[each])} |" for each in FieldCode]
    return _PAGE.format(codes="\n".join(codes), fields="\n".join(fields))


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    print(documentation(), end="")
