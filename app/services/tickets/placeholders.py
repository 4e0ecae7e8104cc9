"""Reply templates: plain `{{customer.name}}` replacement, nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAME = re.compile(r"\{\{\s*([\w.]{1,60}|[^{}\s]{1,60})\s*\}\}")


@dataclass(frozen=True)
class Filled:
    """The text, the placeholders nobody knows, and those that are known but empty here."""

    text: str
    unknown: tuple[str, ...]
    empty: tuple[str, ...]


def names_in(text: str) -> tuple[str, ...]:
    """The placeholders of a text, each once, in order."""
    return tuple(dict.fromkeys(_NAME.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> Filled:
    """Every known placeholder replaced (values are never looked through again); unknown ones stay as they are."""
    unknown: list[str] = []
    empty: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            unknown.append(name)
            return match[0]
        if not values[name]:
            empty.append(name)
        return values[name]

    shown = _NAME.sub(value, text)
    return Filled(shown, tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(empty)))
