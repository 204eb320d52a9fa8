"""What both parties have signed completes, whatever the forms accepted and however old it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import House

from service import texts
from service.agreement.states import State
from service.documents.pdf_text import read_pdf_text
from service.workflow import sweep
from service.workflow.actors import Client
from service.workflow.keeping import archive, reread, retrieve
from service.workflow.keeping.dossier import dossier_of
from service.workflow.sealing import close, seal
from service.workflow.tasks import SEAL

NOBODY = Client("", "")
OLD_FAILURE = "GenerationFailed: Het document kon niet gemaakt worden: missing_value acts[].ip"


def finished(house: House, agreement_id: str) -> None:
    for step in (seal.seal, close.close, archive.archive):
        step(house.deps, agreement_id)


def test_an_agreement_that_was_stuck_completes_after_the_upgrade(whole_house: House) -> None:
    """Until version 0.1 an act without address or browser made the sheet impossible."""
    house = whole_house
    reference = house.sent()
    secret = house.prepared(reference, house.ready(reference))
    house.sign(reference, secret, client=NOBODY)
    house.countersign(reference, client=NOBODY)
    agreement_id = house.agreement(reference).id
    seal.seal(house.deps, agreement_id)
    seal.note_failure(house.deps, agreement_id, OLD_FAILURE)
    stuck = house.rows(
        "select a.state, a.failure, record->'evidence'->>'ip', record->'evidence'->>'user_agent'"
        " from acts join agreements a on a.id = acts.agreement_id where a.id = :id",
        id=agreement_id,
    )
    assert {tuple(row) for row in stuck} == {("seal_failed", OLD_FAILURE, "", "")}
    house.rows("delete from procrastinate_jobs")

    sweep.sweep(house.deps, patience=0)
    assert SEAL.name in house.jobs()
    finished(house, agreement_id)

    agreement = house.agreement(reference)
    assert (agreement.state, agreement.failure) == (State.COMPLETED, "")
    sheet, _ = retrieve.open_file(house.deps, reference, "bewijsblad.pdf", house.staff, NOBODY)
    printed = " ".join(read_pdf_text(sheet).text.split())
    assert printed.count("IP-adres onbekend Browser onbekend") == 3
    proof, _ = retrieve.open_file(house.deps, reference, "bewijs.json", house.staff, NOBODY)
    seen = [act["record"]["evidence"] for act in json.loads(proof)["acts"]]
    assert {(each["ip"], each["user_agent"]) for each in seen} == {("", "")}
    assert reread.check(house.deps, reference, house.staff).intact


@pytest.fixture
def later_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A later version's catalogue: every sentence requires more data, and some are gone."""
    language = tmp_path / "nl"
    language.mkdir()
    for each in texts.folder(texts.OURS).iterdir():
        (language / each.name).symlink_to(each)
    later = language / "texts"
    later.unlink()
    shutil.copytree(texts.folder(texts.OURS, "texts"), later)
    events = (later / "events.toml").read_text(encoding="utf-8")
    events = events.replace('."\n', ' {not_noted_yet} {and[this]:>20}."\n')
    kept = [line for line in events.splitlines() if not line.startswith("frozen =")]
    (later / "events.toml").write_text("\n".join(kept), encoding="utf-8")
    monkeypatch.setattr(texts, "TEMPLATES", tmp_path)
    for cached in (texts.table, texts.catalogue):
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in (texts.table, texts.catalogue):
        cached.cache_clear()


def test_an_old_log_prints_under_a_later_catalogue(
    whole_house: House, request: pytest.FixtureRequest
) -> None:
    house = whole_house
    reference = house.sent()
    house.signed(reference)
    house.countersign(reference)
    agreement_id = house.agreement(reference).id
    seal.seal(house.deps, agreement_id)

    request.getfixturevalue("later_catalogue")
    timeline = dossier_of(house.deps, reference, house.staff).timeline
    said = [" ".join(each.sentence.split()) for each in timeline]
    assert "document.frozen" in said
    assert "Link geopend «onbekend» «onbekend»." in said
    finished(house, agreement_id)

    assert house.agreement(reference).state is State.COMPLETED
    sheet, _ = retrieve.open_file(house.deps, reference, "bewijsblad.pdf", house.staff, NOBODY)
    printed = " ".join(read_pdf_text(sheet).text.split())
    assert "document.frozen" in printed
    assert "Persoonlijke link gemaakt «onbekend» «onbekend»." in printed
