"""The stages of the archive's pipelines, as the rules need them."""

from __future__ import annotations

from app.core.records import Record, Sort
from app.db.store.reading import Reader
from app.services.deals import rules
from app.services.deals.rules import Stage, id_of


def stages_of(reader: Reader) -> list[Stage]:
    """All stages, in order."""
    handles = reader.handles("stages", None, (Sort("position"),)).tolist()
    return [_stage(r) for r in reader.each("stages", handles)]


def _stage(record: Record) -> Stage:
    pipeline = record.get("pipeline")
    required = tuple(key.strip() for key in str(record.get("required") or "").split(",") if key.strip())
    return Stage(
        record.id,
        str(record.get("name") or ""),
        id_of(pipeline),
        pipeline[0].title if pipeline else "",
        str(record.get("kind") or rules.OPEN),
        int(record.get("probability") or 0),
        record.get("rot_days"),
        required,
        int(record.get("position") or 0),
    )
