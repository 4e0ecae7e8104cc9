"""The deals a report is about, with their stages and moves, as the rules need them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

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
    ids: dict[int, bytes]
    stages: tuple[Stage, ...]
    born: dict[int, int]
    moves: tuple[tuple[int, int | None, int, int], ...]

    @cached_property
    def stays(self) -> tuple[rules.Stay, ...]:
        """Who stood where for how long."""
        return tuple(rules.stays(self.moves, self.born))

    def listed(self, found: Sequence[Deal], label: str) -> Drill:
        """Exactly these deals."""
        return Drill("deals", Listed(tuple(uuid.UUID(bytes=self.ids[d.key]) for d in found), label))


def book(run: Run) -> Book:
    """Read and put together; kept while deals and stages stay as they are."""
    return run.kept(("deals", str(run.parameter("pipeline")).strip()), lambda: _read(run))


def _read(run: Run) -> Book:
    rows = source.stages(run.reader)
    pipeline = _pipeline(run, rows)
    chosen = [r for r in rows if pipeline is None or r.pipeline == pipeline]
    number = {row.id.bytes: i for i, row in enumerate(rows)}
    ranks = _ranks(chosen)
    stages = tuple(
        Stage(number[r.id.bytes], r.name, r.kind, ranks.get(r.id.bytes, -1), (r.probability or 0) / 100) for r in chosen
    )
    moves = source.moves(run.reader)
    furthest: dict[bytes, int] = {}
    for move in moves:
        rank = max(ranks.get(move.from_stage or b"", -1), ranks.get(move.to_stage or b"", -1))
        if rank > furthest.get(move.deal, -1):
            furthest[move.deal] = rank
    found: list[Deal] = []
    ids: dict[int, bytes] = {}
    keys: dict[bytes, int] = {}
    born: dict[int, int] = {}
    for handle, key, outcome, amount, stage, opened, closed, expected, created in source.deals(
        run.reader, run.condition("deals"), pipeline
    ):
        reached = max(0, ranks.get(stage or b"", -1), furthest.get(key, -1))  # whoever was opened has at least begun
        place = number.get(stage or b"", -1)
        found.append(Deal(handle, outcome, amount, place, reached, _day(opened), _day(closed), _day(expected)))
        ids[handle], keys[key] = key, handle
        born[handle] = _morning(opened) if opened else created
    changes = tuple(
        (keys[m.deal], number.get(m.from_stage) if m.from_stage else None, number[m.to_stage], m.at)
        for m in moves
        if m.deal in keys and m.to_stage is not None and m.to_stage in number
    )
    return Book(tuple(found), ids, stages, born, changes)


@cache
def _date(text: str) -> date:
    return date.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return _date(text) if text else None


@cache
def _morning(text: str) -> int:
    return int(midnight(_date(text)).timestamp() * 1000)


def _ranks(chosen: Sequence[source.StageRow]) -> dict[bytes, int]:
    """Each open stage's place among the open stages of its own pipeline, from 0."""
    seen: dict[uuid.UUID | None, int] = defaultdict(int)
    found: dict[bytes, int] = {}
    for row in chosen:
        if row.kind == OPEN:
            found[row.id.bytes] = seen[row.pipeline]
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
