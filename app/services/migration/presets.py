"""Exports of other systems: told by their headers, mapped column by column. Stored as data in `resources/migration`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.core.i18n import language
from app.core.paths import resource_dir
from app.services.exchange.mapping.targets import header_key

VCARD, KEDANG = "vcard", "kedang"


@dataclass(frozen=True)
class SystemPreset:
    """One table of one system. `sure`: headers that only it has together; `mapping`: header → target (None: left out)."""

    system: str
    entity: str
    sure: frozenset[str]
    mapping: Mapping[str, str | None]
    sample: tuple[str, ...]

    def remembered(self) -> dict[str, str | None]:
        """The mapping as the import remembers one: by comparison form of the header."""
        return {header_key(name): target for name, target in self.mapping.items()}

    def share(self, headers: Sequence[str]) -> float:
        """How much of the table it explains, 0–1; 0 when a sure header is missing."""
        given = {h.strip() for h in headers}
        if not self.sure <= given:
            return 0.0
        known = len(given & (set(self.mapping) | set(self.sample)))
        return 0.5 * known / len(given) + 0.5 * min(1.0, len(self.sure) / 4)


@cache
def presets() -> tuple[SystemPreset, ...]:
    """All presets."""
    return tuple(
        SystemPreset(p["system"], p["entity"], frozenset(p["sure"]), p["map"], tuple(p["sample"]))
        for p in _data()["presets"]
    )


def system_label(system: str) -> str:
    """The name of a system in the language in force; "" for an unknown one."""
    zh, en = _data()["names"].get(system, ("", ""))
    return str(en if language() == "en" else zh)


def preset_for(headers: Sequence[str], entity: str = "") -> SystemPreset | None:
    """The preset that explains the headers best, or None."""
    best = max((p for p in presets() if entity in ("", p.entity)), key=lambda p: p.share(headers), default=None)
    return best if best is not None and best.share(headers) > 0 else None


@cache
def _data() -> dict[str, Any]:
    text = (resource_dir() / "migration" / "presets.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
