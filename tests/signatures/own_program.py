"""A person's own signing program: pyHanko as anybody would use it, with a key from a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import TextStampStyle

from signatures.acts.act import Act
from signatures.acts.font import font_for
from signatures.run_async import run
from signatures.sealing.seal import act_reason
from tests.signatures.people import Person

ROOM = 24_576


class Writer(IncrementalPdfFileWriter):
    """Leaves the metadata alone; pyHanko's own writer adds the time and its name."""

    def _update_meta(self) -> None:
        pass


def embedded_look(text: str = "Digitaal ondertekend") -> TextStampStyle:
    font = GlyphAccumulatorFactory(str(font_for(text)))
    return TextStampStyle(
        stamp_text=text, border_width=0, background=None, text_box_style=TextBoxStyle(font=font)
    )


def sign(
    working: bytes,
    person: Person,
    act: Act,
    *,
    look: TextStampStyle | None = None,
    also: Callable[[IncrementalPdfFileWriter], None] | None = None,
    room: int = ROOM,
    timestamper: Any = None,
    writes: type[IncrementalPdfFileWriter] = Writer,
    **changes: Any,
) -> bytes:
    """The file as saved by the program with that writer; ``also`` is what it does first."""
    said: dict[str, Any] = {
        "field_name": act.place,
        "name": act.person_name,
        "reason": act_reason(act),
        "subfilter": SigSeedSubFilter.PADES,
        "md_algorithm": "sha256",
    }
    signer = SimpleSigner.load(str(person.key_file), str(person.certificate_file))
    assert signer is not None
    writer = writes(io.BytesIO(working))
    if also is not None:
        also(writer)
    program = PdfSigner(
        PdfSignatureMetadata(**{**said, **changes}),
        signer=signer,
        timestamper=timestamper,
        stamp_style=look or embedded_look(),
    )
    made = run(program.async_sign_pdf(writer, existing_fields_only=True, bytes_reserved=room))
    return bytes(made.getvalue())
