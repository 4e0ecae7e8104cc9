"""A report as a file: Excel with a sheet for every table, CSV of its rows, JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core.amounts import money_text
from app.core.i18n import t
from app.errors import UserError
from app.services.analytics.records import Column, Kind, Report, Row
from app.services.analytics.report_json import report_json
from app.services.exchange.files.cell_forms import guarded
from app.services.exchange.files.whole import unsaved, whole_file

SUFFIXES = (".xlsx", ".csv", ".json")
_LONGEST = 32_767
_EXACT = 10**15
_FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.RATE: "0.0%",
    Kind.INTEGER: "0",
    Kind.NUMBER: "0.####",
    Kind.DAYS: "0.#",
    Kind.HOURS: "0.0",
    Kind.DATE: "yyyy-mm-dd",
}


def write(report: Report, target: Path) -> int:
    """Write the report in the format its suffix names; an older file goes. Returns the number of rows.

    Raises UserError for another suffix, EnvironmentProblem when it cannot be written.
    """
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(t("不能导出成“{suffix}”格式。可用的有：{all}。", suffix=suffix, all="、".join(SUFFIXES)))
    with whole_file(target) as part:
        if suffix == ".json":
            part.write_text(json.dumps(report_json(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        elif suffix == ".csv":
            _write_csv(report, part)
        else:
            _write_xlsx(report, part)
    return len(report.rows)


def cell_text(column: Column, value: Any) -> str:
    """A value as text: money with its cents, rates as percent, nothing as "—"."""
    if value is None:
        return "—"
    match column.kind:
        case Kind.MONEY:
            return money_text(int(value))
        case Kind.RATE:
            return f"{value:.1%}"
        case Kind.NUMBER | Kind.HOURS | Kind.DAYS:
            return f"{value:g}" if isinstance(value, int) else f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
        case Kind.LIST:
            return " ".join(f"{v:.0%}" if isinstance(v, float) else str(v) for v in value)
    if isinstance(value, bool):
        return t("是") if value else t("否")
    return str(value)


def facts(report: Report) -> list[tuple[str, str]]:
    """What stands above a report's table: formula, window, n, parameters, headline figures."""
    window = report.window
    found = [
        (t("报表"), report.title),
        (t("公式"), f"{report.formula.name} | {report.formula.text}"),
        (t("统计日"), report.as_of.isoformat()),
        (t("期间"), f"{window.start.isoformat()} – {window.last.isoformat()}" if window and window.days else "—"),
        ("n", str(report.n)),
    ]
    if report.filter:
        found.append((t("筛选"), json.dumps(report.filter, ensure_ascii=False)))
    given = [f"{k} = {v}" for k, v in report.parameters.items() if v != ""]
    if given:
        found.append((t("参数"), ", ".join(given)))
    found += [(m.title, cell_text(Column(m.key, m.title, m.kind), m.value)) for m in report.measures]
    found += [(t("注意"), note) for note in report.notes]
    return found


def _write_csv(report: Report, part: Path) -> None:
    with part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([guarded(c.title) for c in report.columns])
        for row in report.rows:
            writer.writerow([guarded(_csv_cell(c, row.get(c.key))) for c in report.columns])


def _csv_cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind in (Kind.RATE, Kind.NUMBER, Kind.HOURS, Kind.DAYS, Kind.INTEGER):
        return str(value)
    return cell_text(column, value)


def _write_xlsx(report: Report, part: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(part), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    try:
        styles = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        plain = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1, "num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        taken: set[str] = set()
        sheet = book.add_worksheet(_sheet_name(report.title, taken))
        _table(sheet, report.columns, report.rows, (styles, plain, head))
        for extra in report.parts:
            sheet = book.add_worksheet(_sheet_name(extra.title, taken))
            _table(sheet, extra.columns, extra.rows, (styles, plain, head))
        about = book.add_worksheet(_sheet_name(t("说明"), taken))
        about.set_column(0, 0, 22, plain)
        about.set_column(1, 1, 90, wrapped)
        for line, (name, text) in enumerate(facts(report)):
            about.write_string(line, 0, name, plain)
            about.write_string(line, 1, text[:_LONGEST], wrapped)
        book.close()
    except BaseException:
        unsaved(book)
        raise


def _table(
    sheet: Any, columns: Sequence[Column], rows: Sequence[Row], styles: tuple[dict[Kind, Any], Any, Any]
) -> None:
    formats, plain, head = styles
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 30 if column.key == "customer" else max(10, len(column.title) * 2 + 2))
        sheet.write_string(0, place, column.title[:_LONGEST], head)
    for line, row in enumerate(rows, 1):
        for place, column in enumerate(columns):
            value = row.get(column.key)
            if value is not None:
                _cell(sheet, line, place, column, value, formats.get(column.kind, plain))
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def _cell(sheet: Any, line: int, place: int, column: Column, value: Any, style: Any) -> None:
    if column.kind is Kind.MONEY and abs(value) < _EXACT:
        sheet.write_number(line, place, Decimal(int(value)).scaleb(-2), style)
    elif column.kind is Kind.DATE:
        sheet.write_datetime(line, place, date.fromisoformat(str(value)), style)
    elif isinstance(value, int | float) and not isinstance(value, bool) and column.kind is not Kind.MONEY:
        sheet.write_number(line, place, value, style)
    else:
        sheet.write_string(line, place, cell_text(column, value)[:_LONGEST], style)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel accepts, used once."""
    base = "".join(" " if char in "[]:*?/\\" else char for char in title).strip("' ")[:28] or "1"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base} {number}", number + 1
    taken.add(name.casefold())
    return name
