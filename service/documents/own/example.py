"""Data to try a template with: everything there, and everything absent that may be absent."""

from __future__ import annotations

from typing import Any

from service.documents.own import names

EXAMPLE = "Voorbeeld"


def example(*, complete: bool, version: str) -> dict[str, Any]:
    """A context with a value for each placeholder; without ``complete``, only what always is."""
    context: dict[str, Any] = {}
    for path, declared in names.DECLARED.items():
        outer, _, last = path.rpartition(".")
        around = names.DECLARED.get(outer)
        if "[]" in path or (around and around.nullable and not complete):
            continue
        scope = context
        for step in filter(None, outer.split(".")):
            scope = scope.setdefault(step, {})
        if declared.nullable and not complete:
            scope[last] = [] if declared.listed else None
        elif declared.listed:
            item = {"label": EXAMPLE, "special": complete}
            count = 3 if complete else 1
            scope[last] = [EXAMPLE if path in names.OF_WORDS else dict(item)] * count
        elif not any(each.startswith(f"{path}.") for each in names.DECLARED):
            scope[last] = EXAMPLE
    context |= {"preview": complete, "revision": 2 if complete else 1}
    context["template"]["version"] = version
    return context
