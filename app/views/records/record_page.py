"""The page of one entity: tabs of views, filters, table, bulk bar, pane. What is done stands in `page_actions`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.filters import Condition, Filter, Group, Listed, Not, Related, Search
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record, Sort
from app.views.records.bulk_bar import BulkAction, BulkBar
from app.views.records.column_chooser import ColumnChooser
from app.views.records.detail_pane import DetailPane
from app.views.records.empty_states import EmptyPlace
from app.views.records.filter_bar import FilterBar
from app.views.records.listing import ALL, TEMPORARY, Columns, Listing, known_columns
from app.views.records.page_actions import PageActions
from app.views.records.pane_head import PaneAction
from app.views.records.record_table import RecordTable
from app.views.records.view_book import ViewBook
from app.views.records.view_tabs import ViewStrip
from app.views.shell.desk import Desk
from app.views.shell.page import Command, NewRecord, OpenRecord, Page
from app.views.shell.words import chosen, counted
from app.views.widgets.labels import Rule
from app.views.widgets.popover import Popover

_PANE = 312
#: from this many changed records on the list is read again instead of looking for each
_MANY = 64


class RecordPage(Page):
    """The page of any kind of record: everything comes from the field registry and the services. A subclass for one kind
    says its `entity`."""

    entity = ""
    renewable = True

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, entity: str = "") -> None:
        self.entity = self.key = entity or self.entity
        self.icon = BUILT_IN.entity(self.entity).icon
        super().__init__(desk, parent)
        self.service = desk.workspace.records(self.entity)
        self.book = ViewBook(desk, self.entity, self)
        self.listing = Listing()
        #: kinds of records that stand in the list and in its pane
        self._shown = {*BUILT_IN.around(self.entity), *BUILT_IN.kinds(lambda e: bool(e.follows))}
        self._stale = False
        self._ready = False
        self._uncounted = True  # counting every view is dear at a million: only when data or views changed
        self._open_later: uuid.UUID | None = None
        self.strip = ViewStrip(desk, self.book)
        self.bar = FilterBar(desk, self.service.entity)
        self.empty = EmptyPlace(desk, self.entity)
        self.rows = RecordTable(desk, self.entity, self.empty)
        self.verbs = PageActions(self)
        self.bulk = BulkBar(self._bulk_actions())
        self.pane = DetailPane(desk, self.service.entity, self.rows.tones)
        self._build()
        self._connect()
        self._recount = QTimer(self)
        self._recount.setSingleShot(True)
        self._recount.setInterval(600)
        self._recount.timeout.connect(self._read_beside)
        self._read_tags()
        self.book.load(self._begin)

    @property
    def title(self) -> str:
        return BUILT_IN.entity(self.entity).label

    # ---- construction -------------------------------------------------------------------------------------------

    def _bulk_actions(self) -> list[BulkAction]:
        may = self.verbs.many.may
        found = []
        if may(Action.EDIT):
            if self.service.entity.find("tags") is not None:
                found.append(BulkAction("tags", t("打标签"), "tag"))
            if may(Action.ASSIGN):
                found.append(BulkAction("owner", t("改负责人"), "user-check"))
            found.append(BulkAction("field", t("改字段…"), "pencil"))
        if self.desk.workspace.actor.may(self.entity, Action.EXPORT):
            found.append(BulkAction("export", t("导出"), "download"))
        if may(Action.DELETE):
            found.append(BulkAction("delete", t("删除"), "trash-2"))
        return found

    def _build(self) -> None:
        left = QWidget()
        left.setProperty("ground", "surface")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.bar)
        column.addWidget(self.bulk)
        column.addWidget(Rule())
        column.addWidget(self.rows, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.pane)
        self.pane.setMinimumWidth(300)
        left.setMinimumWidth(420)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([1000, self.book.recall("pane", _PANE)])
        self.pane.setVisible(self.book.recall("pane_shown", default=True))
        self.splitter.splitterMoved.connect(lambda *_args: self._keep_pane())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)

    def _connect(self) -> None:
        table, verbs = self.rows.table, self.verbs
        self.strip.chosen.connect(self.show_view)
        self.book.changed.connect(self._recount_soon)
        self.bar.parts_changed.connect(lambda parts, any_of: self._change(parts=parts, any_of=any_of))
        self.bar.quick_changed.connect(lambda text: self._change(quick=text))
        self.bar.search.moved_down.connect(lambda: table.setFocus(Qt.FocusReason.TabFocusReason))
        self.bar.search.left.connect(lambda: table.setFocus(Qt.FocusReason.TabFocusReason))
        self.bar.columns.clicked.connect(lambda _on=False: self.open_columns())
        self.bar.export.clicked.connect(lambda _on=False: verbs.export())
        self.bar.export.setVisible(self.desk.workspace.actor.may(self.entity, Action.EXPORT))
        self.rows.sorted_by.connect(self._sort)
        self.rows.columns_changed.connect(self._on_columns_dragged)
        self.rows.filter_wanted.connect(lambda key: self.bar.open_editor(field=key))
        self.rows.loaded.connect(self._on_loaded)
        self.rows.cleared.connect(self._on_escape)
        self.rows.model.selection.changed.connect(self._on_ticks)
        table.header.columns_requested.connect(self.open_columns)
        table.current_changed.connect(self.pane.show_handle)
        table.opened.connect(self._on_opened)
        table.menu_requested.connect(verbs.open_menu)
        self.bulk.wanted.connect(verbs.on_bulk)
        self.bulk.clear_wanted.connect(self.rows.model.selection.clear)
        self.empty.clear_wanted.connect(self.clear_filters)
        self.empty.new_wanted.connect(verbs.new_record)
        self.empty.sample_wanted.connect(verbs.load_samples)
        verbs.connect_pane()
        self.pane.offers = self.pane_actions
        for keys, run in (("Del", verbs.delete), ("Ctrl+Return", verbs.edit), ("Ctrl+Enter", verbs.edit)):
            shortcut = QShortcut(QKeySequence(keys), table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(run)

    def pane_actions(self, record: Record) -> Sequence[PaneAction]:
        """What can be done at once with the record in the pane."""
        return ()

    # ---- views and filters --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._ready = True
        if self.strip.current() == TEMPORARY:
            return  # a filter came before the views were read
        self.show_view(self.book.recall("view", ALL))

    def show_view(self, key: str) -> None:
        """Bring a tab to the front and show what it says."""
        key = self.strip.show_tab(key)
        if key != TEMPORARY:
            self.book.remember(view=key)
        self._show(self.book.listing(key))

    def _show(self, listing: Listing, *, keep_ticks: bool = False) -> None:
        self.listing = replace(listing, columns=known_columns(self.service.entity, listing.columns))
        self.bar.show_parts(listing.parts, any_of=listing.any_of)
        self.bar.show_quick(listing.quick)
        self.strip.set_shown(self.listing)
        self.rows.show_listing(self.listing, keep_ticks=keep_ticks)

    def _change(
        self, *, parts: tuple[Filter, ...] | None = None, any_of: bool | None = None, quick: str | None = None
    ) -> None:
        old = self.listing
        self._show(
            replace(
                old,
                parts=old.parts if parts is None else parts,
                any_of=old.any_of if any_of is None else any_of,
                quick=old.quick if quick is None else quick,
            )
        )

    def _sort(self, sort: Sort) -> None:
        self._show(replace(self.listing, sorts=(sort,)), keep_ticks=True)
        self.book.remember_layout(self.strip.current(), self.listing)

    def _on_columns_dragged(self, columns: Columns) -> None:
        before = {key for key, _width in self.listing.columns}
        self.listing = replace(self.listing, columns=columns)
        self.strip.set_shown(self.listing)
        self.book.remember_layout(self.strip.current(), self.listing)
        if {key for key, _width in columns} != before:
            self.rows.show_listing(self.listing, keep_ticks=True)
        else:
            self.rows.keep_columns(columns)

    def clear_filters(self) -> None:
        """No chips, no quick search; the tab stays."""
        self._change(parts=(), any_of=False, quick="")
        self.rows.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_escape(self) -> None:
        if self.rows.model.selection.count():
            self.rows.model.selection.clear()
        elif self.listing.quick:
            self._change(quick="")

    def open_columns(self) -> Popover:
        """The chooser under its button."""
        chooser = ColumnChooser(self.service.entity, self.rows.columns() or self.listing.columns)
        popover = Popover(chooser, self, t("列"))
        popover.closed.connect(popover.deleteLater)
        chooser.chosen.connect(self._on_columns_chosen)
        popover.show_under(self.bar.columns, align_right=True)
        return popover

    def _on_columns_chosen(self, columns: Columns) -> None:
        self._show(replace(self.listing, columns=columns), keep_ticks=True)
        self.book.remember_layout(self.strip.current(), self.listing)

    # ---- what came ----------------------------------------------------------------------------------------------

    def _on_loaded(self, count: int) -> None:
        self.bar.show_count(counted(self.entity, count))
        self.empty.show_for(filtered=self.listing.filtered() or self.listing.base is not None)
        if count and self.rows.current() is None:
            self.rows.select_first()
        record, self._open_later = self._open_later, None
        if record is not None:
            self.verbs.select(record)
        if self._uncounted:
            self._uncounted = False
            self._recount.start()

    def _recount_soon(self) -> None:
        self._uncounted = True

    def _read_beside(self) -> None:
        """What may come later: numbers on the tabs, colours of tags."""
        self.book.count()
        self._read_tags()

    def _read_tags(self) -> None:
        def done(tags: list[tuple[str, str, int]]) -> None:
            new = {name: tone for name, tone, _count in tags if tone}
            if new != self.rows.tones:
                self.rows.tones.clear()
                self.rows.tones.update(new)
                first = self.rows.model.handles_between(0, 300)
                self.rows.refresh_handles(first)

        self.desk.read(lambda _job: self.service.tags(), done, owner=self)

    def _on_ticks(self) -> None:
        n = self.rows.model.selection.count()
        if n and not self.bar.isHidden():
            self.bulk.setFixedHeight(self.bar.height())  # in its place: the rows must not move under the mouse
        self.bar.setVisible(n == 0)
        self.bulk.show_count(n, chosen(self.entity, n))

    def _on_opened(self, handle: int) -> None:
        if not self.pane.isVisible():
            self.toggle_pane()
        self.pane.show_handle(handle)

    def toggle_pane(self) -> None:
        """Fold the pane away, or bring it back."""
        self.pane.setVisible(not self.pane.isVisible())
        self.book.remember(pane_shown=self.pane.isVisible())
        if self.pane.isVisible():
            self.pane.show_handle(self.rows.current())
            self.pane.reload()

    def _keep_pane(self) -> None:
        self.book.remember(pane=self.splitter.sizes()[1])

    # ---- the contract with the shell ----------------------------------------------------------------------------

    def activate(self, payload: object = None) -> None:
        """A filter: in a tab of its own. A record (`OpenRecord`, UUID): selected and shown. "new": the form."""
        match payload:
            case Condition() | Group() | Not() | Related() | Search() | Listed():
                self.book.set_temporary(payload)
                self.show_view(TEMPORARY)
            case OpenRecord(entity, record) if entity == self.entity:
                self.verbs.select(record)
            case OpenRecord("contacts", record):
                self.verbs.open_contact(record)
            case uuid.UUID():
                self.verbs.select(payload)
            case NewRecord("activities"):
                self.verbs.follow()
            case NewRecord(entity):
                self.verbs.new_record(entity)
            case "new":
                self.verbs.new_record()

    def select_when_loaded(self, record: uuid.UUID) -> None:
        """The list is not there yet: select this record when it is."""
        self._open_later = record

    def is_ready(self) -> bool:
        """Whether the list was asked for already."""
        return self._ready

    def commands(self) -> list[Command]:
        return self.verbs.commands()

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        if not changes.concerns(*self._shown):
            return
        if not self.isVisible():
            self._stale = True
            return
        self._uncounted = True
        self.pane.reload()
        ids = changes.touched.get(self.entity, frozenset())
        if ids is None or len(ids) > _MANY:
            self._reload_all()
        elif ids:
            self._refresh_some(ids)

    def _reload_all(self) -> None:
        shown = self.rows.model
        self.rows.reload()
        shown.refresh_rows(shown.handles_between(0, shown.rowCount() - 1) if shown.rowCount() < 20_000 else [])

    def _refresh_some(self, ids: frozenset[uuid.UUID]) -> None:
        service = self.service

        def work(_job: Job) -> list[int]:
            return [handle for handle in map(service.handle_of, ids) if handle is not None]

        def done(handles: list[int]) -> None:
            self.rows.refresh_handles(handles)
            self.rows.reload()  # it may stand elsewhere now, or not be listed any more

        self.desk.read(work, done, owner=self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale, self._uncounted = False, True
            QTimer.singleShot(0, self, self._reload_all)
            QTimer.singleShot(0, self, self.pane.reload)
