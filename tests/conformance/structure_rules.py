"""ISO 14289-1 (PDF/UA-1), 6 and 7: what a screen reader needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.conformance.opened import STANDARD_TYPES, Content, Opened, is_element, is_on, kids

LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
PAINTS = frozenset(
    (
        "f",
        "F",
        "f*",
        "B",
        "B*",
        "b",
        "b*",
        "S",
        "s",
        "sh",
        "Tj",
        "TJ",
        "'",
        '"',
        "Do",
        "INLINE IMAGE",
    )
)
ARTIFACT = "/Artifact"
INSIDE = {
    "L": {"L", "LI", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
    "TOC": {"TOC", "TOCI", "Caption"},
}
ONLY_INSIDE = {
    "LI": {"L"},
    "Lbl": {"LI", "Note", "TOCI", "BibEntry"},
    "LBody": {"LI"},
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "TOCI": {"TOC"},
}
HEADING = re.compile(r"H([1-6])")


def tagged(file: Opened) -> Iterator[str]:
    """The file is declared as tagged, without suspects, and has tags."""
    marked = file.root.get(Name.MarkInfo, Dictionary())
    if not marked.get(Name.Marked, False) or marked.get(Name.Suspects, False):
        yield f"marked {marked.get(Name.Marked)}, suspects {marked.get(Name.Suspects)}"
    if not file.elements:
        yield "no structure"


def language(file: Opened) -> Iterator[str]:
    """The document has a language, and every language tag is valid."""
    if Name.Lang not in file.root:
        yield "no language"
    for each in (file.root, *file.elements):
        if Name.Lang in each and not LANGUAGE.fullmatch(str(each.Lang)):
            yield f"language {each.Lang}"


def roles(file: Opened) -> Iterator[str]:
    """Every type is mapped to a standard one, and no standard type is remapped."""
    said = file.root.get(Name.StructTreeRoot, {}).get(Name.RoleMap, {})
    yield from (f"{name} is mapped" for name in said.keys() if name in STANDARD_TYPES)  # noqa: SIM118
    for kind in sorted({str(each.S) for each in file.elements}):
        followed = [kind]
        while followed[-1] not in STANDARD_TYPES:
            following = str(said.get(followed[-1]))
            if following in (*followed, "None"):
                yield f"{kind} leads to nothing"
                break
            followed.append(following)


def parents(file: Opened) -> Iterator[str]:
    """Every element refers to its parent."""
    for holder in (file.root.get(Name.StructTreeRoot, Dictionary()), *file.elements):
        for kid in kids(holder):
            if is_element(kid) and kid.get(Name.P, Dictionary()).objgen != holder.objgen:
                yield f"{kid.S} under {holder.get(Name.S)}"


def content(file: Opened) -> Iterator[str]:
    """Everything painted on a page is either an artifact or belongs to an element.

    A seal's appearance belongs to the element of its widget: see ``widgets``.
    """
    tree = _parent_tree(file)
    for each in file.contents:
        if each.page is not None and each.owner.objgen == each.page.objgen:
            yield from _untagged(file, each, tree)


def _untagged(file: Opened, content: Content, tree: dict[int, Any]) -> Iterator[str]:
    belongs = tree.get(int(content.page.get(Name.StructParents, -1)), Array())
    inside: list[str | int] = []
    for instruction in content.instructions:
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "BMC":
            inside.append(str(operands[0]))
        elif operator == "BDC":
            inside.append(_marked(content, operands))
        elif operator == "EMC":
            inside.pop()
        elif operator in PAINTS:
            numbers = [each for each in inside if isinstance(each, int)]
            if ARTIFACT in inside and numbers:
                yield f"{content.where}: an artifact in content {numbers}"
            elif ARTIFACT not in inside and not numbers:
                yield f"{content.where}: {operator} belongs to nothing"
            for number in numbers:
                if not _held(content.page, number, belongs):
                    yield f"{content.where}: content {number} belongs to no element"


def _marked(content: Content, operands: Any) -> str | int:
    properties = operands[1]
    if isinstance(properties, Name):
        properties = content.resources.get("/Properties", {}).get(str(properties), {})
    return int(properties.MCID) if Name.MCID in properties else str(operands[0])


def _held(page: Any, number: int, belongs: Any) -> bool:
    """Whether the element in the parent tree contains that content of that page."""
    element = belongs[number] if number < len(belongs) else None
    if not isinstance(element, Dictionary):
        return False
    for kid in kids(element):
        if isinstance(kid, Dictionary) and kid.get(Name.MCID) == number:
            return bool(kid.get(Name.Pg, element.get(Name.Pg)).objgen == page.objgen)
        if isinstance(kid, int) and kid == number:
            return bool(element.Pg.objgen == page.objgen)
    return False


def headings(file: Opened) -> Iterator[str]:
    """The first has level 1, and no level is skipped."""
    before, kinds_used = 0, {file.kind(each) for each in file.elements}
    for element in file.elements:
        if found := HEADING.fullmatch(file.kind(element)):
            level = int(found[1])
            if level > before + 1:
                yield f"H{level} after H{before}"
            before = level
    if "H" in kinds_used and before:
        yield "headings with and without a level"


def nesting(file: Opened) -> Iterator[str]:
    """Lists contain items, items labels and bodies; tables contain rows, rows cells."""
    for element in file.elements:
        kind, held = file.kind(element), [kid for kid in kids(element) if is_element(kid)]
        for kid in held:
            if file.kind(kid) not in INSIDE.get(kind, {file.kind(kid)}):
                yield f"{file.kind(kid)} in {kind}"
            if kind not in ONLY_INSIDE.get(file.kind(kid), {kind}):
                yield f"{file.kind(kid)} in {kind}"


def tables(file: Opened) -> Iterator[str]:
    """All rows are equally long, and every cell has a header with a scope."""
    for table in file.elements:
        if file.kind(table) != "Table":
            continue
        grid = _grid(file, table)
        if len({len(row) for row in grid}) > 1 or any(cell is None for row in grid for cell in row):
            yield f"rows of {[len(row) for row in grid]} cells"
        for row in grid:
            for column, cell in enumerate(row):
                if cell is None:
                    continue
                scope = _attribute(cell, Name.Scope)
                if file.kind(cell) == "TH":
                    if str(scope) not in ("/Row", "/Column", "/Both"):
                        yield f"a header of scope {scope}"
                elif not _headed(file, grid, row, column):
                    yield f"a cell without header in column {column + 1}"


def _grid(file: Opened, table: Any) -> list[list[Any]]:
    rows: list[list[Any]] = []
    waiting: dict[tuple[int, int], Any] = {}
    for number, row in enumerate(_rows(file, table)):
        cells: list[Any] = []
        for cell in [kid for kid in kids(row) if is_element(kid)]:
            while (number, len(cells)) in waiting:
                cells.append(waiting.pop((number, len(cells))))
            column = len(cells)
            across = int(_attribute(cell, Name.ColSpan) or 1)
            for down in range(1, int(_attribute(cell, Name.RowSpan) or 1)):
                for right in range(across):
                    waiting[number + down, column + right] = cell
            cells += [cell] * across
        while (number, len(cells)) in waiting:
            cells.append(waiting.pop((number, len(cells))))
        rows.append(cells)
    return [*rows, [None] * len(waiting)] if waiting else rows


def _rows(file: Opened, holder: Any) -> Iterator[Any]:
    for kid in kids(holder):
        if is_element(kid) and file.kind(kid) == "TR":
            yield kid
        elif is_element(kid) and file.kind(kid) in ("THead", "TBody", "TFoot"):
            yield from _rows(file, kid)


def _headed(file: Opened, grid: list[list[Any]], row: list[Any], column: int) -> bool:
    beside = [(cell, ("/Row", "/Both")) for cell in row]
    above = [(each[column], ("/Column", "/Both")) for each in grid if column < len(each)]
    return any(
        cell is not None and file.kind(cell) == "TH" and str(_attribute(cell, Name.Scope)) in scopes
        for cell, scopes in (*beside, *above)
    )


def _attribute(element: Any, key: Name) -> Any:
    said = element.get(Name.A, Array())
    for each in said if isinstance(said, Array) else [said]:
        if isinstance(each, Dictionary) and key in each:
            return each[key]
    return None


def alternatives(file: Opened) -> Iterator[str]:
    """Pictures, formulas and signatures have alternative text; a note has an identifier."""
    notes = []
    for element in file.elements:
        kind = file.kind(element)
        words = str(element.get(Name.Alt, "")) or str(element.get(Name.ActualText, ""))
        if kind in ("Figure", "Formula", "Form") and not words.strip():
            yield f"{kind} without description"
        if kind == "Note":
            notes.append(str(element.get(Name.ID, "")))
    if "" in notes or len(set(notes)) != len(notes):
        yield f"notes named {notes}"


def widgets(file: Opened) -> Iterator[str]:
    """Each visible field has a description, and a ``Form`` element with only that field."""
    tree = _parent_tree(file)
    for page, each in file.widgets:
        element = tree.get(int(each.get(Name.StructParent, -1)))
        if not str(each.get(Name.TU, "")).strip():
            yield f"{each.get(Name.T)}: no words"
        if not isinstance(element, Dictionary) or file.kind(element) != "Form":
            yield f"{each.get(Name.T)}: in no Form"
            continue
        held = kids(element)
        objects = [
            kid.Obj.objgen for kid in held if isinstance(kid, Dictionary) and Name.Obj in kid
        ]
        if objects != [each.objgen] or len(held) != 1:
            yield f"{each.get(Name.T)}: its Form holds {len(held)} things, or another"
        elif held[0].get(Name.Pg, element.get(Name.Pg)).objgen != page.objgen:
            yield f"{each.get(Name.T)}: its Form is on another page"


def other_annotations(file: Opened) -> Iterator[str]:
    """Every other visible annotation belongs to an element and has a description."""
    tree = _parent_tree(file)
    for page, each in file.annotations:
        if each.Subtype in (Name.Widget, Name.Popup) or not is_on(page, each):
            continue
        element = tree.get(int(each.get(Name.StructParent, -1)))
        wanted = "Link" if each.Subtype == Name.Link else "Annot"
        if not isinstance(element, Dictionary) or file.kind(element) != wanted:
            yield f"{each.Subtype} in no {wanted}"
        if not str(each.get(Name.Contents, "")).strip():
            yield f"{each.Subtype} without words"


def tab_order(file: Opened) -> Iterator[str]:
    """The tab order follows the structure, on every page."""
    for number, page in enumerate(file.pdf.pages, 1):
        if page.obj.get(Name.Tabs) != Name.S:
            yield f"page {number}: {page.obj.get(Name.Tabs)}"


def _parent_tree(file: Opened) -> dict[int, Any]:
    found = file.root.get(Name.StructTreeRoot, {}).get(Name.ParentTree)
    return dict(pikepdf.NumberTree(found).items()) if found is not None else {}
