"""The deals a report is about, with their stages and moves, as the rules need them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.filters import Listed
from app.core.i18n import t
from app.db.figures import deals as source
from app.errors import UserError
from app.services.analytics.records import Drill
from app.services.analytics.rules import deals as rules
from app.services.analytics.rules.deals import OPEN, Deal, Stage
from app.services.analytics.run import Run, midnight


@dataclass(frozen=True)
class Book:
    """The deals asked for with their stages and moves."""

    deals: tuple[Deal, ...]
    ids: dict[int, uuid.UUID]
    stages: tuple[Stage, ...]
    stage_ids: tuple[uuid.UUID, ...]
    stays: tuple[rules.Stay, ...]

    def listed(self, found: Sequence[Deal], label: str) -> Drill:
        """Exactly these deals."""
        return Drill("deals", Listed(tuple(self.ids[d.key] for d in found), label))


def book(run: Run) -> Book:
    """Read and put together."""
    rows = source.stages(run.reader)
    pipeline = _pipeline(run, rows)
    chosen = [r for r in rows if pipeline is None or r.pipeline == pipeline]
    number = {row.id: i for i, row in enumerate(rows)}
    ranks = _ranks(chosen)
    stages = tuple(Stage(number[r.id], r.name, r.kind, ranks.get(r.id, -1), (r.probability or 0) / 100) for r in chosen)
    moves = source.moves(run.reader)
    furthest: dict[uuid.UUID, int] = {}
    for move in moves:
        for stage in (move.from_stage, move.to_stage):
            if stage is not None:
                furthest[move.deal] = max(furthest.get(move.deal, -1), ranks.get(stage, -1))
    found: list[Deal] = []
    ids: dict[int, uuid.UUID] = {}
    keys: dict[uuid.UUID, int] = {}
    born: dict[int, datetime] = {}
    for row in source.deals(run.reader, run.condition("deals"), pipeline):
        here = ranks.get(row.stage, -1) if row.stage else -1
        reached = max(0, here, furthest.get(row.id, -1))  # whoever was opened has at least begun
        place = number.get(row.stage, -1) if row.stage else -1
        found.append(
            Deal(row.handle, row.outcome, row.amount, place, reached, row.opened_on, row.closed_on, row.expected_on)
        )
        ids[row.handle], keys[row.id] = row.id, row.handle
        born[row.handle] = midnight(row.opened_on) if row.opened_on else row.created_at
    changes = [
        (keys[m.deal], number.get(m.from_stage) if m.from_stage else None, number[m.to_stage], m.at)
        for m in moves
        if m.deal in keys and m.to_stage in number
    ]
    return Book(tuple(found), ids, stages, tuple(row.id for row in rows), tuple(rules.stays(changes, born)))


def _ranks(chosen: Sequence[source.StageRow]) -> dict[uuid.UUID, int]:
    """Each open stage's place among the open stages of its own pipeline, from 0."""
    seen: dict[uuid.UUID | None, int] = defaultdict(int)
    found: dict[uuid.UUID, int] = {}
    for row in chosen:
        if row.kind == OPEN:
            found[row.id] = seen[row.pipeline]
            seen[row.pipeline] += 1
    return found


def _pipeline(run: Run, rows: Sequence[source.StageRow]) -> uuid.UUID | None:
    wanted = str(run.parameter("pipeline")).strip()
    if not wanted:
        return None
    for row in rows:
        if row.pipeline is not None and wanted in (row.pipeline_name, str(row.pipeline)):
            return row.pipeline
    raise UserError(t("没有销售管道“{name}”。", name=wanted))
