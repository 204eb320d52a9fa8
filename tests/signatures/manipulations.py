"""Every manipulation of an evidence package that we could think of, and the finding for each."""

from __future__ import annotations

from tests.signatures.repacking import (
    Manipulation,
    _backdated,
    _copy,
    _cut,
    _no_salt,
    _other_person,
    _salt_in_capitals,
    _touch,
    added,
    anchor,
    between,
    certificate,
    comment,
    drop,
    entries,
    facts,
    in_anchor,
    link,
    other_size,
    put,
    revocations,
    second_anchor,
    swap,
    take,
)

ACT = "controller_annex"
PEM = "certificaten/wortel.pem"
MANIPULATIONS: dict[str, Manipulation] = {
    # Finding 1, one by one.
    "the sheet of another customer": Manipulation(
        "agreement_other", "overeenkomst.pdf", take("bewijsblad.pdf")
    ),
    "the sheet and evidence of another customer": Manipulation(
        "agreement_other", "overeenkomst.pdf", take("bewijsblad.pdf", "bewijs.json")
    ),
    "evidence about another person": Manipulation(
        "evidence_other", "bewijs.json", put("bewijs.json", lambda d: d.replace(b"An ", b"Jo ", 1))
    ),
    "evidence with another date": Manipulation(
        "evidence_other",
        "bewijs.json",
        put("bewijs.json", lambda d: d.replace(b'"date":"20', b'"date":"19', 1)),
    ),
    "a rewritten log": Manipulation(
        "log_other", "logboek.jsonl", put("logboek.jsonl", entries(_backdated))
    ),
    "a cut log": Manipulation("log_other", "logboek.jsonl", put("logboek.jsonl", entries(_cut))),
    "an exchanged seal": Manipulation(
        "seal_other", f"zegels/{ACT}.p7s", swap(f"zegels/{ACT}.p7s", "zegels/bewijsblad.p7s")
    ),
    "an exchanged time stamp": Manipulation(
        "seal_other",
        f"tijdstempels/{ACT}.tst",
        swap(f"tijdstempels/{ACT}.tst", "tijdstempels/bewijsblad.tst"),
    ),
    "no sheet": Manipulation("sheet_missing", "bewijsblad.pdf", drop("bewijsblad.pdf")),
    "no records": Manipulation("package_missing", f"handelingen/{ACT}.json", drop("handelingen/")),
    "less than what was shown": Manipulation(
        "shown_other", "getoond.pdf", put("getoond.pdf", lambda d: d[:-1000])
    ),
    "another template": Manipulation(
        "template_other", "sjabloon.docx", put("sjabloon.docx", lambda d: d + b"\0")
    ),
    "a file that no list names": Manipulation(
        "package_extra", "extra.txt", put("extra.txt", b"x"), lists=lambda files: files
    ),
    "a name twice, the bad one first": Manipulation(
        "zip_twice", "{folder}/data/bewijs.json", packing=added("{folder}/data/bewijs.json")
    ),
    # More of the same kind.
    "a file that all lists name": Manipulation(
        "package_extra", "extra.txt", put("extra.txt", b"x")
    ),
    "the agreement of another customer": Manipulation(
        "agreement_other", "overeenkomst.pdf", take("overeenkomst.pdf", "getoond.pdf")
    ),
    "a byte behind the agreement": Manipulation(
        "agreement_invalid", "overeenkomst.pdf", put("overeenkomst.pdf", lambda d: d + b"\n")
    ),
    "the agreement before its close": Manipulation(
        "agreement_invalid",
        "overeenkomst.pdf",
        put("overeenkomst.pdf", lambda d: d[: d.rindex(b"%%EOF", 0, -10) + 6]),
    ),
    "no agreement": Manipulation("package_missing", "overeenkomst.pdf", drop("overeenkomst.pdf")),
    "a byte behind the sheet": Manipulation(
        "sheet_invalid", "bewijsblad.pdf", put("bewijsblad.pdf", lambda d: d + b"\n")
    ),
    "the agreement as the sheet": Manipulation(
        "sheet_other",
        "bewijsblad.pdf",
        lambda files, _: {**files, "bewijsblad.pdf": files["overeenkomst.pdf"]},
    ),
    "the text shown to another": Manipulation("shown_other", "getoond.pdf", take("getoond.pdf")),
    "no evidence": Manipulation("package_missing", "bewijs.json", drop("bewijs.json")),
    "another record": Manipulation(
        "record_other",
        f"handelingen/{ACT}.json",
        put(f"handelingen/{ACT}.json", lambda d: d.replace(b"An ", b"Jo ")),
    ),
    "a record in other bytes": Manipulation(
        "record_other",
        f"handelingen/{ACT}.json",
        put(f"handelingen/{ACT}.json", lambda d: d + b" "),
    ),
    "one record more": Manipulation(
        "package_extra", "handelingen/vierde.json", put("handelingen/vierde.json", b"{}")
    ),
    "one record less": Manipulation(
        "package_missing", f"handelingen/{ACT}.json", drop(f"handelingen/{ACT}.json")
    ),
    "the log of another customer": Manipulation(
        "log_chain", "logboek.jsonl", take("logboek.jsonl")
    ),
    "a changed line of the log": Manipulation(
        "log_chain", "logboek.jsonl", put("logboek.jsonl", lambda d: d.replace(b"20", b"19", 1))
    ),
    "a line of the log in other bytes": Manipulation(
        "log_chain", "logboek.jsonl", put("logboek.jsonl", lambda d: d.replace(b",", b", ", 1))
    ),
    "words behind the log": Manipulation(
        "log_other", "logboek.jsonl", put("logboek.jsonl", lambda d: d + b"en ook dit")
    ),
    "another person beside the chain": Manipulation(
        "log_personal", "logboek.jsonl", put("logboek.jsonl", entries(_other_person))
    ),
    "a salt in other letters": Manipulation(
        "log_personal", "logboek.jsonl", put("logboek.jsonl", entries(_salt_in_capitals))
    ),
    "a salt that is a number": Manipulation(
        "log_personal", "logboek.jsonl", put("logboek.jsonl", entries(_no_salt))
    ),
    "no log": Manipulation("package_missing", "logboek.jsonl", drop("logboek.jsonl")),
    "no seals": Manipulation("package_missing", f"zegels/{ACT}.p7s", drop("zegels/")),
    "no time stamps": Manipulation(
        "package_missing", "tijdstempels/bewijsblad.tst", drop("tijdstempels/")
    ),
    "a byte behind a seal": Manipulation(
        "seal_other", f"zegels/{ACT}.p7s", put(f"zegels/{ACT}.p7s", lambda d: d + b"\0")
    ),
    "no explanations": Manipulation(
        "package_missing", "LEESMIJ.txt", drop("LEESMIJ.txt", "README.txt")
    ),
    "another root": Manipulation(
        "certificate_other", PEM, lambda files, _: {**files, PEM: certificate()}
    ),
    "one root more": Manipulation(
        "certificate_other", PEM, lambda files, _: {**files, PEM: files[PEM] + certificate()}
    ),
    "another issuer": Manipulation(
        "certificate_other",
        "certificaten/uitgever.pem",
        lambda files, _: {
            **files,
            "certificaten/uitgever.pem": files["certificaten/uitgever.pem"] + certificate(),
        },
    ),
    "words among the certificates": Manipulation(
        "certificate_unreadable", PEM, put(PEM, lambda d: b"Bel 0900.\n" + d)
    ),
    "a certificate exchanged for another of ours": Manipulation(
        "certificate_missing",
        "certificaten/zegel.pem",
        lambda files, _: {**files, "certificaten/zegel.pem": files["certificaten/uitgever.pem"]},
    ),
    "no certificates": Manipulation("package_missing", PEM, drop("certificaten/")),
    "another revocation list": Manipulation(
        "list_other",
        "certificaten/intrekkingslijst.pem",
        lambda files, _: {**files, "certificaten/intrekkingslijst.pem": revocations()},
    ),
    "an anchor of nobody's": Manipulation("anchor_record", "ankers/2001-01-01.json", anchor),
    "half an anchor": Manipulation(
        "package_missing", "ankers/2001-01-01.tsr", put("ankers/2001-01-01.json", b"{}")
    ),
    "an original as a renewed copy": Manipulation(
        "copy_other", "vernieuwd/2031-05-01-overeenkomst.pdf", _copy("overeenkomst.pdf")
    ),
    "a renewed copy with words behind it": Manipulation(
        "copy_other", "vernieuwd/2031-05-01-bewijsblad.pdf", _copy("bewijsblad.pdf", b"x")
    ),
    "a manifest with another date": Manipulation(
        "manifest_facts", "manifest.json", _touch, lists=facts(effective_date="2020-01-01")
    ),
    "a manifest with another reference": Manipulation(
        "manifest_facts", "manifest.json", _touch, lists=facts(reference="VO-2026-00099")
    ),
    "a manifest with another party": Manipulation(
        "manifest_facts", "manifest.json", _touch, lists=facts(controller="Iemand Anders")
    ),
    "a manifest that says more": Manipulation(
        "manifest_facts", "manifest.json", _touch, lists=facts(note="Bel 0900.")
    ),
    "a manifest in other bytes": Manipulation(
        "manifest_unreadable", "manifest.json", _touch, lists=lambda files: files
    ),
    "a bag of another": Manipulation(
        "bag_other", "bag-info.txt", labels={"Source-Organization": "Iemand Anders"}
    ),
    "a bag that says more": Manipulation(
        "bag_other", "bag-info.txt", labels={"Contact-Phone": "0900"}
    ),
    "a name in capitals": Manipulation(
        "zip_twice", "{folder}/data/bewijs.json", packing=added("{folder}/data/BEWIJS.json")
    ),
    "a name in other letters": Manipulation(
        "zip_twice", "{folder}/data/bewijs.json", packing=added("{folder}/data/bewijs．json")
    ),
    "a name that goes up": Manipulation(
        "zip_name", "{folder}/../../extra", packing=added("{folder}/../../extra")
    ),
    "an absolute name": Manipulation("zip_name", "/tmp/extra", packing=added("/tmp/extra")),
    "a way round": Manipulation(
        "zip_name", "{folder}/data/./bewijs.json", packing=added("{folder}/data/./bewijs.json")
    ),
    "a name for another system": Manipulation(
        "zip_name", "{folder}\\data\\bewijs.json", packing=added("{folder}\\data\\bewijs.json")
    ),
    "a link": Manipulation("zip_name", "{folder}/data/extra.txt", packing=link),
    "a file beside the bag": Manipulation("package_extra", "extra.txt", packing=added("extra.txt")),
    "a file among the bag's own": Manipulation(
        "package_extra", "{folder}/extra.txt", packing=added("{folder}/extra.txt")
    ),
    "data before the ZIP": Manipulation("zip_hidden", "", packing=lambda data, _: b"x" * 9 + data),
    "data in the ZIP": Manipulation("zip_hidden", "", packing=between),
    "data behind the ZIP": Manipulation("zip_hidden", "", packing=comment),
    "two sizes of one member": Manipulation("zip_hidden", "", packing=other_size),
}
# Only a sheet with a list of the parts can detect these.
WITH_PARTS: dict[str, Manipulation] = {
    "other explanations": Manipulation(
        "read_me_other", "LEESMIJ.txt", put("LEESMIJ.txt", lambda d: d + b"Bel 0900.\n")
    ),
    "other places of the seal of the sheet": Manipulation(
        "seal_other", "zegels/bewijsblad.txt", put("zegels/bewijsblad.txt", lambda d: b"0 " + d)
    ),
    "another page": Manipulation(
        "view_other", "leesweergave.html", put("leesweergave.html", lambda d: d + b"<p>0900</p>")
    ),
    "no page": Manipulation("package_missing", "leesweergave.html", drop("leesweergave.html")),
    "no template": Manipulation("package_missing", "sjabloon.docx", drop("sjabloon.docx")),
    "another revocation list of ours": Manipulation(
        "part_other",
        "certificaten/intrekkingslijst.pem",
        swap("certificaten/intrekkingslijst.pem", "certificaten/intrekkingslijst-wortel.pem"),
    ),
}
# For a package with an anchor.
ANCHORED: dict[str, Manipulation] = {
    "an anchor with another root": Manipulation(
        "anchor_stamp",
        "ankers/*.tsr",
        in_anchor(".json", lambda d: d.replace(b'"size":', b'"size":1')),
    ),
    "an anchor in other bytes": Manipulation(
        "anchor_record", "ankers/*.json", in_anchor(".json", lambda d: d + b" ")
    ),
    "a time stamp that stamps something else": Manipulation(
        "anchor_stamp", "ankers/*.tsr", in_anchor(".tsr", lambda d: d[:-1] + bytes([d[-1] ^ 1]))
    ),
    "a path from another log": Manipulation(
        "anchor_path",
        "ankers/*.pad.txt",
        in_anchor(".pad.txt", lambda d: d.replace(b'"seq":', b'"seq":1')),
    ),
    "a path with another time": Manipulation(
        "anchor_path",
        "ankers/*.pad.txt",
        in_anchor(".pad.txt", lambda d: d.replace(b"tijd 1", b"tijd 2")),
    ),
    "words behind the path": Manipulation(
        "anchor_path", "ankers/*.pad.txt", in_anchor(".pad.txt", lambda d: d + b"en dit\n")
    ),
    "two anchors": Manipulation("anchor_second", "ankers/2199-01-01.json", second_anchor),
}
