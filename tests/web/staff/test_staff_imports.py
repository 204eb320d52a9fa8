"""A list on pages: upload, columns, preview, start, progress and report."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from app_browser import Browser
from lists import HEADINGS, as_csv, customer
from office import rows

from service.agreement.permissions import Role
from service.deps import Deps
from service.workflow.bulk import run
from service.workflow.bulk.look import PAGE

THREE = (customer(1), customer(2), customer(3, email="an@"))
ANSWERS = {"services": ["cloud_storage"], "link_days": "30", "owner": "", "message": ""}


def uploaded(office: Browser, list_of: Sequence[Sequence[str]], name: str = "klanten.csv") -> None:
    office.get("/importen/nieuw")
    office.post("/importen/nieuw", {"file": (io.BytesIO(as_csv(list_of)), name)})


def confirmed(office: Browser, **other: Any) -> None:
    """The columns as guessed, with the choices."""
    chosen = re.findall(r'<select id="f-(column-\d+)".*?</select>', office.page, re.DOTALL)
    parts = re.split(r'<select id="f-column-\d+"', office.page)[1:]
    guessed = [re.search(r'value="(\w*)" selected', each.split("</select>")[0]) for each in parts]
    columns = {name: found[1] if found else "" for name, found in zip(chosen, guessed, strict=True)}
    office.post(office.path, {**columns, **ANSWERS, **other})


def started(office: Browser, number: int, **how: str) -> None:
    office.get(f"/importen/{number}/start")
    office.post(
        f"/importen/{number}/start",
        {"what": "send", "per_minute": "", "seen": office.value("seen"), **how},
    )


def worked(deps: Deps) -> None:
    """The worker works until nothing is left; the pauses between its mails are over at once."""
    while rows(deps, "delete from procrastinate_jobs where task_name = 'import' returning id"):
        rows(deps, "update import_lines set sent_at = sent_at - interval '1 minute'")
        run.run(deps)


def test_a_list_from_file_to_report(office: Browser, deps: Deps) -> None:
    uploaded(office, THREE)
    assert office.path == "/importen/1/kolommen"
    assert "Zegel raadde dit" in office.page
    confirmed(office, services=[])
    assert (office.status, office.path) == (422, "/importen/1/kolommen")
    assert "Kies minstens één dienst." in office.page
    confirmed(office)
    assert office.path == "/importen/1"
    assert "Daarvan maakt Zegel 2 overeenkomsten." in office.page
    assert "<strong>F4, E-mail</strong>: ‘an@’" in office.page
    assert "Dit e-mailadres klopt niet." in office.page
    assert "http-equiv" not in office.page
    assert rows(deps, "select * from agreements") == []

    file = office.client.get("/importen/1/problemen")
    assert file.mimetype == "text/csv"
    assert "klanten-probleem.csv" in file.headers["Content-Disposition"]
    assert file.data.decode("utf-8-sig").count("\n") == 2

    office.get("/importen/1/start")
    assert "2 overeenkomsten" in office.page
    assert "Zo snel als mag: minder dan een minuut" in office.page
    started(office, 1)
    assert office.path == "/importen/1"
    assert "Verstuurd: 0 van 2" in office.page
    assert '<noscript><meta http-equiv="refresh"' in office.page
    office.post("/importen/1/pauze")
    assert "Er wordt niets gemaakt of verstuurd tot u hervat." in office.page
    worked(deps)
    assert rows(deps, "select * from agreements") == []
    office.post("/importen/1/hervatting")
    worked(deps)
    office.get("/importen/1")
    assert "Klaar: 2 overeenkomsten gemaakt, 2 verstuurd" in office.page
    assert "2 mails zijn nog onderweg naar de mailserver." in office.page
    assert "http-equiv" not in office.page
    assert 'href="/overeenkomsten?import=1"' in office.page
    reference = rows(deps, "select reference from agreements order by reference")[0][0]
    office.get(f"/overeenkomsten/{reference}")
    assert 'href="/importen/1?na=1#rijen"' in office.page
    office.get("/importen")
    assert "Import 1" in office.page
    # The list again: what was made is skipped, and the answers are remembered.
    uploaded(office, THREE)
    assert "Zoals bij import 1" in office.page
    assert re.search(r'id="f-services"[^>]*checked', office.page)
    confirmed(office)
    assert "2 rijen</strong> worden overgeslagen" in office.page
    assert f"Al gemaakt door een eerdere import van deze lijst: {reference}." in office.page


def test_who_signs_several_gets_one_mail_unless_somebody_wants_otherwise(
    office: Browser, deps: Deps
) -> None:
    for number in (1, 2):
        an = {"first": "An", "last": "Peeters", "email": f"an{number}@peeters.example"}
        uploaded(office, [customer(10 * number + each, **an) for each in range(4)])
        confirmed(office)
    office.get("/importen/1/start")
    assert re.search(r'name="mails" value="person" checked', office.page)
    assert "1 persoon ondertekent 4 overeenkomsten." in office.page
    lasts = "Hoogstens 2 per minuut: minder dan een minuut, of ongeveer 2 minuten"
    assert f"{lasts} met één mail per overeenkomst" in office.page
    started(office, 1, mails="person")
    started(office, 2, mails="agreement")
    worked(deps)
    kinds = "select kind, recipient from messages where sent_as is null order by recipient"
    assert [tuple(each) for each in rows(deps, kinds)] == [
        ("bundle_invitation", "an1@peeters.example"),
        *[("invitation", "an2@peeters.example")] * 4,
    ]
    office.get("/importen/1")
    assert "1 mail is nog onderweg naar de mailserver." in office.page


def test_a_text_that_is_withdrawn_meanwhile_is_chosen_anew(office: Browser, deps: Deps) -> None:
    for number in (1, 2):
        uploaded(office, [customer(10 * number), customer(10 * number + 1)])
        confirmed(office)
        started(office, number)
        rows(deps, "update imports set template_sha256 = 'gone' where state = 'running'")
        worked(deps)
        office.get(f"/importen/{number}")
        assert "Gepauzeerd" in office.page
        assert "is ingetrokken voordat alle rijen gemaakt waren" in office.page
    (offered,) = re.findall(r'<option value="([0-9a-f]{64})">Zegel', office.page)
    office.post("/importen/2/hervatting")
    assert (office.status, office.path) == (409, "/importen/2")
    office.post("/importen/2/hervatting", {"template": offered})
    worked(deps)
    office.get("/importen/2")
    assert "2 overeenkomsten gemaakt" in office.page
    assert "ingetrokken" not in office.page
    office.post("/importen/1/stop")
    office.get("/importen/1")
    assert "Gestopt: 0 overeenkomsten gemaakt" in office.page
    assert "is ingetrokken voordat alle rijen gemaakt waren" in office.page


def test_rows_can_be_pasted_and_stay_when_they_are_refused(office: Browser) -> None:
    block = "\n".join("\t".join(each) for each in (HEADINGS, *THREE))
    office.get("/importen/nieuw")
    office.post("/importen/nieuw", {"pasted": block})
    assert office.path == "/importen/1/kolommen"
    assert "Geplakte rijen: 3 rijen." in office.page
    office.get("/importen/nieuw")
    office.post("/importen/nieuw", {"pasted": block + 200 * "\tx"})
    assert (office.status, office.path) == (422, "/importen/nieuw")
    assert 'id="e-pasted"' in office.page
    assert "Zaak 2" in office.page
    assert "Import 2" not in office.get("/importen").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Kies een bestand, of plak rijen"),
        ({"file": (b"a;b\n1;2\n", "x.csv"), "pasted": "x"}, "niet allebei"),
        ({"file": (b"%PDF-1.7", "x.pdf")}, "Dit is geen lijst die wij kunnen lezen."),
        ({"file": (b"", "x.csv")}, "geen enkele rij"),
    ],
    ids=["nothing", "both", "pdf", "empty"],
)
def test_what_is_no_list_is_told_at_its_place(
    office: Browser, sent: dict[str, Any], said: str
) -> None:
    office.get("/importen/nieuw")
    data = {
        name: (io.BytesIO(each[0]), each[1]) if isinstance(each, tuple) else each
        for name, each in sent.items()
    }
    office.post("/importen/nieuw", data)
    assert office.status == 422
    assert said in office.page
    assert 'id="e-file"' in office.page


def test_columns_that_make_no_agreement_are_refused_and_the_choices_stay(office: Browser) -> None:
    uploaded(office, THREE)
    confirmed(office, **{"column-0": "name", "message": "Dag."})
    assert "Meer dan één kolom staat op: Naam van de organisatie." in office.page
    confirmed(office, **{"column-0": "", "column-5": ""})
    assert "Kies nog een kolom voor: E-mailadres van wie ondertekent." in office.page
    confirmed(office, **{"column-5": "signatory_email", "link_days": "0", "message": "Dag."})
    assert "Kies een termijn van" in office.page
    assert "Dag.</textarea>" in office.page
    confirmed(office)
    assert office.path == "/importen/1"


def test_many_rows_come_in_pages_and_some_are_left_out(office: Browser, deps: Deps) -> None:
    many = [customer(n) for n in range(1, PAGE + 11)] + [customer(80, email="x@gmial.com")]
    uploaded(office, many)
    confirmed(office)
    assert f"{PAGE + 11} rijen" in office.page
    assert "1 rij</strong> daarvan heeft een waarschuwing" in office.page
    assert "Zaak 50" in office.page
    assert "Zaak 51<" not in office.page
    office.get(f"/importen/1?na={PAGE + 1}")
    assert "Zaak 51<" in office.page
    office.get("/importen/1?toon=waarschuwingen")
    assert office.page.count("<tr id=") == 1
    office.get("/importen/1?rij=40")
    assert "Zaak 39<" in office.page
    assert "Zaak 38<" not in office.page
    office.post("/importen/1/weglating", {"rows": ["2", "3", "x"]})
    assert "De aangevinkte rijen zijn weggelaten." in office.page
    assert f"{PAGE + 9} rijen</strong> zijn goed" in office.page
    office.post("/importen/1/weglating", {"rows": ["3"], "back": "ja"})
    assert f"{PAGE + 10} rijen</strong> zijn goed" in office.page
    office.post("/importen/1/weglating", {"rows": ["3"]})
    office.post("/importen/1/weglating", {})
    assert "Vink minstens één rij aan." in office.page
    # Without the doubtful one, and only made.
    started(office, 1, what="make", without_doubtful="yes")
    worked(deps)
    office.get("/importen/1")
    assert f"Klaar: {PAGE + 8} overeenkomsten gemaakt" in office.page
    started(office, 1)
    assert f"Verstuurd: 0 van {PAGE + 8}" in office.page
    office.post("/importen/1/stop")
    assert f"Gestopt: {PAGE + 8} overeenkomsten gemaakt</h2>" in office.page
    assert "niet meer verstuurd, omdat de import gestopt is. Het blijven concepten." in office.page
    assert "niet meer gemaakt" not in office.page


def test_who_saw_other_numbers_looks_again(office: Browser, deps: Deps) -> None:
    uploaded(office, THREE)
    confirmed(office)
    started(office, 1, seen="3")
    assert office.status == 409
    assert "Intussen veranderde er iets aan deze import" in office.page
    assert rows(deps, "select state from imports") == [("ready",)]


def test_a_stopped_import_stays_stopped(office: Browser, deps: Deps) -> None:
    uploaded(office, THREE)
    confirmed(office)
    started(office, 1)
    office.get("/importen/1/stop")
    assert "2 rijen worden niet meer gemaakt." in office.page
    office.post("/importen/1/stop")
    worked(deps)
    office.get("/importen/1")
    assert "Gestopt: 0 overeenkomsten gemaakt" in office.page
    office.get("/importen/nieuw")
    office.post("/importen/1/hervatting")
    assert (office.status, office.path) == (409, "/importen/1")
    assert "Dat kan nu niet met deze import: ze is gestopt." in office.page
    uploaded(office, THREE)
    office.post("/importen/2/stop")
    assert rows(deps, "select state from imports order by number") == [("stopped",), ("stopped",)]
    assert rows(deps, "select * from agreements") == []


@pytest.mark.parametrize("role", [Role.ARCHIVE, Role.SIGNATORY])
def test_only_sales_imports(as_role: Callable[[Role], Browser], role: Role) -> None:
    browser = as_role(role)
    for path in ("/importen", "/importen/nieuw", "/importen/1", "/importen/1/problemen"):
        assert browser.get(path).status_code == 403
    assert "Klanten importeren" not in browser.get("/overeenkomsten").text


def test_unknown_imports_are_not_found(office: Browser) -> None:
    for path in ("/importen/7", "/importen/99999999999", "/importen/7/kolommen"):
        assert office.get(path).status_code == 404
