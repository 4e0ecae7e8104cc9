"""The cards of a deal board, fetched in one query."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.access import Action
from app.core.filters import Filter
from app.db.store.reading import HIDDEN_TITLE, Reader
from app.models import Activity, Customer


def rows(reader: Reader, pipeline: uuid.UUID, condition: Filter | None, moment: datetime) -> list[Any]:
    """The visible live deals of a pipeline that fit, in board order: (rid, id, version, stage_id, number, name,
    customer id, customer name, amount, owner, expected_on, stage_since, position, day of the next planned activity)."""
    layout = reader.layout("deals")
    d = layout.table.c
    customer = Customer.__table__.alias("holder")
    next_of_deal = _next(reader, "deal_id", d.id, moment)
    next_of_customer = _next(reader, "customer_id", d.customer_id, moment)
    query = (
        sa.select(
            layout.rid, d.id, d.version, d.stage_id, d.number, d.name, d.customer_id, customer.c.name, d.amount_minor,
            d.owner_id, d.expected_on, d.stage_since, d.position, sa.func.coalesce(next_of_deal, next_of_customer),
        )
        .select_from(
            layout.table.outerjoin(
                customer,
                sa.and_(
                    customer.c.org_id == d.org_id, customer.c.id == d.customer_id, customer.c.deleted_at.is_(None)
                ),
            )
        )
        .where(*reader.where("deals", condition), d.pipeline_id == pipeline)
        .order_by(d.position.nulls_first(), layout.rid.desc())
    )  # fmt: skip
    found = reader.connection.execute(query).all()
    if reader.actor.reach("customers", Action.VIEW) is None:
        return list(found)
    seen = {r.id for r in reader.by_ids("customers", {row[6] for row in found if row[6]}, ["name"])}
    return [row if row[6] is None or row[6] in seen else (*row[:7], HIDDEN_TITLE, *row[8:]) for row in found]


def _next(reader: Reader, holder: str, value: Any, moment: datetime) -> Any:
    """When the next undone activity of this deal (or of its customer alone) is due."""
    a = Activity.__table__.c
    planned = sa.or_(a.due_at.is_not(None), a.happened_at > moment)
    query = sa.select(sa.func.min(sa.func.coalesce(a.due_at, a.happened_at))).where(
        a.org_id == reader.office, a[holder] == value, a.deleted_at.is_(None), a.done.is_not(True), planned
    )
    if holder == "customer_id":
        query = query.where(a.deal_id.is_(None))
    return query.scalar_subquery()
