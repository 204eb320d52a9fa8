"""The placeholders that a template declares, that it uses, and that a context lacks.

In a dotted path a final ``?`` allows null, below which nothing is required; ``[]`` is a list with
at least one item: ``annex.personal_data[].label``, ``main_agreement.date?``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, nodes

from service.errors import GenerationFailed


@dataclass(frozen=True)
class Placeholder:
    path: str
    nullable: bool
    listed: bool

    @classmethod
    def parse(cls, declaration: str) -> Placeholder:
        nullable = declaration.endswith("?")
        path = declaration.removesuffix("?")
        return cls(path.removesuffix("[]"), nullable, path.endswith("[]"))


def check_context(placeholders: Iterable[Placeholder], context: Mapping[str, Any]) -> None:
    """Refuse a context in which a declared value is missing or unprintable.

    Raises GenerationFailed ``missing_value`` or ``unprintable_value``, naming the value.
    """
    for placeholder in placeholders:
        for value in _values(context, placeholder.path.split(".")):
            _check_value(placeholder, value)
    for path, value in printed_strings(context):
        # fast check first: nearly all are printable
        if not value.isprintable() and any(map(_control, value)):
            raise GenerationFailed("unprintable_value", f"{path}: control character")


def _control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}


def printed_strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from printed_strings(child, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for number, child in enumerate(value):
            yield from printed_strings(child, f"{path}[{number}]")


def used_paths(environment: Environment, source: str) -> set[str]:
    """The paths that a source prints or tests, loop variables resolved (``list[].field``)."""
    found: set[str] = set()
    _walk(environment.parse(source), {}, found)
    return found


def undeclared(used: set[str], placeholders: Iterable[Placeholder]) -> set[str]:
    """Used paths that no declaration covers."""
    known = {placeholder.path for placeholder in placeholders}
    known |= {f"{placeholder.path}[]" for placeholder in placeholders if placeholder.listed}
    parents = {path.rsplit(".", depth)[0] for path in known for depth in range(path.count(".") + 1)}
    return used - known - parents


_ABSENT = object()


def _values(scope: Any, steps: list[str]) -> Iterator[Any]:
    """The values at a path, one per list item; none below null."""
    step, rest = steps[0], steps[1:]
    through_list = step.endswith("[]")
    value = scope.get(step.removesuffix("[]"), _ABSENT) if isinstance(scope, Mapping) else _ABSENT
    if not rest or value is _ABSENT:
        yield value
        return
    if value is None:
        return
    items: Any = value if through_list else [value]
    for item in items:
        yield from _values(item, rest)


def _check_value(placeholder: Placeholder, value: Any) -> None:
    if value is _ABSENT or (value is None and not placeholder.nullable):
        raise GenerationFailed("missing_value", placeholder.path)
    if isinstance(value, str) and not value.strip():
        raise GenerationFailed("missing_value", placeholder.path)
    if placeholder.listed and value is not None:
        if not isinstance(value, list | tuple):
            raise GenerationFailed("unprintable_value", f"{placeholder.path}: not a list")
        if not value and not placeholder.nullable:
            raise GenerationFailed("missing_value", placeholder.path)


def _walk(node: nodes.Node, loops: Mapping[str, str], found: set[str]) -> None:
    if isinstance(node, nodes.For):
        source = _path(node.iter, loops)
        if source:
            found.add(source)
        inner = {**loops, "loop": ""}
        if source and isinstance(node.target, nodes.Name):
            inner[node.target.name] = f"{source}[]"
        for child in [*node.body, *node.else_]:
            _walk(child, inner, found)
        return
    if isinstance(node, nodes.Name | nodes.Getattr):
        path = _path(node, loops)
        if path:
            found.add(path)
        return
    for child in node.iter_child_nodes():
        _walk(child, loops, found)


def _path(node: nodes.Node, loops: Mapping[str, str]) -> str:
    """An expression's dotted path; '' for the loop's own variables."""
    if isinstance(node, nodes.Name):
        return loops.get(node.name, node.name)
    if isinstance(node, nodes.Getattr):
        parent = _path(node.node, loops)
        return f"{parent}.{node.attr}" if parent else ""
    return ""
