"""What each revision of a file of ours may add: exactly this, and nothing beside it.

Since every revision was made by this project, what one contains is known. An act fills the next
empty field: a signature, and an appearance drawn from new objects alone. After the last act come
only validation data and a document time stamp outside every page. Beside those, the catalog gains
what names the extensions in use, and the date and producer in the metadata follow. That is stricter
than any comparison that has to allow what other programs do (ISO 32000-2, 12.8.2.2 and 12.8.2.4).
"""

from __future__ import annotations

from typing import Any

from signatures.pdf_objects import Name, Ref, same, text_of
from signatures.revisions import Revisions
from signatures.signed_fields import fields_in
from signatures.xmp import statements

_FOLLOWS = frozenset({"ModDate", "Producer"})  # of the Info dictionary
_ACT_KEYS = frozenset(
    {"Type", "Filter", "SubFilter", "Contents", "ByteRange", "M", "Name", "Reason", "Reference"}
    # What the programs of people who sign themselves say of them and of their own make.
    | {"Location", "ContactInfo", "Prop_Build"}
)
_STAMP_KEYS = frozenset({"Type", "Filter", "SubFilter", "Contents", "ByteRange"})
_EXTENSIONS = ("ESIC", "ISO_", "ADBE")
_STAMP_FIELD = {  # of any name, on any page
    "Type": Name("Annot"),
    "Subtype": Name("Widget"),
    "FT": Name("Sig"),
    "Rect": [-9999, -9999, -9999, -9999],
    "F": 132,  # Print and Locked
}


class NotAllowed(Exception):
    """A revision holds something else; the message is a code of ``texts``, the detail is for
    those who look into the file."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def check(file: Revisions) -> None:
    """Every revision after the frozen document. Raises NotAllowed, NotStrict."""
    for number in range(1, len(file.all)):
        _Update(file, number).check()


def check_newest(file: Revisions) -> None:
    """The last revision alone, on what is known to be in order. Raises NotAllowed, NotStrict."""
    _Update(file, len(file.all) - 1).check()


class _Update:
    """One revision beside the state before it."""

    def __init__(self, file: Revisions, number: int) -> None:
        self.file = file
        self.number = number
        self.trailer = file.all[number].trailer
        self.size_before = file.all[number - 1].trailer.get("Size")
        numbers = set(file.all[number].offsets)
        self.changed = {each for each in numbers if file.offset(each, number - 1) is not None}
        self.new = numbers - self.changed

    def check(self) -> None:
        self._check_trailer()
        self._check_around()
        for reference in fields_in(self.file, self.number - 1):
            if "V" not in self._before(reference):
                self._check_act(reference)
                break
        else:
            self._check_stamp()
        if self.changed or self.new:
            raise NotAllowed("something_else", f"objects {sorted(self.changed | self.new)}")

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

    def _check_around(self) -> None:
        """The catalog, the Info dictionary and the metadata, of which little may follow."""
        root = self.trailer["Root"]
        before, after = self._before(root), self._after(root)
        gained = after.keys() - before.keys()
        if not gained <= {"Version", "Extensions", "DSS"} or not _extensions(after):
            raise NotAllowed("catalog", ", ".join(sorted(gained)))
        known = before.keys() - {"Version", "Extensions"}
        if not all(key in after and same(before[key], after[key]) for key in known - {"DSS"}):
            raise NotAllowed("catalog")
        self.changed.discard(root.number)
        info = self.trailer.get("Info")
        if isinstance(info, Ref) and info.number in self.changed:
            old, new = self._before(info), self._after(info)
            if not same(_without(old, _FOLLOWS), _without(new, _FOLLOWS)):
                raise NotAllowed("metadata", "Info")
            self.changed.discard(info.number)
        metadata = before.get("Metadata")
        if isinstance(metadata, Ref) and metadata.number in self.changed:
            old_xmp = self.file.read(metadata.number, self.number - 1).unfolded()
            new_xmp = self.file.read(metadata.number, self.number).unfolded()
            if statements(old_xmp) != statements(new_xmp):
                raise NotAllowed("metadata", "XMP")
            self.changed.discard(metadata.number)

    def _check_act(self, reference: Ref) -> None:
        """The next empty field is filled, and drawn from new objects alone."""
        if reference.number not in self.changed:
            raise NotAllowed("something_else", "no signature in this revision")
        before, after = self._before(reference), self._after(reference)
        name = text_of(before.get("T"))
        if not same(_without(before, {"AP"}), _without(after, {"AP", "V"})):
            raise NotAllowed("field", name)
        appearance = after.get("AP")
        if not isinstance(appearance, dict) or appearance.keys() != {"N"}:
            raise NotAllowed("appearance", name)
        drawn = self._reachable(appearance["N"])
        signature = self._signature(after.get("V"), "Sig", _ACT_KEYS)
        self._check_lock(signature, self._after(before.get("Lock")))
        root = self.trailer["Root"]
        if not same(self._before(root).get("DSS"), self._after(root).get("DSS")):
            raise NotAllowed("validation_data", name)
        self.changed.discard(reference.number)
        self.new -= {*drawn, after["V"].number}

    def _reachable(self, start: Any) -> set[int]:
        """Every object that an appearance uses; all of them are new. Raises NotAllowed."""
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

    def _signature(self, reference: Any, kind: str, keys: frozenset[str]) -> dict[str, Any]:
        if not isinstance(reference, Ref) or reference.number not in self.new:
            raise NotAllowed("field", "signature")
        found = self._after(reference)
        if not isinstance(found, dict) or found.get("Type") != kind or not found.keys() <= keys:
            raise NotAllowed("field", "signature")
        return found

    def _check_lock(self, signature: dict[str, Any], lock: Any) -> None:
        """The signature repeats what its field's lock forbids (ISO 32000-2, 12.8.2.4)."""
        transforms = signature.get("Reference")
        if not isinstance(transforms, list) or len(transforms) != 1 or not isinstance(lock, dict):
            raise NotAllowed("lock")
        said = transforms[0].get("TransformParams") if isinstance(transforms[0], dict) else None
        if not isinstance(said, dict) or transforms[0].get("TransformMethod") != "FieldMDP":
            raise NotAllowed("lock")
        if not same(_without(lock, {"Type"}), _without(said, {"Type", "V"})):
            raise NotAllowed("lock")

    def _check_stamp(self) -> None:
        """Validation data, and a time stamp in an invisible field of its own."""
        form = self._before(self.trailer["Root"])["AcroForm"]
        before, after = self._before(form), self._after(form)
        added = _added(before["Fields"], after.get("Fields"))
        if not same(_without(before, {"Fields"}), _without(after, {"Fields"})) or added is None:
            raise NotAllowed("something_else", "form")
        widget = self._after(added)
        own = _without(widget, {"T", "TU", "P", "V"}) if isinstance(widget, dict) else {}
        if added.number not in self.new or not same(own, _STAMP_FIELD):
            raise NotAllowed("field", "time stamp")
        self._signature(widget["V"], "DocTimeStamp", _STAMP_KEYS)
        self._check_page(widget["P"], added)
        validation = self._validation_data()
        self.new -= {added.number, widget["V"].number, *validation}
        self.changed -= validation
        if isinstance(form, Ref):
            self.changed.discard(form.number)

    def _check_page(self, page: Any, widget: Ref) -> None:
        """The field's page gains it among its annotations, and nothing else."""
        before, after = self._before(page), self._after(page)
        if not isinstance(page, Ref) or not isinstance(before, dict):
            raise NotAllowed("field", "page")
        if before.get("Type") != "Page":
            raise NotAllowed("field", "page")
        if not same(_without(before, {"Annots"}), _without(after, {"Annots"})):
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
        """The objects of the DSS (ETSI EN 319 142-1, 5.4.2): what was there stays."""
        root = self.trailer["Root"]
        reference = self._after(root).get("DSS")
        if reference is None:
            return set()
        store, known = self._after(reference), self._before(self._before(root).get("DSS"))
        known = known or {}
        if not isinstance(reference, Ref) or not isinstance(store, dict):
            raise NotAllowed("validation_data")
        if (
            not store.keys() <= {"Type", "Certs", "CRLs", "OCSPs"}
            or not known.keys() <= store.keys()
        ):
            raise NotAllowed("validation_data")
        seen = {reference.number}
        for kind in store.keys() - {"Type"}:
            listed, before = store[kind], known.get(kind, [])
            if not isinstance(listed, list) or not same(listed[: len(before)], before):
                raise NotAllowed("validation_data", kind)
            for each in listed[len(before) :]:
                stream = self.file.read(each.number, self.number) if isinstance(each, Ref) else None
                if stream is None or stream.stream is None or each.number not in self.new:
                    raise NotAllowed("validation_data", kind)
                seen.add(each.number)
        return seen


def _without(values: dict[str, Any], keys: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


def _added(before: Any, after: Any) -> Ref | None:
    """The one reference that was appended to a list; None when anything else happened."""
    if not isinstance(before, list) or not isinstance(after, list):
        return None
    if len(after) != len(before) + 1 or not same(after[:-1], before):
        return None
    return after[-1] if isinstance(after[-1], Ref) else None


def _extensions(root: dict[str, Any]) -> bool:
    """Only the version, and the names of the extensions that the updates use (ISO 32000-2, 7.12):
    one dictionary for each prefix, or several in a list."""
    if str(root.get("Version", "1.7")) not in ("1.7", "2.0"):
        return False
    for prefix, said in root.get("Extensions", {}).items():
        listed = said if isinstance(said, list) else [said]
        if prefix not in _EXTENSIONS or not all(isinstance(each, dict) for each in listed):
            return False
        values = [value for each in listed for value in each.values()]
        if any(isinstance(value, Ref | dict | list) for value in values):
            return False
    return True
