"""Changing one record: validated, within rights, versioned, journaled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.core.access import Action
from app.core.clock import now
from app.core.fields import Entity, Field, FieldType, Link
from app.core.i18n import t
from app.core.ids import uuid7
from app.core.records import Record
from app.core.validation import InvalidFields, clean_values
from app.core.values import to_json
from app.db.journal import CREATE, DELETE, RESTORE, UPDATE, Journal, Operation
from app.db.store import access, children, numbers
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.errors import Conflict, NotFound, NotPermitted, UserError


class Writer:
    """Writes records of any entity in one unit of work."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._connection = reader.connection
        self.journal = journal
        self._actor = reader.actor

    def create(self, operation: Operation, entity: str, values: Mapping[str, Any]) -> Record:
        """A new record; the actor becomes its owner unless one is given. Raises InvalidFields, NotPermitted."""
        layout = self._reader.layout(entity)
        self._require_create(layout, values)
        return self._insert(operation, layout, values)

    def _insert(self, operation: Operation, layout: Layout, values: Mapping[str, Any]) -> Record:
        entity = layout.entity.key
        cleaned = {k: v for k, v in clean_values(layout.entity, values).items() if v is not None}
        _check_editable(layout, cleaned)
        owner = layout.entity.find("owner")
        if owner is not None and "owner" not in cleaned:
            cleaned["owner"] = self._actor.user_id
        self._check_users(layout, cleaned)
        self.check_unique(layout, cleaned, None)
        self._check_links(layout, cleaned)
        record, moment = uuid7(), now()
        row: dict[str, Any] = {"org_id": 1, "id": record, "version": 1, "created_at": moment, "updated_at": moment}
        if layout.entity.number_prefix:
            row["number"] = numbers.written(layout.entity, numbers.take(self._connection, layout.entity))
        for key, value in cleaned.items():
            own = layout.stored(layout.entity.field(key), value)
            if own is not None:
                row[own[0]] = own[1]
        row |= layout.derive(cleaned)
        self._connection.execute(sa.insert(layout.table), [row])
        for field in (*layout.child_fields(), *layout.custom_fields()):
            if field.key in cleaned:
                children.replace(self._connection, layout, record, field, cleaned[field.key])
        self.journal.record(operation, entity, record, CREATE, 1, {})
        return self._seen(layout, record)

    def create_part(self, operation: Operation, entity: str, values: Mapping[str, Any]) -> Record:
        """A part that follows from a permitted change of its whole, whatever the rights on parts."""
        return self._insert(operation, self._reader.layout(entity), values)

    def update(
        self,
        operation: Operation,
        entity: str,
        record: uuid.UUID,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
        raw: Mapping[str, str] | None = None,
    ) -> tuple[Record, bool]:
        """Change fields of a record; returns it and whether anything changed.

        Raises Conflict when `expected_version` is no longer the record's, NotPermitted, InvalidFields.
        """
        layout = self._reader.layout(entity)
        current = self._editable(layout, record, Action.EDIT)
        if expected_version is not None and current.version != expected_version:
            raise Conflict(t("这条档案刚被别人改过，请刷新后再试。"))
        cleaned = clean_values(layout.entity, changes, partial=True)
        stored = {k: current.get(k) or None if current.get(k) == () else current.get(k) for k in cleaned}
        different = {k: v for k, v in cleaned.items() if not _same(stored[k], v)}
        if not different:
            return current, False
        _check_editable(layout, different)
        if "owner" in different:
            self._require_reach(layout, current, Action.ASSIGN if current.get("owner") else Action.EDIT)
        hidden = [k for k in different if k in current.masked]
        if hidden:
            raise NotPermitted(t("您无权修改敏感字段“{field}”。", field=layout.entity.field(hidden[0]).label))
        self._check_users(layout, different)
        self.check_unique(layout, different, record)
        self._check_links(layout, different, current)
        self.store(layout, current, different)
        fields: dict[str, Any] = {}
        for key, after in different.items():
            field = layout.entity.field(key)
            fields[key] = [to_json(field, stored[key]), to_json(field, after)]
        if raw:
            fields["raw"] = dict(raw)
        self.journal.record(operation, entity, record, UPDATE, current.version + 1, fields)
        return self._seen(layout, record), True

    def touch(self, operation: Operation, entity: str, current: Record, changes: Mapping[str, Any]) -> None:
        """A change that follows from another one (last contact day of a follow-up): journaled, whatever the edit rights."""
        layout = self._reader.layout(entity)
        self.store(layout, current, changes)
        fields = {
            k: [to_json(layout.entity.field(k), current.get(k)), to_json(layout.entity.field(k), v)]
            for k, v in changes.items()
        }
        self.journal.record(operation, entity, current.id, UPDATE, current.version + 1, fields)

    def delete(self, operation: Operation, entity: str, record: uuid.UUID) -> None:
        """Into the recycle bin. Raises NotPermitted, NotFound."""
        layout = self._reader.layout(entity)
        current = self._editable(layout, record, Action.DELETE)
        if layout.entity.shared:
            self._require_unused(layout, record)
        if current.deleted_at is None:
            self._mark(layout, current, now())
            self.journal.record(operation, entity, record, DELETE, current.version + 1, {})

    def restore(self, operation: Operation, entity: str, record: uuid.UUID) -> None:
        """Back from the recycle bin."""
        layout = self._reader.layout(entity)
        current = self._editable(layout, record, Action.DELETE)
        if current.deleted_at is not None:
            self._mark(layout, current, None)
            self.journal.record(operation, entity, record, RESTORE, current.version + 1, {})

    # ---- storing ------------------------------------------------------------------------------------------------

    def store(self, layout: Layout, current: Record, changes: Mapping[str, Any]) -> None:
        """Write validated changes and raise the version by one; raises Conflict when somebody was faster."""
        row: dict[str, Any] = {"version": current.version + 1, "updated_at": now()}
        below: list[tuple[Field, Any]] = []
        for key, value in changes.items():
            field = layout.entity.field(key)
            own = layout.stored(field, value)
            if own is not None:
                row[own[0]] = own[1]
            else:
                below.append((field, value))
        row |= layout.derive(changes)
        table = layout.table
        done = self._connection.execute(
            sa.update(table)
            .where(table.c.org_id == 1, table.c.id == current.id, table.c.version == current.version)
            .values(row)
        )
        if done.rowcount != 1:
            raise Conflict(t("这条档案刚被别人改过，请刷新后再试。"))
        for field, value in below:
            children.replace(self._connection, layout, current.id, field, value)

    def _mark(self, layout: Layout, current: Record, moment: Any) -> None:
        table = layout.table
        done = self._connection.execute(
            sa.update(table)
            .where(table.c.org_id == 1, table.c.id == current.id, table.c.version == current.version)
            .values(deleted_at=moment, version=current.version + 1, updated_at=now())
        )
        if done.rowcount != 1:
            raise Conflict(t("这条档案刚被别人改过，请刷新后再试。"))

    def _seen(self, layout: Layout, record: uuid.UUID) -> Record:
        """The record after writing; its writer may have given it out of his own sight."""
        found = self._reader.find(layout.entity.key, record)
        return found or Record(layout.entity.key, record, 0, 0, {})

    def _require_create(self, layout: Layout, values: Mapping[str, Any]) -> None:
        """A part needs the right to edit what it is part of; shared records are made by who may change them."""
        entity = layout.entity
        if entity.parent:
            parents = values.get(entity.parent) or ()
            target = self._reader.layout(entity.field(entity.parent).target)
            for link in parents:
                self._editable(target, link.id, Action.EDIT)
            return
        self._actor.require(entity.key, Action.CREATE)
        if entity.shared:
            access.require_shared(self._actor, entity)

    # ---- checks -------------------------------------------------------------------------------------------------

    def _editable(self, layout: Layout, record: uuid.UUID, action: Action) -> Record:
        current = self._reader.get(layout.entity.key, record)
        self._require_reach(layout, current, action)
        return current

    def _require_reach(self, layout: Layout, current: Record, action: Action) -> None:
        self._actor.require(layout.entity.key, action)
        if not access.reaches(self._connection, layout, self._actor, action, current.id):
            raise NotPermitted(t("这条档案由别人负责，您的角色不能对它做这个操作。"))

    def _require_unused(self, layout: Layout, record: uuid.UUID) -> None:
        """A pick-list's entry stays while live records use it: they would lose their stage or category."""
        for other in self._reader.registry:
            there = self._reader.layout(other.key)
            for field in other.fields:
                column = there.reference(field.key) if field.target == layout.entity.key else None
                if column is None or other.parent:
                    continue
                c = there.table.c
                query = sa.select(sa.func.count()).where(c.org_id == 1, column == record, c.deleted_at.is_(None))
                used = self._connection.execute(query.select_from(there.table)).scalar_one()
                if used:
                    raise UserError(t("还有 {n} 条{entity}在用它，先改掉它们再删。", n=used, entity=other.label))

    def check_unique(self, layout: Layout, values: Mapping[str, Any], record: uuid.UUID | None) -> None:
        """Raise InvalidFields when another record, in the recycle bin or not, has one of these unique values."""
        for field in layout.entity.fields:
            column = layout.column(field.key)
            if not field.unique or column is None or not values.get(field.key):
                continue
            query = sa.select(layout.table.c.id, layout.table.c.deleted_at).where(
                layout.table.c.org_id == 1, column == values[field.key]
            )
            found = self._connection.execute(query).first()
            if found is not None and found[0] != record:
                where = t("（在回收站里）") if found[1] else ""
                text = t("“{value}”已被另一条档案使用{where}。", value=values[field.key], where=where)
                raise InvalidFields(layout.entity, {field.key: text})

    def _check_users(self, layout: Layout, values: Mapping[str, Any]) -> None:
        for key, value in values.items():
            if (
                layout.entity.field(key).type is FieldType.USER
                and value is not None
                and not self._reader.is_user(value)
            ):
                raise InvalidFields(layout.entity, {key: t("没有这个用户。")})

    def _check_links(self, layout: Layout, values: Mapping[str, Any], current: Record | None = None) -> None:
        """Ties may be made to visible records only; ties that are there may stay."""
        for key, value in values.items():
            field = layout.entity.field(key)
            if field.type is not FieldType.LINKS or not value:
                continue
            if len(value) > 1 and layout.reference(key) is not None:
                raise InvalidFields(layout.entity, {key: t("只能关联一条{target}。", target=self._target(field).label)})
            there = {link.id for link in (current.get(key) if current else None) or ()}
            added = {link.id for link in value} - there
            if added and added - {r.id for r in self._reader.by_ids(field.target, added, [self._target(field).title])}:
                raise NotFound(t("关联的{target}不存在，或您没有查看权限。", target=self._target(field).label))

    def _target(self, field: Field) -> Entity:
        return self._reader.registry.entity(field.target)


def _check_editable(layout: Layout, values: Mapping[str, Any]) -> None:
    fixed = [k for k in values if layout.entity.field(k).readonly]
    if fixed:
        raise InvalidFields(layout.entity, {k: t("由系统填写，不能修改。") for k in fixed})


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, tuple) and isinstance(after, tuple) and before and isinstance(before[0], Link):
        return [(x.id, x.role) for x in before] == [(x.id, x.role) for x in after]
    return bool(before == after)
