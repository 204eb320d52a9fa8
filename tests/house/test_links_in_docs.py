"""Every file and heading that the documentation refers to exists."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
NAMED_FILE = re.compile(r"`([\w./{},*-]+\.(?:py|md|toml))`")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def shown(page: Path) -> str:
    """The visible text, without comments."""
    return COMMENT.sub("", page.read_text(encoding="utf-8"))


def anchors(markdown: str) -> set[str]:
    """The anchors that GitHub and GitLab give to headings; a repeated one gets a number."""
    seen: dict[str, int] = {}
    names = set()
    for heading in HEADING.findall(BLOCK.sub("", markdown)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        again = seen.get(name, 0)
        seen[name] = again + 1
        names.add(f"{name}-{again}" if again else name)
    return names


def dead_links(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere, including missing headings."""
    links = LINK.findall(BLOCK.sub("", shown(page)))
    relative = [link for link in links if not re.match(r"[a-z][a-z0-9+.-]*:", link)]
    return [link for link in relative if not _leads_somewhere(page, link)]


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path if path else page).resolve()
    if not target.is_relative_to(ROOT.resolve()) or not target.exists():
        return False
    return not anchor or anchor in anchors(shown(target))


def missing_files(page: Path) -> list[str]:
    """The files named in backticks that are neither in the project nor beside the page."""
    return [
        name
        for name in NAMED_FILE.findall(BLOCK.sub("", shown(page)))
        if not any(_exists(folder, name) for folder in (ROOT, page.parent))
    ]


def _exists(folder: Path, name: str) -> bool:
    """``a/{b,c}.py`` means two files, ``a/*.py`` at least one."""
    braces = re.search(r"\{([^}]*)\}", name)
    if braces:
        before, after = name[: braces.start()], name[braces.end() :]
        return all(_exists(folder, before + one + after) for one in braces.group(1).split(","))
    return any(folder.glob(name)) if "*" in name else (folder / name).is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_named_file_is_there(page: Path) -> None:
    assert missing_files(page) == []


def test_every_step_named_in_the_architecture_is_there() -> None:
    """It names modules of ``service/workflow/`` without that folder and ``.py``."""
    steps = ROOT / "service" / "workflow"
    chapters = "|".join(folder.name for folder in steps.iterdir() if folder.is_dir())
    named = re.findall(rf"`((?:{chapters})/\w+)`", shown(ROOT / "docs" / "architecture.md"))
    assert len(named) > 30
    assert [name for name in named if not (steps / f"{name}.py").is_file()] == []


def test_what_is_not_there_is_found() -> None:
    """Shows that the two checks above can fail."""
    page = ROOT / "docs" / "glossary.md"
    for dead in ("gone.md", "#gone", "../README.md#gone", "/etc/passwd", "../.."):
        assert not _leads_somewhere(page, dead)
    for there in ("settings.md", "#signing", "../service/app.py", "glossary.md#keeping"):
        assert _leads_somewhere(page, there)
    assert not _exists(ROOT, "service/{app,gone}.py")
    assert not _exists(ROOT, "service/*.toml")
    assert _exists(ROOT, "service/{deps,app}.py")


def test_headings_get_the_names_that_a_forge_gives_them() -> None:
    page = "# Één kop, met `code`\n```\n# no heading\n```\n## Kop\n## Kop\n"
    assert anchors(page) == {"één-kop-met-code", "kop", "kop-1"}


def test_every_decision_is_listed_and_numbered_in_a_row() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(file.name for file in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert [link for link in listed if link in records] == records
