"""``python -m service.documents.builder``: write the agreement's .docx from its text source."""

from __future__ import annotations

import tomllib
from pathlib import Path

from service.documents.builder.package import build, docx_path, source_path

AGREEMENT = Path(__file__).resolve().parents[3] / "templates" / "nl" / "documents" / "agreement"


def main() -> None:
    declared = tomllib.loads((AGREEMENT / "template.toml").read_text(encoding="utf-8"))
    text = source_path(AGREEMENT).read_text("utf-8")
    docx_path(AGREEMENT).write_bytes(build(text, declared["footer"]))


if __name__ == "__main__":
    main()
