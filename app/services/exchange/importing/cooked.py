"""A cleaning recipe before an import, as the import sees it. Whoever has recipes brings what cooks with them
(`services/workbench/cooking.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.core.jobs import Job
from app.services.exchange.files.records import Batch, Inspection, ReadOptions


@dataclass(frozen=True, slots=True)
class CookedPiece:
    """What became of a batch after the recipe, and how the recipe went so far (empty without one)."""

    made: Any
    report: Mapping[str, Any]


class After(Protocol):
    """The inspection as if the file held what the recipe makes of it. Raises UserError when the recipe does not fit."""

    def __call__(self, inspection: Inspection, recipe: Mapping[str, Any]) -> Inspection: ...


class Read(Protocol):
    """The file's batches through the inspection's recipe, if it has one, and then through `transform` (picklable)."""

    def __call__(
        self,
        path: Path,
        options: ReadOptions,
        inspection: Inspection,
        transform: Callable[[Batch], Any],
        *,
        batch_rows: int = 2000,
        job: Job | None = None,
    ) -> Iterator[CookedPiece]: ...


@dataclass(frozen=True)
class Cook:
    """What a recipe makes of an inspection, and of the rows."""

    after: After
    read: Read
