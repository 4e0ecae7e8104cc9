"""The order of custom fields in forms, and bringing an archived one back."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.fields import FieldType
from app.core.i18n import t
from app.errors import NotFound
from app.models import CustomField
from app.services.context import Context

Archived = list[tuple[str, str, FieldType]]


def reorder(context: Context, entity: str, keys: Sequence[str]) -> None:
    """Form order as given; fields that are not named keep their place behind."""
    context.actor.require_admin()
    places = {key: place for place, key in enumerate(keys, 1)}
    with context.archive.session(write=True) as session:
        rows = session.scalars(sa.select(CustomField).where(CustomField.org_id == 1, CustomField.entity == entity))
        for row in rows:
            row.position = places.get(row.key, len(places) + row.position)
        session.commit()
    context.reload_registry()


def archived(context: Context, entity: str) -> Archived:
    """(key, label, type) of the fields that were put away."""
    query = sa.select(CustomField).where(
        CustomField.org_id == 1, CustomField.entity == entity, CustomField.archived.is_(True)
    )
    with context.archive.session() as session:
        return [(r.key, r.label, FieldType(r.type)) for r in session.scalars(query.order_by(CustomField.label))]


def bring_back(context: Context, key: str) -> None:
    """Use an archived field again, with its values."""
    context.actor.require_admin()
    with context.writing() as work:
        row = work.session.scalar(sa.select(CustomField).where(CustomField.org_id == 1, CustomField.key == key))
        if row is None:
            raise NotFound(t("没有这个字段。"))
        operation = work.operation("setup", t("启用字段：{label}", label=row.label))
        operation.params = {"entity": row.entity, "key": key}
        row.archived = False
        work.commit()
    context.reload_registry()
