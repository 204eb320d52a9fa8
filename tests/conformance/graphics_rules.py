"""ISO 19005-3, 6.2.2 to 6.2.10: colour, images, transparency."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream
from PIL import ImageCms

from tests.conformance.opened import Content, Opened

OPERATORS = frozenset(
    (
        *("b", "B", "b*", "B*", "BDC", "BI", "BMC", "BT", "BX", "c", "cm", "cs", "CS", "d", "d0"),
        *("d1", "Do", "DP", "EI", "EMC", "ET", "EX", "f", "F", "f*", "g", "G", "gs", "h", "i"),
        *("ID", "j", "J", "k", "K", "l", "m", "M", "MP", "n", "q", "Q", "re", "rg", "RG", "ri"),
        *("s", "S", "sc", "SC", "scn", "SCN", "sh", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ"),
        *("TL", "Tm", "Tr", "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'", '"'),
    )
)
"""ISO 32000-1, annex A. An inline image, parsed as one instruction, is not checked here."""
INTENTS = ("/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation")
BLEND_MODES = frozenset(
    f"/{mode}"
    for mode in (
        *("Normal", "Compatible", "Multiply", "Screen", "Overlay", "Darken", "Lighten"),
        *("ColorDodge", "ColorBurn", "HardLight", "SoftLight", "Difference", "Exclusion"),
        *("Hue", "Saturation", "Color", "Luminosity"),
    )
)
DEVICE_OPERATORS = {
    **dict.fromkeys(("rg", "RG"), "/DeviceRGB"),
    **dict.fromkeys(("g", "G"), "/DeviceGray"),
    **dict.fromkeys(("k", "K"), "/DeviceCMYK"),
}
COMPONENTS = {b"RGB ": 3, b"CMYK": 4, b"GRAY": 1}
TRANSFERS, ALTERNATES = ("/TR", "/HTP", "/HT"), ("/Alternates", "/OPI")
FOREIGN = ("/Ref", "/OPI", "/PS")
DEEPEST_NESTING = 28
NAMES_A_RESOURCE = {
    "gs": "/ExtGState", "Do": "/XObject", "Tf": "/Font", "sh": "/Shading"
}  # fmt: skip


def output_intent(file: Opened) -> Iterator[str]:
    """One PDF/A output intent with a profile that a colour engine can read."""
    intents = [each for each in file.root.get(Name.OutputIntents, []) if each.S == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield f"{len(intents)} output intents"
        return
    profile = intents[0].get(Name.DestOutputProfile)
    if not isinstance(profile, Stream):
        yield "no profile"
        return
    data = profile.read_bytes()
    space, device, version = data[16:20], data[12:16], data[8]
    if int.from_bytes(data[:4], "big") != len(data) or data[36:40] != b"acsp":
        yield "not an ICC profile of its own length"
    matching = COMPONENTS.get(space) == profile.get("/N")
    if device not in (b"prtr", b"mntr") or version >= 5 or not matching:
        yield f"profile {device!r} {space!r} version {version}, /N {profile.get('/N')}"
    if not 1 <= int.from_bytes(data[26:28], "big") <= 12:
        yield "a profile made in no month"
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(data))
    except OSError as error:
        yield str(error)


def device_colours(file: Opened) -> Iterator[str]:
    """The output intent defines the meaning of every colour."""
    covered = {"/DeviceGray"} | _output_space(file)
    for content in file.contents:
        for where, space in _spaces(content):
            if isinstance(space, Array) and space[0] == Name.ICCBased:
                continue
            if str(space) not in covered:
                yield f"{content.where}: {where} {space}"


def _output_space(file: Opened) -> set[str]:
    names = {b"RGB ": "/DeviceRGB", b"CMYK": "/DeviceCMYK"}
    for intent in file.root.get(Name.OutputIntents, []):
        return {names.get(intent.DestOutputProfile.read_bytes()[16:20], "")}
    return set()


def _spaces(content: Content) -> Iterator[tuple[str, Any]]:
    for instruction in content.instructions:
        operator = str(instruction.operator)
        if operator in DEVICE_OPERATORS:
            yield operator, DEVICE_OPERATORS[operator]
        elif operator in ("cs", "CS"):
            named = instruction.operands[0]
            yield operator, content.resources.get("/ColorSpace", {}).get(str(named), named)
    for name, image in content.resources.get("/XObject", {}).items():
        if image.Subtype == Name.Image and not image.get(Name.ImageMask, False):
            yield name, image.ColorSpace
            if Name.SMask in image:
                yield f"{name} mask", image.SMask.ColorSpace


def operators(file: Opened) -> Iterator[str]:
    """Only standard operators, only the stream's own resources, no deep nesting."""
    for content in file.contents:
        depth = 0
        for instruction in content.instructions:
            operator = str(instruction.operator)
            depth += (operator == "q") - (operator == "Q")
            if operator not in OPERATORS or depth > DEEPEST_NESTING:
                yield f"{content.where}: {operator} at depth {depth}"
            kind = NAMES_A_RESOURCE.get(operator)
            if kind and str(instruction.operands[0]) not in content.resources.get(kind, {}):
                yield f"{content.where}: {operator} {instruction.operands[0]} is no resource of it"
            if operator == "ri" and str(instruction.operands[0]) not in INTENTS:
                yield f"{content.where}: rendering intent {instruction.operands[0]}"


def graphics_states(file: Opened) -> Iterator[str]:
    """No transfer functions or halftone phases."""
    for content in file.contents:
        for name, state in content.resources.get("/ExtGState", {}).items():
            yield from (f"{content.where} {name}: {key}" for key in TRANSFERS if key in state)
            if state.get("/TR2", Name.Default) != Name.Default:
                yield f"{content.where} {name}: /TR2"


def transparency(file: Opened) -> Iterator[str]:
    """Only standard blend modes; a blend colour space for any transparency."""
    intended = Name.OutputIntents in file.root
    for content in file.contents:
        grouped = content.owner.get(Name.Group, Dictionary())
        shines = "/SMask" in "".join(str(image.keys()) for image in _images(content))
        for name, state in content.resources.get("/ExtGState", {}).items():
            if str(state.get("/BM", "/Normal")) not in BLEND_MODES:
                yield f"{content.where} {name}: {state.BM}"
            opaque = float(state.get("/ca", 1)) == float(state.get("/CA", 1)) == 1
            shines |= not opaque or state.get("/SMask", Name("/None")) != "/None"
        if shines and not intended and Name.CS not in grouped:
            yield f"{content.where}: no blend colour space"


def images(file: Opened) -> Iterator[str]:
    """No alternates, no interpolation; masks of one bit."""
    for content in file.contents:
        for image in _images(content):
            yield from (f"{content.where}: {key}" for key in ALTERNATES if key in image)
            if image.get("/Interpolate", False):
                yield f"{content.where}: interpolated"
            if int(image.get("/BitsPerComponent", 8)) not in (1, 2, 4, 8, 16):
                yield f"{content.where}: {image.BitsPerComponent} bits"


def forms(file: Opened) -> Iterator[str]:
    """No PostScript, no content from another file."""
    for content in file.contents:
        for name, form in content.resources.get("/XObject", {}).items():
            if form.Subtype not in (Name.Image, Name.Form) or form.get("/Subtype2") == "/PS":
                yield f"{content.where}: {name} is {form.Subtype}"
        if content.owner.get("/Subtype") == Name.Form:
            yield from (f"{content.where}: {key}" for key in FOREIGN if key in content.owner)


def _images(content: Content) -> list[Any]:
    found = content.resources.get("/XObject", {})
    return [image for _, image in found.items() if image.Subtype == Name.Image]
