"""The office's pick-lists: what it made of the values that the registry brings, in its own order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from app.core.choices import Choice
from app.core.dictionary import BUILT_IN
from app.core.fields import Field
from app.db.dialect import office_of
from app.db.store.settings import setting, store_setting
from app.models import OperationRow

_KEY = "choices"
#: (entity, field)
Place = tuple[str, str]


def lists(connection: sa.Connection) -> dict[Place, tuple[Choice, ...]]:
    """The lists the office changed, whole and in order, with values that came to the registry since at their ends."""
    stored = setting(connection, _KEY) or {}
    found = {_place(name): [_choice(value) for value in values] for name, values in stored.items()}
    merged = _in_force(connection, {value.merged_by for values in found.values() for value in values} - {""})
    made: dict[Place, tuple[Choice, ...]] = {}
    for place, values in found.items():
        field = brought(*place)
        there = {value.code for value in values}
        more = [value for value in field.choices if value.code not in there] if field is not None else []
        made[place] = (*(_completed(value, field, merged) for value in values), *more)
    return made


def keep(connection: sa.Connection, place: Place, values: Sequence[Choice]) -> None:
    """This is the list from now on."""
    stored = setting(connection, _KEY) or {}
    rows = [asdict(value) | {"retired": value.retired and not value.merged_by} for value in values]
    store_setting(connection, _KEY, stored | {".".join(place): rows})


def brought(entity: str, key: str) -> Field | None:
    """The field as the registry brings it."""
    known = BUILT_IN.find(entity)
    return known.find(key) if known is not None else None


def _place(name: str) -> Place:
    entity, _, field = name.partition(".")
    return entity, field


def _choice(stored: dict[str, Any]) -> Choice:
    return Choice(
        stored["code"], stored["zh"], stored["en"], tuple(stored.get("synonyms") or ()), stored.get("tone", "gray"),
        bool(stored.get("retired")), stored.get("meaning", ""), stored.get("merged_by", ""),
    )  # fmt: skip


def _completed(value: Choice, field: Field | None, merged: set[str]) -> Choice:
    """A merged value is retired as long as its merging holds; a list of before there were meanings says none."""
    retired = value.retired or value.merged_by in merged
    if field is None or value.meaning:
        return replace(value, retired=retired)
    known = field.choice(value.code)
    return replace(value, retired=retired, meaning=known.meaning if known is not None else field.neutral)


def _in_force(connection: sa.Connection, operations: set[str]) -> set[str]:
    """Those of these operations that were not undone."""
    if not operations:
        return set()
    o = OperationRow
    query = sa.select(o.id).where(
        o.org_id == office_of(connection), o.state == "done", o.id.in_([uuid.UUID(key) for key in operations])
    )
    return {str(key) for key in connection.execute(query).scalars()}
