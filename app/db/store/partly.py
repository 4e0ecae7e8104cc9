"""Taking back part of an operation: fields changed since stay, lists lose what the operation added and regain what it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.core.fields import FieldType
from app.core.records import Record
from app.core.values import to_json
from app.db.store.layout import Layout

_TOGETHER = frozenset({"merged_into"})


def put_back_partly(
    layout: Layout, record: Record, former: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """(values to store, fields that stay as they are because somebody changed them since).

    `former`: values before the operation; `after`: what the operation wrote, in portable form.
    """
    values: dict[str, Any] = {}
    stay: list[str] = []
    for key, before in former.items():
        field = layout.entity.field(key)
        current = record.get(key)
        now, then = to_json(field, current), after.get(key)
        if _same(now, then) or key in _TOGETHER:
            values[key] = before
        elif (isinstance(then, list) and field.type is not FieldType.LINKS) or (
            layout.reference(key) is None and isinstance(then, list)
        ):
            values[key] = _three_ways(field, before or (), then, current or ())
        else:
            stay.append(key)
    return {
        k: v
        for k, v in values.items()
        if not _same(to_json(layout.entity.field(k), v), to_json(layout.entity.field(k), record.get(k)))
    }, stay


def _three_ways(
    field: Any, before: tuple[Any, ...], then: list[Any], current: tuple[Any, ...]
) -> tuple[Any, ...] | None:
    """The list as it is now, without what the operation added, with what it took away."""
    had = {_key(x) for x in to_json(field, before) or ()}
    got = {_key(x) for x in then}
    kept = [
        x for x, portable in zip(current, to_json(field, current) or (), strict=True) if _key(portable) not in got - had
    ]
    here = {_key(x) for x in to_json(field, tuple(kept)) or ()}
    lost = [
        x for x, portable in zip(before, to_json(field, before) or (), strict=True) if _key(portable) not in got | here
    ]
    return (*kept, *lost) or None


def _key(item: Any) -> str:
    """What makes two items of a list the same: the record of a link, the number of a point, the text of a tag."""
    if isinstance(item, dict):
        for part in ("id", "normal", "value"):
            if item.get(part):
                return str(item[part])
    return json.dumps(item, sort_keys=True, ensure_ascii=False)


def _same(one: Any, two: Any) -> bool:
    return bool((one or None) == (two or None))
