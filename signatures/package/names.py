"""The names of the files in an evidence package, as in ``storage.archive``.

Repeated here because ``signatures`` must judge a package without the service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MANIFEST, AGREEMENT, SHOWN = "manifest.json", "overeenkomst.pdf", "getoond.pdf"
SHEET, EVIDENCE, LOG = "bewijsblad.pdf", "bewijs.json", "logboek.jsonl"
TEMPLATE = "sjabloon.docx"
MANDATE = "mandaat.json"  # under which the service placed a signature
# Of an agreement that was signed elsewhere.
DOCUMENT, RECORD, RECORD_SEAL = "ondertekend.pdf", "registratie.json", "registratie.p7s"
VIEW, DIFFERENCE, COMMON = "leesweergave.html", "verschil.html", "gemeenschappelijke-tekst.html"
READ_ME = ("LEESMIJ.txt", "README.txt")
RECORDS, SEALS, TOKENS = "handelingen/", "zegels/", "tijdstempels/"
CERTIFICATES, ANCHORS, RENEWED = "certificaten/", "ankers/", "vernieuwd"
ROOT, STAMP_ROOT = "certificaten/wortel.pem", "certificaten/tijdstempelwortel.pem"
OF_STAMP_SERVICE = "certificaten/tijdstempeldienst.pem"
LISTS_OF_STAMP_SERVICE = "certificaten/tijdstempelintrekking.pem"
OWN_CERTIFICATES = (
    ROOT,
    "certificaten/uitgever.pem",
    "certificaten/zegel.pem",
    "certificaten/tijdstempel.pem",
)
OWN_LISTS = ("certificaten/intrekkingslijst.pem", "certificaten/intrekkingslijst-wortel.pem")
OF_OTHERS = (STAMP_ROOT, OF_STAMP_SERVICE, LISTS_OF_STAMP_SERVICE)
FROM_THE_SHEET = (  # made after the sheet, so the sheet cannot name their digests
    "zegels/bewijsblad.p7s",
    "tijdstempels/bewijsblad.tst",
    "tijdstempels/bewijsblad-afsluiting.tst",
)
PLACES_IN_THE_SHEET = ("zegels/bewijsblad.txt", "tijdstempels/bewijsblad-afsluiting.txt")
COPY = re.compile(r"(?:vernieuwd/)?(?P<day>\d{4}-\d{2}-\d{2})-(?P<of>overeenkomst|bewijsblad)\.pdf")
ANCHOR = re.compile(r"ankers/(?P<day>\d{4}-\d{2}-\d{2})(?P<kind>\.json|\.tsr|\.pad\.txt)")

PAYLOAD = "data/"
BAG_DECLARATION, BAG_INFO = "bagit.txt", "bag-info.txt"
BAG_LIST, BAG_TAG_LIST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
BAG_FILES = (BAG_DECLARATION, BAG_INFO, BAG_LIST, BAG_TAG_LIST)


def original_of(copy: str) -> str:
    """The name of a renewed copy's original, else ''."""
    found = COPY.fullmatch(copy)
    return f"{found['of']}.pdf" if found else ""


def loose_name(document: str, field: str, *, stamp: bool) -> str:
    """The name, without extension, of a seal or time stamp in a separate file."""
    stem = document.removesuffix(".pdf")
    if stamp:
        return f"{stem}-afsluiting"
    return stem if document == SHEET else field


def is_registered(files: Mapping[str, bytes]) -> bool:
    """Whether these are the files of an agreement that was signed elsewhere."""
    ours = AGREEMENT in files or SHEET in files
    return not ours and (DOCUMENT in files or RECORD in files)
