"""Masks secrets in log lines before they are written."""

from __future__ import annotations

import logging
import re
from typing import Any

from service.agreement.capabilities import TOKEN_PREFIX, mask_tokens

_LINK = re.compile(r"(/(?:tekenen/bundel|tekenen/link|account/link)/)[^/\s\"'?#]+")


def mask(line: str) -> str:
    """The line without tokens: ``/tekenen/link/zegel_…``."""
    return _LINK.sub(rf"\g<1>{TOKEN_PREFIX}…", mask_tokens(line))


class MaskTokens(logging.Filter):
    """Masks tokens in the message, its arguments and a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str):
            record.msg = mask(record.msg)
        record.args = _masked(record.args)
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
        return True


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, tuple):
        return tuple(_masked(one) for one in value)
    if isinstance(value, dict):
        return {name: _masked(one) for name, one in value.items()}
    if value is None or isinstance(value, int | float):
        return value
    # Other objects may contain a token in their str() or repr(); only then are they replaced.
    words = str(value)
    return mask(words) if mask(words) != words else value
