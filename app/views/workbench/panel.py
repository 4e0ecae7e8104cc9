"""清洗: a file or the archive's records on the bench, from the first look to the cleaned result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.i18n import t
from app.core.records import ChangeSet
from app.views.shell.desk import Desk
from app.views.shell.importing import ENDINGS, dropped_file
from app.views.shell.page import Command
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.labels import DataLabel, ElidedLabel
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.spinner import Spinner
from app.views.workbench import words
from app.views.workbench.bench import Bench
from app.views.workbench.cluster_dialog import ClusterDialog
from app.views.workbench.facet_pane import FacetPane
from app.views.workbench.results import Results
from app.views.workbench.sheet import SheetView
from app.views.workbench.side_pane import SidePane
from app.views.workbench.step_dialog import StepDialog

if TYPE_CHECKING:
    from app.core.jobs import Progress

_EMPTY, _WORK = range(2)
#: below this width the verbs of the bar show their icons only
_ROOMY = 1000


class WorkbenchPanel(QWidget):
    """A payload is a path to open, or {"entity": …, "filter": …} for records."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.bench = Bench(desk, self)
        self.results = Results(self.bench, self)
        self.setAcceptDrops(True)
        self._dialog: QDialog | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_empty())
        self._stack.addWidget(self._build_work())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack, 1)
        column.addWidget(self._build_status())
        self._connect()
        self._on_opened()

    # ---- building -----------------------------------------------------------------------------------------------

    def _build_empty(self) -> QWidget:
        self.open_button = buttons.primary(t("打开文件…"), "folder-open")
        self.open_button.clicked.connect(self._pick_file)
        self.records_button = buttons.plain(t("清洗档案里的记录"), "database")
        self.records_button.clicked.connect(lambda: self._under(self.records_button, self._entity_menu()))
        return EmptyState(
            "wand-sparkles",
            t("把乱表格洗干净"),
            t("打开 Excel、CSV 等文件，或直接清洗档案里的记录：按值筛选，统一写法，聚类合并，每一步都能预览和撤销；步骤可以存成配方，"
              "下次一键重放。原文件不会被改动。"),
            [self.open_button, self.records_button],
        )  # fmt: skip

    def _build_work(self) -> QWidget:
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_bar())
        self.facet_pane = FacetPane(self.bench)
        self.sheet = SheetView()
        self.side = SidePane(self.bench)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        for widget, share in ((self.facet_pane, 0), (self.sheet, 1), (self.side, 0)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, share)
        splitter.setSizes([252, 760, 268])
        column.addWidget(splitter, 1)
        return work

    def _build_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(20, 2, 20, 10)
        row.setSpacing(6)
        self._title = ElidedLabel("", "h2")
        row.addWidget(self._title, 1)
        self.undo_button = IconButton("undo-2", t("撤销一步"), shortcut="Ctrl+Z")
        self.undo_button.clicked.connect(self.bench.undo)
        self.redo_button = IconButton("redo-2", t("重做一步"), shortcut="Ctrl+Y")
        self.redo_button.clicked.connect(self.bench.redo)
        self.transform_button = buttons.plain(t("转换"), "wand-sparkles")
        self.transform_button.set_trailing("chevron-down")
        self.transform_button.clicked.connect(
            lambda: self._under(self.transform_button, self._column_menu(self.bench.column))
        )
        self.cluster_button = buttons.plain(t("聚类…"), "combine")
        self.cluster_button.clicked.connect(self.open_clusters)
        self.rows_button = buttons.plain(t("筛出的行"), "list")
        self.rows_button.set_trailing("chevron-down")
        self.rows_button.clicked.connect(lambda: self._under(self.rows_button, self._rows_menu()))
        self.recipe_button = buttons.plain(t("配方"), "book-open")
        self.recipe_button.set_trailing("chevron-down")
        self.recipe_button.clicked.connect(lambda: self._under(self.recipe_button, self.results.recipe_menu()))
        self.export_button = buttons.plain(t("导出"), "download")
        self.export_button.set_trailing("chevron-down")
        self.export_button.clicked.connect(lambda: self._under(self.export_button, self.results.export_menu()))
        self.finish_button = buttons.primary(t("导入清洗结果…"))
        self.finish_button.clicked.connect(self.results.finish)
        self.close_button = IconButton("x", t("关闭这张表"))
        self.close_button.clicked.connect(self.close_table)
        for button in (
            self.undo_button, self.redo_button, self.transform_button, self.cluster_button, self.rows_button,
            self.recipe_button, self.export_button, self.finish_button, self.close_button,
        ):  # fmt: skip
            row.addWidget(button)
        self._verbs = {
            button: button.text()
            for button in (
                self.transform_button, self.cluster_button, self.rows_button, self.recipe_button, self.export_button,
            )
        }  # fmt: skip
        for button, text in self._verbs.items():
            button.setAccessibleName(text)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= _ROOMY
        for button, text in self._verbs.items():
            button.setText(text if roomy else "")
            button.setToolTip("" if roomy else text)
            button.updateGeometry()

    def _build_status(self) -> QWidget:
        self._status = QWidget()
        row = QHBoxLayout(self._status)
        row.setContentsMargins(20, 5, 20, 7)
        row.setSpacing(8)
        self._spinner = Spinner(14)
        self._rows_label = DataLabel("", "secondary")
        self._progress = ElidedLabel("", "muted")
        self.cancel_button = buttons.ghost(t("取消"))
        self.cancel_button.clicked.connect(self.bench.cancel)
        row.addWidget(self._rows_label)
        row.addStretch()
        row.addWidget(self._spinner)
        row.addWidget(self._progress)
        row.addWidget(self.cancel_button)
        return self._status

    def _connect(self) -> None:
        bench = self.bench
        bench.opened.connect(self._on_opened)
        bench.changed.connect(self._on_changed)
        bench.browsed.connect(self._show_rows)
        bench.picked.connect(self.sheet.set_current)
        bench.busy.connect(self._on_busy)
        bench.progress.connect(self._on_progress)
        self.sheet.column_picked.connect(bench.pick)
        self.sheet.column_menu.connect(lambda name, place: build_menu(self, self._column_menu(name)).popup(place))
        self.sheet.edit_wanted.connect(lambda name, value: self.open_step("edit", name, {"from": value}))
        self.sheet.facet_wanted.connect(self._facet_of_value)
        self.sheet.flag_wanted.connect(self._flag)
        self.side.profile.value_wanted.connect(lambda value: self._facet_of_value(bench.column, value))
        self.side.profile.mask_wanted.connect(self._facet_of_mask)
        self.facet_pane.add_button.clicked.connect(
            lambda: self._under(self.facet_pane.add_button, self._facet_menu(bench.column))
        )

    # ---- the panel's contract -----------------------------------------------------------------------------------

    def activate(self, payload: object) -> None:
        """Come to the front; open what is asked for."""
        if isinstance(payload, str | Path):
            if self._may_leave():
                self.bench.open_file(Path(payload))
        elif isinstance(payload, dict) and payload.get("entity") and self._may_leave():
            self.bench.open_records(str(payload["entity"]), payload.get("filter"))

    def commands(self) -> list[Command]:
        """What can be done right now."""
        found = [Command("clean:open", t("清洗：打开文件…"), "folder-open", self._pick_file)]
        if self.bench.history is not None:
            found += [
                Command("clean:undo", t("清洗：撤销一步"), "undo-2", self.bench.undo, "Ctrl+Z"),
                Command("clean:redo", t("清洗：重做一步"), "redo-2", self.bench.redo, "Ctrl+Y"),
                Command("clean:cluster", t("清洗：聚类…"), "combine", self.open_clusters),
                Command("clean:close", t("清洗：关闭这张表"), "x", self.close_table),
            ]
        return found

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        """The table on the bench is a copy: what changed since is found when it is written back."""

    # ---- what is shown ------------------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        source = self.bench.source
        self._stack.setCurrentIndex(_EMPTY if source is None else _WORK)
        self._status.setVisible(source is not None or self.bench.is_busy)
        self._spinner.setVisible(self.bench.is_busy)
        self.cancel_button.setVisible(self.bench.is_busy)
        if source is None:
            self.sheet.show_table(None)
            self._rows_label.setText("")
            return
        self._title.setText(source.title)
        self.finish_button.setText(t("写回档案…") if source.records is not None else t("导入清洗结果…"))
        self._on_changed()

    def _on_changed(self) -> None:
        history = self.bench.history
        if history is None:
            return
        free = not self.bench.is_busy  # a step under way belongs behind the one in force
        self.undo_button.setEnabled(free and history.at > 0)
        self.redo_button.setEnabled(free and history.at < len(history.entries))
        records = self.bench.source is not None and self.bench.source.records is not None
        entity = self.bench.source.records.entity if records and self.bench.source and self.bench.source.records else ""
        actor = self.desk.workspace.actor
        may = actor.may(entity, Action.EDIT) if records else actor.may("customers", Action.IMPORT)
        may = may and not self.desk.workspace.archive.read_only
        self.finish_button.setEnabled(may and (not records or history.at > 0))
        self.finish_button.setToolTip("" if may else t("您的角色或只读打开的档案不允许写入；可以导出清洗后的文件。"))

    def _show_rows(self) -> None:
        browse = self.bench.browse
        if browse is None or self.bench.history is None:
            return
        table = self.bench.table
        self.sheet.show_table(table, browse.mask.nonzero()[0])
        self.sheet.set_current(self.bench.column)
        text = t("显示 {shown} / {all} 行", shown=f"{browse.rows:,}", all=f"{table.live:,}")
        if table.live < table.size:
            text += t(" · 已移出 {n} 行", n=table.size - table.live)
        self._rows_label.setText(text)

    def _on_busy(self, title: str) -> None:
        self._status.setVisible(bool(title) or self.bench.source is not None)
        self._progress.setText(title)
        for widget in (self._spinner, self.cancel_button):
            widget.setVisible(bool(title))
        for button in (
            self.transform_button,
            self.cluster_button,
            self.rows_button,
            self.recipe_button,
            self.export_button,
            self.finish_button,
            self.open_button,
            self.records_button,
        ):
            button.setEnabled(not title)
        for step in (self.undo_button, self.redo_button):
            step.setEnabled(not title and step.isEnabled())
        if not title:
            self._on_changed()

    def _on_progress(self, progress: Progress) -> None:
        share = f" {progress.done / progress.total:.0%}" if progress.total else ""
        self._progress.setText(progress.text + share)

    # ---- menus --------------------------------------------------------------------------------------------------

    def _under(self, button: QWidget, items: list[MenuItem | None]) -> None:
        build_menu(self, items).popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def _entity_menu(self) -> list[MenuItem | None]:
        registry, actor = self.desk.workspace.context.registry, self.desk.workspace.actor
        return [
            MenuItem(kind.label, partial(self.bench.open_records, kind.key))
            for kind in registry
            if kind.judged and (kind.shared or actor.may(kind.key, Action.VIEW))
        ]

    def _column_menu(self, column: str) -> list[MenuItem | None]:
        from app.services.workbench.operations import label

        items: list[MenuItem | None] = [
            MenuItem(t("筛选"), icon="funnel", items=self._facet_menu(column)),
            MenuItem(t("聚类…"), lambda: self._clusters_of(column), "combine"),
            None,
        ]
        for title, ops in words.groups():
            entries = [
                MenuItem(label(op) + "…", lambda op=op: self.open_step(op, column))  # type: ignore[misc]
                for op in ops
            ]
            items.append(MenuItem(title, items=entries))
        return items

    def _facet_menu(self, column: str) -> list[MenuItem | None]:
        from app.services.workbench.facets import Facet

        def add(kind: str) -> Callable[[], None]:
            return lambda: self.bench.add_facet(Facet(kind, column))

        items: list[MenuItem | None] = [
            MenuItem(t("{column}：{what}", column=column, what=text), add(kind)) for kind, text in words.facet_kinds()
        ]
        return [
            *items,
            None,
            MenuItem(t("有标记的行"), lambda: self.bench.add_facet(Facet("flag", flagged=True)), "star"),
        ]

    def _rows_menu(self) -> list[MenuItem | None]:
        n = self.bench.browse.rows if self.bench.browse is not None else 0
        chosen = bool(self.bench.chosen)

        def step(op: str) -> Callable[[], None]:
            from app.services.workbench.steps import Step

            return lambda: self.bench.do_step(Step(op, "", {}, self.bench.chosen))

        return [
            MenuItem(t("标记筛出的 {n} 行", n=n), step("flag"), "star"),
            MenuItem(t("取消筛出行的标记"), step("unflag")),
            None,
            MenuItem(t("移出筛出的 {n} 行", n=n), step("remove-rows"), "trash-2", enabled=chosen),
            MenuItem(t("只留筛出的 {n} 行", n=n), step("keep-rows"), enabled=chosen),
        ]

    # ---- verbs --------------------------------------------------------------------------------------------------

    def _pick_file(self) -> None:
        filters = [(t("表格文件"), sorted(ending.lstrip(".") for ending in ENDINGS)), (t("所有文件"), ["*"])]
        path = self.desk.dialogs.pick_file("open", t("打开要清洗的文件"), filters)
        if path is not None and self._may_leave():
            self.bench.open_file(path)

    def _may_leave(self) -> bool:
        history = self.bench.history
        if history is None or not history.at:
            return True
        return self.desk.dialogs.confirm(
            t("放弃现在这张表上的 {n} 步清洗？", n=history.at), t("放弃"),
            text=t("没有导出、导入或写回的结果会丢失；想以后重放，可以先存成配方。"), danger=True,
        )  # fmt: skip

    def unsaved(self) -> str:
        """The steps that go with the window, as a sentence; "" = none."""
        history = self.bench.history
        if history is None or not history.at or self.bench.source is None:
            return ""
        return t("清洗“{name}”的 {n} 步", name=self.bench.source.title, n=history.at)

    def close_table(self) -> None:
        """Leave the table; asks when steps would be lost."""
        if self._may_leave():
            self.bench.close()

    def _flag(self, number: int, on: bool) -> None:
        from app.services.workbench.steps import Step

        self.bench.do_step(Step("flag" if on else "unflag", "", {"numbers": [number]}))

    def _facet_of_value(self, column: str, value: str) -> None:
        from app.services.workbench.facets import Facet

        self.bench.add_facet(Facet("values", column, frozenset({value} - {""}), blank=not value))

    def _facet_of_mask(self, mask: str) -> None:
        from app.services.workbench.facets import Facet

        self.bench.add_facet(Facet("mask", self.bench.column, frozenset({mask})))

    def _clusters_of(self, column: str) -> None:
        self.bench.pick(column)
        self.open_clusters()

    def open_clusters(self) -> None:
        """Clusters of the column in hand."""
        if self.bench.history is not None and self.bench.column:
            self._open(ClusterDialog(self.bench, self.window()))

    def open_step(self, op: str, column: str, preset: dict[str, Any] | None = None) -> None:
        """One transformation with its preview."""
        if self.bench.history is not None:
            if column != self.bench.column:
                self.bench.pick(column)
            self._open(StepDialog(self.bench, op, column, preset, self.window()))

    def _open(self, dialog: QDialog) -> None:
        self._dialog = dialog
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(lambda _code: self._forget(dialog))
        dialog.open()

    def _forget(self, dialog: QDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None

    @property
    def dialog(self) -> QDialog | None:
        """The dialog that is open, if any."""
        return self._dialog

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData())
        if path is not None and self._may_leave():
            event.acceptProposedAction()
            self.bench.open_file(path)
