"""The mailbox in the browser, registered only in development."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, Response, render_template

from service.error_codes import ErrorCode
from service.errors import NotFound
from service.mail.errors import NoSuchMail
from service.mail.mailbox import FolderMailbox, ReceivedMail
from service.web.context import deps, public
from service.web.files import file

blueprint = Blueprint("mailbox", __name__)
_LINK = re.compile(r"https?://[^\s<>\"]+")
_WHY = "mails of a machine to try things on; exists in development mode only"
# A mail's HTML includes its styles and may do nothing else.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)


@blueprint.get("/mailbox")
@public(_WHY)
def mails() -> Any:
    return render_template("staff/mailbox.html", mails=_mailbox().list(), now=datetime.now(UTC))


@blueprint.get("/mailbox/<mail_id>")
@public(_WHY)
def mail(mail_id: str) -> Any:
    found = _read(mail_id)
    links = list(dict.fromkeys(link.rstrip(".,)") for link in _LINK.findall(found.text)))
    return render_template("staff/mail.html", mail=found, links=links)


@blueprint.get("/mailbox/<mail_id>/html")
@public(_WHY)
def html(mail_id: str) -> Response:
    """Its HTML body, sandboxed."""
    answer = Response(_read(mail_id).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _MAIL_POLICY
    return answer


@blueprint.get("/mailbox/<mail_id>/bijlage/<int:number>")
@public(_WHY)
def attachment(mail_id: str, number: int) -> Response:
    """One of its attachments, counted from 1."""
    attachments = _read(mail_id).attachments
    if not 1 <= number <= len(attachments):
        raise NotFound(ErrorCode.NOT_FOUND)
    one = attachments[number - 1]
    return file(one.data, one.media_type, one.filename)


def _read(mail_id: str) -> ReceivedMail:
    try:
        return _mailbox().read(mail_id)
    except NoSuchMail as unknown:
        raise NotFound(ErrorCode.NOT_FOUND) from unknown


def _mailbox() -> FolderMailbox:
    return cast(FolderMailbox, deps().mailer)
