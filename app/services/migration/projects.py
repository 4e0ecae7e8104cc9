"""Migrations as they are stored: projects, their runs, and the digest of every source row brought over."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.i18n import t
from app.core.ids import uuid7
from app.errors import NotFound, UserError
from app.models import MigrationProject, MigrationRow, MigrationRun
from app.services.context import Context
from app.services.migration.records import DRAFT, RUNNING, Project, Run, Step, StepResult

_CHUNK = 2_000


class ProjectStore:
    """Reads and writes the tables of migrations."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- projects -----------------------------------------------------------------------------------------------

    def all(self) -> list[Project]:
        """All projects, the latest changed first."""
        p = MigrationProject
        with self._context.archive.session() as session:
            rows = session.scalars(sa.select(p).where(p.org_id == 1).order_by(p.updated_at.desc(), p.id.desc())).all()
            return [_project(row, _runs(session, row.id)) for row in rows]

    def get(self, name: str) -> Project:
        """The project with this name; raises NotFound."""
        with self._context.archive.session() as session:
            row = _row(session, name)
            return _project(row, _runs(session, row.id))

    def add(self, name: str, steps: Sequence[Step]) -> Project:
        """A new project; raises UserError for a name that is empty, too long or taken."""
        text = " ".join(name.split())
        if not text:
            raise UserError(t("请给迁移项目起一个名字。"))
        if len(text) > 80:
            raise UserError(t("名字太长，最多 {n} 个字。", n=80))
        p = MigrationProject
        with self._context.archive.session(write=True) as session:
            if session.scalar(sa.select(p.id).where(p.org_id == 1, p.name == text)) is not None:
                raise UserError(t("已经有叫“{name}”的迁移项目了。", name=text))
            moment = now()
            session.add(
                MigrationProject(
                    id=uuid7(), name=text, state=DRAFT, body=_body(steps), created_at=moment, updated_at=moment
                )
            )
            session.commit()
        return self.get(text)

    def change(
        self, name: str, *, steps: Sequence[Step] | None = None, state: str | None = None,
        signed: Mapping[str, str] | None = None,
    ) -> Project:  # fmt: skip
        """Other steps, another state, a signature."""
        with self._context.archive.session(write=True) as session:
            row = _row(session, name)
            body = dict(row.body)
            if steps is not None:
                body |= _body(steps)
            if signed is not None:
                body["signed"] = dict(signed)
            row.body, row.updated_at = body, now()
            row.state = state or row.state
            session.commit()
        return self.get(name)

    def remove(self, name: str) -> None:
        """Forget a project; what it brought over stays."""
        with self._context.archive.session(write=True) as session:
            row = _row(session, name)
            for table in (MigrationRow, MigrationRun):
                session.execute(sa.delete(table).where(table.org_id == 1, table.project_id == row.id))
            session.delete(row)
            session.commit()

    # ---- runs ---------------------------------------------------------------------------------------------------

    def begin(self, project: Project, kind: str, results: Sequence[StepResult] = ()) -> uuid.UUID:
        """A run that starts now; `results`: steps an earlier run of the kind had finished."""
        key = uuid7()
        body = {"by": self._context.actor.name, "steps": [r.to_json() for r in results], "error": ""}
        with self._context.archive.session(write=True) as session:
            session.add(
                MigrationRun(
                    id=key,
                    project_id=project.id,
                    kind=kind,
                    state=RUNNING,
                    body=body,
                    started_at=now(),
                    finished_at=None,
                )
            )
            session.commit()
        return key

    def note(self, run: uuid.UUID, results: Sequence[StepResult], state: str = RUNNING, error: str = "") -> None:
        """What the run has come to so far."""
        with self._context.archive.session(write=True) as session:
            row = session.get_one(MigrationRun, (1, run))
            row.body = {**row.body, "steps": [r.to_json() for r in results], "error": error}
            row.state = state
            row.finished_at = None if state == RUNNING else now()
            session.commit()

    # ---- rows ---------------------------------------------------------------------------------------------------

    def digests(self, project: Project, step: int) -> dict[str, str]:
        """Key → digest of the rows of a step as they were last brought over."""
        r = MigrationRow
        query = sa.select(r.source_key, r.digest).where(r.org_id == 1, r.project_id == project.id, r.step == step)
        with self._context.archive.session() as session:
            return {row.source_key: row.digest for row in session.execute(query)}

    def remember(self, project: Project, step: int, digests: Mapping[str, str]) -> None:
        """These are the rows of the step now."""
        r = MigrationRow
        with self._context.archive.session(write=True) as session:
            session.execute(sa.delete(r).where(r.org_id == 1, r.project_id == project.id, r.step == step))
            for part in _chunks(list(digests.items())):
                session.execute(
                    sa.insert(r),
                    [
                        {
                            "org_id": 1,
                            "id": uuid7(),
                            "project_id": project.id,
                            "step": step,
                            "source_key": key,
                            "digest": d,
                        }
                        for key, d in part
                    ],
                )
            session.commit()

    def forget_rows(self, project: Project) -> None:
        """Nothing of the project is brought over any more."""
        r = MigrationRow
        with self._context.archive.session(write=True) as session:
            session.execute(sa.delete(r).where(r.org_id == 1, r.project_id == project.id))
            session.commit()


def _body(steps: Sequence[Step]) -> dict[str, Any]:
    return {"steps": [s.to_json() for s in steps]}


def _chunks(items: list[tuple[str, str]]) -> Iterable[list[tuple[str, str]]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))


def _row(session: Session, name: str) -> MigrationProject:
    p = MigrationProject
    row = session.scalar(sa.select(p).where(p.org_id == 1, p.name == " ".join(name.split())))
    if row is None:
        raise NotFound(t("没有叫“{name}”的迁移项目。", name=name))
    return row


def _runs(session: Session, project: uuid.UUID) -> tuple[Run, ...]:
    r = MigrationRun
    rows = session.scalars(
        sa.select(r).where(r.org_id == 1, r.project_id == project).order_by(r.started_at, r.id)
    ).all()
    return tuple(
        Run(
            row.id, row.kind, row.state, row.started_at, row.finished_at, str(row.body.get("by", "")),
            tuple(StepResult.from_json(s) for s in row.body.get("steps", ())), str(row.body.get("error", "")),
        )
        for row in rows
    )  # fmt: skip


def _project(row: MigrationProject, runs: tuple[Run, ...]) -> Project:
    signed = row.body.get("signed") or {}
    return Project(
        row.id, row.name, row.state, tuple(Step.from_json(s) for s in row.body.get("steps", ())), row.created_at,
        row.updated_at, signed.get("by", ""), signed.get("at", ""), runs,
    )  # fmt: skip
