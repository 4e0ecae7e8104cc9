"""What a filter means, said in plain Python over records in memory: the yardstick for the compiled SQL."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.core.fields import POINT_TYPES, Entity, Field, FieldType
from app.core.filters import Condition, Filter, Group, Not, Related
from app.core.records import Record

NUMERIC = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}


@dataclass(frozen=True)
class World:
    """Everything a condition may refer to. `related`: (record id, relation) → its live records."""

    entities: dict[str, Entity]
    today: date
    me: uuid.UUID
    team: frozenset[uuid.UUID]
    users: dict[str, uuid.UUID]
    related: dict[tuple[uuid.UUID, str], Sequence[Record]]


def holds(node: Filter, record: Record, world: World) -> bool:
    """Whether the record fulfils the tree."""
    match node:
        case Group("and", parts):
            return all(holds(p, record, world) for p in parts)
        case Group(_, parts):
            return not parts or any(holds(p, record, world) for p in parts)
        case Not(part):
            return not holds(part, record, world)
        case Related(relation, where, agg, op, value):
            found = [r for r in world.related.get((record.id, relation), ()) if where is None or holds(where, r, world)]
            return {"any": bool(found), "none": not found}.get(agg, _compared(op, len(found), [value]))
        case Condition(key, op, value):
            field = world.entities[record.entity].field(key)
            return _condition(field, op, value, record.get(key), world)
    raise AssertionError(node)


def _condition(field: Field, op: str, value: Any, have: Any, world: World) -> bool:
    items = value if isinstance(value, list) else [value]
    if op in ("is_empty", "not_empty"):
        return (have in (None, "", ())) is (op == "is_empty")
    match field.type:
        case FieldType.BOOL:
            return bool(have) is (op == "true")
        case FieldType.DATE | FieldType.DATETIME:
            day = have.astimezone().date() if isinstance(have, datetime) else have
            return _on_day(op, items, day, world.today)
        case FieldType.USER:
            return _owned(op, items, have, world)
        case FieldType.TAGS:
            tags, wanted = set(have or ()), set(items)
            return {"has_any": bool(tags & wanted), "has_all": wanted <= tags, "has_none": not tags & wanted}[op]
        case FieldType.ADDRESSES:
            lines = [a.province + a.city + a.district + a.detail for a in have or ()]
            return any(_compared("contains", line, items) for line in lines)
        case FieldType.FILES:
            return any(_compared("contains", file.name, items) for file in have or ())
        case FieldType.LINKS:
            if op == "contains":
                return any(_compared("contains", link.title, items) for link in have or ())
            return any(link.title in items or str(link.id) in items for link in have or ()) is (op == "in")
    if field.type in POINT_TYPES:
        return any(_reached(field, op, str(items[0]), p.normal) for p in have or ())
    if field.type in NUMERIC:
        factor = 100 if field.type is FieldType.MONEY else 1
        return _compared(op, have, [Decimal(str(v)) * factor for v in items])
    return _compared(op, have, [str(v) for v in items])


def _compared(op: str, have: Any, items: list[Any]) -> bool:
    first, last = items[0], items[-1]
    if have is None:
        return op in ("ne", "not_in", "not_contains")
    text = str(have)
    return {
        "eq": lambda: have == first,
        "ne": lambda: have != first,
        "lt": lambda: have < first,
        "le": lambda: have <= first,
        "gt": lambda: have > first,
        "ge": lambda: have >= first,
        "between": lambda: first <= have <= last,
        "in": lambda: have in items,
        "not_in": lambda: have not in items,
        "contains": lambda: _low(str(first)) in _low(text),
        "not_contains": lambda: _low(str(first)) not in _low(text),
        "starts": lambda: _low(text).startswith(_low(str(first))),
        "ends": lambda: _low(text).endswith(_low(str(first))),
    }[op]()


def _low(text: str) -> str:
    """Case does not matter for the letters A–Z."""
    return re.sub("[A-Z]", lambda m: m[0].lower(), text)


def _on_day(op: str, items: list[Any], have: date | None, today: date) -> bool:
    if have is None:
        return op == "ne"
    monday = today - timedelta(days=today.weekday())
    match op:
        case "today":
            return have == today
        case "this_week":
            return monday <= have < monday + timedelta(days=7)
        case "this_month":
            return (have.year, have.month) == (today.year, today.month)
        case "this_year":
            return have.year == today.year
        case "last_days":
            return today - timedelta(days=int(items[0])) < have <= today
        case "next_days":
            return today <= have < today + timedelta(days=int(items[0]))
    return _compared(op, have, [date.fromisoformat(v) for v in items])


def _owned(op: str, items: list[Any], have: uuid.UUID | None, world: World) -> bool:
    match op:
        case "me":
            return have == world.me
        case "my_team":
            return have == world.me or have in world.team
    return _compared(op, have, [world.users[v] for v in items])


def _reached(field: Field, op: str, typed: str, normal: str) -> bool:
    if field.type is not FieldType.PHONES:
        return _compared(op, normal, [typed.casefold()])
    digits = re.sub(r"\D", "", typed)
    if not digits:
        return False
    match op:
        case "eq":
            return normal in (f"+86{digits.lstrip('0')}", f"+{digits}", digits)
        case "starts":
            return normal.startswith((f"+86{digits}", f"+{digits}"))
    return digits in normal
