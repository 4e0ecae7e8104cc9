"""This machine's settings: typed, stored as JSON, written atomically. Nothing of a customer ever stands here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

VERSION = 1
MOST_RECENT = 8


@dataclass(frozen=True)
class Settings:
    """Everything a person may set. `theme`: light, dark or system. `lock_minutes`: 0 = never."""

    version: int = VERSION
    language: str = "zh"
    theme: str = "light"
    lock_minutes: int = 5
    lock_on_screen_lock: bool = True
    backup_hours: int = 4
    compact_tables: bool = False
    recent: tuple[str, ...] = ()
    last_user: dict[str, str] = field(default_factory=dict)
    window: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)

    def with_recent(self, path: Path, user: str) -> Settings:
        """The archive `path` first in the list of recent ones, opened by `user`."""
        text = str(path)
        recent = (text, *(r for r in self.recent if r != text))[:MOST_RECENT]
        known = {k: v for k, v in self.last_user.items() if k in recent}
        return replace(self, recent=recent, last_user={**known, text: user})

    def without_recent(self, path: str) -> Settings:
        """Forget an archive (the file stays)."""
        return replace(self, recent=tuple(r for r in self.recent if r != path))


#: version → function from that version's data to the next one's
MIGRATORS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class SettingsStore:
    """Reads and writes one settings file. A broken file is set aside and replaced by the defaults."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._current = self._read()

    @property
    def current(self) -> Settings:
        return self._current

    def change(self, **changes: Any) -> Settings:
        """Set and store."""
        return self.put(replace(self._current, **changes))

    def put(self, settings: Settings) -> Settings:
        """Store as a whole."""
        self._current = settings
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        part.write_text(json.dumps(asdict(settings), ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(self._path)
        return settings

    def _read(self) -> Settings:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError):
            return self._set_aside()
        if not isinstance(data, dict):
            return self._set_aside()
        while data.get("version", VERSION) in MIGRATORS:
            data = MIGRATORS[data["version"]](data)
        return _from(data)

    def _set_aside(self) -> Settings:
        if self._path.exists():
            self._path.replace(self._path.with_suffix(".broken.json"))
        return Settings()


def _from(data: dict[str, Any]) -> Settings:
    """Known keys of the right type; everything else falls back to its default."""
    defaults = Settings()
    taken: dict[str, Any] = {}
    for known in fields(Settings):
        value = data.get(known.name)
        default = getattr(defaults, known.name)
        if isinstance(default, tuple) and isinstance(value, list):
            taken[known.name] = tuple(str(v) for v in value)
        elif type(value) is type(default):
            taken[known.name] = value
    return Settings(**taken)
