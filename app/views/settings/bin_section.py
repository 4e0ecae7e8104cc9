"""回收站: deleted records of every kind, searched and brought back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.services.records import ManyResult, RecordService
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.fields import ChoiceField
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.search_box import SearchBox
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import Row, TableColumn
from app.views.widgets.table.view import VirtualTable

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids


class DeletedSource:
    """Deleted records of one entity, the newest first; `text` is asked at every reload."""

    def __init__(self, service: RecordService, text: Callable[[], str], name_of: Callable[[object], str]) -> None:
        self._service, self._text, self._name_of = service, text, name_of
        self.columns: Sequence[TableColumn] = (
            TableColumn("check", "", "check", 44, sortable=False),
            TableColumn("title", t("名称"), "strong", 260, sortable=False),
            TableColumn("number", t("编号"), "muted", 110, sortable=False),
            TableColumn("owner", t("负责人"), "muted", 110, sortable=False),
            TableColumn("deleted", t("删除时间"), "date", 150, sortable=False),
        )

    def load_ids(self, job: Job) -> Ids:
        text = self._text()
        condition = Condition(self._service.entity.title, "contains", text) if text else None
        return self._service.handles(condition, deleted=True, job=job)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        known = self._service.entity
        records = self._service.page(handles, [k for k in (known.title, "number", "owner") if known.find(k)])
        return {handle: self._row(record) for handle, record in records.items()}

    def _row(self, record: Record) -> Row:
        gone = record.deleted_at.astimezone().strftime("%Y-%m-%d %H:%M") if record.deleted_at else ""
        return (
            "",
            str(record.get(self._service.entity.title) or ""),
            str(record.get("number") or ""),
            self._name_of(record.get("owner")),
            gone,
        )


class BinSection(QWidget):
    """A table instead of cards: there may be thousands."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("ground", "surface")
        registry, actor = desk.workspace.context.registry, desk.workspace.actor
        self._entity = ChoiceField([(e.key, e.label) for e in registry if e.shared or actor.may(e.key, Action.VIEW)])
        self._entity.setAccessibleName(t("哪一类档案"))
        self._entity.currentIndexChanged.connect(lambda _at: self._choose())
        self._search = SearchBox(t("按名称搜索…"))
        self._search.setFixedWidth(240)
        self._search.searched.connect(lambda _text: self.refresh())
        self._restore = buttons.primary(t("恢复选中的"), "rotate-ccw")
        self._restore.clicked.connect(self._restore_ticked)
        self._restore.setEnabled(False)
        self._model = VirtualTableModel(desk.runner, None, self)
        self.table = VirtualTable(self._model, t("回收站"), desk.runner)
        self._model.selection.changed.connect(self._on_ticks)
        self._model.loaded.connect(self._on_loaded)
        self._model.failed.connect(desk.dialogs.show_error)
        self.table.menu_requested.connect(self._on_menu)
        self._nothing = EmptyState("trash-2", t("回收站是空的"), t("删除的档案会放在这里，可以随时恢复。"))
        self._stack = QStackedWidget()
        for widget in (self.table, self._nothing):
            self._stack.addWidget(widget)
        row = QHBoxLayout()
        row.setContentsMargins(20, 12, 16, 12)
        row.setSpacing(10)
        row.addWidget(self._entity)
        row.addWidget(self._search)
        row.addStretch()
        row.addWidget(self._restore)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._stack, 1)

    def refresh(self) -> None:
        """Read again."""
        if self._model.source() is None:
            self._choose()
        else:
            self._model.reload()

    def _service(self) -> RecordService:
        return self.desk.workspace.records(self._entity.key())

    def _choose(self) -> None:
        users: dict[object, str] = dict(self.desk.users().items())
        source = DeletedSource(self._service(), lambda: self._search.text().strip(), lambda user: users.get(user, ""))
        self._model.set_source(source)

    def _on_loaded(self, count: int) -> None:
        if self._search.text().strip():
            self._nothing.set_message(t("没有找到"), t("换一个名称试试。"))
        else:
            self._nothing.set_message(t("回收站是空的"), t("删除的档案会放在这里，可以随时恢复。"))
        self._stack.setCurrentWidget(self.table if count else self._nothing)

    def _on_ticks(self) -> None:
        count = self._model.selection.count()
        self._restore.setEnabled(count > 0 and not self.desk.workspace.archive.read_only)
        self._restore.setText(t("恢复选中的 {n} 条", n=count) if count else t("恢复选中的"))
        self._restore.updateGeometry()

    def _on_menu(self, handle: int, place: QPoint) -> None:
        build_menu(self, [MenuItem(t("恢复"), lambda: self._restore_these([handle]), "rotate-ccw")]).popup(place)

    def _restore_ticked(self) -> None:
        self._restore_these([int(handle) for handle in self._model.selection.selected_handles()])

    def _restore_these(self, handles: list[int]) -> None:
        service = self._service()

        def done(_result: ManyResult) -> None:
            self._model.selection.clear()
            self._model.reload()

        self.desk.operate(
            lambda job: service.restore_many(handles, job), title=t("正在恢复"), owner=self, on_done=done,
            told=lambda result: t("已恢复 {n} 条", n=result.changed),
        )  # fmt: skip
