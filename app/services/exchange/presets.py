"""Remembered column mappings: named presets, and silently the last mapping of every layout of headers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.access import Action
from app.core.clock import now
from app.core.i18n import t
from app.core.ids import uuid7
from app.errors import NotFound, UserError
from app.models import ImportPreset
from app.services.context import Context
from app.services.exchange.plan import ColumnPlan, ImportPlan
from app.services.exchange.reading.records import Inspection
from app.services.exchange.targets import header_key, target_of

_LAST = "#"  # names of silently remembered mappings begin so
_LAST_KEPT = 100


@dataclass(frozen=True)
class Preset:
    """A named import plan. `fingerprint` tells the headers it was made for."""

    id: uuid.UUID
    entity: str
    name: str
    fingerprint: str
    used_at: datetime
    plan: ImportPlan


Presets = list[Preset]


class PresetService:
    """Presets are shared by everybody who may import."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, entity: str) -> Presets:
        """The named presets of an entity, the latest used first."""
        query = sa.select(ImportPreset).where(
            ImportPreset.org_id == 1, ImportPreset.entity == entity, ~ImportPreset.name.startswith(_LAST)
        )
        with self._context.archive.session() as session:
            rows = session.scalars(query.order_by(ImportPreset.used_at.desc(), ImportPreset.id.desc())).all()
            return [_preset(row) for row in rows]

    def find(self, entity: str, name: str) -> Preset | None:
        """The preset with this name, or None."""
        return next((p for p in self.list(entity) if p.name == name.strip()), None)

    def save(self, name: str, inspection: Inspection, plan: ImportPlan) -> Preset:
        """Store the plan under a name; a preset of that name is replaced. Raises UserError for an unusable name."""
        text = name.strip()
        if not text or text.startswith(_LAST):
            raise UserError(t("请给导入方案起一个名字（不能以“#”开头）。"))
        if len(text) > 80:
            raise UserError(t("名字太长，最多 {n} 个字。", n=80))
        with self._context.archive.session(write=True) as session:
            row = self._put(session, text, inspection, plan)
            session.commit()
            return _preset(row)

    def save_last(self, inspection: Inspection, plan: ImportPlan) -> None:
        """Remember the mapping of these headers without a name; the oldest such memories are dropped."""
        with self._context.archive.session(write=True) as session:
            self._put(session, _LAST + inspection.fingerprint[:40], inspection, plan)
            p = ImportPreset
            old = sa.select(p.id).where(p.org_id == 1, p.entity == plan.entity, p.name.startswith(_LAST))
            stale = session.scalars(old.order_by(p.used_at.desc(), p.id.desc()).offset(_LAST_KEPT)).all()
            if stale:
                session.execute(sa.delete(p).where(p.org_id == 1, p.id.in_(stale)))
            session.commit()

    def delete(self, preset: uuid.UUID) -> None:
        """Remove a preset; raises NotFound."""
        with self._context.archive.session(write=True) as session:
            row = self._row(session, preset)
            self._context.actor.require(row.entity, Action.IMPORT)
            session.delete(row)
            session.commit()

    def touch(self, preset: uuid.UUID) -> None:
        """Note that the preset was used just now; raises NotFound."""
        with self._context.archive.session(write=True) as session:
            self._row(session, preset).used_at = now()
            session.commit()

    def remembered(self, entity: str, fingerprint: str) -> Mapping[str, str | None] | None:
        """Header key → target (None: not imported) of the latest plan used with exactly these headers, or None.

        Columns whose field is gone, and columns that only their position tells apart, are left to be proposed anew.
        """
        p = ImportPreset
        query = sa.select(p).where(p.org_id == 1, p.entity == entity, p.fingerprint == fingerprint)
        with self._context.archive.session() as session:
            row = session.scalar(query.order_by(p.used_at.desc(), p.id.desc()).limit(1))
            if row is None:
                return None
            columns = _preset(row).plan.columns
        return self._mapping(entity, columns)

    def adapted(self, preset: Preset, inspection: Inspection, proposed: ImportPlan) -> ImportPlan:
        """The preset's plan for another file: columns found by header, the others as `proposed`; sheet facts of the file."""
        known = self._mapping(preset.entity, preset.plan.columns)
        by_key = {header_key(c.name): c for c in preset.plan.columns}
        columns = []
        for column, guess in zip(inspection.columns, proposed.columns, strict=True):
            key = header_key(column.name)
            if key in known:
                columns.append(replace(by_key[key], name=column.name, target=known[key], confidence=1.0, why="preset"))
            else:
                columns.append(guess)
        return replace(preset.plan, columns=tuple(columns), region=proposed.region, date1904=inspection.date1904)

    def _mapping(self, entity: str, columns: tuple[ColumnPlan, ...]) -> dict[str, str | None]:
        registry = self._context.registry
        described = registry.entity(entity)
        found: dict[str, str | None] = {}
        doubtful: set[str] = set()
        for column in columns:
            key = header_key(column.name)
            gone = column.target is not None and target_of(column.target, described, registry) is None
            if gone or (key in found and found[key] != column.target):
                doubtful.add(key)
            found[key] = column.target
        return {key: target for key, target in found.items() if key not in doubtful}

    def _put(self, session: Session, name: str, inspection: Inspection, plan: ImportPlan) -> ImportPreset:
        self._context.actor.require(plan.entity, Action.IMPORT)
        p = ImportPreset
        row = session.scalar(sa.select(p).where(p.org_id == 1, p.entity == plan.entity, p.name == name))
        body = {"plan": plan.to_json()}
        if row is None:
            row = ImportPreset(id=uuid7(), entity=plan.entity, name=name, fingerprint="", body=body, used_at=now())
            session.add(row)
        row.fingerprint, row.body, row.used_at = inspection.fingerprint, body, now()
        session.flush()
        return row

    def _row(self, session: Session, preset: uuid.UUID) -> ImportPreset:
        row = session.get(ImportPreset, (1, preset))
        if row is None:
            raise NotFound(t("没有这个导入方案。"))
        return row


def _preset(row: ImportPreset) -> Preset:
    plan = ImportPlan.from_json(row.body["plan"])
    return Preset(row.id, row.entity, row.name, row.fingerprint, row.used_at, plan)
