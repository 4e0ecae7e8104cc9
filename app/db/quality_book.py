"""Findings and scores as rows: what a check found is compared with what stands there, so that decisions are kept."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.ids import uuid7, uuid7_bytes
from app.core.primitives import to_millis
from app.db.dialect import dialect_of, office_of
from app.db.dialect.expressions import IdBytes, among
from app.db.store.reading import Reader
from app.models import QualityFinding, QualityScore

_finding: Any = QualityFinding.__table__
_score: Any = QualityScore.__table__
_f, _s = _finding.c, _score.c
#: scores kept per entity
KEPT_SCORES = 1_000
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Synced:
    """Findings that are new, open again because the value changed, gone because the record is right."""

    opened: int
    reopened: int
    fixed: int


@dataclass(frozen=True, slots=True)
class Row:
    """One finding."""

    rule: str
    record: uuid.UUID
    state: str
    found_at: datetime


def sync(
    connection: sa.Connection,
    entity: str,
    broken: Mapping[str, Sequence[tuple[bytes, str]]],
    kept: Iterable[str],
    now: datetime,
) -> Synced:
    """Make the findings of an entity what a whole check found. Rules not in `broken` lose their open findings, unless they
    are in `kept` (they could not be checked); discarded ones of switched-off rules stay."""
    untouched, office = set(kept), office_of(connection)
    before: dict[str, dict[bytes, tuple[str, str]]] = defaultdict(dict)
    query = sa.select(_f.rule, IdBytes(_f.record_id), _f.state, _f.about).where(
        _f.org_id == office, _f.entity == entity
    )
    for rule, record, state, about in connection.execute(query):
        before[rule][bytes(record)] = (state, about)
    opened = reopened = fixed = 0
    for rule, wrong in broken.items():
        known = before.pop(rule, {})
        fresh: list[bytes] = []
        marks: dict[bytes, str] = {}
        again: list[tuple[bytes, str]] = []
        moved: list[tuple[bytes, str]] = []
        for record, about in wrong:
            there = known.pop(record, None)
            if there is None:
                fresh.append(record)
                marks[record] = about
            elif there[1] != about:
                (again if there[0] == "discarded" else moved).append((record, about))
        _insert(connection, entity, rule, fresh, marks, now)
        _mark(
            connection, entity, rule, again, {"state": "open", "found_at": now, "decided_at": None, "decided_by": None}
        )
        _mark(connection, entity, rule, moved, {})
        _delete(connection, entity, rule, known)
        opened, reopened, fixed = opened + len(fresh), reopened + len(again), fixed + len(known)
    for rule, known in before.items():
        if rule not in untouched:
            gone = [record for record, (state, _) in known.items() if state == "open"]
            _delete(connection, entity, rule, gone)
            fixed += len(gone)
    return Synced(opened, reopened, fixed)


def _insert(
    connection: sa.Connection,
    entity: str,
    rule: str,
    records: Sequence[bytes],
    about: Mapping[bytes, str],
    now: datetime,
) -> None:
    moment = to_millis(now)
    for start in range(0, len(records), _BATCH):
        part = records[start : start + _BATCH]
        rows = [
            (key, entity, rule, record, "open", about[record], moment)
            for key, record in zip(uuid7_bytes(len(part)), part, strict=True)
        ]
        names = ("id", "entity", "rule", "record_id", "state", "about", "found_at")
        dialect_of(connection).insert(connection, _finding, names, rows)


def _mark(
    connection: sa.Connection, entity: str, rule: str, records: Sequence[tuple[bytes, str]], more: Mapping[str, Any]
) -> None:
    if not records:
        return
    statement = (
        sa.update(_finding)
        .where(
            _f.org_id == office_of(connection),
            _f.entity == entity,
            _f.rule == rule,
            _f.record_id == sa.bindparam("of_record"),
        )
        .values(about=sa.bindparam("of_value"), **more)
    )
    connection.execute(statement, [{"of_record": uuid.UUID(bytes=r), "of_value": a} for r, a in records])


def _delete(connection: sa.Connection, entity: str, rule: str, records: Iterable[bytes]) -> None:
    wanted = list(records)
    if wanted:
        mine = (_f.org_id == office_of(connection), _f.entity == entity, _f.rule == rule)
        connection.execute(sa.delete(_finding).where(*mine, among(_f.record_id, wanted)))


def forget_rule(connection: sa.Connection, entity: str, rule: str) -> None:
    """A rule was deleted: its findings and decisions go with it."""
    mine = (_f.org_id == office_of(connection), _f.entity == entity, _f.rule == rule)
    connection.execute(sa.delete(_finding).where(*mine))


def decide(
    connection: sa.Connection,
    entity: str,
    rule: str,
    records: Iterable[uuid.UUID] | None,
    state: str,
    by: uuid.UUID,
    now: datetime,
) -> int:
    """Give findings of a rule another state: those of these records, or all. Returns how many changed."""
    where = [_f.org_id == office_of(connection), _f.entity == entity, _f.rule == rule, _f.state != state]
    if records is not None:
        where.append(among(_f.record_id, records))
    values = {"state": state, "decided_at": now, "decided_by": by}
    return int(connection.execute(sa.update(_finding).where(*where).values(**values)).rowcount)


def _visible(reader: Reader, entity: str, rules: Iterable[str]) -> tuple[Any, list[Any]]:
    layout = reader.layout(entity)
    c = layout.table.c
    source = _finding.join(layout.table, sa.and_(c.org_id == _f.org_id, c.id == _f.record_id))
    return source, [
        _f.org_id == reader.office,
        _f.entity == entity,
        _f.rule.in_(list(rules)),
        *reader.where(entity, None),
    ]


def counts(reader: Reader, entity: str, rules: Iterable[str]) -> dict[str, dict[str, int]]:
    """Rule → state → findings of visible live records."""
    source, where = _visible(reader, entity, rules)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    query = sa.select(_f.rule, _f.state, sa.func.count()).select_from(source).where(*where).group_by(_f.rule, _f.state)
    for rule, state, number in reader.connection.execute(query):
        found[rule][state] = int(number)
    return dict(found)


def page(
    reader: Reader, entity: str, rules: Sequence[str], state: str | None, limit: int, offset: int
) -> tuple[int, list[Row]]:
    """(how many, a page of them), by rule in the order given, newest first."""
    source, where = _visible(reader, entity, rules)
    if state is not None:
        where.append(_f.state == state)
    total = int(reader.connection.execute(sa.select(sa.func.count()).select_from(source).where(*where)).scalar_one())
    order = (
        sa.case({key: place for place, key in enumerate(rules)}, value=_f.rule, else_=len(rules)) if rules else _f.rule
    )
    query = sa.select(_f.rule, _f.record_id, _f.state, _f.found_at).select_from(source).where(*where)
    query = query.order_by(order, _f.found_at.desc(), sa.literal_column("quality_finding.rid").desc())
    rows = reader.connection.execute(query.limit(limit).offset(offset)).all()
    return total, [Row(r[0], r[1], r[2], r[3]) for r in rows]


# ---- scores ------------------------------------------------------------------------------------------------------------


def add_score(connection: sa.Connection, entity: str, taken_at: datetime, body: Mapping[str, Any]) -> None:
    """One more point of the trend; the oldest beyond `KEPT_SCORES` go."""
    office = office_of(connection)
    connection.execute(
        sa.insert(QualityScore),
        [{"org_id": office, "id": uuid7(), "entity": entity, "taken_at": taken_at, "body": dict(body)}],
    )
    mine = sa.and_(_s.org_id == office, _s.entity == entity)
    newest = sa.select(_s.taken_at).where(mine).order_by(_s.taken_at.desc()).offset(KEPT_SCORES).limit(1)
    limit = connection.execute(newest).scalar()
    if limit is not None:
        connection.execute(sa.delete(_score).where(mine, _s.taken_at <= limit))


def scores(connection: sa.Connection, entity: str, limit: int) -> list[tuple[datetime, dict[str, Any]]]:
    """The newest points, oldest first."""
    query = sa.select(_s.taken_at, _s.body).where(_s.org_id == office_of(connection), _s.entity == entity)
    rows = connection.execute(query.order_by(_s.taken_at.desc()).limit(limit)).all()
    return [(row[0], row[1]) for row in reversed(rows)]


def last_checks(connection: sa.Connection) -> dict[str, datetime]:
    """Entity → when it was last checked."""
    query = sa.select(_s.entity, sa.func.max(_s.taken_at)).where(_s.org_id == office_of(connection)).group_by(_s.entity)
    return {row[0]: row[1] for row in connection.execute(query)}
