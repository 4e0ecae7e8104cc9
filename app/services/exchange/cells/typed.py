"""Values typed as text, `field=value`: read by the converters of the import, so that every way in means the same."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.core.fields import Entity, Field, FieldType, Link, Registry
from app.core.filters import Condition
from app.core.i18n import t
from app.core.kinds import kind_of
from app.core.records import Record
from app.db.store.reading import Reader
from app.errors import UserError
from app.services.context import Context
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.cells.convert import converter
from app.services.exchange.cells.options import Options


def field_named(entity: Entity, name: str) -> Field:
    """The field with this key or label (either language). Raises UserError when there is none."""
    found = entity.find(name) or next((f for f in entity.fields if name in (f.zh, f.en)), None)
    return found or entity.field(name)


def pairs_of(entity: Entity, assignments: Iterable[str]) -> dict[str, str]:
    """Field key → text of `field=value` words. Raises UserError for a word without "=" and for unknown fields."""
    found: dict[str, str] = {}
    for word in assignments:
        name, sign, text = word.partition("=")
        if not sign:
            raise UserError(t("“{word}”应写成 字段=值。", word=word))
        found[field_named(entity, name.strip()).key] = text
    return found


class TypedValues:
    """Texts into values for one entity. `warnings` collects what should be told though the value was taken."""

    def __init__(self, context: Context, entity: str, users: Mapping[str, uuid.UUID]) -> None:
        self._context = context
        self._registry: Registry = context.registry
        self.entity = self._registry.entity(entity)
        self._users = {name: user.hex for name, user in users.items()}
        self.warnings: list[str] = []

    def values(self, pairs: Mapping[str, str], current: Record | None = None) -> dict[str, Any]:
        """The values; an empty text is None. Of a record that is there, numbers and links that stay keep what is known of
        them (`kept`). Raises UserError naming every field that could not be understood."""
        found: dict[str, Any] = {}
        wrong: list[str] = []
        for key, text in pairs.items():
            field = self.entity.field(key)
            if not field.editable or field.type in (FieldType.ADDRESSES, FieldType.FILES):
                wrong.append(t("字段“{field}”不能这样填写。", field=field.label))
                continue
            value, problem = converter(field, Options(ColumnPlan(key), users=self._users))(text)
            if problem is not None and (problem.severity == "error" or problem.code == "owner.unknown"):
                wrong.append(f"{field.label}：{problem.text}")
                continue
            if problem is not None:
                self.warnings.append(f"{field.label}：{problem.text}")
            found[key] = kept(field, current.get(key) if current is not None else None, self._finished(field, value))
        if wrong:
            raise UserError(wrong[0] if len(wrong) == 1 else t("有 {n} 个字段的值不对。", n=len(wrong)), details=wrong)
        return found

    def _finished(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        if field.type is FieldType.USER:
            return uuid.UUID(hex=value)
        if field.type is FieldType.LINKS:
            with self._context.reading() as work:
                return tuple(_link(work.reader, self._registry.entity(field.target), name) for name in value)
        if field.type is FieldType.DATETIME and isinstance(value, datetime) and value.tzinfo is None:
            return value.astimezone()
        return value


def kept(field: Field, before: Any, after: Any) -> Any:
    """`after`, typed as plain words, with what is known of those of its items that were there before: labels, notes and
    refusals of numbers, roles and days of ties."""
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        return after
    if kind_of(field).points:
        points = {(point.normal, point.extension): point for point in before}
        return tuple(points.get((point.normal, point.extension), point) for point in after)
    if field.type is FieldType.LINKS:
        ties = {tie.id: tie for tie in before}
        return tuple(ties.get(tie.id, tie) for tie in after)
    return after


def _link(reader: Reader, target: Entity, text: str) -> Link:
    """The record with this id, number, or exact name. Raises UserError unless there is exactly one."""
    try:
        record = reader.get(target.key, uuid.UUID(text))
    except ValueError:
        for key in ("number", "external_id", "code", "name"):
            if target.find(key) is None:
                continue
            handles = reader.handles(target.key, Condition(key, "eq", text), limit=2).tolist()
            if len(handles) > 1:
                raise UserError(
                    t("有 {n} 个{entity}都叫“{name}”", n=len(handles), entity=target.label, name=text)
                ) from None
            if handles:
                record = next(reader.each(target.key, handles))
                break
        else:
            raise UserError(t("找不到{entity}“{name}”", entity=target.label, name=text)) from None
    return Link(record.id, str(record.get(target.title) or ""))
