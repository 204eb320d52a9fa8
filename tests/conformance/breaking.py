"""For every rule of ``rules.py``, changes that it must detect."""

from __future__ import annotations

from collections.abc import Mapping

from pikepdf import Array, Dictionary, Name, String

from tests.conformance.mutations import (
    Mutation,
    crowded_form,
    drop,
    encrypted,
    external_action,
    incomplete_cid_set,
    lzw,
    nameless_content,
    other_identity,
    paint,
    pdf,
    put,
    short_profile,
    shorter_length,
    shorter_row,
    show,
    stranger,
    swap,
    swap_all,
    undated_profile,
    wider,
    wider_seal,
    xmp,
)

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
TEXT = b"BT /F1 9 Tf 9 9 Td (\x02) Tj ET"

BREAKING: Mapping[str, Mapping[str, Mutation]] = {
    "header": {
        "another version": swap(b"%PDF-1.", b"%PDF-2."),
        "nothing binary": lambda data: data[:10] + b"abcd" + data[14:],
    },
    "trailer ID": {
        "no ID": swap_all(b"/ID", b"/Id"),
        "another ID in a revision": other_identity,
    },
    "unencrypted": {"a password": encrypted},
    "end of file": {"bytes after it": lambda data: data + b"\n\n"},
    "cross-references": {"an empty line": swap(b"\nxref\n", b"\nxref\n\n")},
    "hexadecimal strings": {"an odd number": swap(b"/Contents <30", b"/Contents < 0")},
    "stream lengths": {"one too short": shorter_length},
    "filters": {
        "LZW": pdf(lzw),
        "in another file": put("attached stream", "/F", String("elsewhere")),
    },
    "objects": {
        "end on the same line": swap(b"\nendobj", b" endobj"),
        "begin on the same line": swap(b" obj\n", b" obj "),
    },
    "permissions and digests": {
        "permission": put("root", "/Perms", Dictionary(FieldMDP=Dictionary())),
        "digest": put("reference", "/DigestMethod", Name.SHA256),
    },
    "limits": {
        "string": put("info", "/Title", String("x" * 40_000)),
        "name": put("root", "/" + "x" * 128, 1),
        "integer": put("root", "/Number", 2**31),
        "page": put("page", "/MediaBox", Array([0, 0, 15_000, 800])),
    },
    "operators and resources": {
        "operator": paint(b"1 xx"),
        "resource": paint(b"/Nothing Do"),
        "intent": paint(b"/Loud ri"),
        "nesting": paint(b"q " * 29 + b"Q " * 29),
        "inline image": paint(b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"),
    },
    "output intent": {
        "none": drop("root", "/OutputIntents"),
        "no profile": drop("intent", "/DestOutputProfile"),
        "half a profile": pdf(short_profile),
        "undated": pdf(undated_profile),
        "components": put("profile", "/N", 4),
    },
    "device colours": {
        "CMYK": paint(b"0 0 0 1 k"),
        "image": put("image", "/ColorSpace", Name.DeviceCMYK),
        "nothing covers": drop("root", "/OutputIntents"),
    },
    "graphics states": {
        "transfer": put("states", "/TR", Name.Identity),
        "second transfer": put("states", "/TR2", Name.Identity),
    },
    "images": {
        "interpolated": put("image", "/Interpolate", True),
        "alternates": put("image", "/Alternates", Array([])),
        "depth": put("image", "/BitsPerComponent", 3),
    },
    "forms": {
        "of another file": put("looks", "/Ref", Dictionary()),
        "PostScript": put("image", "/Subtype", Name.PS),
    },
    "transparency": {
        "blend mode": put("states", "/BM", Name.Loud),
        "no blend colour space": drop("root", "/OutputIntents"),
    },
    "kinds of font": {
        "another kind": put("font", "/Subtype", Name.Type3),
        "no widths": drop("font", "/Widths"),
        "too few widths": put("font", "/LastChar", 255),
        "composite of another kind": put("cid font", "/Subtype", Name.CIDFontType0),
    },
    "composite fonts": {
        "no map": drop("cid font", "/CIDToGIDMap"),
        "another encoding": put("seal font", "/Encoding", Name("/UniJIS-UCS2-H")),
        "no collection": drop("cid font", "/CIDSystemInfo"),
        "CIDSet": pdf(incomplete_cid_set),
    },
    "embedded fonts": {
        "not": drop("descriptor", "/FontFile2"),
        "under another name": put("descriptor", "/FontName", Name.Arial),
    },
    "widths": {"simple": pdf(wider), "composite": pdf(wider_seal)},
    "TrueType encodings": {
        "symbolic with encoding": put("font", "/Encoding", Name.WinAnsiEncoding),
        "neither": put("descriptor", "/Flags", 32),
    },
    "characters": {
        "none": drop("font", "/ToUnicode"),
        "none in a seal": drop("seal font", "/ToUnicode"),
    },
    "glyphs": {"missing": paint(b"BT /F1 9 Tf (\\000) Tj ET")},
    "annotations": {"film": show("/Movie")},
    "annotation flags": {
        "hidden": put("field", "/F", 6),
        "not printed": put("field", "/F", 0),
        "not seen": put("field", "/F", 36),
    },
    "appearances": {
        "none": drop("field", "/AP"),
        "another when pressed": pdf(
            lambda opened: [
                each.AP.__setitem__("/D", each.AP.N)
                for each in opened.Root.AcroForm.Fields
                if Name.AP in each
            ]
        ),
    },
    "form": {
        "drawn by the reader": put("form", "/NeedAppearances", True),
        "XFA": put("form", "/XFA", Array([])),
        "rendered": put("root", "/NeedsRendering", True),
    },
    "byte ranges": {
        "more": lambda data: data + b"\n%%EOF\n",
        "written anew": pdf(lambda opened: None),
    },
    "signature containers": {
        "empty": put("signature", "/Contents", String("")),
        "nonsense": put("signature", "/Contents", String("0" * 99)),
    },
    "actions": {
        "script when opened": put("root", "/OpenAction", SCRIPT),
        "script in the names": put("root", "/Names", Dictionary(JavaScript=Dictionary())),
        "by itself": put("page", "/AA", Dictionary(O=SCRIPT)),
        "program": pdf(external_action),
        "field": put("field", "/A", Dictionary(S=Name.URI, URI=String("https://x.example"))),
    },
    "metadata": {
        "none": drop("root", "/Metadata"),
        "compressed": swap(b"/Type /Metadata", b"/Filter []     "),
        "encoding": xmp(b"?xpacket begin=", b"?xpacket encoding='UTF-8' begin="),
        "no XML": xmp(b"</rdf:RDF>", b""),
    },
    "described schemas": {
        "not": xmp(b"pdfaExtension:schemas", b"pdfaExtension:other"),
        "unknown property": xmp(b"<pdfuaid:part>", b"<pdfuaid:rev>1</pdfuaid:rev><pdfuaid:part>"),
    },
    "PDF/A-3b": {
        "part": xmp(b"<pdfaid:part>3", b"<pdfaid:part>2"),
        "level": xmp(b"<pdfaid:conformance>B", b"<pdfaid:conformance>X"),
    },
    "metadata as in Info": {
        "title": put("info", "/Title", String("Iets anders")),
        "date": put("info", "/ModDate", String("D:20200101000000Z")),
        "more": put("info", "/Company", String("x")),
    },
    "associated files": {
        "no relation": drop("attached", "/AFRelationship"),
        "no name": drop("attached", "/UF"),
        "no kind": drop("attached stream", "/Subtype"),
        "no date": drop("attached params", "/ModDate"),
        "not associated": drop("root", "/AF"),
        "not listed": drop("root", "/Names"),
    },
    "nothing alternative": {
        "requirements": put("root", "/Requirements", Array([])),
        "presentations": put("root", "/Names", Dictionary(AlternatePresentations=Dictionary())),
        "steps": put("page", "/PresSteps", Dictionary()),
        "optional content": put("root", "/OCProperties", Dictionary()),
    },
    "PDF/UA-1": {"part": xmp(b"<pdfuaid:part>1", b"<pdfuaid:part>2")},
    "tagged": {
        "not": drop("root", "/MarkInfo"),
        "suspect": put("root", "/MarkInfo", Dictionary(Marked=True, Suspects=True)),
        "no structure": drop("root", "/StructTreeRoot"),
    },
    "tagged content": {
        "belongs to nothing": paint(TEXT),
        "to no element": paint(b"/P <</MCID 9999>> BDC " + TEXT + b" EMC"),
        "not in the tree": pdf(nameless_content),
        "both": paint(b"/P <</MCID 0>> BDC /Artifact BMC " + TEXT + b" EMC EMC"),
    },
    "roles": {
        "none": drop("structure", "/RoleMap"),
        "in a circle": put("roles", "/Standard", Name.Standard),
        "standard type": put("roles", "/P", Name.Span),
    },
    "parents": {"another": pdf(stranger)},
    "title": {
        "none": xmp(b"dc:title", b"dc:source"),
        "not shown": drop("root", "/ViewerPreferences"),
    },
    "language": {
        "none": drop("root", "/Lang"),
        "no language": put("TR", "/Lang", String("nl_BE")),
    },
    "nesting": {
        "row": put("TR", "/S", Name.P),
        "item": put("LI", "/S", Name.P),
        "body": put("LBody", "/S", Name.Div),
    },
    "alternatives": {
        "signature": drop("Form", "/Alt"),
        "figure": put("Standard", "/S", Name.Figure),
        "note": put("Standard", "/S", Name.Note),
    },
    "headings": {
        "first": put("H1", "/S", Name.H2),
        "skipped": put("H2", "/S", Name.H3),
        "two kinds": put("H2", "/S", Name.H),
    },
    "tables": {"no scope": drop("TH", "/A"), "short row": pdf(shorter_row)},
    "other annotations": {"link": show("/Link"), "mark": show("/Stamp")},
    "tab order": {"none": drop("page", "/Tabs"), "in rows": put("page", "/Tabs", Name.R)},
    "widgets": {
        "no words": drop("field", "/TU"),
        "in no element": drop("field", "/StructParent"),
        "not alone": pdf(crowded_form),
        "in another element": put("Form", "/S", Name.Div),
    },
}


def rewritten(data: bytes) -> bytes:
    """Rewritten but otherwise unchanged."""
    unchanged = pdf(lambda opened: None)
    return unchanged(data)
