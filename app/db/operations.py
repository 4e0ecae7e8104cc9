"""The journal as people read it: which operations there are, what one of them changed, what undid what.

`seen` says whose operations the asking person may see; None = everybody's.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.records import OperationInfo
from app.db.dialect import office_of
from app.db.journal import CREATE
from app.models import ChangeRow, OperationRow

Seen = Collection[uuid.UUID] | None
#: how far back the beginning of an operation is looked for
_LONGEST = timedelta(days=1)
_HANDLE: sa.ColumnClause[int] = sa.literal_column("operation.rid")


@dataclass(frozen=True)
class Wanted:
    """Which operations: of these kinds (empty = all), by this person, begun in [since, until), whose summary has this
    text, in this state."""

    kinds: frozenset[str] = frozenset()
    user: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    state: str | None = None


@dataclass(frozen=True)
class StoredChange:
    """What an operation did to one record. `fields`: JSON text, see `ChangeRow`."""

    entity: str
    record: uuid.UUID
    action: str
    fields: str


# ---- which there are ------------------------------------------------------------------------------------------------


def page(
    connection: sa.Connection, wanted: Wanted, seen: Seen, *, limit: int, offset: int = 0
) -> tuple[int, list[OperationInfo]]:
    """(how many fit in all, the operations from `offset` on, newest first)."""
    o, where = OperationRow, _where(connection, wanted, seen)
    total = connection.execute(sa.select(sa.func.count()).select_from(o).where(*where)).scalar_one()
    newest = sa.select(*o.__table__.c).where(*where).order_by(o.started_at.desc(), o.id.desc())
    return total, [_info(row) for row in connection.execute(newest.limit(limit).offset(offset))]


def find(connection: sa.Connection, operation: uuid.UUID, seen: Seen) -> OperationInfo | None:
    """One operation; None when it is not there or not to be seen."""
    o = OperationRow
    query = sa.select(*o.__table__.c).where(*_where(connection, Wanted(), seen), o.id == operation)
    row = connection.execute(query).first()
    return None if row is None else _info(row)


def last_of(connection: sa.Connection, user: uuid.UUID, state: str, but: Collection[str]) -> OperationInfo | None:
    """The user's newest operation in this state, of any kind `but` these."""
    o, where = OperationRow, _where(connection, Wanted(user=user, state=state), None)
    query = sa.select(*o.__table__.c).where(*where, o.kind.not_in(sorted(but)))
    row = connection.execute(query.order_by(o.started_at.desc(), o.id.desc()).limit(1)).first()
    return None if row is None else _info(row)


def handles(connection: sa.Connection, wanted: Wanted, seen: Seen) -> Sequence[int]:
    """The row handles of the operations that fit, newest first."""
    o = OperationRow
    query = sa.select(_HANDLE).select_from(o).where(*_where(connection, wanted, seen))
    return connection.execute(query.order_by(o.started_at.desc(), _HANDLE.desc())).scalars().all()


def by_handles(connection: sa.Connection, wanted: Iterable[int], seen: Seen) -> dict[int, OperationInfo]:
    """The operations behind handles."""
    query = sa.select(_HANDLE.label("handle"), *OperationRow.__table__.c)
    rows = connection.execute(query.where(_HANDLE.in_(list(wanted)), *_where(connection, Wanted(), seen)))
    return {int(row.handle): _info(row) for row in rows}


def handle_of(connection: sa.Connection, operation: uuid.UUID) -> int | None:
    """The row handle of an operation."""
    o = OperationRow
    query = sa.select(_HANDLE).select_from(o).where(o.org_id == office_of(connection), o.id == operation)
    return connection.execute(query).scalar()


def kinds(connection: sa.Connection, seen: Seen) -> tuple[str, ...]:
    """The kinds that occur."""
    query = sa.select(OperationRow.kind).where(*_where(connection, Wanted(), seen)).distinct()
    return tuple(connection.execute(query.order_by(OperationRow.kind)).scalars())


def people(connection: sa.Connection, seen: Seen) -> list[tuple[uuid.UUID, str]]:
    """(user, name) of everybody who did something, by name."""
    o = OperationRow
    where = _where(connection, Wanted(), seen)
    rows = connection.execute(sa.select(o.user_id, sa.func.max(o.actor)).where(*where).group_by(o.user_id))
    return sorted(((user, name) for user, name in rows if user is not None), key=lambda pair: pair[1])


# ---- what one of them did -------------------------------------------------------------------------------------------


def changes(connection: sa.Connection, operation: uuid.UUID, limit: int) -> tuple[int, list[StoredChange]]:
    """(how many changes in all, the first ones in the order they were made)."""
    c = ChangeRow
    of_operation = sa.and_(c.org_id == office_of(connection), c.operation_id == operation)
    total = connection.execute(sa.select(sa.func.count()).select_from(c).where(of_operation)).scalar_one()
    query = sa.select(c.entity, c.record_id, c.action, c.fields).where(of_operation)
    rows = connection.execute(query.order_by(sa.literal_column("change.rid")).limit(limit))
    return total, [StoredChange(*row) for row in rows]


def records_made(connection: sa.Connection, operation: uuid.UUID, entity: str) -> list[uuid.UUID]:
    """The records of a kind that the operation created."""
    c = ChangeRow
    query = sa.select(c.record_id).where(
        c.org_id == office_of(connection), c.operation_id == operation, c.entity == entity, c.action == CREATE
    )
    return list(connection.execute(query).scalars())


def count_since(connection: sa.Connection, moment: datetime, most: int) -> int:
    """How many operations ended after the moment or have not yet, counted up to `most`; of those that take longer than a
    day only while they began within it."""
    o = OperationRow
    later = sa.or_(o.finished_at.is_(None), o.finished_at >= moment)
    since = sa.and_(o.org_id == office_of(connection), o.started_at >= moment - _LONGEST, later)
    some = sa.select(o.id).where(since).limit(most)
    return int(connection.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one())


# ---- what undid what ------------------------------------------------------------------------------------------------


def set_state(connection: sa.Connection, operation: uuid.UUID, state: str) -> None:
    """Note that an operation was undone, or holds again."""
    o = OperationRow
    one = sa.and_(o.org_id == office_of(connection), o.id == operation)
    connection.execute(sa.update(o).where(one).values(state=state))


def undone_by(connection: sa.Connection, operation: uuid.UUID) -> list[uuid.UUID]:
    """What the operation undoes, what that one undoes …, down to the first act."""
    o, at = OperationRow, operation
    line: list[uuid.UUID] = []
    while True:
        query = sa.select(o.undoes).where(o.org_id == office_of(connection), o.id == at)
        below: uuid.UUID | None = connection.execute(query).scalar()
        if below is None:
            return line
        line.append(below)
        at = below


def kept_any(connection: sa.Connection, act: uuid.UUID) -> bool:
    """Whether undoing the act, or undoing that, ever left records alone."""
    o, office = OperationRow, office_of(connection)
    first = sa.select(o.id).where(o.org_id == office, o.id == act).cte(recursive=True)
    family = first.union_all(sa.select(o.id).where(o.org_id == office, o.undoes == first.c.id))
    query = sa.select(o.counts).join(family, family.c.id == o.id).where(o.org_id == office)
    return any((found or {}).get("kept") for found in connection.execute(query).scalars())


def _where(connection: sa.Connection, wanted: Wanted, seen: Seen) -> list[Any]:
    o = OperationRow
    where: list[Any] = [o.org_id == office_of(connection)]
    if seen is not None:
        where.append(o.user_id.in_(sorted(seen)))
    if wanted.kinds:
        where.append(o.kind.in_(sorted(wanted.kinds)))
    if wanted.user is not None:
        where.append(o.user_id == wanted.user)
    if wanted.since is not None:
        where.append(o.started_at >= wanted.since)
    if wanted.until is not None:
        where.append(o.started_at < wanted.until)
    if wanted.text:
        where.append(o.summary.icontains(wanted.text, autoescape=True))
    if wanted.state is not None:
        where.append(o.state == wanted.state)
    return where


def _info(row: Any) -> OperationInfo:
    return OperationInfo(
        row.id, row.kind, row.summary, row.state, row.actor, row.origin, row.started_at, row.finished_at,
        dict(row.counts or {}), row.undoes, dict(row.params or {}),
    )  # fmt: skip
