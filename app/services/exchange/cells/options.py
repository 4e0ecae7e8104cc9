"""What the reader of a column's cells is told, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.services.cleaning.values import Problem
from app.services.exchange.cells.column import ColumnPlan

#: a value, and what to tell about it
Converted = tuple[Any, Problem | None]
Converter = Callable[[str], Converted]


@dataclass(frozen=True)
class Options:
    """What conversion depends on besides the cell. `grow`: an office's pick-list takes words it has not."""

    column: ColumnPlan
    region: str = "CN"
    date1904: bool = False
    users: Mapping[str, str] | None = None
    grow: bool = False
