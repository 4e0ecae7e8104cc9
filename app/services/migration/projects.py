"""Migrations as services see them: projects, their runs, and what every source row was when it was last brought over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.i18n import t
from app.db.office import migration_projects as stored
from app.db.office.migration_projects import StoredProject, StoredRun
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, UserError
from app.services.context import Context
from app.services.migration.records import DRAFT, RUNNING, Project, Run, Step, StepResult


class ProjectStore:
    """Reads and writes migrations."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- projects -----------------------------------------------------------------------------------------------

    def all(self) -> list[Project]:
        """All projects, the latest changed first."""
        with self._context.reading() as work:
            return [_project(found) for found in stored.all_projects(work.connection)]

    def get(self, name: str) -> Project:
        """The project with this name; raises NotFound."""
        with self._context.reading() as work:
            return _project(_found(work, name))

    def add(self, name: str, steps: Sequence[Step]) -> Project:
        """A new project; raises UserError for a name that is empty, too long or taken."""
        text = _plain(name)
        if not text:
            raise UserError(t("请给迁移项目起一个名字。"))
        if len(text) > 80:
            raise UserError(t("名字太长，最多 {n} 个字。", n=80))
        with self._context.writing() as work:
            if stored.find(work.connection, text) is not None:
                raise UserError(t("已经有叫“{name}”的迁移项目了。", name=text))
            stored.add(work.connection, text, DRAFT, _body(steps))
            work.commit()
        return self.get(text)

    def change(
        self, name: str, *, steps: Sequence[Step] | None = None, state: str | None = None,
        signed: Mapping[str, str] | None = None,
    ) -> Project:  # fmt: skip
        """Other steps, another state, a signature."""
        with self._context.writing() as work:
            found = _found(work, name)
            body = dict(found.body)
            if steps is not None:
                body |= _body(steps)
            if signed is not None:
                body["signed"] = dict(signed)
            stored.change(work.connection, found.id, state or found.state, body)
            work.commit()
        return self.get(name)

    def remove(self, name: str) -> None:
        """Forget a project; what it brought over stays."""
        with self._context.writing() as work:
            stored.remove(work.connection, _found(work, name).id)
            work.commit()

    # ---- runs ---------------------------------------------------------------------------------------------------

    def begin(self, project: Project, kind: str, results: Sequence[StepResult] = ()) -> uuid.UUID:
        """A run that starts now; `results`: steps an earlier run of the kind had finished."""
        body = {"by": self._context.actor.name, "steps": [r.to_json() for r in results], "error": ""}
        with self._context.writing() as work:
            key = stored.begin_run(work.connection, project.id, kind, RUNNING, body)
            work.commit()
        return key

    def note(self, run: uuid.UUID, results: Sequence[StepResult], state: str = RUNNING, error: str = "") -> None:
        """What the run has come to so far."""
        changes = {"steps": [r.to_json() for r in results], "error": error}
        with self._context.writing() as work:
            stored.note_run(work.connection, run, state, changes, finished=state != RUNNING)
            work.commit()

    # ---- rows ---------------------------------------------------------------------------------------------------

    def digests(self, project: Project, step: int) -> dict[str, str]:
        """Key → digest of the rows of a step as they were last brought over."""
        with self._context.reading() as work:
            return stored.digests(work.connection, project.id, step)

    def remember(self, project: Project, step: int, digests: Mapping[str, str]) -> None:
        """These are the rows of the step now."""
        with self._context.writing() as work:
            stored.remember(work.connection, project.id, step, digests)
            work.commit()

    def forget_rows(self, project: Project) -> None:
        """Nothing of the project is brought over any more."""
        with self._context.writing() as work:
            stored.forget_rows(work.connection, project.id)
            work.commit()


def _plain(name: str) -> str:
    return " ".join(name.split())


def _body(steps: Sequence[Step]) -> dict[str, Any]:
    return {"steps": [s.to_json() for s in steps]}


def _found(work: UnitOfWork, name: str) -> StoredProject:
    found = stored.find(work.connection, _plain(name))
    if found is None:
        raise NotFound(t("没有叫“{name}”的迁移项目。", name=name))
    return found


def _run(found: StoredRun) -> Run:
    return Run(
        found.id, found.kind, found.state, found.started_at, found.finished_at, str(found.body.get("by", "")),
        tuple(StepResult.from_json(s) for s in found.body.get("steps", ())), str(found.body.get("error", "")),
    )  # fmt: skip


def _project(found: StoredProject) -> Project:
    signed = found.body.get("signed") or {}
    return Project(
        found.id, found.name, found.state, tuple(Step.from_json(s) for s in found.body.get("steps", ())),
        found.created_at, found.updated_at, signed.get("by", ""), signed.get("at", ""), tuple(map(_run, found.runs)),
    )  # fmt: skip
