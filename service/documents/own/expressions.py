"""Reads what stands between the braces of a placeholder or statement, and writes it for Jinja.

Names and words may be Dutch, quotes curly, and a value that may be absent needs no test of its
own parents: ``als hoofdovereenkomst.datum`` becomes ``(main_agreement and main_agreement.date)``.
Only values, comparisons, ``and``, ``or``, ``not`` and the allowed filters remain; everything else
of Jinja is refused here, although the sandbox would also stop what is dangerous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import jinja2
from jinja2 import nodes

from service.documents.environment import ALLOWED_FILTERS, TemplateEnvironment
from service.documents.own import names
from service.documents.own.findings import Found

LONGEST = 400  # characters of one expression
PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})
LOOP, OF_LOOP = "loop", ("first", "last", "index", "length")
LITERALS = ("in", "true", "false")
_PIECE = re.compile(
    r"(?P<string>\"[^\"]*\"|'[^']*')|(?P<filter>\|\s*\w+)"
    r"|(?P<name>[^\W\d]\w*(?:\s*\.\s*\w+)*)"
)
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
)
_environment = TemplateEnvironment()


_WHOLE = (*_ALLOWED, nodes.For)


class Wrong(Exception):
    """What is wrong with a token: the code of the finding and its values; ``path`` is the value
    that it would print, if that is known."""

    def __init__(self, code: Found, /, *, path: str = "", **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.path = path
        self.values = values


@dataclass(frozen=True)
class Scope:
    """What a token sees: the variable of each loop around it with the path of an item, and the
    paths that are known to have a value there."""

    loops: Mapping[str, str] = field(default_factory=dict)
    present: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Test:
    """A condition for Jinja; the paths that have a value where it holds, and where it does not; and
    all paths in it."""

    source: str
    holds: frozenset[str]
    fails: frozenset[str]
    paths: frozenset[str]


def value(expression: str, scope: Scope) -> tuple[str, str]:
    """The expression to print, and the path of its value ('' for a loop's number). Raises Wrong."""
    source = _translated(expression, scope, guarded=False)
    (printed,) = _parsed("{{ " + source + " }}", expression, nodes.Output)
    if not isinstance(printed, nodes.Output) or len(printed.nodes) != 1:
        raise Wrong(Found.EXPRESSION, expression=expression)
    node = printed.nodes[0]
    filtered = node.name if isinstance(node, nodes.Filter) else ""
    inner = node.node if isinstance(node, nodes.Filter) else node
    path = _path(inner, scope.loops)
    if path is None:
        raise Wrong(Found.EXPRESSION, expression=expression)
    if path == LOOP:
        return source, ""
    whole = _printed_path(path, filtered)
    present = scope.present | {names.TOGETHER[each] for each in scope.present & set(names.TOGETHER)}
    absent = [each for each in _nullable(path) if each not in present]
    if absent:
        guard = names.shown(absent[-1])
        raise Wrong(Found.UNGUARDED, path=whole, name=expression, guard=guard)
    if path in names.YES_OR_NO:
        raise Wrong(Found.PRINTS_YES_NO, path=path, name=expression)
    if path in names.LISTS:
        if filtered == "length" or (filtered == "join" and path in names.OF_WORDS):
            return source, whole
        if filtered:
            raise Wrong(Found.PRINTS_MANY, path=whole, name=expression)
        # In a sentence: with commas between.
        by = "', '" if path in names.OF_WORDS else "', ', 'label'"
        return f"{source}|join({by})", whole
    if path.endswith("[]") and path.removesuffix("[]") not in names.OF_WORDS:
        return f"{source}.label", whole
    if path not in names.DECLARED and not path.endswith("[]"):
        raise Wrong(Found.PRINTS_MANY, name=expression)
    if any(each.startswith(f"{path}.") for each in names.DECLARED):
        raise Wrong(Found.PRINTS_MANY, name=expression)
    return source, whole


def _printed_path(path: str, filtered: str) -> str:
    """The path whose items are printed by printing this; that of a list for its length."""
    if filtered == "length":
        return path
    if path in names.LISTS:
        path += "[]"
    return f"{path}.label" if f"{path}.label" in names.DECLARED else path


def test(expression: str, scope: Scope) -> Test:
    """The condition of an ``if``. Raises Wrong."""
    source = _translated(expression, scope, guarded=True)
    (found,) = _parsed("{% if " + source + " %}{% endif %}", expression, nodes.If)
    if not isinstance(found, nodes.If):
        raise Wrong(Found.EXPRESSION, expression=expression)
    for path in _compared_with_nothing(found.test, scope.loops):
        known = path in names.DECLARED and path not in names.YES_OR_NO
        if known and not any(_nullable(path)):
            raise Wrong(Found.ALWAYS_THERE, path=path, name=names.shown(path))
    return Test(
        source,
        frozenset(_asserted(found.test, scope.loops, true=True)),
        frozenset(_asserted(found.test, scope.loops, true=False)),
        frozenset(_paths(found.test, scope.loops)),
    )


def loop(expression: str, scope: Scope) -> tuple[str, str, str]:
    """The ``x in list`` of a ``for``: the variable, the list's name for Jinja, and the path of an
    item. Raises Wrong."""
    found = re.fullmatch(r"([^\W\d]\w*)\s+in\s+(\S+)", expression.strip().translate(PLAIN))
    if not found:
        raise Wrong(Found.NOT_A_LIST, expression=expression)
    variable, name = found[1].casefold(), found[2]
    path = names.value_path(name)
    if path is None:
        raise Wrong(Found.UNKNOWN, name=name, nearest=names.nearest(name))
    if path not in names.LISTS or names.reserved(variable):
        raise Wrong(Found.NOT_A_LIST, expression=expression)
    if scope.loops:
        raise Wrong(Found.NESTED_LOOP, expression=expression)
    return variable, path, f"{path}[]"


def is_plain(source: str) -> bool:
    """Whether the whole source of a part does nothing but what this module accepts.

    Jinja also reads attributes and other places where no reader looks; a statement there would run
    when an agreement is made.
    """
    try:
        tree = _environment.parse(source)
    except jinja2.TemplateError:
        return False
    loops = list(tree.find_all(nodes.For))
    return (
        all(isinstance(node, _WHOLE) for node in tree.find_all(nodes.Node))
        and all(node.name in ALLOWED_FILTERS for node in tree.find_all(nodes.Filter))
        and all(_path(node, {}) is not None for node in tree.find_all(nodes.Getattr))
        and all(_path(node.iter, {}) in names.LISTS for node in loops)
        and not any(inner is not node for node in loops for inner in node.find_all(nodes.For))
    )


def _translated(expression: str, scope: Scope, *, guarded: bool) -> str:
    plain = expression.translate(PLAIN).strip()
    if not plain or len(plain) > LONGEST:
        raise Wrong(Found.EXPRESSION, expression=_shortened(expression))

    def written(piece: re.Match[str]) -> str:
        name = piece["name"]
        return _name("".join(name.split()), scope, guarded=guarded) if name else piece[0]

    return _PIECE.sub(written, plain)


def _shortened(expression: str) -> str:
    return expression[:60]


def _name(name: str, scope: Scope, *, guarded: bool) -> str:
    plain = name.casefold()
    operator = names.keyed("operators", plain)
    if operator:
        return operator
    if plain in LITERALS:
        return plain
    first, _, rest = plain.partition(".")
    if first == LOOP and scope.loops:
        if rest not in OF_LOOP:
            raise Wrong(Found.UNKNOWN, name=name, nearest="loop.last")
        return plain
    if first in scope.loops:
        part = names.keyed("items", rest) if rest else ""
        words = scope.loops[first].removesuffix("[]") in names.OF_WORDS
        if part is None or (part and words):
            item = next(iter(names.listed("items")["label"]))
            suggested = first if words else f"{first}.{item}"
            raise Wrong(Found.UNKNOWN, name=name, nearest=suggested)
        return f"{first}.{part}" if part else first
    path = names.value_path(plain)
    if path is None:
        if names.is_group(name):
            raise Wrong(Found.PRINTS_MANY, name=name)
        if rest and names.keyed("items", rest):
            raise Wrong(Found.OUTSIDE_LOOP, name=name, item=first, part=rest)
        raise Wrong(Found.UNKNOWN, name=name, nearest=names.nearest(name, scope.loops))
    parents = [each for each in _nullable(path) if each != path]
    if guarded and parents:
        return f"({' and '.join([*parents, path])})"
    return path


def _parsed(source: str, expression: str, kind: type[nodes.Node]) -> list[nodes.Node]:
    """The statements of a piece of template. Raises Wrong for what is not allowed."""
    try:
        tree = _environment.parse(source)
    except jinja2.TemplateError as error:
        raise Wrong(Found.EXPRESSION, expression=expression) from error
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise Wrong(Found.EXPRESSION, expression=expression)
        if isinstance(node, nodes.Filter) and node.name not in ALLOWED_FILTERS:
            raise Wrong(Found.EXPRESSION, expression=expression)
    if len(tree.body) != 1 or not isinstance(tree.body[0], kind):
        raise Wrong(Found.EXPRESSION, expression=expression)
    return list(tree.body)


def _path(node: nodes.Node | None, loops: Mapping[str, str]) -> str | None:
    """The path of a value; ``loop`` for a loop's number, None for another expression."""
    if isinstance(node, nodes.Name):
        return loops.get(node.name, node.name)
    if isinstance(node, nodes.Getattr):
        parent = _path(node.node, loops)
        if parent is None or parent == LOOP:
            return parent
        return f"{parent}.{node.attr}"
    return None


def _paths(node: nodes.Node, loops: Mapping[str, str]) -> Iterator[str]:
    """Every value in a condition."""
    path = _path(node, loops)
    if path is not None:
        if path != LOOP:
            yield path
        return
    for child in node.iter_child_nodes():
        yield from _paths(child, loops)


def _compared_with_nothing(node: nodes.Node, loops: Mapping[str, str]) -> Iterator[str]:
    """Every value in a condition that is only asked whether it is there."""
    if isinstance(node, nodes.And | nodes.Or):
        yield from _compared_with_nothing(node.left, loops)
        yield from _compared_with_nothing(node.right, loops)
    elif isinstance(node, nodes.Not):
        yield from _compared_with_nothing(node.node, loops)
    elif path := _path(node, loops):
        yield path


def _nullable(path: str) -> Iterator[str]:
    """The path and its parents, the outermost first, as far as they may be absent."""
    steps = path.split(".")
    for depth in range(1, len(steps) + 1):
        part = ".".join(steps[:depth])
        if part in names.DECLARED and names.DECLARED[part].nullable:
            yield part


def _asserted(node: nodes.Node, loops: Mapping[str, str], *, true: bool) -> Iterator[str]:
    """The paths that have a value if the condition is true, or else if it is false."""
    if isinstance(node, nodes.Not):
        yield from _asserted(node.node, loops, true=not true)
    elif (isinstance(node, nodes.And) and true) or (isinstance(node, nodes.Or) and not true):
        yield from _asserted(node.left, loops, true=true)
        yield from _asserted(node.right, loops, true=true)
    elif true and (path := _path(node, loops)):
        yield path
