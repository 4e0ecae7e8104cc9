"""操作记录: everything that was done, found again, looked into, taken back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.core.clock import now
from app.core.i18n import t
from app.core.records import ChangeSet, OperationInfo, UndoResult
from app.services.history.detail import OperationBrowser, Wanted
from app.views.history.detail_pane import DetailPane
from app.views.history.source import OperationSource
from app.views.history.undo_dialog import UndoDialog, kept_text
from app.views.history.words import kind_label
from app.views.shell.desk import Desk
from app.views.shell.page import Command, Page
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import Rule, muted
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.message_dialog import Choice
from app.views.widgets.search_box import SearchBox
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.view import VirtualTable

_DAYS = {"today": 0, "week": 6, "month": 29}


class HistoryPage(Page):
    """A payload that is an operation's id (UUID) shows that operation."""

    key = "history"
    icon = "history"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._browser = OperationBrowser(desk.workspace.context)
        self._shown: OperationInfo | None = None
        self._looking_for: int | None = None
        self._wanted = Wanted()
        self._build()
        self._model.set_source(OperationSource(self._browser, lambda: self._wanted))
        self._load_facets()

    @property
    def title(self) -> str:
        return t("操作记录")

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._model = VirtualTableModel(self.desk.runner, None, self)
        self.table = VirtualTable(self._model, t("操作记录"), self.desk.runner)
        self.table.set_compact(self.desk.settings.current.compact_tables)
        self.table.current_changed.connect(self._on_current)
        self.table.opened.connect(self._on_current)
        self.table.menu_requested.connect(self._on_menu)
        self._model.loaded.connect(self._on_loaded)
        self._model.failed.connect(self.desk.dialogs.show_error)
        self.detail = DetailPane(self.desk, self._browser)
        self.detail.undo_wanted.connect(self.ask_undo)
        self.detail.resume_wanted.connect(self._resume)
        self.detail.roll_back_wanted.connect(self._roll_back)
        self._nothing = EmptyState(
            "history", t("还没有操作记录"), t("新建、修改、导入、删除都会记在这里，随时可以撤销。")
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        left = QWidget()
        left.setProperty("ground", "surface")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_filters())
        column.addWidget(Rule())
        column.addWidget(self._stack, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(self.detail)
        self.detail.setMinimumWidth(320)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([880, 400])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    def _build_filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(20, 10, 16, 10)
        row.setSpacing(8)
        self._search = SearchBox(t("搜索操作…"))
        self._search.setFixedWidth(220)
        self._search.searched.connect(lambda _text: self._apply())
        self._search.moved_down.connect(self.table.setFocus)
        self._kind = ChoiceField([("", t("全部类型"))])
        self._kind.setAccessibleName(t("类型"))
        self._person = ChoiceField([("", t("全部人员"))])
        self._person.setAccessibleName(t("操作人"))
        self._time = ChoiceField(
            [("", t("全部时间")), ("today", t("今天")), ("week", t("最近 7 天")), ("month", t("最近 30 天"))]
        )
        self._time.setAccessibleName(t("时间"))
        row.addWidget(self._search)
        for field in (self._kind, self._person, self._time):
            field.setMinimumWidth(120)
            field.currentIndexChanged.connect(lambda _at: self._apply())
            row.addWidget(field)
        row.addStretch()
        self._count = muted("")
        row.addWidget(self._count)
        return row

    def _load_facets(self) -> None:
        def done(found: tuple[tuple[str, ...], list[tuple[UUID, str]]]) -> None:
            kinds, people = found
            self._kind.set_choices([("", t("全部类型")), *((kind, kind_label(kind)) for kind in kinds)])
            self._person.set_choices([("", t("全部人员")), *((str(user), name) for user, name in people)])

        self.desk.read(lambda _job: self._browser.facets(), done, owner=self)

    # ---- what is shown ------------------------------------------------------------------------------------------

    def activate(self, payload: object = None) -> None:
        if isinstance(payload, UUID):
            for field in (self._kind, self._person, self._time):
                field.set_key("")
            self._search.set_search("")
            self.desk.read(lambda _job: self._browser.handle_of(payload), self._go_to, owner=self)

    def _go_to(self, handle: int | None) -> None:
        if handle is not None and not self.table.go_to(handle):
            self._looking_for = handle
            self._apply()

    def _apply(self) -> None:
        kind, person, span = self._kind.key(), self._person.key(), self._time.key()
        since = None
        if span:
            day = now().astimezone().date() - timedelta(days=_DAYS[span])
            since = datetime.combine(day, time()).astimezone()
        self._wanted = Wanted(
            frozenset({kind}) if kind else frozenset(), UUID(person) if person else None, since,
            text=self._search.text().strip(),
        )  # fmt: skip
        self._model.reload()

    def _on_loaded(self, count: int) -> None:
        self._count.setText(t("{n} 个操作", n=f"{count:,}"))
        filtered = self._wanted != Wanted()
        if filtered:
            self._nothing.set_message(t("没有符合条件的操作"), t("换一个条件试试。"))
        else:
            self._nothing.set_message(t("还没有操作记录"), t("新建、修改、导入、删除都会记在这里，随时可以撤销。"))
        self._stack.setCurrentWidget(self.table if count else self._nothing)
        if not count:
            self.detail.show_operation(None)
        handle, self._looking_for = self._looking_for, None
        if handle is not None:
            self.table.go_to(handle)

    def _on_current(self, handle: int | None) -> None:
        if handle is None:
            self.detail.show_operation(None)
            return

        def done(found: dict[int, OperationInfo]) -> None:
            if handle in found and self.table.current_handle() == handle:
                self.detail.show_operation(found[handle])

        self.desk.read(lambda _job: self._browser.page([handle]), done, owner=self)

    def refresh(self, _changes: ChangeSet, _initiator: object) -> None:
        self._load_facets()
        self._model.reload()
        last = min(self._model.rowCount(), 300) - 1
        self._model.refresh_rows(self._model.handles_between(0, last) if last >= 0 else [])
        self._on_current(self.table.current_handle())

    def commands(self) -> list[Command]:
        operation = self.detail.operation
        if operation is None or not operation.undoable:
            return []
        return [Command("undo-this", t("撤销选中的操作"), "undo-2", lambda: self.ask_undo(operation))]

    def _on_menu(self, handle: int, place: QPoint) -> None:
        def done(found: dict[int, OperationInfo]) -> None:
            operation = found.get(handle)
            if operation is None:
                return
            items = [MenuItem(t("复制文字"), self.table.copy_selection, "copy", "Ctrl+C")]
            if operation.undoable:
                items.append(MenuItem(t("撤销这个操作"), lambda: self.ask_undo(operation), "undo-2"))
            build_menu(self, items).popup(place)

        self.desk.read(lambda _job: self._browser.page([handle]), done, owner=self)

    # ---- doing --------------------------------------------------------------------------------------------------

    def ask_undo(self, operation: OperationInfo) -> None:
        """With a look ahead; conflicts are listed again afterwards."""
        dialog = UndoDialog(self.desk, self._browser, operation, self)
        dialog.accepted.connect(lambda: self._undo(operation))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _undo(self, operation: OperationInfo) -> None:
        workspace = self.desk.workspace
        self.desk.withdraw_offer(operation.id)

        def done(result: UndoResult) -> None:
            if result.kept:
                self.desk.dialogs.ask(
                    t("已撤销，{n} 条记录保持不变", n=len(result.kept)),
                    (Choice("ok", t("知道了"), "primary"),),
                    text=t("这些记录在那之后又改过，没有动它们。"),
                    details=kept_text(result.kept, len(result.kept)), default="ok",
                )  # fmt: skip

        self.desk.operate(
            lambda job: workspace.history.undo(operation.id, job), title=t("正在撤销"), owner=self, on_done=done,
            told=lambda result: t("已撤销 {n} 条", n=result.reverted),
        )  # fmt: skip

    def _resume(self, operation: OperationInfo) -> None:
        workspace = self.desk.workspace
        self.desk.operate(
            lambda job: workspace.imports.resume(operation.id, job), title=operation.summary, owner=self,
            told=lambda report: t("导入完成：新建 {n} 条", n=report.created),
        )  # fmt: skip

    def _roll_back(self, operation: OperationInfo) -> None:
        question = t("回退这次操作？")
        text = t("它已经写入的内容会全部撤掉。")
        if self.desk.dialogs.confirm(question, t("回退"), text=text, danger=True):
            workspace = self.desk.workspace
            self.desk.operate(
                lambda job: workspace.history.roll_back(operation.id, job), title=t("正在回退"), owner=self
            )
