"""Which rows are data: a streaming classifier that both the inspection and the reading use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from app.services.exchange.files.header_words import is_remark, normal
from app.services.exchange.files.layout import Layout, Row
from app.services.exchange.files.records import RowKind

_TOTAL = re.compile(
    r"(?:本页|本月|本季度?|本年|本日|全部|年度|月度|第?[一二三四\d]{1,2}(?:季度|月|页)|\d{4}年(?:度)?)?"
    r"(?:合计|小计|总计|累计|共计|总和|合計|小計|總計|累計|共計|sub-?total|grandtotal|total)s?(?:金额|数|人民币)?"
    r"[:：]?(?:[(（].*[)）])?"
)
_NUMBER = re.compile(r"[￥¥$€]?[（(]?[-+]?[\d,]*(?:\.\d+)?[)）]?(?:%|元|万|万元|亿|家|人|笔|条|户|个)?")
_RULE = re.compile(r"[-_=*·.~—–─━﹏…#\s]{3,}")
_PAGE = re.compile(
    r"第\s*\d+\s*页[\s/／,，、|]*(?:(?:共|of)\s*\d+\s*页?)?|共\s*\d+\s*页|(?:以上)?(?:合计|总计|总共|一共|共有|共计|共)\s*\d[\d,]*\s*(?:条|行|笔|个|家|项|人|户|页)\s*(?:记录|数据|客户|结果)?[。.]?"
    r"|page\s*\d+(?:\s*(?:of|/)\s*\d+)?|\d+\s*(?:rows?|records?|items?)(?:\s*total)?|以下空白|end\s*of\s*(?:report|file)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:制表|制单|填表|填报|审核|复核|审批|批准|经办|录入|导出|打印|统计|报表|生成|下载|数据(?:来源|截止|更新)|报送|负责|签字|盖章|prepared|printed|exported|generated|"
    r"approved|checked)[^:：]{0,12}(?:by|at|on)?\s*[:：].*|(?:exported|printed|generated)\s+(?:by|at|on)\s+.+",
    re.IGNORECASE,
)
#: so many rows may stand below a table without being rows of it
_LONGEST_TAIL = 30
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


def is_tail(cells: Sequence[str]) -> bool:
    """What forms print below or between rows: who made and checked it, when, how many rows, which page, a ruled line."""
    said = [cell.strip() for cell in cells if cell.strip()]
    if len(said) == 1 and (_PAGE.fullmatch(said[0]) or (len(cells) > 1 and _SIGNED.fullmatch(said[0]))):
        return True
    if said and all(_RULE.fullmatch(cell) for cell in said):
        return True
    return len(cells) > 2 and 1 < len(said) <= 3 and all(_SIGNED.fullmatch(c) or _PAGE.fullmatch(c) for c in said)


def _may_be_tail(cells: Sequence[str], width: int) -> bool:
    """A sentence alone in a row of a wide table: a remark, if nothing else follows."""
    said = [cell for cell in cells if cell.strip()]
    return width > 2 and len(said) == 1 and bool(cells[0].strip()) and is_remark(said[0])


def classify(rows: Iterable[Row], layout: Layout) -> Iterator[tuple[RowKind, int, list[str]]]:
    """Each row with its kind. Titles and notes stand above the header, remarks below the last row."""
    width = sum(map(bool, layout.labels[-1])) if layout.labels else 0
    waiting: list[tuple[RowKind, int, list[str]]] = []
    for kind, number, cells in _classified(rows, layout):
        if kind == "data" and _may_be_tail(cells, width) and len(waiting) < _LONGEST_TAIL:
            waiting.append((kind, number, cells))
        elif kind == "data" or not waiting:
            yield from waiting
            waiting = []
            yield kind, number, cells
        else:  # a blank or a total between remarks decides nothing
            waiting.append((kind, number, cells))
    for kind, number, cells in waiting:
        yield ("tail" if kind == "data" else kind), number, cells


def _classified(rows: Iterable[Row], layout: Layout) -> Iterator[tuple[RowKind, int, list[str]]]:
    """Each row with its kind by itself."""
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
        elif is_tail(cells):
            yield "tail", number, cells
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
