"""``python -m service.documents.builder``: write every template's .docx from its text source."""

from __future__ import annotations

import tomllib
from pathlib import Path

from service.documents.builder.package import build, docx_path, source_path

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "nl" / "documents"


def main() -> None:
    """Build all templates that have a text source."""
    for declaration in sorted(TEMPLATES.glob("*/template.toml")):
        folder = declaration.parent
        footer = tomllib.loads(declaration.read_text(encoding="utf-8"))["footer"]
        docx_path(folder).write_bytes(build(source_path(folder).read_text("utf-8"), footer))


if __name__ == "__main__":
    main()
