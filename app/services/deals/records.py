"""What the deal services hand out: frozen, without a database behind it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.records import Record
from app.services.deals.rules import Stage


@dataclass(frozen=True, slots=True)
class Card:
    """One deal on the board. Amount in minor units; `next_at`: when its next activity is due; `stuck`: days beyond the
    stage's rotting time, None = not stuck."""

    handle: int
    id: uuid.UUID
    version: int
    number: str
    name: str
    customer: uuid.UUID | None
    customer_name: str
    amount: int | None
    owner: uuid.UUID | None
    expected_on: date | None
    position: int | None
    next_at: datetime | None
    stuck: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One stage with its cards in order. `total` and `weighted` (amount × probability) in minor units."""

    stage: Stage
    cards: tuple[Card, ...]

    @property
    def total(self) -> int:
        return sum(card.amount or 0 for card in self.cards)

    @property
    def weighted(self) -> int:
        return self.total * self.stage.probability // 100


@dataclass(frozen=True, slots=True)
class Board:
    """A pipeline's columns from left to right."""

    pipeline: uuid.UUID
    name: str
    columns: tuple[Column, ...]

    @property
    def open_total(self) -> int:
        return sum(c.total for c in self.columns if c.stage.kind == "open")

    @property
    def weighted(self) -> int:
        return sum(c.weighted for c in self.columns if c.stage.kind == "open")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a lead became. `deal` is None when none was wanted."""

    customer: Record
    contact: Record | None
    deal: Record | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Money of a customer's or deal's orders, minor units: net ordered, received, still owed."""

    ordered: int
    received: int

    @property
    def owed(self) -> int:
        return self.ordered - self.received


@dataclass(frozen=True, slots=True)
class Line:
    """An item of an order as it is to be: field key → value, of the item `id` or of a new one."""

    values: Mapping[str, Any]
    id: uuid.UUID | None = None
