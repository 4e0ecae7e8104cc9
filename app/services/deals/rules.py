"""What follows from what in a deal: pure functions over stages."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from app.core.fields import Link

OPEN, WON, LOST = "open", "won", "lost"
#: digits of a product of two numbers that are kept
_EXACT = 60
#: distance between two cards that were placed one after the other
GAP = 1 << 20


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as the rules need it. `outcome`: the value of its deals, `kind`: what that means. `probability` in percent,
    `rot_days` None = never stuck, `required`: field keys."""

    id: uuid.UUID
    name: str
    pipeline: uuid.UUID | None
    pipeline_name: str
    kind: str
    probability: int
    rot_days: int | None
    required: tuple[str, ...]
    position: int
    outcome: str

    @property
    def link(self) -> tuple[Link, ...]:
        return (Link(self.id, self.name),)

    @property
    def pipeline_link(self) -> tuple[Link, ...] | None:
        return (Link(self.pipeline, self.pipeline_name),) if self.pipeline else None


def id_of(value: Any) -> uuid.UUID | None:
    """The id in the value of a field that links to one record."""
    return value[0].id if value else None


def stage_for(
    stages: Sequence[Stage],
    *,
    pipeline: uuid.UUID | None,
    kind: str = OPEN,
    default: uuid.UUID | None = None,
    outcome: str | None = None,
) -> Stage | None:
    """The first stage of a kind in the pipeline (or in the default one), one with just this outcome before others."""
    wanted = pipeline or default
    there = [s for s in stages if s.pipeline == wanted] or list(stages)
    fitting = sorted((s for s in there if s.kind == kind), key=lambda s: s.position)
    return next((s for s in fitting if s.outcome == outcome), next(iter(fitting), None))


def entering(stage: Stage, moment: datetime | None, day: date | None, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that follow when a deal enters `stage`; values in `given` win over derived ones. `moment`: when it does,
    `day`: when a deal that ends with it ended; None = nobody knows."""
    values: dict[str, Any] = {
        "stage": stage.link,
        "pipeline": stage.pipeline_link,
        "outcome": stage.outcome,
        "stage_since": moment,
    }
    if stage.kind == OPEN:
        values |= {"closed_on": None, "lost_reason": None}
    else:
        values["closed_on"] = given.get("closed_on") or day
        if stage.kind == WON:
            values["lost_reason"] = None
    return values


def missing(stage: Stage, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of the fields that must be filled before a deal with these values may enter the stage, and while it is there."""
    wanted = list(stage.required)
    if stage.kind == LOST and "lost_reason" not in wanted:
        wanted.append("lost_reason")
    return tuple(key for key in wanted if values.get(key) in (None, "", ()))


def between(above: int | None, below: int | None) -> int | None:
    """A position between two cards (None = no card there); None when there is no room left."""
    if above is None and below is None:
        return 0
    if above is None:
        assert below is not None
        return below - GAP
    if below is None:
        return above + GAP
    middle = (above + below) // 2
    return middle if above < middle < below else None


def days_stuck(stage: Stage, since: datetime | None, moment: datetime) -> int | None:
    """How many whole days beyond its rotting time the deal is in the stage; None when it is not stuck."""
    if stage.kind != OPEN or stage.rot_days is None or since is None:
        return None
    days = (moment - since).days
    return days - stage.rot_days if days > stage.rot_days else None


def priced(quantity: Decimal | None, price: Decimal | None) -> int | None:
    """What a line comes to: quantity × price in minor units, rounded once, half up (四舍五入); one piece where no quantity is
    told. `price` in units of the currency."""
    if price is None:
        return None
    with localcontext(prec=_EXACT):
        whole = (Decimal(1) if quantity is None else quantity) * price * 100
        return int(whole.quantize(Decimal(1), ROUND_HALF_UP))
