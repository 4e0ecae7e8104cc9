"""The order of custom fields in forms, and bringing an archived one back."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.fields import FieldType
from app.core.i18n import t
from app.db.office import custom_fields
from app.errors import NotFound
from app.services.context import Context

Archived = list[tuple[str, str, FieldType]]


def reorder(context: Context, entity: str, keys: Sequence[str]) -> None:
    """Form order as given; fields that are not named keep their place behind."""
    context.actor.require_admin()
    with context.writing() as work:
        custom_fields.reorder(work.connection, entity, keys)
        work.commit()
    context.reload_registry()


def archived(context: Context, entity: str) -> Archived:
    """(key, label, type) of the fields that were put away."""
    with context.reading() as work:
        return [(f.key, f.label, FieldType(f.type)) for f in custom_fields.put_away(work.connection, entity)]


def bring_back(context: Context, key: str) -> None:
    """Use an archived field again, with its values."""
    context.actor.require_admin()
    with context.writing() as work:
        field = custom_fields.find(work.connection, key)
        if field is None:
            raise NotFound(t("没有这个字段。"))
        operation = work.operation("setup", t("启用字段：{label}", label=field.label))
        operation.params = {"entity": field.entity, "key": key}
        custom_fields.set_archived(work.connection, key, archived=False)
        work.commit()
    context.reload_registry()
