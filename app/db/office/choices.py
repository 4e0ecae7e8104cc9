"""The office's pick-lists: what it made of the values that the registry brings, in its own order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from app.core.fields import Choice
from app.db.store.settings import setting, store_setting

_KEY = "choices"
#: (entity, field)
Place = tuple[str, str]


def lists(connection: sa.Connection) -> dict[Place, tuple[Choice, ...]]:
    """The lists the office changed, whole and in order."""
    stored = setting(connection, _KEY) or {}
    return {_place(name): tuple(_choice(value) for value in values) for name, values in stored.items()}


def keep(connection: sa.Connection, place: Place, values: Sequence[Choice]) -> None:
    """This is the list from now on."""
    stored = setting(connection, _KEY) or {}
    store_setting(connection, _KEY, stored | {".".join(place): [asdict(value) for value in values]})


def _place(name: str) -> Place:
    entity, _, field = name.partition(".")
    return entity, field


def _choice(stored: dict[str, Any]) -> Choice:
    return Choice(
        stored["code"], stored["zh"], stored["en"], tuple(stored.get("synonyms") or ()), stored.get("tone", "gray"),
        bool(stored.get("retired")),
    )  # fmt: skip
