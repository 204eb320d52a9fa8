"""Prints the table of settings for ``docs/settings.md``: ``python -m service.settings.page``."""

from __future__ import annotations

from service.settings.table import TABLE, Setting
from service.texts import OURS, text


def documentation() -> str:
    """The table of settings in Markdown, as in ``docs/settings.md``."""
    lines = [
        text("settings.page.top", OURS).strip(),
        "",
        text("settings.page.columns", OURS),
        "|---|---|---|",
    ]
    for setting in TABLE:
        about = text(f"settings.about.{setting.name}", OURS)
        lines.append(f"| `{setting.name}` | {_default_in_words(setting)} | {about} |")
    return "\n".join(lines) + "\n"


def _default_in_words(setting: Setting) -> str:
    if setting.default is None or callable(setting.default):
        return text(f"settings.default.{setting.name}", OURS)
    if isinstance(setting.default, bool):
        return "`true`" if setting.default else "`false`"
    if isinstance(setting.default, tuple):
        listed = ",".join(str(each) for each in setting.default)
        return f"`{listed}`" if listed else text("settings.default.empty", OURS)
    return f"`{setting.default}`"


if __name__ == "__main__":
    print(documentation(), end="")
