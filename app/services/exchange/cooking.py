"""A cleaning recipe between a file and its import: it runs in the reading child process on every batch of rows, so that
mapping, checks, import and the workbook of problems all see the columns after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.core.i18n import set_language
from app.services.exchange.prepare import Prepared, Preparer
from app.services.exchange.reading.layout import fingerprint
from app.services.exchange.reading.records import Batch, Column, Inspection

_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class CookedPiece:
    """Rows after the recipe, and how the recipe went so far."""

    rows: list[Prepared]
    report: Mapping[str, Any]


def after_recipe(inspection: Inspection, recipe: Mapping[str, Any]) -> Inspection:
    """The inspection as if the file held what the recipe makes of it. Raises UserError when the recipe does not fit.

    What the recipe leaves to the data (the order of short dates, how many pieces a split gives) is settled here.
    """
    from app.services.cleaning.workbench.recipe import Replay, recipe_of, require
    from app.services.cleaning.workbench.table import table_of

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


def _rebuilt(recipe: Mapping[str, Any], names: tuple[str, ...], preparer: Preparer, language: str) -> CookedPreparer:
    return CookedPreparer(recipe, names, preparer, language)


class CookedPreparer:
    """Batches of cells through the recipe and then the preparer. Picklable: built anew in the child."""

    def __init__(self, recipe: Mapping[str, Any], names: tuple[str, ...], preparer: Preparer, language: str) -> None:
        self._recipe = recipe
        self._names = names
        self._preparer = preparer
        self._language = language
        self._replay: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._recipe, self._names, self._preparer, self._language)

    def __call__(self, batch: Batch) -> CookedPiece:
        """The batch prepared, without the rows the recipe takes out (they are counted in the report)."""
        from app.services.cleaning.workbench.recipe import Replay, recipe_of
        from app.services.cleaning.workbench.table import table_of

        if self._replay is None:
            set_language(self._language)
            self._replay = Replay(recipe_of(self._recipe), batches=True)
        table = self._replay.feed(table_of(self._names, batch.cells, batch.rows))
        places = table.alive.nonzero()[0]
        cooked = Batch(table.numbers[places].tolist(), table.row_lists(places))
        return CookedPiece(self._preparer(cooked), self._replay.report())
