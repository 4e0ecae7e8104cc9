"""The table of one entity: rows of a listing, sort, columns, inline editing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record, Sort
from app.errors import AppError, Conflict
from app.services.exchange.cells.typed import kept
from app.views.records.drafts import DraftReader, Typed
from app.views.records.listing import Columns, Listing, known_columns
from app.views.records.source import RecordSource
from app.views.shell.desk import Desk
from app.views.widgets.skeleton import Skeleton
from app.views.widgets.table.column_layout import ColumnState
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.view import VirtualTable


class RecordTable(QWidget):
    """Shows a `Listing`; `empty` stands there when it has no rows.

    Signals:
        sorted_by(Sort), columns_changed(tuple): the person wants it otherwise.
        filter_wanted(str): a condition on this field is wanted.
        loaded(int): all rows are known now.
        cleared(): Esc.
    """

    sorted_by = Signal(object)
    columns_changed = Signal(object)
    filter_wanted = Signal(str)
    loaded = Signal(int)
    cleared = Signal()

    def __init__(self, desk: Desk, entity: str, empty: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._key = desk, entity
        self._service = desk.workspace.records(entity)
        self._listing = Listing()
        self._source: RecordSource | None = None
        self._wanted: int | None = None
        self._laying_out = self._fresh = False
        self.tones: dict[str, str] = {}
        self.model = VirtualTableModel(desk.runner, None, self)
        self.table = VirtualTable(self.model, self._service.entity.label, desk.runner)
        self.table.set_compact(desk.settings.current.compact_tables)
        self._empty = empty
        self._stack = QStackedWidget()
        waiting = Skeleton(12)
        waiting.setContentsMargins(20, 20, 20, 20)
        for widget in (waiting, self.table, empty):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(400)
        self._later.timeout.connect(self._tell_columns)
        self._connect()

    def _connect(self) -> None:
        header, model = self.table.header, self.model
        header.sort_requested.connect(lambda key, down: self.sorted_by.emit(Sort(key, down)))
        header.filter_requested.connect(self.filter_wanted)
        header.sectionResized.connect(lambda *_args: self._on_layout())
        header.sectionMoved.connect(lambda *_args: self._on_layout())
        header.hide_requested.connect(lambda _key: self._tell_columns())
        model.modelReset.connect(self._on_reset)
        model.loaded.connect(self._on_loaded)
        model.failed.connect(self._on_failed)
        model.edit_requested.connect(self._on_edited)
        self.table.copied.connect(
            lambda n: self._desk.toasts.show_toast(t("已复制 {n} 行", n=n), "success", milliseconds=2500)
        )
        clear = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.table)
        clear.setContext(Qt.ShortcutContext.WidgetShortcut)
        clear.activated.connect(self.cleared)

    # ---- what is shown ------------------------------------------------------------------------------------------

    def may_edit(self) -> bool:
        """Whether the person may change records of this kind at all."""
        workspace = self._desk.workspace
        return not workspace.archive.read_only and workspace.actor.may(self._key, Action.EDIT)

    def show_listing(self, listing: Listing, *, keep_ticks: bool = False) -> None:
        """Read and show this; the old rows stay until the new ones are there."""
        self._listing, self._fresh = listing, True
        self._source = RecordSource(
            self._service, listing, self._desk.users(), self.tones, editable=self.may_edit()
        )  # fmt: skip
        first = listing.sorts[0] if listing.sorts else None
        self.table.header.set_sorted(first.key if first else "", first.descending if first else False)
        self.model.set_source(self._source, keep_ticks=keep_ticks)

    def reload(self) -> None:
        """Read the same listing again: scroll, current row and ticks stay."""
        self.model.reload()

    def refresh_handles(self, handles: list[int]) -> None:
        """These records changed; nothing moves."""
        self.model.refresh_rows(handles)

    def select(self, handle: int) -> None:
        """Make this record the current one, as soon as the list is there."""
        if self.model.is_loading() or not self.table.go_to(handle):
            self._wanted = handle

    def select_first(self) -> None:
        """Make the first row the current one."""
        if self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, self.table.columns.first + 1))

    def current(self) -> int | None:
        """Handle of the current row."""
        return self.table.current_handle()

    def showing_rows(self) -> bool:
        """Whether there are rows on the screen."""
        return self._stack.currentWidget() is self.table

    def columns(self) -> Columns:
        """The columns as they stand, with widths where the person set any."""
        states = self.table.columns.states()
        return tuple((state.key, state.width) for state in states if not state.hidden)

    def _on_reset(self) -> None:
        if self.model.rowCount():
            self._stack.setCurrentWidget(self.table)
        self._laying_out = True
        entity = self._service.entity
        shown = {column.key for column in self.model.columns}
        keys = [(key, width) for key, width in known_columns(entity, self._listing.columns) if key in shown]
        self.table.columns.set_states([ColumnState(key, width) for key, width in keys])
        self._laying_out = False
        if self._fresh:
            self._fresh = False
            self.table.scrollToTop()  # another order or filter is read from its beginning

    def _on_loaded(self, count: int) -> None:
        self._stack.setCurrentWidget(self.table if count else self._empty)
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.table.go_to(wanted)
        self.loaded.emit(count)

    def _on_failed(self, error: Exception) -> None:
        if not self.showing_rows():
            self._stack.setCurrentWidget(self._empty)
        self._desk.dialogs.show_error(error)

    def _on_layout(self) -> None:
        if not self._laying_out and self._stack.currentWidget() is self.table:
            self._later.start()

    def _tell_columns(self) -> None:
        columns = self.columns()
        if columns != self._listing.columns and any(columns):
            self.columns_changed.emit(columns)

    def keep_columns(self, columns: Columns) -> None:
        """The listing has these columns now, which the table shows already."""
        self._listing = Listing(
            self._listing.base, self._listing.parts, self._listing.any_of, self._listing.quick, self._listing.sorts,
            columns,
        )  # fmt: skip

    # ---- editing in a cell --------------------------------------------------------------------------------------

    def _on_edited(self, handle: int, key: str, text: str) -> None:
        workspace, service, users = self._desk.workspace, self._service, self._desk.users()
        field = service.entity.field(key)
        version = self._source.version_seen(handle) if self._source else None

        def work(_job: Job) -> tuple[Record, ChangeSet]:
            record = service.page([handle]).get(handle)
            if record is None:
                raise Conflict(t("这条记录已经不在了，可能刚被删除。"))
            value = DraftReader(workspace, self._key, users).value(field, Typed(text))
            value = kept(field, record.get(key), value)
            return service.update(record.id, {key: value}, expected_version=version)

        def failed(error: Exception) -> None:
            if not isinstance(error, AppError):
                self._desk.dialogs.show_error(error)
                return
            if isinstance(error, Conflict):
                self.model.refresh_rows([handle])
                self._desk.toasts.show_toast(t("别人刚改过这条记录，已显示最新内容，请再改一次"), "warning")
                return
            self._desk.toasts.show_toast(str(error), "error")
            self.table.edit_again(handle, key, text)

        self._desk.operate(
            work, title=t("正在保存"), owner=self, on_failed=failed, initiator=self, told=_told(field.label)
        )


def _told(label: str) -> Any:
    def words(result: tuple[Record, ChangeSet]) -> str:
        return t("已修改“{field}”", field=label) if result[1].touched else ""

    return words
