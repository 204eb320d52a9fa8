"""Every rule: its name, its clause, and the function that yields violations.

PDF/A-3b is ISO 19005-3, PDF/UA-1 is ISO 14289-1. docs/conformance.md lists what no rule checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.conformance import (
    file_rules,
    font_rules,
    form_rules,
    graphics_rules,
    metadata_rules,
    structure_rules,
)
from tests.conformance.opened import Opened

A3, UA = "ISO 19005-3", "ISO 14289-1"


@dataclass(frozen=True)
class Rule:
    """``check`` yields one line per violation in a file."""

    name: str
    clause: str
    check: Callable[[Opened], Iterator[str]]


RULES = (
    Rule("header", f"{A3}, 6.1.2", file_rules.header),
    Rule("trailer ID", f"{A3}, 6.1.3", file_rules.trailer),
    Rule("unencrypted", f"{A3}, 6.1.3", file_rules.unencrypted),
    Rule("end of file", f"{A3}, 6.1.3", file_rules.end_of_file),
    Rule("cross-references", f"{A3}, 6.1.4", file_rules.cross_references),
    Rule("hexadecimal strings", f"{A3}, 6.1.6", file_rules.hexadecimal_strings),
    Rule("stream lengths", f"{A3}, 6.1.7.1", file_rules.stream_lengths),
    Rule("filters", f"{A3}, 6.1.7", file_rules.filters),
    Rule("objects", f"{A3}, 6.1.9", file_rules.objects),
    Rule("permissions and digests", f"{A3}, 6.1.12", file_rules.permissions),
    Rule("limits", f"{A3}, 6.1.13", file_rules.limits),
    Rule("operators and resources", f"{A3}, 6.2.2 and 6.2.6", graphics_rules.operators),
    Rule("output intent", f"{A3}, 6.2.3", graphics_rules.output_intent),
    Rule("device colours", f"{A3}, 6.2.4", graphics_rules.device_colours),
    Rule("graphics states", f"{A3}, 6.2.5", graphics_rules.graphics_states),
    Rule("images", f"{A3}, 6.2.8", graphics_rules.images),
    Rule("forms", f"{A3}, 6.2.9; {UA}, 7.20", graphics_rules.forms),
    Rule("transparency", f"{A3}, 6.2.10", graphics_rules.transparency),
    Rule("kinds of font", f"{A3}, 6.2.11.2", font_rules.kinds),
    Rule("composite fonts", f"{A3}, 6.2.11.3; {UA}, 7.21.3", font_rules.composite),
    Rule("embedded fonts", f"{A3}, 6.2.11.4; {UA}, 7.21.4", font_rules.embedded),
    Rule("widths", f"{A3}, 6.2.11.5; {UA}, 7.21.5", font_rules.widths),
    Rule("TrueType encodings", f"{A3}, 6.2.11.6; {UA}, 7.21.6", font_rules.truetype),
    Rule("characters", f"{UA}, 7.21.7", font_rules.unicode),
    Rule("glyphs", f"{A3}, 6.2.11.8; {UA}, 7.21.8", font_rules.glyphs),
    Rule("annotations", f"{A3}, 6.3.1", form_rules.annotations),
    Rule("annotation flags", f"{A3}, 6.3.2", form_rules.flags),
    Rule("appearances", f"{A3}, 6.3.3", form_rules.appearances),
    Rule("form", f"{A3}, 6.4.1 and 6.4.2; {UA}, 7.15", form_rules.form),
    Rule("byte ranges", f"{A3}, 6.4.3", form_rules.byte_ranges),
    Rule("signature containers", f"{A3}, 6.4.3", form_rules.containers),
    Rule("actions", f"{A3}, 6.4.1 and 6.5", form_rules.actions),
    Rule("metadata", f"{A3}, 6.6.2.1", metadata_rules.packet),
    Rule("described schemas", f"{A3}, 6.6.2.3", metadata_rules.described_schemas),
    Rule("PDF/A-3b", f"{A3}, 6.6.4", metadata_rules.archive_identification),
    Rule("metadata as in Info", "our own; PDF/A-1 asked for it", metadata_rules.same_as_info),
    Rule("associated files", f"{A3}, 6.8; {UA}, 7.11", metadata_rules.attachments),
    Rule("nothing alternative", f"{A3}, 6.9 to 6.11", file_rules.nothing_alternative),
    Rule("PDF/UA-1", f"{UA}, 5", metadata_rules.accessible_identification),
    Rule("tagged", f"{UA}, 6.2 and 7.1", structure_rules.tagged),
    Rule("tagged content", f"{UA}, 7.1", structure_rules.content),
    Rule("roles", f"{UA}, 7.1", structure_rules.roles),
    Rule("parents", f"{UA}, 7.1", structure_rules.parents),
    Rule("title", f"{UA}, 7.1", metadata_rules.title),
    Rule("language", f"{UA}, 7.2", structure_rules.language),
    Rule("nesting", f"{UA}, 7.2", structure_rules.nesting),
    Rule("alternatives", f"{UA}, 7.3, 7.7, 7.9 and 7.18", structure_rules.alternatives),
    Rule("headings", f"{UA}, 7.4", structure_rules.headings),
    Rule("tables", f"{UA}, 7.5", structure_rules.tables),
    Rule("other annotations", f"{UA}, 7.18.1 and 7.18.5", structure_rules.other_annotations),
    Rule("tab order", f"{UA}, 7.18.3", structure_rules.tab_order),
    Rule("widgets", f"{UA}, 7.18.4", structure_rules.widgets),
)
BY_NAME = {rule.name: rule for rule in RULES}


def broken(file: Opened) -> dict[str, list[str]]:
    """The violations by rule; empty when there are none."""
    found = {f"{rule.name} ({rule.clause})": list(rule.check(file)) for rule in RULES}
    return {name: faults for name, faults in found.items() if faults}
