"""What a revision may change in the catalog and the metadata, besides its signature.

Our writer names the version and extensions that an act uses; persons' programs add extensions, and
their time and name in the metadata.
"""

from __future__ import annotations

from typing import Any

from signatures.pdf.objects import Name, Ref, same

INFO_OF_PROGRAMS = frozenset({"ModDate", "Producer"})
"""What a person's own program may change in the Info dictionary."""

# ISO 32000-2, 7.12: PAdES in PDF 1.7, and elliptic curves (ISO/TS 32002).
_PADES, _CURVES = "ESIC", "ISO_"
_CURVES_LEVEL = 32002
_OURS = {
    _PADES: {"Type": Name("DeveloperExtensions"), "BaseVersion": Name("1.7"), "ExtensionLevel": 1},
    _CURVES: [
        {
            "Type": Name("DeveloperExtensions"),
            "BaseVersion": Name("2.0"),
            "ExtensionLevel": _CURVES_LEVEL,
            "ExtensionRevision": b":2022",
            "URL": b"https://www.iso.org/standard/45875.html",
        }
    ],
}
_EXTENSIONS_OF_PROGRAMS = {_PADES, _CURVES, "ADBE"}
_SAID_APART = ("Version", "Extensions", "DSS")


def catalog_as_ours(before: dict[str, Any], after: dict[str, Any], *, act: bool) -> bool:
    """Whether our writer leaves the catalog so (validation data aside); only an act needs
    extensions."""
    known, said = before.get("Extensions", {}), after.get("Extensions", {})
    gained = said.keys() - known.keys()
    if not same(known, without(said, gained)) or (gained and not act):
        return False
    if not all(same(said[each], _OURS.get(each)) for each in gained):
        return False
    version = before.get("Version", Name("1.7"))
    wanted = (Name("2.0"),) if _CURVES in gained else (before.get("Version"), version)
    return after.get("Version") in wanted and _the_rest(before, after)


def catalog_as_of_a_program(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a person's program may leave it so: more extensions with known values, which our
    writer can continue."""
    known, said = before.get("Extensions", {}), after.get("Extensions", {})
    if (
        not isinstance(said, dict)
        or not known.keys() <= said.keys() <= _EXTENSIONS_OF_PROGRAMS | known.keys()
    ):
        return False
    if not all(same(known.get(each), said[each]) or _plain(each, said[each]) for each in said):
        return False
    version = after.get("Version")
    risen = version in ("1.7", "2.0") and str(version) >= str(before.get("Version", ""))
    return (risen or version == before.get("Version")) and _the_rest(before, after)


def _plain(prefix: str, said: Any) -> bool:
    """One dictionary, or a list of several with their levels, including the curves'."""
    listed = said if isinstance(said, list) else [said]
    if not listed or not all(isinstance(each, dict) for each in listed):
        return False
    values = [value for each in listed for value in each.values()]
    levels = [each.get("ExtensionLevel") for each in listed]
    if any(isinstance(value, Ref | dict | list) for value in values):
        return False
    if not all(type(level) is int and level > 0 for level in levels):
        return False
    return prefix != _CURVES or (isinstance(said, list) and _CURVES_LEVEL in levels)


def _the_rest(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return same(without(before, _SAID_APART), without(after, _SAID_APART))


def without(values: dict[str, Any], keys: Any) -> dict[str, Any]:
    """A dictionary without these keys."""
    return {key: value for key, value in values.items() if key not in keys}
