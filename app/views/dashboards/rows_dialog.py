"""查看明细: the rows of a report as a table; each opens its records, all of them go into a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.i18n import t
from app.core.jobs import Job
from app.services.analytics.records import Column, Kind, Part, Report
from app.views.charts.export import file_name
from app.views.dashboards.keys import opens, table_of
from app.views.dashboards.words import shown
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import muted
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import Kind as CellKind
from app.views.widgets.table.source import Row as Cells
from app.views.widgets.table.source import TableColumn
from app.views.widgets.table.view import VirtualTable

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids

_NUMBERS = (Kind.INTEGER, Kind.NUMBER, Kind.RATE, Kind.DAYS, Kind.HOURS)


class ReportRows:
    """The rows of a report or of one of its parts, as the table asks for them."""

    def __init__(self, table: Report | Part) -> None:
        self._table = table
        self.columns: Sequence[TableColumn] = tuple(_column(column) for column in table.columns)

    def load_ids(self, _job: Job) -> Ids:
        import numpy as np

        return np.arange(len(self._table.rows), dtype=np.int64)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Cells]:
        columns, rows = self._table.columns, self._table.rows
        return {at: tuple(shown(rows[at].get(c.key), c.kind) for c in columns) for at in handles if at < len(rows)}


def _column(column: Column) -> TableColumn:
    kind: CellKind = "money" if column.kind is Kind.MONEY else "number" if column.kind in _NUMBERS else "text"
    width = 240 if column.kind is Kind.LIST or column.key == "customer" else 150 if kind == "text" else 116
    return TableColumn(column.key, column.title, kind, width, sortable=False)


class RowsDialog(QDialog):
    """Not modal: the board stays usable.

    Signals:
        drilled(object): the records behind a row are wanted: a Drill, None where there are none.
    """

    drilled = Signal(object)

    def __init__(self, desk: Desk, report: Report, part: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self.report = desk, report
        self.setWindowTitle(report.title)
        self.setProperty("ground", "surface")
        self.setSizeGripEnabled(True)
        self.choice = ChoiceField([("", report.title), *((one.key, one.title) for one in report.parts)])
        self.choice.setAccessibleName(t("哪张表"))
        self.choice.setVisible(bool(report.parts))
        self.choice.setMinimumWidth(200)
        self.count = muted("")
        self.save = buttons.plain(t("导出…"), "download")
        self.save.clicked.connect(self.save_file)
        entity = desk.workspace.analytics.spec(report.name).entity
        self.save.setVisible(desk.workspace.actor.may(entity, Action.EXPORT))
        self.open_row = buttons.plain(t("打开记录"), "external-link")
        self.open_row.clicked.connect(self._open_current)
        self.model = VirtualTableModel(desk.runner, None, self)
        self.table = VirtualTable(self.model, report.title, desk.runner)
        self.table.opened.connect(self._open)
        self.table.current_changed.connect(self._on_current)
        self.empty = EmptyState("table", t("没有数据"), t("所选时间和范围内没有记录。"))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.choice)
        head.addWidget(self.count)
        head.addStretch()
        head.addWidget(self.open_row)
        head.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        self.resize(940, 560)
        self.choice.currentIndexChanged.connect(lambda _at: self.show_part(self.choice.key()))
        self.choice.set_key(part)
        self.show_part(part)
        self.table.setFocus()

    def show_part(self, part: str) -> None:
        """The report's own rows ("") or one of its parts."""
        shown_table = table_of(self.report, part)
        self.model.set_source(ReportRows(shown_table))
        self.count.setText(t("{n} 行", n=f"{len(shown_table.rows):,}"))
        self.stack.setCurrentWidget(self.table if shown_table.rows else self.empty)
        self._on_current(None)

    def _on_current(self, handle: int | None) -> None:
        self.open_row.setEnabled(handle is not None and opens(table_of(self.report, self.choice.key())))

    def _open_current(self) -> None:
        self._open(self.table.current_handle())

    def _open(self, handle: int | None) -> None:
        found = table_of(self.report, self.choice.key())
        if handle is not None and handle < len(found.rows) and opens(found):
            row = found.rows[handle]
            self._desk.read(lambda _job: found.drill(row), self.drilled.emit, owner=self)

    def save_file(self) -> None:
        """Excel with every table, or the table shown as CSV; written in the background, noted in the history."""
        part = self.choice.key()
        found = table_of(self.report, part)
        name = Path(f"{file_name(found.title)}.xlsx")
        kinds = (("Excel", ("xlsx",)), ("CSV", ("csv",)))
        path = self._desk.dialogs.pick_file("save", t("导出报表"), kinds, suggested=name)
        if path is None:
            return
        report = self.report
        if part and path.suffix.lower() == ".csv":  # a text file holds one table
            report = replace(report, title=found.title, columns=found.columns, rows=found.rows, parts=())
        analytics = self._desk.workspace.analytics

        def done(rows: int) -> None:
            self._desk.toasts.show_toast(t("已导出 {n} 行到 {name}", n=f"{rows:,}", name=path.name), "success")

        self._desk.operate(
            lambda _job: analytics.export(report, path),
            title=t("正在导出 {name}", name=path.name),
            owner=self,
            on_done=done,
        )
