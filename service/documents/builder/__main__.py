"""``python -m service.documents.builder``: write the agreement's .docx, and the one that an own
template can begin with."""

from __future__ import annotations

import tomllib
from pathlib import Path

from service.documents.builder.package import build, docx_path, source_path

DOCUMENTS = Path(__file__).resolve().parents[3] / "templates" / "nl" / "documents"
BUILT = ("agreement", "starter")


def main() -> None:
    """Build both Word files."""
    for folder in (DOCUMENTS / name for name in BUILT):
        declared = tomllib.loads((folder / "template.toml").read_text(encoding="utf-8"))
        text = source_path(folder).read_text("utf-8")
        docx_path(folder).write_bytes(build(text, declared["footer"]))


if __name__ == "__main__":
    main()
