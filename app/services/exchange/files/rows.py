"""Which rows are data: a streaming classifier that both the inspection and the reading use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from app.services.exchange.files.header_words import normal
from app.services.exchange.files.layout import Layout, Row
from app.services.exchange.files.records import RowKind

_TOTAL = re.compile(
    r"(?:本页|本月|本季度?|本年|本日|全部|年度|月度|第?[一二三四\d]{1,2}(?:季度|月|页)|\d{4}年(?:度)?)?"
    r"(?:合计|小计|总计|累计|共计|总和|合計|小計|總計|累計|共計|sub-?total|grandtotal|total)s?(?:金额|数|人民币)?"
    r"[:：]?(?:[(（].*[)）])?"
)
_NUMBER = re.compile(r"[￥¥$€]?[（(]?[-+]?[\d,]*(?:\.\d+)?[)）]?(?:%|元|万|万元|亿|家|人|笔|条|户|个)?")
_HINTS = ("计", "計", "总和", "otal", "OTAL")


def is_total(cells: Sequence[str]) -> bool:
    """A sum row: 合计, 小计, total… in one of its first filled cells, and besides it mostly blanks or numbers."""
    first = [cell for cell in cells if cell][:2]
    if not any(hint in cell for cell in first for hint in _HINTS):
        return False
    if not any(_TOTAL.fullmatch(normal(cell)) for cell in first):
        return False
    texts = [cell for cell in map(normal, cells) if cell and not _NUMBER.fullmatch(cell)]
    return len(texts) <= max(2, len(cells) // 4)


def classify(rows: Iterable[Row], layout: Layout) -> Iterator[tuple[RowKind, int, list[str]]]:
    """Each row with its kind. Titles and notes stand above the header; without a header there are none."""
    headers = {number: list(cells) for number, cells in zip(layout.header_rows, layout.labels, strict=True)}
    repeated = [_trimmed(cells) for cells in headers.values() if sum(map(bool, cells)) > 1 or len(_trimmed(cells)) == 1]
    last = layout.header_rows[-1] if layout.header_rows else 0
    for number, cells in rows:
        if not any(cells) or not any(map(str.strip, cells)):
            yield "blank", number, cells
        elif number <= last:
            yield ("header" if number in headers else "title"), number, cells
        elif repeated and cells[0:1] and _repeats(cells, repeated):
            yield "header", number, cells
        elif is_total(cells):
            yield "total", number, cells
        else:
            yield "data", number, cells


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Labels compared: outer spaces and trailing blanks do not count."""
    found = [cell.strip() for cell in cells]
    while found and not found[-1]:
        found.pop()
    return found


def _repeats(cells: list[str], headers: list[list[str]]) -> bool:
    """The same labels once more, as at the top of every printed page."""
    first = cells[0].strip()
    return any(header[0] == first and header == _trimmed(cells) for header in headers)
