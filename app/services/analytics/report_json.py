"""A report as JSON: what `--json` prints and a .json file holds. Stable: scripts stand on it.

{"report", "title", "formula", "formula_text", "parameters", "as_of", "window": {"start", "end", "last"} or null,
 "filter", "n", "currency", "notes", every headline figure under its own key, further figures of the report,
 "rows": […], "parts": {name: […]}, "previous": the headline figures of the period before, if asked}
`end` is the first day after the window, `last` its last day. Money is a decimal string in units of "currency", rates are
fractions 0…1, null is "nothing to measure". Rows of records carry "id" and, of customers, "external_id".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.amounts import money_text
from app.services.analytics.records import Column, Kind, Measure, Period, Report, Row
from app.services.exchange.cells.record_json import CURRENCY


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON data."""
    rows = [_row(report.columns, row) for row in report.rows]
    data: dict[str, Any] = {
        **{m.key: _plain(m.kind, m.value) for m in report.measures},
        **report.detail,
        "report": report.name,
        "title": report.title,
        "formula": report.formula.name,
        "formula_text": report.formula.text,
        "parameters": dict(report.parameters),
        "as_of": report.as_of.isoformat(),
        "window": _window(report.window),
        "filter": dict(report.filter) if report.filter is not None else None,
        "n": report.n,
        "currency": CURRENCY,
        "notes": list(report.notes),
        "rows": rows,
        "parts": {part.key: [_row(part.columns, row) for row in part.rows] for part in report.parts},
    }
    if report.name == "cohort":
        data["cohorts"] = rows
    if report.previous is not None:
        data["previous"] = {
            "window": _window(report.previous.window),
            "n": report.previous.n,
            **_figures(report.previous.measures),
        }
    order = ("report", "title", "formula", "formula_text", "parameters", "as_of", "window", "filter", "n")
    return {key: data[key] for key in order} | {key: value for key, value in data.items() if key not in order}


def _figures(measures: Iterable[Measure]) -> dict[str, Any]:
    return {m.key: _plain(m.kind, m.value) for m in measures}


def _window(window: Period | None) -> dict[str, str] | None:
    if window is None:
        return None
    return {"start": window.start.isoformat(), "end": window.end.isoformat(), "last": window.last.isoformat()}


def _row(columns: Iterable[Column], row: Row) -> dict[str, Any]:
    kinds = {column.key: column.kind for column in columns}
    return {key: _plain(kinds.get(key, Kind.TEXT), value) for key, value in row.items()}


def _plain(kind: Kind, value: Any) -> Any:
    return money_text(int(value)) if kind is Kind.MONEY and value is not None else value
