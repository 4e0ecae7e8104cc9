"""A cleaning recipe between a file and its import: it runs in the reading child process on every batch of rows, so that
mapping, checks, import and the workbook of problems all see the columns after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.core.i18n import language, set_language
from app.core.jobs import Job
from app.services.exchange.files.layout import fingerprint
from app.services.exchange.files.records import Batch, Column, Inspection, ReadOptions
from app.services.exchange.files.source import read
from app.services.exchange.importing.cooked import Cook, CookedPiece
from app.services.workbench.recipe import Replay, recipe_of, require
from app.services.workbench.table import table_of

_SAMPLES = 5


def after_recipe(inspection: Inspection, recipe: Mapping[str, Any]) -> Inspection:
    """The inspection as if the file held what the recipe makes of it. Raises UserError when the recipe does not fit.

    What the recipe leaves to the data (the order of short dates, how many pieces a split gives) is settled here.
    """
    raw = inspection.raw or inspection
    names = [column.name for column in raw.columns]
    wanted = recipe_of(recipe)
    require(wanted, names)
    going = Replay(wanted, batches=True)
    table = going.feed(table_of(names, raw.preview, raw.preview_rows))
    places = table.alive.nonzero()[0]
    preview = tuple(tuple(cells) for cells in table.row_lists(places))
    columns = tuple(Column(place, name, _samples(preview, place)) for place, name in enumerate(table.names))
    return replace(
        raw,
        columns=columns,
        preview=preview,
        preview_rows=tuple(table.numbers[places].tolist()),
        fingerprint=fingerprint(table.names),
        recipe=going.settled.to_json(),
        raw=raw,
    )


def _samples(preview: Sequence[Sequence[str]], place: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[place] for row in preview if row[place].strip()))[:_SAMPLES]


def read_cooked(
    path: Path,
    options: ReadOptions,
    inspection: Inspection,
    transform: Callable[[Batch], Any],
    *,
    batch_rows: int = 2000,
    job: Job | None = None,
) -> Iterator[CookedPiece]:
    """The file's batches through the inspection's recipe, if it has one, and then through `transform` (picklable)."""
    if inspection.recipe is None or inspection.raw is None:
        for made in read(path, options, inspection, transform=transform, batch_rows=batch_rows, job=job):
            yield CookedPiece(made, {})
        return
    names = tuple(column.name for column in inspection.raw.columns)
    cooked = Cooked(inspection.recipe, names, transform, language())
    yield from read(path, options, inspection, transform=cooked, batch_rows=batch_rows, job=job)


def _rebuilt(
    recipe: Mapping[str, Any], names: tuple[str, ...], transform: Callable[[Batch], Any], language: str
) -> Cooked:
    return Cooked(recipe, names, transform, language)


class Cooked:
    """Batches of cells through the recipe and then a transform. Picklable: built anew in the child."""

    def __init__(
        self, recipe: Mapping[str, Any], names: tuple[str, ...], transform: Callable[[Batch], Any], language: str
    ) -> None:
        self._recipe = recipe
        self._names = names
        self._transform = transform
        self._language = language
        self._replay: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._recipe, self._names, self._transform, self._language)

    def __call__(self, batch: Batch) -> CookedPiece:
        """The batch transformed, without the rows the recipe takes out (they are counted in the report)."""
        if self._replay is None:
            set_language(self._language)
            self._replay = Replay(recipe_of(self._recipe), batches=True)
        table = self._replay.feed(table_of(self._names, batch.cells, batch.rows))
        places = table.alive.nonzero()[0]
        cooked = Batch(table.numbers[places].tolist(), table.row_lists(places))
        return CookedPiece(self._transform(cooked), self._replay.report())


COOK = Cook(after_recipe, read_cooked)
