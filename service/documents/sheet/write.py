"""Writes the file: pages, tags, fonts, metadata, the evidence, and the empty seal field.

PDF/A-3b (ISO 19005-3) and PDF/UA-1 (ISO 14289-1). The field is as
``signatures.acts.prepare_fields`` adds to other files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.documents.metadata import CREATOR, Metadata, pdf_date, xmp
from service.documents.normalise import Attachment
from service.documents.sheet import colour
from service.documents.sheet.blocks import Run
from service.documents.sheet.faces import UNITS, Faces, Measure
from service.documents.sheet.fonts import write_font
from service.documents.sheet.letterhead import NAME, Letterhead, drawing, picture
from service.documents.sheet.lines import Line
from service.documents.sheet.objects import PdfFile, numbers, stream, text
from service.documents.sheet.page import BOLD, REGULAR, Page, Pages, SealField
from service.documents.sheet.structure import Element
from service.documents.sheet.styles import LEFT, PAGE_HEIGHT, PAGE_WIDTH, STYLES, WIDTH
from service.documents.sheet.tags import TagWriter
from service.errors import GenerationFailed
from signatures.acts.prepare_fields import NO_CHANGES, PRINT_FLAG, SIGNATURES_EXIST_APPEND_ONLY

COLOUR_PROFILE = colour.srgb()


@dataclass(frozen=True)
class Finish:
    """What a sheet has besides its text; ``page_number`` has two placeholders."""

    metadata: Metadata
    attachment: Attachment
    footer: str
    page_number: str
    seal_place: str
    seal_tooltip: str
    head: Letterhead | None = None


def written(
    pages: Pages, document: Element, finish: Finish, faces: Faces, measure: Measure
) -> bytes:
    """The sheet; the same input gives the same bytes."""
    if pages.seal is None:
        raise GenerationFailed("template_invalid", "no place for the seal")
    file = PdfFile()
    root, tree = file.reserve(), file.reserve()
    numbered = [file.reserve() for _ in pages.all]
    tags = TagWriter(file, document, numbered)
    key = len(pages.all)  # the field's key in the parent tree, after those of the pages
    widget = _seal_field(file, pages.seal, finish, tags, numbered[pages.seal.page], key)
    logo = picture(file, finish.head) if finish.head else None
    if finish.head:
        pages.all[0].drawing.insert(0, drawing(finish.head, logo))
    drawings = [
        page.finished(_footer(number, len(pages.all), finish, measure))
        for number, page in enumerate(pages.all, 1)
    ]
    fonts = _fonts(file, pages.all, faces)
    for number, drawn in enumerate(drawings):
        images = f"/XObject<</{NAME} {logo.number} 0 R>>" if logo and not number else ""
        fields = f"/Annots {file.add(f'[{widget} 0 R]')} 0 R" if number == pages.seal.page else ""
        file.put(
            numbered[number],
            f"<</Type/Page/Parent {tree} 0 R/MediaBox {numbers(0, 0, PAGE_WIDTH, PAGE_HEIGHT)}"
            f"/Resources<</Font<<{fonts}>>{images}>>/Contents {file.add(stream(drawn))} 0 R"
            f"/StructParents {number}/Tabs/S{fields}>>",
        )
    kids = " ".join(f"{number} 0 R" for number in numbered)
    file.put(tree, f"<</Type/Pages/Count {len(numbered)}/Kids [{kids}]>>")
    structure = tags.write(pages.all, {key: pages.seal.element})
    form = file.add(f"<</Fields [{widget} 0 R]/SigFlags {SIGNATURES_EXIST_APPEND_ONLY}>>")
    evidence = _attached(file, finish)
    file.put(
        root,
        f"<</Type/Catalog/Pages {tree} 0 R/Lang {text(finish.metadata.language)}"
        f"/MarkInfo<</Marked true>>/StructTreeRoot {structure} 0 R"
        f"/Metadata {_metadata(file, finish.metadata)} 0 R"
        f"/OutputIntents [{_output_intent(file)} 0 R]/ViewerPreferences<</DisplayDocTitle true>>"
        f"/AcroForm {form} 0 R/AF [{evidence} 0 R]/Names<</EmbeddedFiles"
        f"<</Names [{text(finish.attachment.name)} {evidence} 0 R]>>>>>>",
    )
    return file.finished(root, _information(file, finish.metadata))


def _footer(number: int, count: int, finish: Finish, measure: Measure) -> list[tuple[float, Line]]:
    page = finish.page_number.format(page=number, pages=count)
    width = measure.widths(bold=False)[page] * STYLES["footer"].size / UNITS
    return [(LEFT, (Run(finish.footer),)), (LEFT + WIDTH - width, (Run(page),))]


def _fonts(file: PdfFile, pages: Sequence[Page], faces: Faces) -> str:
    said = ""
    for name, face in ((REGULAR, faces.regular), (BOLD, faces.bold)):
        used = set("".join(text for page in pages for text in page.shown[name]))
        if used:
            said += f"/{name} {write_font(file, face, used)} 0 R"
    return said


def _seal_field(
    file: PdfFile, seal: SealField, finish: Finish, tags: TagWriter, page: int, key: int
) -> int:
    """The empty field, which locks the file once sealed; returns its number."""
    left, bottom, right, top = seal.rect
    tooltip = text(finish.seal_tooltip)
    lock = file.add(f"<</Type/SigFieldLock/Action/All/P {NO_CHANGES}>>")
    box = numbers(0, 0, right - left, top - bottom)
    look = file.add(
        stream(b"", f"/Type/XObject/Subtype/Form/BBox {box}/Resources<<>>", packed=False)
    )
    widget = file.add(
        f"<</Type/Annot/Subtype/Widget/FT/Sig/T {text(finish.seal_place)}/TU {tooltip}"
        f"/F {PRINT_FLAG}/P {page} 0 R/Rect {numbers(*seal.rect)}/StructParent {key}"
        f"/Lock {lock} 0 R/AP<</N {look} 0 R>>>>"
    )
    file.put(
        tags.number(seal.element),
        f"<<{tags.head(seal.element, seal.page)}/Alt {tooltip}"
        f"/K<</Type/OBJR/Obj {widget} 0 R/Pg {page} 0 R>>>>",
    )
    return widget


def _attached(file: PdfFile, finish: Finish) -> int:
    """The evidence as an associated file (ISO 19005-3, 6.8; ISO 32000-2, 14.13)."""
    attachment, date = finish.attachment, text(pdf_date(finish.metadata.dated))
    entries = (
        "/Type/EmbeddedFile/Subtype/application#2Fjson"
        f"/Params<</Size {len(attachment.content)}/CreationDate {date}/ModDate {date}>>"
    )
    content = file.add(stream(attachment.content, entries))
    name = text(attachment.name)
    return file.add(
        f"<</Type/Filespec/F {name}/UF {name}/Desc {text(attachment.description)}"
        f"/AFRelationship/Data/EF<</F {content} 0 R/UF {content} 0 R>>>>"
    )


def _metadata(file: PdfFile, metadata: Metadata) -> int:
    # not compressed: programs detect file types by these words
    packet = xmp(metadata).encode("utf-8")
    return file.add(stream(packet, "/Type/Metadata/Subtype/XML", packed=False))


def _output_intent(file: PdfFile) -> int:
    profile = file.add(stream(COLOUR_PROFILE, f"/N {colour.COMPONENTS}"))
    return file.add(
        "<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)"
        f"/DestOutputProfile {profile} 0 R>>"
    )


def _information(file: PdfFile, metadata: Metadata) -> int:
    date = text(pdf_date(metadata.dated))
    return file.add(
        f"<</Title {text(metadata.title)}/Subject {text(metadata.subject)}"
        f"/Creator {text(CREATOR)}/Producer {text(metadata.producer)}"
        f"/CreationDate {date}/ModDate {date}>>"
    )
