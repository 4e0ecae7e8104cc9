"""Both languages through one door, usable below the window and in the command line.

The Chinese sentence is the key; `resources/translations/en/*.json` holds the English one. A test collects every
literal `t("…")` in the code and fails on a missing or stale entry. Plurals: the English value may be
{"one": "…", "other": "…"}, chosen by the parameter `n`.
"""

from __future__ import annotations

import json
from functools import cache

from app.core.paths import resource_dir

LANGUAGES = ("zh", "en")
_default = "zh"

Translation = str | dict[str, str]


def set_language(code: str) -> None:
    """Choose the language of the whole process: "zh" or "en"."""
    global _default  # noqa: PLW0603 - the one process-wide language
    if code not in LANGUAGES:
        raise ValueError(code)
    _default = code


def language() -> str:
    """The language in force: "zh" or "en"."""
    return _default


@cache
def english() -> dict[str, Translation]:
    """All English entries, merged from every file of the catalogue folder."""
    merged: dict[str, Translation] = {}
    for path in sorted((resource_dir() / "translations" / "en").glob("*.json")):
        merged.update(json.loads(path.read_text(encoding="utf-8")))
    return merged


def t(text: str, /, **values: object) -> str:
    """The sentence in the language in force; `{name}` placeholders are filled from `values`."""
    shown: Translation = text
    if _default == "en":
        shown = english().get(text, text)
    if isinstance(shown, dict):
        shown = shown["one"] if values.get("n") in (1, "1") else shown["other"]
    return shown.format(**values) if values else shown
