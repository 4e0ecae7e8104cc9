"""The stages of the archive's pipelines, as the rules need them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from app.core.choices import PickList
from app.core.filters import Condition
from app.core.records import Record, Sort
from app.db.store.reading import Reader
from app.services.deals import rules
from app.services.deals.rules import Stage, id_of


def stages_of(reader: Reader) -> list[Stage]:
    """All stages, in order."""
    handles = reader.handles("stages", None, (Sort("position"),)).tolist()
    kinds = reader.registry.entity("stages").field("kind")
    return [_stage(r, kinds) for r in reader.each("stages", handles)]


def came_from(reader: Reader, deals: Sequence[uuid.UUID], stages: Sequence[Stage]) -> dict[uuid.UUID, Stage]:
    """Deal → the open stage it was in last before it ended, as its stage changes tell."""
    known = {s.id: s for s in stages}
    found: dict[uuid.UUID, Stage] = {}
    condition = Condition("deal", "in", [str(deal) for deal in deals])
    handles = reader.handles("stage_changes", condition, (Sort("changed_at"),)).tolist() if deals else []
    for step in reader.each("stage_changes", handles, ["deal", "from_stage"]):
        stage = known.get(id_of(step.get("from_stage")) or uuid.UUID(int=0))
        deal = id_of(step.get("deal"))
        if deal is not None and stage is not None and stage.kind == rules.OPEN:
            found[deal] = stage
    return found


def _stage(record: Record, kinds: PickList) -> Stage:
    pipeline = record.get("pipeline")
    required = tuple(key.strip() for key in str(record.get("required") or "").split(",") if key.strip())
    return Stage(
        record.id,
        str(record.get("name") or ""),
        id_of(pipeline),
        pipeline[0].title if pipeline else "",
        kinds.meaning(record.get("kind")) or rules.OPEN,
        int(record.get("probability") or 0),
        record.get("rot_days"),
        required,
        int(record.get("position") or 0),
        str(record.get("kind") or kinds.first(rules.OPEN)),
    )
