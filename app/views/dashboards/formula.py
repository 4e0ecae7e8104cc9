"""The little i: how a figure is computed, from what."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.core.i18n import t
from app.services.analytics.records import Report
from app.views.dashboards.words import parameter_text, window_text
from app.views.widgets.labels import DataLabel, caption

_WIDTH = 340


class FormulaCard(QWidget):
    """Name and text of the formula, parameters, as_of, window, filter, n, notes; the text can be copied."""

    def __init__(
        self, report: Report, titles: Mapping[str, str], filter_text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(8)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._add(t("公式"), report.formula.name, strong=True)
        self._add(t("口径"), report.formula.text)
        self._add(t("时间窗"), window_text(report.window, report.as_of))
        self._add(t("截至"), report.as_of.isoformat())
        self._add(t("统计范围"), filter_text or t("全部"))
        parameters = parameter_text(report.parameters, titles)
        if parameters:
            self._add(t("参数"), "\n".join(parameters))
        self._add("n", f"{report.n:,}")
        if report.notes:
            self._add(t("注意"), "\n".join(report.notes))

    def _add(self, name: str, text: str, *, strong: bool = False) -> None:
        row = self._grid.rowCount()
        label = caption(name)
        value = DataLabel(text, "strong" if strong else "secondary", wrap=True, selectable=True)
        value.setFixedWidth(_WIDTH)
        value.setAccessibleName(f"{name}{t('：')}{text}")
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)

    def facts(self) -> list[str]:
        """Everything it says, line by line."""
        return [value.text() for value in self.findChildren(DataLabel)]


def footnotes(report: Report, filter_text: str) -> tuple[str, ...]:
    """What goes under the chart on paper."""
    facts = (
        window_text(report.window, report.as_of),
        t("截至 {day}", day=report.as_of.isoformat()),
        f"n = {report.n:,}",
    )
    lines = [t("{name}：{text}", name=report.formula.name, text=report.formula.text), " · ".join(dict.fromkeys(facts))]
    if filter_text:
        lines.append(t("统计范围：{text}", text=filter_text))
    return (*lines, *report.notes)
