"""Remembered column mappings: named presets, and silently the last mapping of every layout of headers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.access import Action
from app.core.i18n import t
from app.db.office import import_presets
from app.db.office.import_presets import UNNAMED, StoredPreset
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, UserError
from app.services.context import Context
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.files.records import Inspection
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.targets import header_key, target_of

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
        with self._context.reading() as work:
            return [_preset(stored) for stored in import_presets.named(work.connection, entity)]

    def find(self, entity: str, name: str) -> Preset | None:
        """The preset with this name, or None."""
        return next((p for p in self.list(entity) if p.name == name.strip()), None)

    def save(self, name: str, inspection: Inspection, plan: ImportPlan) -> Preset:
        """Store the plan under a name; a preset of that name is replaced. Raises UserError for an unusable name."""
        text = name.strip()
        if not text or text.startswith(UNNAMED):
            raise UserError(t("请给导入方案起一个名字（不能以“#”开头）。"))
        if len(text) > 80:
            raise UserError(t("名字太长，最多 {n} 个字。", n=80))
        with self._context.writing() as work:
            stored = self._put(work, text, inspection, plan)
            work.commit()
        return _preset(stored)

    def save_last(self, inspection: Inspection, plan: ImportPlan) -> None:
        """Remember the mapping of these headers without a name; the oldest such memories are dropped."""
        with self._context.writing() as work:
            self._put(work, UNNAMED + inspection.fingerprint[:40], inspection, plan)
            import_presets.forget_oldest(work.connection, plan.entity, _LAST_KEPT)
            work.commit()

    def delete(self, preset: uuid.UUID) -> None:
        """Remove a preset; raises NotFound."""
        with self._context.writing() as work:
            stored = import_presets.find(work.connection, preset)
            if stored is None:
                raise _not_there()
            self._context.actor.require(stored.entity, Action.IMPORT)
            import_presets.remove(work.connection, preset)
            work.commit()

    def touch(self, preset: uuid.UUID) -> None:
        """Note that the preset was used just now; raises NotFound."""
        with self._context.writing() as work:
            if not import_presets.touch(work.connection, preset):
                raise _not_there()
            work.commit()

    def remembered(self, entity: str, fingerprint: str) -> Mapping[str, str | None] | None:
        """Header key → target (None: not imported) of the latest plan used with exactly these headers, or None.

        Columns whose field is gone, and columns that only their position tells apart, are left to be proposed anew.
        """
        with self._context.reading() as work:
            stored = import_presets.last_for(work.connection, entity, fingerprint)
        return None if stored is None else self._mapping(entity, _preset(stored).plan.columns)

    def words(self, entity: str, fingerprint: str) -> Mapping[str, Mapping[str, str]]:
        """Header key → what words of its cells meant in a pick-list, when exactly these headers were imported last."""
        with self._context.reading() as work:
            stored = import_presets.last_for(work.connection, entity, fingerprint)
        columns = () if stored is None else _preset(stored).plan.columns
        return {header_key(column.name): column.values for column in columns if column.values}

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

    def _put(self, work: UnitOfWork, name: str, inspection: Inspection, plan: ImportPlan) -> StoredPreset:
        self._context.actor.require(plan.entity, Action.IMPORT)
        body = {"plan": plan.to_json()}
        return import_presets.put(work.connection, plan.entity, name, inspection.fingerprint, body)


def _not_there() -> NotFound:
    return NotFound(t("没有这个导入方案。"))


def _preset(stored: StoredPreset) -> Preset:
    plan = ImportPlan.from_json(stored.body["plan"])
    return Preset(stored.id, stored.entity, stored.name, stored.fingerprint, stored.used_at, plan)
