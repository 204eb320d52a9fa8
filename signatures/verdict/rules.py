"""The rules of the verdict that need the parsed file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from signatures.chains.plain import Material, path_of, path_through
from signatures.cms import containers
from signatures.cms.container_form import flaw
from signatures.cms.containers import NotIntact
from signatures.field_names import LEVEL, SHEET_ORDER
from signatures.pdf.printed import Agreement, agreement_in, reference_in
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import ACT, STAMP
from signatures.verdict import allowed_changes
from signatures.verdict.allowed_changes import NotAllowed
from signatures.verdict.found_seals import Seal
from signatures.verdict.material import material_in
from signatures.verdict.own_certificates import Qualified, described
from signatures.verdict.report import (
    AGREEMENT,
    EVIDENCE_SHEET,
    FAILS,
    HOLDS,
    RULES,
    Answer,
    FoundSeal,
    Report,
)
from signatures.verdict.trust import OwnPaths, Trusted, answers, may_be_of_programs, own_paths

CLOCKS_DIFFER = timedelta(minutes=5)
"""An act may be this much later than its token, as the clocks of database and authority differ."""


class Examination:
    """Answers the rules that need the parsed file, each separately."""

    def __init__(
        self,
        file: Revisions,
        seals: Sequence[Seal],
        trusted: Trusted,
        now: datetime,
        qualified: Qualified | None = None,
        *,
        expected: tuple[str, ...],
    ) -> None:
        self.file = file
        self.expected = expected
        self.seals = seals
        self.trusted = trusted
        self.now = now
        self.qualified = qualified
        self.names = tuple(each.signed.field for each in seals)
        self.agreement = _agreement(file)
        self.reference = reference_in(" ".join(each.found.reason for each in seals))

    def report(self, known: dict[str, Answer], digest: str) -> Report:
        """The report with every rule, in order."""
        told = {"readable": Answer("readable", HOLDS), **known}
        for rule, ask in (
            ("fields", self.fields),
            ("intact", self.intact),
            ("changes", self.changes),
            ("closed", self.closed),
        ):
            told[rule] = _answered(rule, ask)
        sound = all(told[rule].state == HOLDS for rule in ("fields", "intact", "changes", "closed"))
        recorded = told["ledger"].state == HOLDS
        told["chains"], told["long_term"] = answers(
            self.file,
            self.seals,
            self.trusted,
            at=self._closing_time() if sound else None,
            now=None if recorded else self.now,
        )
        proven = sound and told["chains"].state == HOLDS
        own = own_paths(self.file, self.seals, self.trusted) if proven else {}
        return Report(
            tuple(told[rule] for rule in RULES),
            tuple(self._found(each, own) for each in self.seals),
            self._kind(),
            self.reference,
            self.agreement if proven else None,
            digest,
            LEVEL if proven and told["long_term"].state == HOLDS else "",
        )

    def _found(self, seal: Seal, own: OwnPaths) -> FoundSeal:
        path, at = own.get(seal.signed.field), seal.found.token_time
        if path is None or at is None:
            return seal.found
        return replace(seal.found, own=described(path, at, self.qualified))

    def _closing_time(self) -> datetime | None:
        return self.seals[-1].found.token_time

    def _kind(self) -> str:
        if not self.expected or self.names != self.expected:
            return ""
        return EVIDENCE_SHEET if self.expected == SHEET_ORDER else AGREEMENT

    def fields(self) -> Answer:
        """Exactly the expected fields in order, the document time stamp last, every act for its own
        place in the same agreement."""
        kinds = [each.signed.kind for each in self.seals]
        listed = ", ".join(self.names)[:200]
        if not self._kind() or kinds != [ACT] * (len(kinds) - 1) + [STAMP]:
            begun = bool(self.expected) and self.expected[: len(self.names)] == self.names
            reason = "missing_fields" if begun else "strange_fields"
            return Answer("fields", FAILS, reason, detail=listed)
        if self._kind() == EVIDENCE_SHEET:
            return Answer("fields", HOLDS)
        prefixes = set()
        for each in self.seals[:-1]:
            prefix, found, _ = each.found.reason.partition(f" · {each.signed.field} · ")
            if not found:
                return Answer("fields", FAILS, "not_its_place", each.signed.field)
            prefixes.add(prefix)
        if len(prefixes) != 1:
            return Answer(
                "fields", FAILS, "two_agreements", detail=" / ".join(sorted(prefixes))[:200]
            )
        if self.agreement and self.agreement.reference != self.reference:
            return Answer("fields", FAILS, "other_data", detail=self.agreement.reference)
        return Answer("fields", HOLDS)

    def intact(self) -> Answer:
        """Each seal is valid with an accepted algorithm over its whole revision, except its
        container, which has its only allowed form unless a person's program wrote it. Each act has
        a token, not earlier than itself; one days later is reported but holds, as
        its authority may have been down."""
        programs = may_be_of_programs(self.file, self.seals, self.trusted)
        for each in self.seals:
            start, end = each.covered
            until = self.file.all[each.signed.revision].end
            if each.signed.signature.get("ByteRange") != [0, start, end, until - end]:
                return Answer("intact", FAILS, "byte_range", each.signed.field)
            try:
                container = each.container or containers.read(self.file.pdf[start:end])
                covered = self.file.pdf[:start] + self.file.pdf[end:until]
                if each.signed.kind == STAMP:
                    containers.check_stamp(container, covered)
                else:
                    containers.check_seal(container, covered)
                ours = each.signed.kind == ACT and each.signed.field not in programs
                if ours and (hidden := flaw(self.file.pdf[start:end], container)):
                    return Answer("intact", FAILS, "form", each.signed.field, hidden)
            except NotIntact as wrong:
                return Answer("intact", FAILS, wrong.code, each.signed.field)
            except Exception as error:  # bytes that are no CMS
                name = type(error).__name__
                return Answer("intact", FAILS, "container", each.signed.field, name)
            act, token = each.found.signed_at, each.found.token_time
            if act is not None and token is not None and act > token + CLOCKS_DIFFER:
                return Answer("intact", FAILS, "too_late", each.signed.field, f"{act} > {token}")
        return Answer("intact", HOLDS)

    def changes(self) -> Answer:
        """After an act only the next act, after the last only the close."""
        try:
            own = may_be_of_programs(self.file, self.seals, self.trusted)
            allowed_changes.check(self.file, own)
        except NotAllowed as wrong:
            return Answer("changes", FAILS, wrong.code, detail=wrong.detail[:200])
        return Answer("changes", HOLDS)

    def closed(self) -> Answer:
        """The last revision is the document time stamp over the file to its last byte, with nothing
        hidden in its container."""
        last = self.seals[-1]
        if last.signed.kind != STAMP:
            return Answer("closed", FAILS, "no_stamp")
        if self.file.behind or last.signed.revision != len(self.file.all) - 1:
            return Answer("closed", FAILS, "not_the_end")
        start, end = last.covered
        if last.signed.signature.get("ByteRange") != [0, start, end, len(self.file.pdf) - end]:
            return Answer("closed", FAILS, "byte_range", last.signed.field)
        hidden = flaw(self.file.pdf[start:end], last.container)
        found = hidden or self._certificates_flaw(last)
        return Answer("closed", FAILS, "hidden", detail=found) if found else Answer("closed", HOLDS)

    def _certificates_flaw(self, closing: Seal) -> str:
        """The closing time stamp's container holds exactly its path, with or without the root;
        certificates elsewhere in the file do not replace it."""
        roots, container = self.trusted.stamp_roots, closing.container
        if container is None or not roots:
            return ""
        alone = path_through(container.certificates, container.certificate, roots, Material((), ()))
        if alone:
            return ""
        # A certificate without any path is reported by the rule about chains.
        known = material_in(self.file, [each.container for each in self.seals if each.container])
        return "certificates" if path_of(container.certificate, roots, known) else ""


def _answered(rule: str, ask: Callable[[], Answer]) -> Answer:
    """The answer to one rule, which fails if the file makes it raise."""
    try:
        return ask()
    except Exception as error:
        return Answer(rule, FAILS, "structure", detail=f"{type(error).__name__}: {error}"[:200])


def _agreement(file: Revisions) -> Agreement | None:
    try:
        return agreement_in(file)
    except Exception:  # a file without its data may be in order otherwise
        return None
