"""The values that a template is filled with: the printed data and what follows from them, which the
JSON in the PDF does not repeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.agreement.annex import categories


def filled_with(context: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
    """The printed data with ``preview`` and, in Bijlage 1, the names of special categories
    (``annex.special``, GDPR article 9), criminal data (``annex.criminal``, article 10) and both
    (``annex.sensitive``). A sample has these lists itself."""
    criminal = {each.label for each in categories("personal_data") if each.flag == "criminal"}
    items = context["annex"]["personal_data"]
    wanted = {
        "special": [each["label"] for each in items if each["special"]],
        "criminal": [each["label"] for each in items if each["label"] in criminal],
        "sensitive": [
            each["label"] for each in items if each["special"] or each["label"] in criminal
        ],
    }
    return {**context, "preview": preview, "annex": {**wanted, **context["annex"]}}
