"""Conditions on the value of one field: in a column of the record, or in a custom value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.access import Actor
from app.core.fields import Field, FieldType, MonthDay
from app.core.i18n import t
from app.core.kinds import kind_of
from app.core.kinds.choices import marked
from app.db.dialect.expressions import contains, ends, holds, starts
from app.db.store.filter_dates import date_range, days_of_year
from app.errors import UserError

Clause = sa.ColumnElement[bool]
#: the operators that are true where the field is empty → their opposites
NEGATED = {"ne": "eq", "not_in": "in", "not_contains": "contains", "has_none": "has_any", "false": "true"}


def in_column(column: Any, field: Field, op: str, value: Any, actor: Actor, users: dict[str, Any]) -> Clause:
    """The condition on a column of the record's own row."""
    if op in ("is_empty", "not_empty"):
        empty: Clause = column.is_(None)
        if kind_of(field).worded:
            empty = sa.or_(empty, column == "")
        return empty if op == "is_empty" else sa.not_(empty)
    if op in ("me", "my_team"):
        mine = {actor.user_id} if op == "me" else actor.team_user_ids | {actor.user_id}
        owned: Clause = column.in_(sorted(mine))
        return owned
    if op == "true":
        return column.is_(True)  # type: ignore[no-any-return]
    if op in NEGATED:
        inside = in_column(column, field, NEGATED[op], value, actor, users)
        return sa.or_(sa.not_(inside), column.is_(None))
    items = value if isinstance(value, list) else [value]
    if field.type is FieldType.USER:
        return compare(column, op, [_user(field, one, users) for one in items])
    return _value(column, field, op, items, custom=False)


def in_custom(text: Any, number: Any, field: Field, op: str, value: Any) -> Clause:
    """The condition on a custom value that is there; `op` is none of the negated ones."""
    column = number if kind_of(field).counted else text
    if op == "true":
        return column == 1  # type: ignore[no-any-return]
    return _value(column, field, op, value if isinstance(value, list) else [value], custom=True)


def _value(column: Any, field: Field, op: str, items: Sequence[Any], *, custom: bool) -> Clause:
    kind = kind_of(field)
    if kind.day:
        return _dates(column, field, op, items, custom=custom)
    if kind.yearly:
        return _yearly(sa.type_coerce(column, sa.Text), field, op, items)
    if kind.several:
        return _some(sa.type_coerce(column, sa.Text), op, items)
    values = [_fitting(field, one) for one in items]
    if custom and kind.counted:
        values = [kind.to_custom(one)[1] for one in values]
    return compare(column, op, values)


def compare(column: Any, op: str, values: Sequence[Any]) -> Clause:
    """A column against values of its type."""
    first = values[0]
    simple: dict[str, Any] = {
        "eq": lambda: column == first,
        "ne": lambda: sa.or_(column != first, column.is_(None)),
        "lt": lambda: column < first,
        "le": lambda: column <= first,
        "gt": lambda: column > first,
        "ge": lambda: column >= first,
        "between": lambda: column.between(first, values[-1]),
        "in": lambda: column.in_(values),
        "contains": lambda: contains(column, first),
        "starts": lambda: starts(column, first),
        "ends": lambda: ends(column, first),
    }
    if op not in simple:
        raise UserError(t("不认识的筛选方式“{op}”。", op=op))
    clause: Clause = simple[op]()
    return clause


def _fitting(field: Field, value: Any) -> Any:
    try:
        return kind_of(field).compared(value)
    except (ValueError, ArithmeticError, TypeError):
        raise _unfit(field, value) from None


def _user(field: Field, value: Any, users: dict[str, Any]) -> Any:
    known = users.get(str(value))
    if known is not None:
        return known
    try:
        return kind_of(field).from_json(str(value))
    except ValueError:
        raise _unfit(field, value) from None


def _unfit(field: Field, value: Any) -> UserError:
    return UserError(t("“{value}”不能用来筛选字段“{field}”。", value=value, field=field.label))


# ---- days -------------------------------------------------------------------------------------------------------


def _range(field: Field, op: str, items: Sequence[Any]) -> tuple[date | None, date | None]:
    try:
        return date_range(op, list(items) if len(items) > 1 else items[0], clock.today())
    except (ValueError, OverflowError, TypeError):
        raise _unfit(field, items[0]) from None


def _dates(column: Any, field: Field, op: str, items: Sequence[Any], *, custom: bool) -> Clause:
    first, last = _range(field, op, items)
    start: Any = first
    end: Any = last
    moments = field.type is FieldType.DATETIME
    if moments:
        try:
            start = _midnight(first) if first else None
            end = _midnight(last + timedelta(days=1)) if last else None
        except (ValueError, OverflowError):
            raise _unfit(field, items[0]) from None
    if custom:
        start, end = (None if edge is None else kind_of(field).to_custom(edge)[1] for edge in (start, end))
    bounds: list[Clause] = []
    if start is not None:
        bounds.append(column >= start)
    if end is not None:
        bounds.append(column < end if moments else column <= end)
    return sa.and_(*bounds)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min).astimezone()


def _yearly(column: Any, field: Field, op: str, items: Sequence[Any]) -> Clause:
    """Days that come every year, stored as "1985-05-12" or "--05-12": relative operators ask for month and day whatever the
    year; a comparison with a day of a known year finds only such days, one with a day without year every such month and day."""
    of_year = day_of_year(column)
    if op in ("today", "this_week", "this_month", "next_days"):
        first, last = _range(field, op, items)
        assert first is not None
        assert last is not None
        days = days_of_year(first, last)
        every: Clause = column.is_not(None) if days is None else of_year.in_(days)
        return every
    wanted = [_fitting(field, one) for one in items]
    if op == "eq" and wanted[0].year is None:
        return of_year == wanted[0].yearly  # type: ignore[no-any-return]
    if any(day.year is None for day in wanted):
        raise UserError(t("请写出年份：没有年份的日期不能比较先后。"))
    return sa.and_(column >= _FIRST_DAY, compare(column, op, [str(day) for day in wanted]))


def day_of_year(column: Any) -> Any:
    """MM-DD of a column of days that come every year."""
    text = sa.type_coerce(column, sa.Text)
    return sa.func.substr(text, sa.func.length(text) - 4)


#: behind all texts of days without a year
_FIRST_DAY = str(MonthDay(1, 1, 1))


# ---- several values in one text ---------------------------------------------------------------------------------


def _some(column: Any, op: str, codes: Sequence[Any]) -> Clause:
    each = [holds(column, marked(str(code))) for code in codes]
    return sa.and_(*each) if op == "has_all" else sa.or_(*each)
