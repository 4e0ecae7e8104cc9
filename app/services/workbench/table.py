"""A table of text columns, dictionary-encoded and immutable: a step makes a new table that shares what it left alone.

A column is `codes` (one int32 per row) into `values`; code 0 is always the blank. Values that no row has any more may
stay in `values` for a while: counts come from the codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.i18n import t
from app.errors import UserError

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

_NO_PROBLEMS: Mapping[int, str] = {}
_LOOSE = 1_000  # values without a row that are not worth a clean-up


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column. `problems`: codes of values the last step could not understand, and why. `source`: the column of the
    file or the field of the archive it came from, "" for a new one. `memo`: what was computed from this content."""

    name: str
    codes: Codes
    values: Sequence[str]
    problems: Mapping[int, str] = field(default_factory=lambda: _NO_PROBLEMS)
    source: str = ""
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def named(self, name: str) -> Column:
        """The same content under another name."""
        return replace(self, name=name)

    def counts(self, mask: Mask | None = None) -> Counts:
        """How many rows (of `mask`) have each value."""
        codes = self.codes if mask is None else self.codes[mask]
        return np.bincount(codes, minlength=len(self.values))

    def cells(self, places: Iterable[int] | None = None) -> list[str]:
        """The texts of these rows, or of all."""
        values = self.values
        codes = self.codes if places is None else self.codes[np.fromiter(places, np.int64)]
        return [values[code] for code in codes.tolist()]

    def recoded(self, lut: Codes, values: list[str], mask: Mask | None, problems: Mapping[int, str]) -> Column:
        """Another content: rows of `mask` go from code to `lut[code]`. `values` begins with the old values."""
        codes = lut[self.codes]
        if mask is not None:
            codes = np.where(mask, codes, self.codes)
        return compact(Column(self.name, codes.astype(np.int32, copy=False), values, problems, self.source))


def compact(column: Column) -> Column:
    """The column without values no row has, when they are many."""
    used = np.bincount(column.codes, minlength=len(column.values)) > 0
    used[0] = True
    kept = int(used.sum())
    if len(column.values) - kept <= max(_LOOSE, kept // 4):
        return column
    places = np.cumsum(used, dtype=np.int32) - 1
    values = [value for value, use in zip(column.values, used.tolist(), strict=True) if use]
    problems = {int(places[c]): why for c, why in column.problems.items() if used[c]}
    return Column(column.name, places[column.codes].astype(np.int32, copy=False), values, problems, column.source)


def column_of(name: str, cells: Iterable[str], source: str = "") -> Column:
    """A column from its cells."""
    index = _Index()
    codes = np.fromiter(map(index.__getitem__, cells), np.int32)
    return Column(name, codes, index.values_, source=source)


class _Index(dict[Any, int]):
    """Value → code; asking for a new value gives it the next code."""

    def __init__(self) -> None:
        super().__init__({"": 0})
        self.values_: list[str] = [""]

    def __missing__(self, value: str) -> int:
        code = self[value] = len(self.values_)
        self.values_.append(value)
        return code

    def code(self, cell: str) -> int:
        """The code of a cell that may carry a mark: marked text is a value of its own."""
        if cell.__class__ is str:
            return self[cell]
        key = (str(cell), getattr(cell, "mark", ""))
        if key not in self:
            self[key] = len(self.values_)
            self.values_.append(cell)
        return dict.__getitem__(self, key)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of equal length. `numbers`: the file's row numbers or the records' handles. `alive`: rows not taken out.
    `flags`: rows a person has flagged."""

    columns: tuple[Column, ...]
    numbers: npt.NDArray[np.int64]
    alive: Mask
    flags: Mask

    @property
    def size(self) -> int:
        return len(self.numbers)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def live(self) -> int:
        """Rows that were not taken out."""
        return int(self.alive.sum())

    def find(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def column(self, name: str) -> Column:
        """The column; raises UserError when there is none."""
        found = self.find(name)
        if found is None:
            raise UserError(t("没有叫“{name}”的列。", name=name))
        return found

    def place(self, name: str) -> int:
        """The position of a column; raises UserError when there is none."""
        self.column(name)
        return self.names.index(name)

    def with_columns(self, columns: Iterable[Column]) -> Table:
        """The same rows with other columns."""
        return replace(self, columns=tuple(columns))

    def put(self, column: Column, after: str = "") -> Table:
        """With this column: in the place of the one of its name, else behind `after`, else at the end."""
        columns = list(self.columns)
        names = list(self.names)
        if column.name in names:
            columns[names.index(column.name)] = column
        else:
            columns.insert(names.index(after) + 1 if after in names else len(columns), column)
        return self.with_columns(columns)

    def cells(self, place: int) -> list[str]:
        """One row's texts."""
        return [column.values[column.codes[place]] for column in self.columns]

    def row_lists(self, places: npt.NDArray[np.int64]) -> list[list[str]]:
        """The texts of these rows."""
        by_column = [column.cells(places.tolist()) for column in self.columns]
        return [list(cells) for cells in zip(*by_column, strict=True)] if by_column else [[] for _ in places]


class TableBuilder:
    """Collects batches of rows into a table."""

    def __init__(self, names: Sequence[str], sources: Sequence[str] | None = None) -> None:
        self._names = list(names)
        self._sources = list(sources or names)
        self._indexes = [_Index() for _ in names]
        self._codes: list[list[Codes]] = [[] for _ in names]
        self._numbers: list[npt.NDArray[np.int64]] = []

    def add(self, numbers: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Some more rows, each as long as there are columns."""
        if not rows:
            return
        self._numbers.append(np.asarray(numbers, np.int64))
        for index, parts, cells in zip(self._indexes, self._codes, zip(*rows, strict=True), strict=True):
            plain = all(cell.__class__ is str for cell in cells)
            parts.append(np.fromiter(map(index.__getitem__ if plain else index.code, cells), np.int32, len(cells)))

    def table(self) -> Table:
        """What was collected. The builder is spent."""
        columns = []
        for place, index in enumerate(self._indexes):
            parts = self._codes[place]
            codes = np.concatenate(parts) if parts else np.zeros(0, np.int32)
            self._codes[place] = []
            columns.append(Column(self._names[place], codes, index.values_, source=self._sources[place]))
            index.clear()
        numbers = np.concatenate(self._numbers) if self._numbers else np.zeros(0, np.int64)
        size = len(numbers)
        return Table(tuple(columns), numbers, np.ones(size, np.bool_), np.zeros(size, np.bool_))


def table_of(names: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] | None = None) -> Table:
    """A small table at once."""
    builder = TableBuilder(names)
    builder.add(list(numbers) if numbers is not None else list(range(1, len(rows) + 1)), rows)
    return builder.table()
