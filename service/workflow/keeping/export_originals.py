"""Export the originals and evidence sheets of a selection as one ZIP, made while it is sent."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator

from service.agreement.events import Event
from service.agreement.file_names import saved_as
from service.agreement.lists import Search
from service.agreement.model import Agreement
from service.agreement.permissions import Principal
from service.agreement.register import Signed
from service.agreement.states import State
from service.database.agreement.documents import Digests
from service.deps import Deps
from service.errors import NotFound
from service.spreadsheets.formulas import harmless
from service.texts import OURS, text
from service.workflow.actors import Client
from service.workflow.keeping.exports import begun, selected
from service.workflow.package_files import sealed_files
from signatures.effective_date import local_date
from signatures.package.names import AGREEMENT, SHEET
from storage.errors import StorageError, StorageUnavailable
from storage.manifest import DOCUMENT
from storage.zipped import stream_zip

GIVEN_UP_AFTER = 3  # files in a row that the store does not give: the rest is not tried
COLUMNS = (
    "reference",
    "controller",
    "number",
    "effective_date",
    "ends_on",
    "file",
    "size",
    "sha256",
    "problem",
)


class Originals:
    """A ZIP as it is made; ``parts`` can be read once. Then ``missing`` counts the files that its
    index names with a problem."""

    def __init__(
        self,
        deps: Deps,
        search: Search,
        by: Principal,
        client: Client | None,
        *,
        name: str,
        count: int,
    ) -> None:
        self.name = name
        self.count = count
        self.missing = 0
        self._deps, self._search, self._by, self._client = deps, search, by, client
        self._silent = 0

    @property
    def parts(self) -> Iterator[bytes]:
        return stream_zip(self._members())

    def _members(self) -> Iterator[tuple[str, bytes]]:
        """The files of each agreement in its folder, then the index."""
        index = io.StringIO("\N{BYTE ORDER MARK}", newline="")
        index.seek(1)
        rows = csv.writer(index, delimiter=";")
        rows.writerow([text(f"register.index.{name}", OURS) for name in COLUMNS])
        for signed in selected(self._deps, self._search):
            for file, data, problem in self._files(signed.agreement):
                rows.writerow(map(harmless, _index_row(signed, file, data, problem)))
                if data is None:
                    self.missing += 1
                else:
                    yield file, data
        yield text("register.index.name", OURS), index.getvalue().encode()

    def _files(self, agreement: Agreement) -> Iterator[tuple[str, bytes | None, str]]:
        """The name of each file with its bytes, or with the code of the problem with it."""
        with self._deps.database.look() as tx:
            digests = tx.documents.digests(agreement.id)
        told = False
        elsewhere = agreement.state in (State.REGISTERED, State.WITHDRAWN)
        for name in (DOCUMENT,) if elsewhere else (AGREEMENT, SHEET):
            data, problem = self._read(agreement, name, digests)
            if data is not None and not told:
                self._note(agreement)
                told = True
            yield f"{agreement.reference}/{saved_as(agreement, name)}", data, problem

    def _read(
        self, agreement: Agreement, name: str, digests: Digests | None
    ) -> tuple[bytes | None, str]:
        if digests is None and name != DOCUMENT:
            return None, "not_sealed"
        if self._silent >= GIVEN_UP_AFTER:
            return None, "unavailable"
        try:
            (data,) = sealed_files(self._deps, agreement.id, name)
        except NotFound:
            return None, "not_there"
        except StorageUnavailable:
            self._silent += 1
            return None, "unavailable"
        except StorageError:
            return None, "damaged"
        self._silent = 0
        if digests is None:  # it was compared with the record of the archive
            return data, ""
        wanted = digests.sealed if name == AGREEMENT else digests.evidence
        if hashlib.sha256(data).hexdigest() != wanted:
            return None, "damaged"
        return data, ""

    def _note(self, agreement: Agreement) -> None:
        """In the log of each agreement too, like any download; before its bytes leave."""
        said = self._by.with_name()
        with self._deps.database.begin() as tx:
            tx.agreements.hold(agreement.id)
            tx.audit.append(
                agreement.id,
                Event.ARCHIVE_DOWNLOADED,
                self._by,
                personal=self._client.personal(**said) if self._client else said,
                name=self.name,
            )


def export_originals(
    deps: Deps, search: Search, by: Principal, client: Client | None = None
) -> Originals:
    """The signed originals that a search finds and their evidence sheets, in a folder per
    agreement; logged.

    The index, the last file, says why a file could not be read. Raises NotAllowed, or Invalid for
    words that are too short.
    """
    exact, count = begun(deps, search, by, client, what="originals", kind="zip")
    with deps.database.look() as tx:
        day = local_date(tx.now())
    name = text("register.originals_name", OURS, day=day.isoformat())
    return Originals(deps, exact, by, client, name=name, count=count)


def _index_row(signed: Signed, file: str, data: bytes | None, problem: str) -> list[str]:
    agreement = signed.agreement
    return [
        agreement.reference,
        agreement.controller.full_name,
        agreement.controller.shown_number,
        agreement.effective_date.isoformat() if agreement.effective_date else "",
        signed.end.ends_on.isoformat() if signed.end else "",
        file,
        "" if data is None else str(len(data)),
        "" if data is None else hashlib.sha256(data).hexdigest(),
        text(f"register.problem.{problem}", OURS) if problem else "",
    ]
