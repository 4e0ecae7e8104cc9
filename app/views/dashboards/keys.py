"""What a mark of a dashboard stands for: a row of a report or of one of its parts, or the whole report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.services.analytics.records import Drill, Part, Report, Row


@dataclass(frozen=True, slots=True)
class RowKey:
    """`part` "" = the report's own rows; `at` -1 = everything the report counts. `more`: keys added to the row, e.g. the
    month of a cell. `before`: of the report for the period before."""

    at: int = -1
    part: str = ""
    more: tuple[tuple[str, Any], ...] = ()
    before: bool = False


#: what a table without records answers
_CLOSED = next(one.default for one in fields(Part) if one.name == "of_row")
#: everything the report counts
WHOLE = RowKey()


def table_of(report: Report, part: str) -> Report | Part:
    """The report itself or its part; raises KeyError."""
    return report.part(part) if part else report


def drill_of(report: Report, key: RowKey) -> Drill | None:
    """The records behind a mark; None where there are none to open."""
    source = report.previous if key.before else report
    if source is None:
        return None
    if key.at < 0:
        return source.of_all
    table = table_of(source, key.part)
    if key.at >= len(table.rows):
        return None
    row: Row = table.rows[key.at]
    merged: Mapping[str, Any] = {**row, **dict(key.more)} if key.more else row
    return table.drill(merged)


def openable(report: Report, key: RowKey) -> RowKey | None:
    """The key if its table opens records at all, so that a mark without shows no hand. Which records they are is found
    out when it is opened: that may take a while."""
    source = report.previous if key.before else report
    if source is None:
        return None
    if key.at < 0:
        return key if source.of_all is not None else None
    return key if opens(table_of(source, key.part)) else None


def opens(table: Report | Part) -> bool:
    """Whether rows of this table may have records to open."""
    return table.of_row is not _CLOSED
