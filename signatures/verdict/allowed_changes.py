"""What each revision of our files may add, and nothing else.

An act fills the next empty field with a signature and an appearance of new objects; after the last
come only validation data and a document time stamp. This is stricter than ISO 32000-2, 12.8.2.2 and
12.8.2.4. New forms of our writer are added here and none is removed: originals are verified for
decades.

A person's own program (``uploaded``) may also add extensions, its time and name in the metadata,
and what it says of itself in the signature; nothing visible on a page.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from signatures.pdf.objects import Name, Ref, same, text_of
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import fields_in
from signatures.pdf.xmp import statements
from signatures.texts import words
from signatures.verdict.catalog_changes import (
    INFO_OF_PROGRAMS,
    catalog_as_of_a_program,
    catalog_as_ours,
    without,
)

_ACT = {
    "Type": Name("Sig"),
    "Filter": Name("Adobe.PPKLite"),
    "SubFilter": Name("ETSI.CAdES.detached"),
}
_ACT_KEYS = frozenset({*_ACT, "Contents", "ByteRange", "M", "Reason", "Reference"})
_KEYS_OF_PROGRAMS = _ACT_KEYS | {"Name", "Location", "ContactInfo", "Prop_Build"}
_STAMP = {
    "Type": Name("DocTimeStamp"),
    "Filter": Name("Adobe.PPKLite"),
    "SubFilter": Name("ETSI.RFC3161"),
}
_DEEPEST_PAGE = 20
_STAMP_KEYS = frozenset({*_STAMP, "Contents", "ByteRange"})
_STAMP_FIELD = {  # of any name; ``fields`` and ``renewed`` check the name
    "Type": Name("Annot"),
    "Subtype": Name("Widget"),
    "FT": Name("Sig"),
    "Rect": [-9999, -9999, -9999, -9999],
    "F": 132,  # Print and Locked
}
# The former tooltip, and the current one.
_STAMP_TOOLTIPS = (b"Timestamp", words()["appearance"]["stamp_field"].encode())


class NotAllowed(Exception):
    """A revision holds something else; the message is a code in ``texts``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def check(file: Revisions, own: Collection[str] = (), *, after: int = 0) -> None:
    """Check every revision after this one, by default after the frozen document.

    ``own`` are the fields signed with persons' own certificates. Raises NotAllowed, NotStrict.
    """
    for number in range(after + 1, len(file.all)):
        _Update(file, number, own).check()


def check_own(file: Revisions, field: str) -> None:
    """Check the last revision of a file otherwise known to be good, as an act written by a person's
    own program. Raises NotAllowed, NotStrict."""
    _Update(file, len(file.all) - 1, {field}).check()


class _Update:
    def __init__(self, file: Revisions, number: int, own: Collection[str]) -> None:
        self.file = file
        self.number = number
        self.own = own
        self.trailer = file.all[number].trailer
        numbers = set(file.all[number].offsets)
        self.changed = {each for each in numbers if file.offset(each, number - 1) is not None}
        self.new = numbers - self.changed

    def check(self) -> None:
        self._check_trailer()
        field = next((each for each in self._fields() if "V" not in self._before(each)), None)
        name = "" if field is None else text_of(self._before(field).get("T"))
        if name in self.own:
            self._check_around_a_programs()
        else:
            self._check_around_ours(act=field is not None)
        if field is None:
            self._check_stamp()
        else:
            self._check_act(field, name)
        if self.changed or self.new:
            raise NotAllowed("something_else", f"objects {sorted(self.changed | self.new)}")

    def _fields(self) -> list[Ref]:
        return fields_in(self.file, self.number - 1)

    def _before(self, reference: Any) -> Any:
        return self.file.value(reference, self.number - 1)

    def _after(self, reference: Any) -> Any:
        return self.file.value(reference, self.number)

    def _check_trailer(self) -> None:
        first, before = self.file.all[0].trailer, self.file.all[self.number - 1].trailer
        size = self.trailer.get("Size")
        known = {**self.trailer, "Prev": 0, "Size": 0, "ID": 0}
        expected = {**first, "Prev": 0, "Size": 0, "ID": 0}
        ids, first_ids = self.trailer.get("ID"), first.get("ID")
        if not same(known, expected) or not isinstance(ids, list) or len(ids) != 2:
            raise NotAllowed("trailer")
        if not isinstance(first_ids, list) or not same(ids[:1], first_ids[:1]):
            raise NotAllowed("trailer", "ID")
        if type(size) is not int or type(before.get("Size")) is not int or size < before["Size"]:
            raise NotAllowed("trailer", "Size")
        if any(not before["Size"] <= each < size for each in self.new):
            raise NotAllowed("something_else", "object numbers")

    def _check_around_ours(self, *, act: bool) -> None:
        """The catalog is as our writer leaves it; Info and metadata are unchanged."""
        root = self.trailer["Root"]
        before, after = self._before(root), self._after(root)
        if not catalog_as_ours(before, after, act=act):
            raise NotAllowed("catalog", _gained(before, after))
        self.changed.discard(root.number)
        for said, what in ((self.trailer.get("Info"), "Info"), (before.get("Metadata"), "XMP")):
            if isinstance(said, Ref) and said.number in self.changed:
                raise NotAllowed("metadata", what)

    def _check_around_a_programs(self) -> None:
        """The catalog, Info dictionary and metadata change only as programs may."""
        root = self.trailer["Root"]
        before, after = self._before(root), self._after(root)
        if not catalog_as_of_a_program(before, after):
            raise NotAllowed("catalog", _gained(before, after))
        self.changed.discard(root.number)
        info = self.trailer.get("Info")
        if isinstance(info, Ref) and info.number in self.changed:
            old, new = self._before(info), self._after(info)
            if not same(without(old, INFO_OF_PROGRAMS), without(new, INFO_OF_PROGRAMS)):
                raise NotAllowed("metadata", "Info")
            self.changed.discard(info.number)
        metadata = before.get("Metadata")
        if isinstance(metadata, Ref) and metadata.number in self.changed:
            old_xmp = self.file.read(metadata.number, self.number - 1).unfolded()
            new_xmp = self.file.read(metadata.number, self.number).unfolded()
            if statements(old_xmp) != statements(new_xmp):
                raise NotAllowed("metadata", "XMP")
            self.changed.discard(metadata.number)

    def _check_act(self, reference: Ref, name: str) -> None:
        """The next empty field is filled, and drawn only from new objects."""
        if reference.number not in self.changed:
            raise NotAllowed("something_else", "no signature in this revision")
        before, after = self._before(reference), self._after(reference)
        if not same(without(before, {"AP"}), without(after, {"AP", "V"})):
            raise NotAllowed("field", name)
        appearance = after.get("AP")
        if not isinstance(appearance, dict) or appearance.keys() != {"N"}:
            raise NotAllowed("appearance", name)
        drawn = self._reachable(appearance["N"])
        signature = self._signature(after.get("V"))
        lock = self._after(before.get("Lock"))
        if name in self.own:
            if signature.get("Type") != "Sig" or not signature.keys() <= _KEYS_OF_PROGRAMS:
                raise NotAllowed("field", "signature")
            self._check_lock(signature, lock)
        else:
            # The seal on a sheet has no signer's name.
            _check_says(without(signature, {"Name"}), _ACT, _ACT_KEYS)
            self._check_reference(signature, lock)
        root = self.trailer["Root"]
        if not same(self._before(root).get("DSS"), self._after(root).get("DSS")):
            raise NotAllowed("validation_data", name)
        self.changed.discard(reference.number)
        self.new -= {*drawn, after["V"].number}

    def _reachable(self, start: Any) -> set[int]:
        """Every object that an appearance uses; all must be new. Raises NotAllowed."""
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            item = waiting.pop()
            if isinstance(item, dict):
                waiting.extend(item.values())
            elif isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, Ref) and item.number not in seen:
                if item.number not in self.new:
                    raise NotAllowed("appearance", f"object {item.number}")
                seen.add(item.number)
                waiting.append(self._after(item))
        if not seen:
            raise NotAllowed("appearance")
        return seen

    def _signature(self, reference: Any) -> dict[str, Any]:
        found = self._after(reference)
        if not isinstance(reference, Ref) or reference.number not in self.new:
            raise NotAllowed("field", "signature")
        if not isinstance(found, dict):
            raise NotAllowed("field", "signature")
        return found

    def _check_reference(self, signature: dict[str, Any], lock: Any) -> None:
        """The signature repeats its field's lock exactly (ISO 32000-2, 12.8.2.4)."""
        if not isinstance(lock, dict):
            raise NotAllowed("lock")
        repeated = {**lock, "Type": Name("TransformParams"), "V": Name("1.2")}
        expected = {
            "Type": Name("SigRef"),
            "TransformMethod": Name("FieldMDP"),
            "Data": self.trailer["Root"],
            "TransformParams": repeated,
        }
        if not same(signature["Reference"], [expected]):
            raise NotAllowed("lock")

    def _check_lock(self, signature: dict[str, Any], lock: Any) -> None:
        """A program's signature repeats the prohibitions of its field's lock."""
        transforms = signature.get("Reference")
        if not isinstance(transforms, list) or len(transforms) != 1 or not isinstance(lock, dict):
            raise NotAllowed("lock")
        said = transforms[0].get("TransformParams") if isinstance(transforms[0], dict) else None
        if not isinstance(said, dict) or transforms[0].get("TransformMethod") != "FieldMDP":
            raise NotAllowed("lock")
        if not same(without(lock, {"Type"}), without(said, {"Type", "V"})):
            raise NotAllowed("lock")

    def _check_stamp(self) -> None:
        """The revision adds validation data and a time stamp in its invisible field."""
        form = self._before(self.trailer["Root"])["AcroForm"]
        before, after = self._before(form), self._after(form)
        added = _added(before["Fields"], after.get("Fields"))
        if not same(without(before, {"Fields"}), without(after, {"Fields"})) or added is None:
            raise NotAllowed("something_else", "form")
        widget = self._after(added)
        own = without(widget, {"T", "TU", "P", "V"}) if isinstance(widget, dict) else {}
        if added.number not in self.new or not same(own, _STAMP_FIELD):
            raise NotAllowed("field", "time stamp")
        if widget.get("TU") not in _STAMP_TOOLTIPS:
            raise NotAllowed("field", "time stamp")
        _check_says(self._signature(widget["V"]), _STAMP, _STAMP_KEYS)
        if widget["P"] != self._first_page():
            raise NotAllowed("field", "page")
        self._check_page(widget["P"], added)
        validation = self._validation_data()
        self.new -= {added.number, widget["V"].number, *validation}
        self.changed -= validation
        if isinstance(form, Ref):
            self.changed.discard(form.number)

    def _first_page(self) -> Any:
        page = self._before(self.trailer["Root"])["Pages"]
        for _ in range(_DEEPEST_PAGE):
            kids = self._before(self._before(page).get("Kids"))
            if kids is None:
                break
            page = kids[0]
        return page

    def _check_page(self, page: Any, widget: Ref) -> None:
        """The field's page gains it as an annotation and is otherwise unchanged."""
        before, after = self._before(page), self._after(page)
        if not isinstance(page, Ref) or not isinstance(before, dict):
            raise NotAllowed("field", "page")
        if before.get("Type") != "Page":
            raise NotAllowed("field", "page")
        if not same(without(before, {"Annots"}), without(after, {"Annots"})):
            raise NotAllowed("page")
        listed = after.get("Annots")
        if _added(self._before(before.get("Annots", [])), self._after(listed)) != widget:
            raise NotAllowed("annotation")
        if "Annots" in before and not same(before["Annots"], listed) and isinstance(listed, Ref):
            raise NotAllowed("annotation")
        self.changed.discard(page.number)
        if isinstance(listed, Ref):
            self.changed.discard(listed.number)
            self.new.discard(listed.number)

    def _validation_data(self) -> set[int]:
        """The objects of the DSS (ETSI EN 319 142-1, 5.4.2); former contents must remain."""
        root = self.trailer["Root"]
        reference = self._after(root).get("DSS")
        if reference is None:
            return set()
        store, known = self._after(reference), self._before(self._before(root).get("DSS"))
        known = known or {}
        if not isinstance(reference, Ref) or not isinstance(store, dict):
            raise NotAllowed("validation_data")
        if not store.keys() <= {"Certs", "CRLs", "OCSPs"} or not known.keys() <= store.keys():
            raise NotAllowed("validation_data")
        seen = {reference.number}
        for kind in store:
            listed, before = store[kind], known.get(kind, [])
            if not isinstance(listed, list) or not same(listed[: len(before)], before):
                raise NotAllowed("validation_data", kind)
            for each in listed[len(before) :]:
                stream = self.file.read(each.number, self.number) if isinstance(each, Ref) else None
                if stream is None or stream.stream is None or stream.value.keys() != {"Length"}:
                    raise NotAllowed("validation_data", kind)
                if each.number not in self.new:
                    raise NotAllowed("validation_data", kind)
                seen.add(each.number)
        return seen


def _check_says(signature: dict[str, Any], said: dict[str, Any], keys: Collection[str]) -> None:
    """A signature dictionary has exactly these keys, some with given values."""
    if signature.keys() != keys or not same({key: signature[key] for key in said}, said):
        raise NotAllowed("field", "signature")


def _gained(before: dict[str, Any], after: dict[str, Any]) -> str:
    return ", ".join(sorted(after.keys() - before.keys()))


def _added(before: Any, after: Any) -> Ref | None:
    """The one reference appended to a list, or None."""
    if not isinstance(before, list) or not isinstance(after, list):
        return None
    if len(after) != len(before) + 1 or not same(after[:-1], before):
        return None
    return after[-1] if isinstance(after[-1], Ref) else None
