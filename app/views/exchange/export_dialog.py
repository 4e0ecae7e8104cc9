"""Exporting: which records, which columns, which format, where to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Field
from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Progress
from app.core.records import Sort
from app.errors import AppError
from app.services.exchange.exporting.export import ExportReport, export_fields
from app.views.exchange.export_columns import ExportColumns
from app.views.exchange.progress_step import ProgressStep
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.fields import ChoiceField
from app.views.widgets.form import Form
from app.views.widgets.labels import heading
from app.views.widgets.segmented import SegmentedControl

_FORMATS = {"xlsx": "Excel (.xlsx)", "csv": "CSV (.csv)", "json": "JSON (.json)", "vcf": "vCard (.vcf)"}
_WITH_CARDS = ("customers", "contacts")
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
    count = int(data.get("count") or 0)
    chosen: Handles | None = None
    if callable(handles):
        chosen = handles
    elif handles is not None:
        listed = [int(h) for h in handles]
        chosen, count = (lambda: listed), len(listed)
    return ExportWish(
        str(data.get("entity", "customers")), data.get("condition"), tuple(data.get("sorts") or ()),
        tuple(data.get("columns") or ()), chosen, count,
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
        self.problem = Banner("error", "", closable=True)
        self.problem.hide()
        column.addWidget(self.problem)
        self._choices = self._build_choices()
        column.addWidget(self._choices, 1)
        self.progress = ProgressStep()
        self.progress.cancel_wanted.connect(self._cancel)
        self.progress.hide()
        column.addWidget(self.progress, 1)
        column.addLayout(self._build_foot())
        self._fit()

    # ---- building -----------------------------------------------------------------------------------------------

    def _build_choices(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.form = Form(label_width=72)
        self.scope = SegmentedControl(self._scopes(), t("范围"))
        self.format = ChoiceField(
            [(k, w) for k, w in _FORMATS.items() if k != "vcf" or self.wish.entity in _WITH_CARDS]
        )
        self.encoding = ChoiceField((("utf-8-sig", t("UTF-8（Excel 可直接打开）")), ("gb18030", "GB18030（GBK）")))
        self.form.add_row("scope", t("范围"), self.scope)
        self.form.add_row("format", t("格式"), self.format)
        self.form.add_row("encoding", t("编码"), self.encoding)
        self.format.currentIndexChanged.connect(self._fit)
        column.addWidget(self.form)
        self.columns = ExportColumns(self._fields(), self.wish.columns)
        self.columns.changed.connect(self._fit)
        column.addWidget(self.columns, 1)
        self.cards = Banner("info", t("名片里是姓名、单位、职务、电话、邮箱、地址、生日和备注，不必选列。"))
        column.addWidget(self.cards)
        column.addStretch()
        return box

    def _scopes(self) -> list[tuple[str, str]]:
        scopes = [("all", t("全部"))]
        if self.wish.condition is not None:
            scopes.insert(0, ("view", t("当前筛选")))
        if self.wish.chosen is not None:
            scopes.insert(0, ("chosen", t("所选 {n} 条", n=f"{self.wish.count:,}") if self.wish.count else t("所选的")))
        return scopes

    def _fields(self) -> list[Field]:
        """What an export holds by itself, and what the table shows besides."""
        fields = {field.key: field for field in export_fields(self._entity)}
        for key in self.wish.columns:
            field = self._entity.find(key)
            if field is not None:
                fields.setdefault(key, field)
        return list(fields.values())

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.close_button = buttons.plain(t("取消"))
        self.close_button.clicked.connect(self.reject)
        self.go_button = buttons.primary(t("导出…"), "download")
        self.go_button.clicked.connect(self._go)
        self.go_button.setDefault(True)
        row.addWidget(self.close_button)
        row.addWidget(self.go_button)
        return row

    def _fit(self) -> None:
        """What the format asks for, and whether there is anything to write."""
        kind = self.format.key()
        self.form.row("encoding").set_shown(kind == "csv")
        self.columns.setVisible(kind != "vcf")
        self.cards.setVisible(kind == "vcf")
        self.go_button.setEnabled(kind == "vcf" or bool(self.columns.chosen()))

    # ---- writing ------------------------------------------------------------------------------------------------

    def _go(self) -> None:
        kind = self.format.key()
        target = self.desk.dialogs.pick_file(
            "save", t("导出到"), ((_FORMATS[kind], (kind,)),), suggested=f"{self._entity.label}.{kind}"
        )
        if target is not None:
            self.write(target)

    def write(self, target: Path) -> None:
        """Export to `target` as chosen."""
        wish, scope, encoding = self.wish, self.scope.current(), self.encoding.key()
        columns = self.columns.chosen() if self.format.key() != "vcf" else None
        service = self.desk.workspace.exports

        def work(job: Any) -> ExportReport:
            handles = wish.chosen() if scope == "chosen" and wish.chosen is not None else None
            condition = wish.condition if scope == "view" else None
            return service.export(
                target, wish.entity, condition=condition, handles=handles, sorts=wish.sorts, columns=columns,
                encoding=encoding, job=job,
            )  # fmt: skip

        words = t("正在导出到 {name}", name=target.name)
        self._show_writing(True)
        self.progress.begin(words)
        self.progress.cancel_button.setFocus()
        self._task = self.desk.runner.start(
            work, on_done=self._on_done, on_progress=self._on_progress, on_failed=self._on_failed,
            on_cancelled=self._on_cancelled, owner=self, title=words, pool="read",
        )  # fmt: skip

    def _show_writing(self, writing: bool) -> None:
        self.problem.hide()
        self._choices.setVisible(not writing)
        self.go_button.setVisible(not writing)
        self.close_button.setVisible(not writing)
        self.progress.setVisible(writing)

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
        """What a person can do something about is said in its place; defects where all defects are told."""
        self._on_cancelled()
        if isinstance(error, AppError):
            self.problem.set_message(str(error), "error")
            self.problem.show()
        else:
            self.desk.dialogs.show_error(error)

    def _on_cancelled(self) -> None:
        self._task = None
        self._show_writing(False)
        self.go_button.setFocus()

    def _cancel(self) -> None:
        if self._task is not None:
            self.progress.stopping()
            self._task.cancel()

    def reject(self) -> None:
        """Esc, 取消 and the window's own close button; while writing they stop it first."""
        if self._task is not None:
            self._cancel()
        else:
            super().reject()
