"""Adds empty, tagged signature fields with pikepdf before anything is signed.

Fields that a signing library adds later are untagged, and a rewrite would break a signature. Each
has:

* a widget with the Print flag, ``/TU`` and an empty normal appearance (ISO 19005-3, 6.3.2 and
  6.3.3; ISO 14289-1, 7.18.4);
* a ``Form`` structure element with an object reference to it (ISO 32000-1, 14.7.4.3);
* a ``/Lock`` on later changes (ISO 32000-2, 12.7.5.5), the last field's on everything.

Every page gets ``/Tabs /S`` (ISO 14289-1, 7.18.3).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from signatures.errors import FieldError

PRINT_FLAG = 4
"""Annotation flag bit 3 (ISO 32000-1, table 165): PDF/A requires it set, and Hidden unset."""

SIGNATURES_EXIST_APPEND_ONLY = 3
"""``/SigFlags`` (ISO 32000-1, table 219): set here so that signing need not change the form."""

NO_CHANGES, FILL_FORMS = 1, 2
"""Access permissions ``/P`` of a signature field lock (ISO 32000-2, table 236)."""


DATE_BASELINE = "/Zegel_Date"
"""Our own key in a widget (ISO 32000-1, annex E): the height of the date's baseline above the
field's lower edge, for a field that also covers the row of the date."""

DATE_POINTS = 10.0
"""The size of that date, as in the table around it."""

_BELOW_DATE = 6.0  # points from the date's baseline to the row below it


@dataclass(frozen=True)
class PlaceOnPage:
    """The position of one signature field.

    ``page`` starts at 0. ``rect`` is (left, bottom, right, top) in points from the bottom left of
    the page. ``date_baseline`` is the height of the date, None without room for it.
    """

    place: str
    page: int
    rect: tuple[float, float, float, float]
    tooltip: str
    date_baseline: float | None = None


@dataclass(frozen=True)
class Room:
    """The room for an appearance, in points from the field's lower left corner."""

    width: float
    height: float
    date_baseline: float | None = None

    @property
    def signature_height(self) -> float:
        """The height left for the signature and its words."""
        return self.height if self.date_baseline is None else self.date_baseline - _BELOW_DATE


def prepare_fields(
    pdf: pikepdf.Pdf,
    places: Sequence[PlaceOnPage],
    signing_order: Sequence[str],
    parents: Mapping[str, pikepdf.Object] = MappingProxyType({}),
) -> None:
    """Add one empty tagged signature field per place, named after it.

    ``signing_order`` names every place once; the last locks the whole document. ``parents`` maps
    places to structure elements; a place without one is read last on its page.

    Raises ``FieldError`` when the document is untagged or has a form, or when the places do not fit
    the pages or the order.
    """
    _check_places(pdf, places, signing_order)
    structure = _structure_root(pdf)
    if Name.AcroForm in pdf.Root:
        raise FieldError("the document already has a form")
    widgets = {
        place.place: _add_field(
            pdf,
            structure,
            place,
            parents.get(place.place),
            last=place.place == signing_order[-1],
        )
        for place in places
    }
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(
            Fields=Array([widgets[name] for name in signing_order]),
            SigFlags=SIGNATURES_EXIST_APPEND_ONLY,
        )
    )
    for page in pdf.pages:
        page.obj.Tabs = Name.S


def _check_places(
    pdf: pikepdf.Pdf, places: Sequence[PlaceOnPage], signing_order: Sequence[str]
) -> None:
    names = [place.place for place in places]
    if not names or len(set(names)) != len(names) or sorted(names) != sorted(signing_order):
        raise FieldError(f"places {names} do not match the signing order {list(signing_order)}")
    for place in places:
        if not 0 <= place.page < len(pdf.pages):
            raise FieldError(f"{place.place}: there is no page {place.page + 1}")
        left, bottom, right, top = place.rect
        box = [float(value) for value in pdf.pages[place.page].cropbox]
        if not all(map(math.isfinite, place.rect)) or not (
            box[0] <= left < right <= box[2] and box[1] <= bottom < top <= box[3]
        ):
            raise FieldError(f"{place.place}: rectangle {place.rect} is not on its page {box}")
        if not place.tooltip.strip():
            raise FieldError(f"{place.place}: the field needs a tooltip")


def _structure_root(pdf: pikepdf.Pdf) -> pikepdf.Object:
    structure = pdf.Root.get(Name.StructTreeRoot)
    if structure is None or Name.ParentTree not in structure or Name.K not in structure:
        raise FieldError("the document is not tagged")
    return structure


def _add_field(
    pdf: pikepdf.Pdf,
    structure: pikepdf.Object,
    place: PlaceOnPage,
    parent: pikepdf.Object | None,
    *,
    last: bool,
) -> pikepdf.Object:
    page = pdf.pages[place.page].obj
    parent_key = _next_parent_key(structure)
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(place.place),
            TU=String(place.tooltip),
            F=PRINT_FLAG,
            P=page,
            Rect=Array([round(value, 3) for value in place.rect]),
            StructParent=parent_key,
            Lock=pdf.make_indirect(_lock(place.place, last=last)),
            AP=Dictionary(N=_empty_appearance(pdf, place.rect)),
        )
    )
    if place.date_baseline is not None:
        widget[DATE_BASELINE] = round(place.date_baseline - place.rect[1], 3)
    _add_annotation(pdf, page, widget)
    form = _tag(pdf, structure, page, widget, parent_key, place.tooltip)
    _put_in(structure, form, parent)
    return widget


def _lock(name: str, *, last: bool) -> Dictionary:
    if last:
        return Dictionary(Type=Name.SigFieldLock, Action=Name.All, P=NO_CHANGES)
    return Dictionary(
        Type=Name.SigFieldLock, Action=Name.Include, Fields=Array([String(name)]), P=FILL_FORMS
    )


def _empty_appearance(pdf: pikepdf.Pdf, rect: tuple[float, float, float, float]) -> pikepdf.Object:
    left, bottom, right, top = rect
    appearance = pdf.make_stream(b"")
    appearance.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, round(right - left, 3), round(top - bottom, 3)]),
        Resources=Dictionary(),
    )
    return appearance


def _add_annotation(pdf: pikepdf.Pdf, page: pikepdf.Object, widget: pikepdf.Object) -> None:
    # As a separate object, only this array changes when the time stamp field is added to it, not
    # the page.
    annotations = page.get(Name.Annots, Array())
    page.Annots = annotations if annotations.is_indirect else pdf.make_indirect(annotations)
    page.Annots.append(widget)


def _next_parent_key(structure: pikepdf.Object) -> int:
    keys = pikepdf.NumberTree(structure.ParentTree).keys()
    return max(int(structure.get(Name.ParentTreeNextKey, 0)), 1 + max(keys, default=-1))


def _tag(
    pdf: pikepdf.Pdf,
    structure: pikepdf.Object,
    page: pikepdf.Object,
    widget: pikepdf.Object,
    parent_key: int,
    alternative: str,
) -> pikepdf.Object:
    form = pdf.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Form,
            Pg=page,
            Alt=String(alternative),
            K=Dictionary(Type=Name.OBJR, Obj=widget, Pg=page),
        )
    )
    pikepdf.NumberTree(structure.ParentTree)[parent_key] = form
    structure.ParentTreeNextKey = parent_key + 1
    return form


def _put_in(structure: pikepdf.Object, form: pikepdf.Object, parent: pikepdf.Object | None) -> None:
    """Add at the end of the parent, or after the last block of the field's page."""
    if parent is None:
        form.P = _document_element(structure)
        form.P.K.insert(_position_after_page(form.P.K, form.Pg), form)
        return
    form.P = parent
    kids = parent.get(Name.K, Array())
    parent.K = Array([*(kids if isinstance(kids, Array) else [kids]), form])


def _document_element(structure: pikepdf.Object) -> pikepdf.Object:
    top = structure.K
    if isinstance(top, Array):
        top = top[0]
    if not isinstance(top.get(Name.K), Array):
        top.K = Array([top.K] if Name.K in top else [])
    return top


def _position_after_page(children: pikepdf.Object, page: pikepdf.Object) -> int:
    for index in range(len(children) - 1, -1, -1):
        if any(pg.objgen == page.objgen for pg in _pages_of(children[index])):
            return index + 1
    return len(children)


def _pages_of(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    waiting = [element]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Array):
            waiting.extend(item)
        elif isinstance(item, Dictionary):
            if Name.Pg in item:
                yield item.Pg
            if Name.K in item:
                waiting.append(item.K)
