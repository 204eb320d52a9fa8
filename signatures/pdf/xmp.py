"""The statements in a document's metadata, in whichever RDF spelling (ISO 16684-1)."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

from signatures.pdf.objects import NotStrict

_LARGEST = 200_000  # bytes
# Time and program may change with every revision; the rest is RDF spelling.
_NOT_COMPARED = frozenset({"ModifyDate", "MetadataDate", "Producer", "xmptk", "about", "parseType"})


def statements(xmp: bytes) -> Counter[tuple[str, str]]:
    """Every property with its value, and how often it occurs. Raises NotStrict."""
    if len(xmp) > _LARGEST or b"<!" in xmp:  # no document type, so no entity that could expand
        raise NotStrict("metadata")
    try:
        tree = ElementTree.fromstring(xmp)  # noqa: S314  see above
    except ElementTree.ParseError as error:
        raise NotStrict("metadata") from error
    said: Counter[tuple[str, str]] = Counter()
    for element in tree.iter():
        name = element.tag
        text = (element.text or "").strip()
        pairs = [(name, text)] if text else []
        for key, value in element.attrib.items():
            local = key.rpartition("}")[2]
            pairs.append((name if local == "resource" else key, value))
        said.update(pair for pair in pairs if pair[0].rpartition("}")[2] not in _NOT_COMPARED)
    return said
