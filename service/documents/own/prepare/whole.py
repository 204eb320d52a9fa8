"""All steps that make a Word file ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from service.documents.own.findings import MOST_FINDINGS
from service.documents.own.open_places import OpenPlace, find_open_places
from service.documents.own.places import links_to_placeholders
from service.documents.own.prepare.changes import Prepared
from service.documents.own.prepare.company import write_own, write_reference
from service.documents.own.prepare.fields import fetches, unlink
from service.documents.own.prepare.frame import write_frame, write_headings
from service.documents.own.prepare.lists import write_lists
from service.documents.own.prepare.sentences import fill_in, write_answers
from service.documents.own.prepare.signatures import answered, write_signatures
from service.documents.own.ready import tidy
from service.documents.own.signing.find import find_signings
from service.documents.own.signing.questions import asked_about
from service.documents.own.source import Source


def prepare(docx: bytes, own: Mapping[str, str], answers: Mapping[str, str]) -> Prepared:
    """Do in an admitted file what has one meaning.

    ``own`` has data of the processor by the path of their placeholder
    (``service.documents.own.names``), ``answers`` words for open places by the key of their
    finding. A file with a field that may fetch something stays as it is.
    """
    source = Source(docx)
    if fetches(source):
        return Prepared(docx, ())
    changes = list(unlink(source))
    tidy(source)
    links_to_placeholders(source)
    signatories = answered(source, answers)
    changes += write_answers(_places(source), answers)
    changes += write_headings(source)
    changes += write_own(source, own)
    changes += write_signatures(source, signatories)
    asked = asked_about(find_signings(source))
    changes += write_lists(source, _places(source, asked))
    changes += fill_in(_places(source, asked))
    changes += write_frame(source)
    changes += write_reference(source)
    return Prepared(source.written() if changes else docx, tuple(changes))


def _places(source: Source, without: Collection[Any] = ()) -> list[OpenPlace]:
    """As they are now, outside some paragraphs: each step changes the text of some."""
    found = (each for each in find_open_places(source) if each.spot.paragraph not in without)
    return list(islice(found, MOST_FINDINGS))
