"""Migrations as they are stored: projects, their runs, and the digest of every source row that was brought over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.ids import uuid7
from app.db.dialect import office_of
from app.models import MigrationProject, MigrationRow, MigrationRun

_AT_ONCE = 2_000


@dataclass(frozen=True)
class StoredRun:
    """One run. `body`: who, steps, error as JSON."""

    id: uuid.UUID
    kind: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class StoredProject:
    """One project with its runs, oldest first. `body`: steps and signature as JSON."""

    id: uuid.UUID
    name: str
    state: str
    body: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    runs: tuple[StoredRun, ...]


# ---- projects -------------------------------------------------------------------------------------------------------


def all_projects(connection: sa.Connection) -> list[StoredProject]:
    """All of them, the latest changed first."""
    p = MigrationProject
    rows = connection.execute(_query(connection).order_by(p.updated_at.desc(), p.id.desc())).all()
    return [_project(connection, row) for row in rows]


def find(connection: sa.Connection, name: str) -> StoredProject | None:
    """The project of this name, or None."""
    row = connection.execute(_query(connection).where(MigrationProject.name == name)).first()
    return None if row is None else _project(connection, row)


def add(connection: sa.Connection, name: str, state: str, body: Mapping[str, Any]) -> None:
    """A new project without runs."""
    moment = now()
    row = {
        "org_id": office_of(connection), "id": uuid7(), "name": name, "state": state, "body": body,
        "created_at": moment, "updated_at": moment,
    }  # fmt: skip
    connection.execute(sa.insert(MigrationProject), [row])


def change(connection: sa.Connection, project: uuid.UUID, state: str, body: Mapping[str, Any]) -> None:
    """Another state and other contents."""
    p = MigrationProject
    mine = sa.and_(p.org_id == office_of(connection), p.id == project)
    connection.execute(sa.update(p).where(mine).values(state=state, body=body, updated_at=now()))


def remove(connection: sa.Connection, project: uuid.UUID) -> None:
    """Forget a project with its runs and rows."""
    office = office_of(connection)
    for part in (MigrationRow, MigrationRun):
        connection.execute(sa.delete(part).where(part.org_id == office, part.project_id == project))
    p = MigrationProject
    connection.execute(sa.delete(p).where(p.org_id == office, p.id == project))


# ---- runs -----------------------------------------------------------------------------------------------------------


def begin_run(
    connection: sa.Connection, project: uuid.UUID, kind: str, state: str, body: Mapping[str, Any]
) -> uuid.UUID:
    """A run that starts now; returns its id."""
    key = uuid7()
    row = {
        "org_id": office_of(connection), "id": key, "project_id": project, "kind": kind, "state": state, "body": body,
        "started_at": now(), "finished_at": None,
    }  # fmt: skip
    connection.execute(sa.insert(MigrationRun), [row])
    return key


def note_run(
    connection: sa.Connection, run: uuid.UUID, state: str, changes: Mapping[str, Any], *, finished: bool
) -> None:
    """What the run has come to: its state, and these keys of its body."""
    r = MigrationRun
    mine = sa.and_(r.org_id == office_of(connection), r.id == run)
    body = connection.execute(sa.select(r.body).where(mine)).scalar_one()
    values = {"state": state, "body": {**body, **changes}, "finished_at": now() if finished else None}
    connection.execute(sa.update(r).where(mine).values(**values))


# ---- rows -----------------------------------------------------------------------------------------------------------


def digests(connection: sa.Connection, project: uuid.UUID, step: int) -> dict[str, str]:
    """Key in the source → digest of the rows of a step as they were last brought over."""
    r = MigrationRow
    query = sa.select(r.source_key, r.digest).where(
        r.org_id == office_of(connection), r.project_id == project, r.step == step
    )
    return {row.source_key: row.digest for row in connection.execute(query)}


def remember(connection: sa.Connection, project: uuid.UUID, step: int, rows: Mapping[str, str]) -> None:
    """These are the rows of the step now: key in the source → digest."""
    r, office = MigrationRow, office_of(connection)
    forget_rows(connection, project, step)
    items: Sequence[tuple[str, str]] = list(rows.items())
    for start in range(0, len(items), _AT_ONCE):
        part = [
            {"org_id": office, "id": uuid7(), "project_id": project, "step": step, "source_key": key, "digest": digest}
            for key, digest in items[start : start + _AT_ONCE]
        ]
        connection.execute(sa.insert(r), part)


def forget_rows(connection: sa.Connection, project: uuid.UUID, step: int | None = None) -> None:
    """Nothing of this step, or of the whole project, is brought over any more."""
    r = MigrationRow
    gone = sa.delete(r).where(r.org_id == office_of(connection), r.project_id == project)
    connection.execute(gone if step is None else gone.where(r.step == step))


def _query(connection: sa.Connection) -> sa.Select[Any]:
    p = MigrationProject.__table__.c
    return sa.select(p.id, p.name, p.state, p.body, p.created_at, p.updated_at).where(p.org_id == office_of(connection))


def _project(connection: sa.Connection, row: Any) -> StoredProject:
    r = MigrationRun
    query = (
        sa.select(r.id, r.kind, r.state, r.started_at, r.finished_at, r.body)
        .where(r.org_id == office_of(connection), r.project_id == row.id)
        .order_by(r.started_at, r.id)
    )
    runs = tuple(StoredRun(*run) for run in connection.execute(query))
    return StoredProject(row.id, row.name, row.state, row.body, row.created_at, row.updated_at, runs)
