"""Exporting: which records, which columns, which format, where to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Progress
from app.core.records import Sort
from app.services.exchange.export import ExportReport, export_fields
from app.views.exchange.progress_step import ProgressStep
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.form import Form
from app.views.widgets.labels import heading, muted
from app.views.widgets.segmented import SegmentedControl

_FORMATS = {"xlsx": "Excel (.xlsx)", "csv": "CSV (.csv)", "json": "JSON (.json)", "vcf": "vCard (.vcf)"}
Handles = Callable[[], Sequence[int]]


@dataclass(frozen=True)
class ExportWish:
    """What the page shows now. `chosen`: the ticked records' handles, asked for in the worker; `count` of them."""

    entity: str
    condition: Filter | None = None
    sorts: Sequence[Sort] = ()
    columns: Sequence[str] = ()
    chosen: Handles | None = None
    count: int = 0


def wish_of(payload: Any) -> ExportWish:
    """The wish in a `page_wanted` payload: {"entity", "condition", "handles", "sorts", "columns"}."""
    data: dict[str, Any] = dict(payload or {})
    handles = data.get("handles")
    chosen: Handles | None = None
    if callable(handles):
        chosen = handles
    elif handles is not None:
        listed = [int(h) for h in handles]
        chosen = lambda: listed  # noqa: E731 - a constant answer
    return ExportWish(
        str(data.get("entity", "customers")), data.get("condition"), tuple(data.get("sorts") or ()),
        tuple(data.get("columns") or ()), chosen, int(data.get("count") or (0 if handles is None or callable(handles) else len(handles))),
    )  # fmt: skip


class ExportDialog(QDialog):
    """Asks, then writes in the background with progress and cancel."""

    def __init__(self, desk: Desk, wish: ExportWish, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.wish = desk, wish
        self._task: Task | None = None
        self._entity = desk.workspace.context.registry.entity(wish.entity)
        self.setWindowTitle(t("导出"))
        self.setProperty("ground", "surface")
        self.setModal(True)
        self.resize(560, 640)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(heading(t("导出{entity}", entity=self._entity.label)))
        self._choices = self._build_choices()
        column.addWidget(self._choices, 1)
        self.progress = ProgressStep()
        self.progress.cancel_wanted.connect(self._cancel)
        self.progress.hide()
        column.addWidget(self.progress, 1)
        column.addLayout(self._build_foot())

    def _build_choices(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        form = Form(label_width=72)
        scopes = [("all", t("全部"))]
        if self.wish.condition is not None:
            scopes.insert(0, ("view", t("当前筛选")))
        if self.wish.chosen is not None:
            scopes.insert(0, ("chosen", t("所选 {n} 条", n=f"{self.wish.count:,}") if self.wish.count else t("所选的")))
        self.scope = SegmentedControl(scopes, t("范围"))
        self.format = ChoiceField(list(_FORMATS.items()))
        self.encoding = ChoiceField((("utf-8-sig", t("UTF-8（Excel 可直接打开）")), ("gb18030", "GB18030（GBK）")))
        form.add_row("scope", t("范围"), self.scope)
        form.add_row("format", t("格式"), self.format)
        form.add_row("encoding", t("编码"), self.encoding)
        form.row("encoding").set_shown(False)
        self.format.currentIndexChanged.connect(lambda _i: form.row("encoding").set_shown(self.format.key() == "csv"))
        column.addWidget(form)
        head = QHBoxLayout()
        head.addWidget(muted(t("列（拖动可改变顺序）")))
        head.addStretch()
        everything, shown = buttons.ghost(t("全选")), buttons.ghost(t("只选表格里显示的"))
        everything.clicked.connect(lambda: self._tick(None))
        shown.clicked.connect(lambda: self._tick(set(self.wish.columns)))
        shown.setVisible(bool(self.wish.columns))
        head.addWidget(shown)
        head.addWidget(everything)
        column.addLayout(head)
        self.columns = QListWidget()
        self.columns.setAccessibleName(t("要导出的列"))
        self.columns.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        for field in export_fields(self._entity):
            item = QListWidgetItem(field.label)
            item.setData(Qt.ItemDataRole.UserRole, field.key)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.columns.addItem(item)
        column.addWidget(self.columns, 1)
        return box

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.close_button = buttons.plain(t("取消"))
        self.close_button.clicked.connect(self.close)
        self.go_button = buttons.primary(t("导出…"), "download")
        self.go_button.clicked.connect(self._go)
        row.addWidget(self.close_button)
        row.addWidget(self.go_button)
        return row

    def _tick(self, keys: set[str] | None) -> None:
        for at in range(self.columns.count()):
            item = self.columns.item(at)
            on = keys is None or item.data(Qt.ItemDataRole.UserRole) in keys
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def chosen_columns(self) -> list[str]:
        """Field keys of the ticked columns in their order."""
        items = [self.columns.item(at) for at in range(self.columns.count())]
        return [str(i.data(Qt.ItemDataRole.UserRole)) for i in items if i.checkState() is Qt.CheckState.Checked]

    # ---- writing ------------------------------------------------------------------------------------------------

    def _go(self) -> None:
        kind = self.format.key()
        suggested = f"{self._entity.label}.{kind}"
        target = self.desk.dialogs.pick_file(
            "save", t("导出到"), ((_FORMATS[kind], (f"*.{kind}",)),), suggested=suggested
        )
        if target is not None:
            self.write(target)

    def write(self, target: Path) -> None:
        """Export to `target` as chosen."""
        wish, scope, columns = self.wish, self.scope.current(), self.chosen_columns()
        encoding, service = self.encoding.key(), self.desk.workspace.exports

        def work(job: Any) -> ExportReport:
            handles = wish.chosen() if scope == "chosen" and wish.chosen is not None else None
            condition = wish.condition if scope == "view" else None
            return service.export(
                target, wish.entity, condition=condition, handles=handles, sorts=wish.sorts, columns=columns,
                encoding=encoding, job=job,
            )  # fmt: skip

        self._choices.hide()
        self.go_button.hide()
        self.progress.show()
        self.progress.begin(t("正在导出到 {name}", name=target.name))
        self._task = self.desk.runner.start(
            work, on_done=self._on_done, on_progress=self._on_progress, on_failed=self._on_failed,
            on_cancelled=self._on_stopped, owner=self, title=t("正在导出到 {name}", name=target.name), pool="read",
        )  # fmt: skip

    def _on_progress(self, progress: Progress) -> None:
        self.progress.show_progress(progress)

    def _on_done(self, report: ExportReport) -> None:
        self._task = None
        folder = report.path.parent
        self.desk.toasts.show_toast(
            t("已导出 {n} 条到 {name}", n=f"{report.rows:,}", name=report.path.name), "success", action=t("打开文件夹"),
            on_action=lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))),
        )  # fmt: skip
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self._on_stopped()
        self.desk.dialogs.show_error(error)

    def _on_stopped(self) -> None:
        self._task = None
        self.progress.hide()
        self._choices.show()
        self.go_button.show()

    def _cancel(self) -> None:
        if self._task is not None:
            self.progress.stopping()
            self._task.job.cancel()

    def closeEvent(self, event: Any) -> None:
        if self._task is not None:
            self._task.job.cancel()
        super().closeEvent(event)
