"""A report as a picture, painted by the same charts as in the window, for whoever has no window."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from app.core.i18n import t
from app.errors import EnvironmentProblem
from app.services.analytics.records import Report
from app.services.quality.dictionary import DictionaryDocument

#: report → the tile whose chart stands for it
_TILES = {
    "rfm": "rfm_grid",
    "clv": "clv_top",
    "churn": "churn_bands",
    "cohort": "cohort",
    "lifecycle": "lifecycle",
    "abc": "abc",
    "funnel": "funnel",
    "win-rate": "won_lost",
    "pipeline": "pipeline_months",
    "velocity": "velocity",
    "sales": "sales_line",
    "receivables": "receivables",
    "sources": "sources",
    "service": "ticket_volume",
    "sla": "sla_clocks",
}
_WIDTH, _HEIGHT = 900, 540
_HEIGHTS = {"churn": 340, "receivables": 340, "rfm": 430, "velocity": 220, "sla": 360}


def write_picture(report: Report, target: Path) -> None:
    """Write a .png, .svg or .pdf; an older file goes. Works without a screen.

    Raises EnvironmentProblem where the window toolkit is not installed or the file cannot be written.
    """
    _require_toolkit()
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QApplication

    from app.views.charts.export import Sheet, save
    from app.views.dashboards.tiles import all_tiles
    from app.views.theme import fonts

    application = QApplication.instance() or QApplication(["kedang"])
    fonts.forget()  # the language may be another one than before
    tile = all_tiles()[_TILES[report.name]]
    chart = tile.draw(report)
    subtitle = "" if tile.title() == report.title else tile.title()
    save(chart, Sheet(report.title, subtitle, _footnotes(report)), target, QSize(_WIDTH, _height(report)))
    del application


def _height(report: Report) -> int:
    """As much as the chart can fill: bars and cells have a largest size."""
    if report.name == "cohort":
        return min(_HEIGHT, 170 + 46 * min(len(report.rows), 12))
    return _HEIGHTS.get(report.name, _HEIGHT)


def _footnotes(report: Report) -> tuple[str, ...]:
    """What makes the picture understandable alone: formula, window, n, and what must be said."""
    window = report.window
    span = f"{window.start.isoformat()} – {window.last.isoformat()}" if window is not None and window.days else ""
    facts = (report.formula.name, t("统计日 {day}", day=report.as_of.isoformat()), span, f"n = {report.n:,}")
    return (" | ".join(fact for fact in facts if fact), *report.notes[:2])


def write_dictionary(document: DictionaryDocument, target: Path) -> None:
    """The data dictionary as a .pdf; an older file goes. Works without a screen.

    Raises EnvironmentProblem where the window toolkit is not installed or the file cannot be written.
    """
    _require_toolkit()
    from PySide6.QtWidgets import QApplication

    from app.views.cleaning.health.dictionary_pdf import write_pdf
    from app.views.theme import fonts

    application = QApplication.instance() or QApplication(["kedang"])
    fonts.forget()
    write_pdf(document, target)
    del application


def _require_toolkit() -> None:
    if find_spec("PySide6") is None:
        raise EnvironmentProblem(
            t("这台电脑没有安装图形组件（PySide6），不能画图。可以用 --format xlsx、csv 或 json。")
        )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
