"""Custom fields: rows of the field registry that the office adds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.fields import Entity, FieldType, Sensitivity
from app.core.i18n import t
from app.core.ids import short_hex
from app.core.kinds import CUSTOM_TYPES
from app.db.office import custom_fields
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, UserError
from app.services.context import Context

MOST_PER_ENTITY = 200


@dataclass(frozen=True)
class CustomFieldInfo:
    """A custom field as the settings page lists it."""

    id: uuid.UUID
    entity: str
    key: str
    label: str
    type: FieldType
    choices: tuple[str, ...]
    sensitivity: Sensitivity
    used: int


class CustomFieldService:
    """Only administrators change the registry."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, entity: str) -> tuple[CustomFieldInfo, ...]:
        """The custom fields of an entity in form order, with the number of records that use them."""
        with self._context.reading() as work:
            stored = custom_fields.in_use(work.connection, entity)
            counts = custom_fields.uses(work.connection)
        return tuple(
            CustomFieldInfo(
                f.id, f.entity, f.key, f.label, FieldType(f.type), f.choices, Sensitivity(f.sensitivity),
                counts.get(f.key, 0),
            )
            for f in stored
        )  # fmt: skip

    def add(
        self,
        entity: str,
        label: str,
        kind: FieldType,
        *,
        choices: Sequence[str] = (),
        sensitivity: Sensitivity = Sensitivity.NORMAL,
        target: str = "",
    ) -> str:
        """A new field; returns its key. `target`: the kind of records that a link names. Raises UserError when the label is
        taken."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            operation = work.operation("setup", t("新建字段：{label}", label=label))
            key = self.make(work, entity, label, kind, choices, sensitivity, target)
            operation.params = {"entity": entity, "key": key, "label": label, "type": str(kind)}
            work.commit()
        self._context.reload_registry()
        return key

    @staticmethod
    def make(
        work: UnitOfWork,
        entity: str,
        label: str,
        kind: FieldType,
        choices: Sequence[str] = (),
        sensitivity: Sensitivity = Sensitivity.NORMAL,
        target: str = "",
    ) -> str:
        """As `add`, inside a unit of work of the caller."""
        known = work.reader.registry.entity(entity)
        name = field_name(label, known)
        if kind not in CUSTOM_TYPES:
            raise UserError(t("自定义字段不能是这种类型。"))
        if kind is FieldType.LINKS:
            work.reader.registry.entity(target)
        if sum(f.custom for f in known.fields) >= MOST_PER_ENTITY:
            raise UserError(t("自定义字段太多，最多 {n} 个。", n=MOST_PER_ENTITY))
        key = f"f_{short_hex(8)}"
        custom_fields.add(
            work.connection,
            entity,
            key,
            name,
            str(kind),
            choices,
            str(sensitivity),
            target if kind is FieldType.LINKS else "",
        )
        return key

    def rename(self, key: str, label: str) -> None:
        """Another label; values stay."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            field = custom_fields.find(work.connection, key)
            if field is None:
                raise NotFound(t("没有这个字段。"))
            name = field_name(label, work.reader.registry.entity(field.entity), key)
            operation = work.operation("setup", t("字段改名：{before} → {after}", before=field.label, after=name))
            operation.params = {"entity": field.entity, "key": key, "label": [field.label, name]}
            custom_fields.rename(work.connection, key, name)
            work.commit()
        self._context.reload_registry()

    def archive(self, key: str) -> None:
        """Hide a field everywhere; its values are kept."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            field = custom_fields.find(work.connection, key)
            if field is None:
                raise NotFound(t("没有这个字段。"))
            operation = work.operation("setup", t("停用字段：{label}", label=field.label))
            operation.params = {"entity": field.entity, "key": key}
            custom_fields.set_archived(work.connection, key, archived=True)
            work.commit()
        self._context.reload_registry()

    @staticmethod
    def drop_unused(work: UnitOfWork, keys: Iterable[str]) -> None:
        """Remove fields an import made and took back again."""
        for key in keys:
            custom_fields.drop_unused(work.connection, key)


def field_name(label: str, entity: Entity, key: str = "") -> str:
    """The name a field (the one of this key, "" = a new one) gets; raises UserError for an empty, too long or taken one."""
    name = label.strip()
    if not name or len(name) > 60:
        raise UserError(t("字段名不能为空，也不能超过 60 个字。"))
    if any(name in (f.zh, f.en) for f in entity.fields if f.key != key):
        raise UserError(t("已经有叫“{name}”的字段了。", name=name))
    return name
