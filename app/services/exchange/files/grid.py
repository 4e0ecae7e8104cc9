"""Tables that arrive as marked-up text: cells are placed one by one, and may span rows and columns."""

from __future__ import annotations

from app.services.exchange.files import refusals
from app.services.exchange.files.records import MAX_COLUMNS, MAX_ROWS, MergedRange

_MAX_SPAN = 65_534  # rows a cell may cover


class Grid:
    """Rows of texts. A spanning cell keeps its text in its first place; the rest stays blank, as in a workbook."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.merged: list[MergedRange] = []
        self._taken: dict[int, int] = {}  # column → last row (0-based) covered from above

    def start_row(self, row: int | None = None) -> None:
        """Begin the next row, or row `row` (0-based) further down. Raises UserError beyond the limit."""
        wanted = len(self.rows) if row is None else row
        if wanted >= MAX_ROWS:
            raise refusals.too_long(MAX_ROWS)
        while len(self.rows) <= wanted:
            self.rows.append([])

    def put(self, text: str, *, column: int | None = None, across: int = 1, down: int = 1) -> None:
        """Place a cell in the current row: at `column` (0-based), or at the next free place."""
        if not self.rows:
            self.start_row()
        row, cells = len(self.rows) - 1, self.rows[-1]
        place = len(cells) if column is None else column
        while column is None and self._taken.get(place, -1) >= row:
            place += 1
        across, down = max(1, across), min(max(1, down), _MAX_SPAN)
        if place + across > MAX_COLUMNS:
            raise refusals.too_wide(place + across, MAX_COLUMNS)
        cells.extend([""] * (place + across - len(cells)))
        cells[place] = text
        if across > 1 or down > 1:
            self.merged.append(((row, place), (row + down - 1, place + across - 1)))
            if down > 1:
                for covered in range(place, place + across):
                    self._taken[covered] = row + down - 1

    @property
    def width(self) -> int:
        """Cells of the longest row."""
        return max(map(len, self.rows), default=0)

    @property
    def filled(self) -> int:
        """Rows that hold something."""
        return sum(1 for row in self.rows if any(row))
