"""ISO 19005-3, 6.3 to 6.5: annotations, the form, signatures, actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asn1crypto import cms
from pikepdf import Array, Dictionary, Name, Stream

from tests.conformance.opened import Opened

PRINT = 4
INVISIBLE, HIDDEN, NO_VIEW, TOGGLE_NO_VIEW = 1, 2, 32, 256
ANNOTATIONS = frozenset(
    f"/{kind}"
    for kind in (
        *("Text", "Link", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine"),
        *("Highlight", "Underline", "Squiggly", "StrikeOut", "Stamp", "Caret", "Ink", "Popup"),
        *("FileAttachment", "Widget", "PrinterMark", "TrapNet", "Watermark", "Redact"),
    )
)
ACTIONS = ("/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm")
TURNS = ("/NextPage", "/PrevPage", "/FirstPage", "/LastPage")


def annotations(file: Opened) -> Iterator[str]:
    """No sound, video or 3D."""
    for _, each in file.annotations:
        if str(each.Subtype) not in ANNOTATIONS:
            yield str(each.Subtype)


def flags(file: Opened) -> Iterator[str]:
    """What is visible is printed, and what is printed is visible."""
    for _, each in file.annotations:
        said = int(each.get(Name.F, 0))
        if not said & PRINT or said & (INVISIBLE | HIDDEN | NO_VIEW | TOGGLE_NO_VIEW):
            yield f"{each.get(Name.T)}: flags {said}"


def appearances(file: Opened) -> Iterator[str]:
    """An annotation with a size has exactly one appearance, in the file."""
    for _, each in file.annotations:
        left, bottom, right, top = (float(edge) for edge in each.Rect)
        looks = each.get(Name.AP)
        if looks is None:
            if (right - left, top - bottom) != (0, 0) and each.Subtype not in (
                Name.Popup,
                Name.Link,
            ):
                yield f"{each.get(Name.T)}: no appearance"
        elif set(looks.keys()) != {"/N"} or not isinstance(looks.N, Stream):
            yield f"{each.get(Name.T)}: {sorted(looks.keys())}"


def form(file: Opened) -> Iterator[str]:
    """No XFA, and no NeedAppearances: readers must not draw the fields themselves."""
    said = file.root.get(Name.AcroForm, Dictionary())
    if said.get(Name.NeedAppearances, False):
        yield "NeedAppearances"
    if Name.XFA in said:
        yield "XFA"
    if file.root.get(Name.NeedsRendering, False):
        yield "NeedsRendering"


def actions(file: Opened) -> Iterator[str]:
    """No JavaScript, nothing that starts a program, nothing automatic."""
    for each in file.dictionaries:
        if Name.AA in each:
            yield f"additional actions {each.AA.keys()}"
        if Name.JavaScript in each or Name.JS in each:
            yield "JavaScript"
    for action in _actions(file):
        kind = str(action.S)
        if kind not in ACTIONS or (kind == "/Named" and str(action.get(Name.N)) not in TURNS):
            yield f"{kind} {action.get(Name.N, '')}"
    for _, each in file.annotations:
        if each.Subtype == Name.Widget and Name.A in each:
            yield f"{each.get(Name.T)}: an action"


def _actions(file: Opened) -> Iterator[Any]:
    """Every possible action; structure attributes also use the key /A, but have no /S."""
    for holder in file.dictionaries:
        for key in (Name.OpenAction, Name.A, Name.Next):
            held = holder.get(key)
            for action in held if isinstance(held, Array) else [held]:
                if isinstance(action, Dictionary) and Name.S in action:
                    yield action


def byte_ranges(file: Opened) -> Iterator[str]:
    """Each signature covers its whole revision except its own container; the last covers the
    file."""
    last = 0
    for signature in file.signatures:
        start, length, other, rest = (int(number) for number in signature.ByteRange)
        gap = file.data[length:other]
        if start != 0 or gap[:1] != b"<" or gap[-1:] != b">" or b"<" in gap[1:]:
            yield f"{signature.Type}: the gap is not the container alone"
        if not file.data[: other + rest].rstrip(b"\r\n").endswith(b"%%EOF"):
            yield f"{signature.Type}: ends in the middle of a revision"
        last = other + rest
    if file.signatures and last != len(file.data):
        yield f"{len(file.data) - last} bytes after what is signed"


def containers(file: Opened) -> Iterator[str]:
    """DER with one signer, whose certificate is included."""
    for signature in file.signatures:
        try:
            # Padding follows the value, whose own last byte may also be zero.
            content = cms.ContentInfo.load(bytes(signature.Contents))["content"]
            signers, certificates = content["signer_infos"], content["certificates"]
            issuers = {each.chosen.serial_number for each in certificates}
            if len(signers) != 1:
                yield f"{signature.Type}: {len(signers)} signers"
            elif signers[0]["sid"].chosen["serial_number"].native not in issuers:
                yield f"{signature.Type}: the certificate of its signer is missing"
        except (ValueError, TypeError) as error:
            yield f"{signature.Type}: {error}"
