"""Where the table begins: the header under titles and notes, headers of two rows, tables without any.

Pure functions on the first rows of a file: `sample` is a list of (1-based file row, cells).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files.header_words import is_label_word, is_remark, is_value, normal, shown
from app.services.exchange.files.records import MergedRange

SAMPLE_ROWS = 200
_SEARCHED = 60  # filled rows among which the header is looked for
_BELOW = 20  # rows under a candidate that are compared with it

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """`header_rows`: 1-based, () = none. `labels`: the cells of each of them. `first_data_row`: 1-based."""

    header_rows: tuple[int, ...]
    labels: tuple[tuple[str, ...], ...]
    first_data_row: int


def find_layout(
    sample: Sequence[Row], merged: Sequence[MergedRange] = (), header_rows: tuple[int, ...] | None = None
) -> Layout:
    """The layout of the table whose first rows are `sample`. `header_rows`: chosen by the person, or None.

    Raises UserError when a chosen header row is not among the sample.
    """
    if header_rows is None:
        header_rows = _find_header([row for row in sample if any(map(str.strip, row[1]))], merged)
    by_number = dict(sample)
    for number in header_rows:
        if number not in by_number:
            raise UserError(t("文件的前 {rows} 行中没有第 {row} 行，请重新选择表头。", rows=len(sample), row=number))
    ordered = tuple(sorted(set(header_rows)))
    first = ordered[-1] + 1 if ordered else next((number for number, cells in sample if any(cells)), 1)
    return Layout(ordered, tuple(tuple(by_number[number]) for number in ordered), first)


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell.strip()]


def _find_header(rows: Sequence[Row], merged: Sequence[MergedRange]) -> tuple[int, ...]:
    if not rows:
        return ()
    counts = [len(_filled(cells)) for _, cells in rows]
    typical = median([count for count in counts if count > 1] or counts)
    full = [place for place, count in enumerate(counts) if count >= max(1, 0.6 * typical)]
    need = 2 if typical >= 2 else 1
    for place in range(min(len(rows), _SEARCHED)):
        if counts[place] >= max(need, 0.34 * typical) and _is_header(rows, place, merged):
            return _with_neighbour(rows, place, merged, typical)
        if counts[place] >= max(need, 0.6 * typical) and _is_record(rows, place):
            break  # data has begun: a header below it would cost the rows above
    first = full[0] if full else 0
    return (rows[first][0],) if _may_be_header(rows, first, typical) else ()


def _is_title(row: int, cells: Sequence[str], merged: Sequence[MergedRange]) -> bool:
    """A merged block over most of the width with nothing beside it."""
    width = len(cells)
    wide = any(top[0] == row - 1 and end[1] - top[1] + 1 >= max(2, 0.8 * width) for top, end in merged)
    return wide and len(_filled(cells)) == 1


def _is_header(rows: Sequence[Row], place: int, merged: Sequence[MergedRange]) -> bool:
    """Labels above data: words used as labels, or texts where the cells below hold numbers and dates."""
    number, cells = rows[place]
    if _is_title(number, cells, merged):
        return False
    labels = _filled(cells)
    if sum(map(is_value, labels)) > 0.2 * len(labels):
        return False
    remarks = sum(1 for label in labels if is_remark(label) and not is_label_word(label))
    if remarks * 2 > len(labels) or (len(labels) > 3 and len(set(map(normal, labels))) < 0.5 * len(labels)):
        return False
    words = sum(map(is_label_word, labels))
    if words >= max(1, 0.3 * len(labels)) and not _looks_like_neighbours(rows, place):
        return remarks == 0 or words > 1
    return _contrasts(rows, place) >= max(1, 0.2 * len(labels))


def _looks_like_neighbours(rows: Sequence[Row], place: int) -> bool:
    """The row's texts come back below in the same columns: it is one record among others."""
    cells = rows[place][1]
    again = 0
    labels = _filled(cells)
    for column, label in enumerate(cells):
        if label.strip():
            below = [row[column] for _, row in rows[place + 1 : place + 1 + _BELOW] if column < len(row)]
            again += label in below
    repeated_header = any(row == cells for _, row in rows[place + 1 :])
    return not repeated_header and again * 2 > len(labels)


def _contrasts(rows: Sequence[Row], place: int) -> int:
    """Columns where this row holds a text and most cells below hold values."""
    found = 0
    below = rows[place + 1 : place + 1 + _BELOW]
    for column, label in enumerate(rows[place][1]):
        if label.strip() and not is_value(label):
            cells = [row[column] for _, row in below if column < len(row) and row[column].strip()]
            found += bool(cells) and sum(map(is_value, cells)) * 2 > len(cells)
    return found


def _is_record(rows: Sequence[Row], place: int) -> bool:
    """A row with a value in a column that holds values further down."""
    below = rows[place + 1 : place + 1 + _BELOW]
    for column, cell in enumerate(rows[place][1]):
        if is_value(cell):
            cells = [row[column] for _, row in below if column < len(row) and row[column].strip()]
            if not cells or sum(map(is_value, cells)) * 2 > len(cells):
                return True
    return False


def _may_be_header(rows: Sequence[Row], place: int, typical: float) -> bool:
    """No proof either way: a first row of several different texts that never come back is taken for labels."""
    labels = _filled(rows[place][1])
    if typical < 2 or any(map(is_value, labels)):
        return False
    if len(rows) == place + 1 or len(set(labels)) < len(labels):
        return False
    later = Counter(cell for _, cells in rows[place + 1 :] for cell in cells)
    return not any(later[label] for label in labels)


def _with_neighbour(rows: Sequence[Row], place: int, merged: Sequence[MergedRange], typical: float) -> tuple[int, ...]:
    """The header row found, together with the group row above it or the lower labels below it."""
    number = rows[place][0]
    if place and rows[place - 1][0] == number - 1 and _groups(rows, place - 1, merged, typical):
        return number - 1, number
    if place + 1 < len(rows) and rows[place + 1][0] == number + 1 and _groups(rows, place, merged, typical):
        return number, number + 1
    return (number,)


def _groups(rows: Sequence[Row], upper: int, merged: Sequence[MergedRange], typical: float) -> bool:
    """Whether row `upper` holds group names over the labels of the row below it."""
    number, top = rows[upper]
    low = rows[upper + 1][1]
    lower = _filled(low)
    if not lower or _is_title(number, top, merged) or any(map(is_value, lower)) or any(map(is_value, _filled(top))):
        return False
    fills = sum(1 for column, cell in enumerate(low) if cell.strip() and not _at(top, column))
    words = sum(map(is_label_word, lower))
    spans = [(start, end) for start, end in merged if start[0] == number - 1 and end[1] > start[1]]
    if any(end[0] == start[0] for start, end in spans) and fills:
        return words >= max(1, 0.3 * len(lower)) or _contrasts(rows, upper + 1) > 0
    if any(start[0] == number - 1 and end[0] == number for start, end in merged) and fills:
        return True
    labels = _filled(top)
    if len(labels) < 2 or len(labels) >= typical or any(map(is_remark, labels)):
        return False
    return fills >= max(1, 0.3 * len(lower)) and words >= max(1, 0.3 * len(lower))


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column].strip() if column < len(cells) else ""


def column_names(layout: Layout, width: int, merged: Sequence[MergedRange] = ()) -> list[str]:
    """Unique names of `width` columns: the lowest label, with the group's name where that alone is not unique."""
    if not layout.labels:
        return [t("列{number}", number=column + 1) for column in range(width)]
    lower = [shown(_at(layout.labels[-1], column)) for column in range(width)]
    upper = _group_names(layout, width, merged, lower)
    times = Counter(map(normal, filter(None, lower)))
    names = []
    for column in range(width):
        low, high = lower[column], upper[column]
        if low and high and times[normal(low)] > 1 and normal(low) != normal(high):
            names.append(f"{high} {low}")
        else:
            names.append(low or high or t("列{number}", number=column + 1))
    return _unique(names)


def _group_names(layout: Layout, width: int, merged: Sequence[MergedRange], lower: list[str]) -> list[str]:
    """The name of the group each column stands under, "" where there is none."""
    names = [""] * width
    for number, labels in zip(layout.header_rows[:-1], layout.labels[:-1], strict=True):
        spread = {
            column: start[1]
            for start, end in merged
            if start[0] <= number - 1 <= end[0]
            for column in range(start[1], min(end[1] + 1, width))
        }
        group = ""
        for column in range(width):
            own = shown(_at(labels, column))
            if column in spread:
                own = shown(_at(labels, spread[column]))
                group = ""
            elif own:
                group = "" if merged else own
            elif lower[column]:
                own = group
            if own and own not in names[column].split(" "):
                names[column] = f"{names[column]} {own}".strip()
    return names


def _unique(names: list[str]) -> list[str]:
    taken: set[str] = set()
    found = []
    for name in names:
        candidate, times = name, 1
        while normal(candidate) in taken:
            times += 1
            candidate = f"{name} ({times})"
        taken.add(normal(candidate))
        found.append(candidate)
    return found


def fingerprint(names: Sequence[str]) -> str:
    """A file's headers as one hash: the same for next month's file with the same columns."""
    return hashlib.sha256("\n".join(map(normal, names)).encode("utf-8", "surrogatepass")).hexdigest()
