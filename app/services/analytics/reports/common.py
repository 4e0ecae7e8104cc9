"""Putting a report together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.core.filters import Listed, dump
from app.core.i18n import t
from app.services.analytics.records import Column, Drill, Formula, Kind, Period, Report, Row
from app.services.analytics.rules.history import Orders
from app.services.analytics.run import Run


def report(run: Run, formula: Formula, *, n: int, window: Period | None, **more: Any) -> Report:
    """A report of this run; `more`: columns, rows, measures, detail, notes, parts, of_row, of_all, parameters."""
    given = {"columns": (), "rows": (), "parameters": run.parameters(), **more}
    return Report(
        name=run.spec.name,
        title=run.spec.title,
        formula=formula,
        as_of=run.as_of,
        window=window,
        filter=_filter(run),
        n=n,
        **given,
    )


def _filter(run: Run) -> Mapping[str, Any] | None:
    request = run.request
    found: dict[str, Any] = {}
    if request.owners:
        found["owners"] = sorted(str(o) for o in request.owners)
    if request.team:
        found["team"] = request.team
    if request.condition is not None:
        found[run.spec.entity] = dump(request.condition)
    return found or None


def customer_columns() -> tuple[Column, ...]:
    """What every table of customers begins with."""
    return (
        Column("customer", t("客户")),
        Column("number", t("客户编号")),
        Column("external_id", t("外部编号")),
    )


def of_customer(row: Row) -> Drill | None:
    """The customer of a row."""
    key = row.get("id")
    return Drill("customers", Listed((uuid.UUID(str(key)),), str(row.get("customer", "")))) if key else None


def share_column() -> Column:
    return Column("share", t("占比"), Kind.RATE)


def one_of(value: str, allowed: Iterable[str]) -> str:
    """The value, when allowed; raises UserError."""
    from app.errors import UserError

    choices = tuple(allowed)
    if value not in choices:
        raise UserError(t("“{value}”不行，可以用：{choices}。", value=value, choices="、".join(choices)))
    return value


def window_of(run: Run, found: Orders) -> Period:
    """The period asked for; else from the first order on."""
    first = date.fromordinal(int(found.day.min())) if len(found.day) else None
    return Period(run.since(first), run.until)
