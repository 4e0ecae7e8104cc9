"""A report as a picture, painted by the same charts as in the window, for whoever has no window."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.i18n import t
from app.errors import EnvironmentProblem, UserError
from app.services.analytics.catalogue import reports
from app.services.analytics.records import Report
from app.services.quality.dictionary import DictionaryDocument

if TYPE_CHECKING:
    from app.views.charts.chart import Chart

_WIDTH, _HEIGHT = 900, 540


def write_picture(report: Report, target: Path) -> None:
    """Write a .png, .svg or .pdf; an older file goes. Works without a screen.

    Raises EnvironmentProblem where the window toolkit is not installed or the file cannot be written.
    """
    _require_toolkit()
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QApplication

    from app.views.charts.export import Sheet, save
    from app.views.dashboards.tiles import TileSpec
    from app.views.theme import fonts

    application = QApplication.instance() or QApplication(["kedang"])
    fonts.forget()  # the language may be another one than before
    spec = reports()[report.name]
    if spec.face is None:
        raise UserError(t("报表“{title}”没有图。可以用 --format xlsx、csv 或 json。", title=report.title))
    chart = TileSpec(spec, spec.face).draw(report)
    subtitle = "" if spec.face.title == report.title else spec.face.title
    save(chart, Sheet(report.title, subtitle, _footnotes(report)), target, QSize(_WIDTH, _height(chart)))
    del application


def _height(chart: Chart) -> int:
    """As much as the chart can fill: bars and cells have a largest size."""
    from app.views.charts.columns import ColumnChart
    from app.views.charts.heat import HeatChart
    from app.views.charts.kpi import KpiChart
    from app.views.charts.ranking import RankingChart

    match chart:
        case KpiChart():
            return 220
        case HeatChart():
            return min(_HEIGHT, 170 + 46 * len(chart.rows))
        case RankingChart():
            return min(_HEIGHT, 140 + 40 * len(chart.marks))
        case ColumnChart() if len(chart.names) < 4:
            return 360
    return _HEIGHT


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

    from app.views.quality.dictionary_pdf import write_pdf
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
