"""The evidence package: a bag that any tool can check, and a LEESMIJ whose every command works."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from days import Travel
from house import House
from leesmij import commands, commands_in, failing, fetched, refusing, unpacked

from service.texts import OURS, table
from service.workflow.keeping import anchor, archive, reread
from service.workflow.sealing import close, seal
from service.workflow.sealing.evidence_package import OF_OTHERS
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer
from signatures.stamps.answers import Trust
from signatures.stamps.chains import StampChains
from signatures.stamps.external import ExternalTimestamps
from signatures.stamps.service import StampService
from tests.signatures.time_authority import running


@pytest.fixture
def package(done: tuple[House, str, str], travel: Travel) -> tuple[House, str]:
    """A completed agreement whose log is anchored."""
    house, reference, _ = done
    anchor.anchor(house.deps)
    return house, reference


def test_it_is_a_bag_and_its_leesmij_holds_to_the_letter(
    package: tuple[House, str], tmp_path: Path
) -> None:
    house, reference = package
    data = fetched(house, reference)
    bag = unpacked(data, tmp_path, reference)
    opened = bagit.Bag(str(bag))
    opened.validate()
    assert opened.info["External-Identifier"] == reference
    text = (bag / "data" / "LEESMIJ.txt").read_text(encoding="utf-8")
    english = (bag / "data" / "README.txt").read_text(encoding="utf-8")
    assert len(commands(text)) > 30
    assert commands(english) == commands(text)
    assert failing(bag) == []
    assert failing(bag, "bash", "--posix") == []
    opened.validate()  # no command left a file behind
    assert fetched(house, reference) == data


def test_every_file_is_there_and_told(package: tuple[House, str], tmp_path: Path) -> None:
    house, reference = package
    bag = unpacked(fetched(house, reference), tmp_path, reference)
    names = {
        path.relative_to(bag / "data").as_posix()
        for path in (bag / "data").rglob("*")
        if path.is_file()
    }
    for language in ("nl", "en"):
        patterns = set(table("package", OURS)["proves"][language])
        for name in names:
            assert sum(fnmatch.fnmatch(name, pattern) for pattern in patterns) == 1, name
        unused = {p for p in patterns if not fnmatch.filter(names, p)}
        # With our own stamps, none of them renewed, and signed by hand.
        assert unused == {*OF_OTHERS, "vernieuwd/*.pdf", "mandaat.json"}
    assert {"sjabloon.docx", "manifest.json", "certificaten/intrekkingslijst-wortel.pem"} <= names


# A covered byte: in a log not an address beside the chain, which may be erased; in a token its
# time, in a seal its digest, and not the accompanying certificates.
SIGNED: dict[str, Callable[[bytes], int]] = {
    ".jsonl": lambda data: data.index(b'"seq"') + 1,
    ".tsr": lambda data: data.index(b"\x18\x0f20") + 4,
    ".tst": lambda data: data.index(b"\x18\x0f20") + 4,
    ".txt": lambda data: data.index(b" ") + 2,
    ".p7s": lambda data: data.index(bytes.fromhex("2a864886f70d010904")) + 20,
}
# Detected only by the lists of hashes: the explanations and the archive's own list.
TOLD_BY_THE_LISTS_ALONE = {"manifest.json"}
LISTS = "(cd .."
EVERY_PART = '"parts"'


def names(command: str, file: str) -> bool:
    """Whether a command names a file, or every file in its folder or in the sealed list."""
    folder, slash, _ = file.rpartition("/")
    in_folder = bool(slash) and f"find {folder} " in command
    return file in command or in_folder or EVERY_PART in command


# Features of Debian's tools or bash that macOS, dash or zsh lack, and missing programs.
GNU_OR_BASH = re.compile(
    r"sha256sum|shasum|md5sum|--\w+=|--(strict|check|quiet|regexp|bytes)\b|date -d|cmp -n|head -c -"
    r"|tail -n \+|grep -[a-zA-Z]*P|sed -[a-zA-Z]*[irz]|xxd|\bod\b|base64|readlink|realpath|mktemp"
    r"|<\(|\[\[|=~|<<<|\bfunction\b|\blocal\b|\bdeclare\b|\$'|&>|\|&|echo -|\bstat\b|for \w+ in"
    r"|printf [^|]*\\\\x|bagit"
)


def test_its_commands_are_those_of_every_system(
    done: tuple[House, str, str], tmp_path: Path
) -> None:
    """On Debian and macOS, in sh, bash and zsh; a pattern without a match stops zsh."""
    house, reference, _ = done
    bag = unpacked(fetched(house, reference), tmp_path, reference)
    text = (bag / "data" / "LEESMIJ.txt").read_text(encoding="utf-8")
    asked = commands(text)
    assert [each for each in asked if GNU_OR_BASH.search(each)] == []
    unquoted = re.compile(r"""(?<![\w."'/])[\w./]+\*""")
    assert [each for each in asked if unquoted.search(re.sub(r"'[^']*'", "", each))] == []


@pytest.mark.long
def test_one_flipped_byte_in_any_file_is_found(package: tuple[House, str], tmp_path: Path) -> None:
    """Not only by the lists of hashes, which a forger can rewrite.

    Only commands that name the file can detect it, so the others are not run. That of the lists
    takes a third of a second, as it reads every file: it runs for one file per folder.
    """
    house, reference = package
    bag = unpacked(fetched(house, reference), tmp_path, reference)
    asked = commands_in(bag)
    lists = [each for each in asked if each.startswith(LISTS)]
    folders = set()
    for file in sorted(path for path in bag.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        at = SIGNED.get(file.suffix, lambda data: len(data) // 2)(whole)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        in_data = file.is_relative_to(bag / "data")
        told_elsewhere = in_data and file.name not in TOLD_BY_THE_LISTS_ALONE
        if file.parent not in folders or not told_elsewhere:
            assert any(refusing(bag, lists)), file.name
            folders.add(file.parent)
        if told_elsewhere:
            name = file.relative_to(bag / "data").as_posix()
            assert any(refusing(bag, [each for each in asked if names(each, name)])), name
        file.write_bytes(whole)


@pytest.mark.long
def test_with_time_stamps_of_another_service_its_leesmij_holds_too(
    unwatched_house: House, travel: Travel, tmp_path: Path
) -> None:
    """Our own authority still stamps the first act, OpenSSL's the rest."""
    deps = unwatched_house.deps
    authority = deps.authority()
    with running(tmp_path / "tsa") as service:
        trust = Trust((service.root,))
        stamps = ExternalTimestamps([StampService(service.url, trust)])
        sealer = Sealer(SoftwareProvider(authority), stamps, authority, chains=StampChains(trust))
        reference = unwatched_house.sent()
        unwatched_house.signed(reference)
        seal.seal(deps, unwatched_house.agreement(reference).id)
        settings = dataclasses.replace(deps.settings, tsa_roots=(service.root,))
        house = dataclasses.replace(
            unwatched_house,
            deps=dataclasses.replace(
                deps, settings=settings, timestamps=lambda: stamps, sealer=lambda: sealer
            ),
        )
        house.countersign(reference)
        for step in (seal.seal, close.close, archive.archive):
            step(house.deps, house.agreement(reference).id)
        anchor.anchor(house.deps)
    bag = unpacked(fetched(house, reference), tmp_path, reference)
    for name in OF_OTHERS:
        assert (bag / "data" / name).is_file()
    assert failing(bag) == []
    assert reread.check(house.deps, reference, house.staff).intact


@pytest.mark.long
def test_before_the_first_anchor_it_is_whole_as_well(
    done: tuple[House, str, str], tmp_path: Path
) -> None:
    house, reference, _ = done
    bag = unpacked(fetched(house, reference), tmp_path, reference)
    assert not (bag / "data" / "ankers").exists()
    assert failing(bag) == []


def test_the_bucket_alone_has_what_the_leesmij_needs(
    package: tuple[House, str], tmp_path: Path
) -> None:
    """Everything but BagIt's lists and the path to the anchor; put in place with
    two common programs, as the LEESMIJ says."""
    house, reference = package
    with house.deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        objects = tx.archive.objects(agreement.id)
    folder = tmp_path / "bag" / "data"
    folder.mkdir(parents=True)
    for each in objects:
        kept = house.deps.objects().read_verified(each.key, each.version_id, each.sha256)
        (folder / each.name).write_bytes(kept)
    with zipfile.ZipFile(folder / "bijlagen.zip") as others:
        others.extractall(folder)
    (folder / "bijlagen.zip").unlink()
    text = (folder / "LEESMIJ.txt").read_text(encoding="utf-8")
    (told,) = re.findall(r"head -c \d+ overeenkomst.pdf > getoond.pdf", text)
    subprocess.run(["sh", "-c", told], cwd=folder, check=True)
    failed = failing(tmp_path / "bag")
    assert [each.startswith(LISTS) for each in failed] == [True]
