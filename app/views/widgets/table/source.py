"""What a table needs to know about the rows it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from app.core.jobs import Job
from app.views.theme.tokens import TONES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

Kind = Literal["text", "strong", "muted", "number", "money", "date", "dot", "chips", "check"]
#: so many rows are asked for by `FirstRows.load_first`
FIRST = 256
RIGHT_KINDS = frozenset({"number", "money"})
ELASTIC_KINDS = frozenset({"text", "strong", "muted", "chips"})


@dataclass(frozen=True)
class TableColumn:
    """A column. `kind`: how it is painted; "strong" has an avatar, "dot" a coloured dot before the word.

    `width` in logical pixels at first sight. `key` is what signals speak of. `options` are offered while editing.
    """

    key: str
    title: str
    kind: Kind
    width: int
    sortable: bool = True
    editable: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One value. `tone`: tone of the dot or of the text; `edit`: what the editor starts with; masked cells stay shut."""

    text: str
    tone: str = ""
    edit: object = None
    masked: bool = False


CellValue = Cell | str | tuple[str, ...]
Row = Sequence[CellValue]
"""Values aligned with the columns (the check column's value is ignored); a tuple holds chips, "text" or "text|tone"."""


@runtime_checkable
class FirstRows(Protocol):
    """A source that can tell the top of a long list sooner than the whole."""

    def load_first(self, job: Job) -> Ids:
        """Handles of the first rows in their order; fewer than `FIRST` means that this is the whole list."""


class RowSource(Protocol):
    """Both methods run in worker threads and may run at the same time."""

    columns: Sequence[TableColumn]

    def load_ids(self, job: Job) -> Ids:
        """Handles of all rows in their order."""

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        """Rows of at most 128 handles; a missing handle means that the record is gone."""


def cell_text(value: CellValue) -> str:
    """The value as plain text: for copying, tooltips and screen readers."""
    if isinstance(value, str):
        return value
    if isinstance(value, Cell):
        return value.text
    return "、".join(chip_parts(chip)[0] for chip in value)


@lru_cache(8192)
def chip_parts(chip: str) -> tuple[str, str]:
    """(text, tone) of "text|tone"; the tone is "" where none was given."""
    text, bar, tone = chip.rpartition("|")
    return (text, tone) if bar and tone in TONES else (chip, "")
