"""商机: the board and the list of deals under one head."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.filters import Condition, Filter, Group, Listed, Not, Related, Search
from app.core.i18n import t
from app.core.records import ChangeSet, Record
from app.services.deals.records import Board, Card
from app.views.deals.amounts import short_money
from app.views.deals.board import BoardView
from app.views.deals.list_page import DealList
from app.views.records.filter_bar import FilterBar
from app.views.records.listing import Listing
from app.views.records.record_dialog import RecordDialog
from app.views.shell.desk import Desk
from app.views.shell.page import Command, NewRecord, OpenRecord, Page
from app.views.widgets.buttons import IconButton
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import muted
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.segmented import SegmentedControl

_BOARD, _LIST = "board", "list"
_CARE = BUILT_IN.around("deals")


class DealsPage(Page):
    """Which of the two is shown, the pipeline, folded stages and the size of cards are remembered on this machine."""

    key = "deals"
    icon = "kanban"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._pipelines: list[Record] = []
        self._listing = Listing()
        self._stale = False
        self._payload: object = None
        self.board = BoardView(desk)
        self.list: DealList | None = None
        self.bar = FilterBar(desk, desk.workspace.deals.entity)
        self.switch = SegmentedControl([(_BOARD, t("看板")), (_LIST, t("列表"))], t("看板或列表"))
        self.pipeline = ChoiceField()
        self.pipeline.setAccessibleName(t("销售管道"))
        self.pipeline.setMinimumWidth(180)
        self.compact = IconButton("layout-list", t("小卡片"), side=30)
        self.compact.setCheckable(True)
        self.sums = muted("")
        self._build()
        self._connect()
        self._read_pipelines()
        self._show_view(str(self._recall("view", _BOARD)))

    @property
    def title(self) -> str:
        return t("商机")

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.bar.columns.hide()
        self.bar.export.hide()
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 0)
        head.setSpacing(10)
        head.addWidget(self.switch)
        self._board_tools = (self.pipeline, self.compact, self.sums)
        head.addWidget(self.pipeline)
        head.addWidget(self.compact)
        head.addStretch(1)
        head.addWidget(self.sums)
        top = QWidget()
        top.setLayout(head)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.board, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(top)
        outer.addWidget(self.stack, 1)
        self.setProperty("ground", "canvas")
        compact = bool(self._recall("compact", False))
        self.compact.setChecked(compact)
        self.board.set_compact(compact)
        self.board.set_folds(self._recall("folds", []))

    def _connect(self) -> None:
        self.switch.changed.connect(self._show_view)
        self.pipeline.currentIndexChanged.connect(lambda _at: self._show_board())
        self.compact.toggled.connect(self._on_compact)
        self.bar.parts_changed.connect(lambda parts, any_of: self._filter(parts=parts, any_of=any_of))
        self.bar.quick_changed.connect(lambda text: self._filter(quick=text))
        self.board.loaded.connect(self._on_loaded)
        self.board.opened.connect(self.open_deal)
        self.board.menu_wanted.connect(self._open_menu)
        self.board.folds_changed.connect(lambda folds: self._remember(folds=folds))

    # ---- what is remembered -------------------------------------------------------------------------------------

    def _place(self) -> str:
        return f"deals_page:{self.desk.workspace.archive.path}"

    def _recall(self, key: str, default: Any) -> Any:
        kept = self.desk.settings.current.pages.get(self._place())
        return kept.get(key, default) if isinstance(kept, dict) else default

    def _remember(self, **values: Any) -> None:
        pages = self.desk.settings.current.pages
        kept = pages.get(self._place())
        known = kept if isinstance(kept, dict) else {}
        if any(known.get(key) != value for key, value in values.items()):
            self.desk.settings.change(pages={**pages, self._place(): {**known, **values}})

    # ---- board --------------------------------------------------------------------------------------------------

    def _read_pipelines(self) -> None:
        deals = self.desk.workspace.deals

        def done(pipelines: list[Record]) -> None:
            self._pipelines = pipelines
            wanted = str(self._recall("pipeline", ""))
            self.pipeline.blockSignals(True)
            self.pipeline.set_choices([(str(p.id), str(p.get("name"))) for p in pipelines])
            if wanted and self.pipeline.findData(wanted) >= 0:
                self.pipeline.set_key(wanted)
            self.pipeline.blockSignals(False)
            self._show_board()

        self.desk.read(lambda _job: deals.pipelines(), done, owner=self)

    def _show_board(self) -> None:
        key = self.pipeline.key()
        if key:
            self._remember(pipeline=key)
            self.board.show_pipeline(uuid.UUID(key), self._listing.condition())

    def _filter(
        self, *, parts: tuple[Filter, ...] | None = None, any_of: bool | None = None, quick: str | None = None
    ) -> None:
        old = self._listing
        self._listing = replace(
            old,
            parts=old.parts if parts is None else parts,
            any_of=old.any_of if any_of is None else any_of,
            quick=old.quick if quick is None else quick,
        )
        self.bar.show_parts(self._listing.parts, any_of=self._listing.any_of)
        self.bar.show_quick(self._listing.quick)
        self._show_board()

    def _on_loaded(self, board: Board) -> None:
        count = sum(len(column.cards) for column in board.columns)
        self.bar.show_count(t("{n} 个商机", n=f"{count:,}"))
        self.sums.setText(
            t("进行中 {sum}，加权 {weighted}", sum=short_money(board.open_total), weighted=short_money(board.weighted))
        )

    def _on_compact(self, on: bool) -> None:
        self.board.set_compact(on)
        self._remember(compact=on)

    # ---- list ---------------------------------------------------------------------------------------------------

    def _list(self) -> DealList:
        if self.list is None:
            self.list = DealList(self.desk)
            self.stack.addWidget(self.list)
        return self.list

    def _show_view(self, view: str) -> None:
        on_board = view != _LIST
        self.switch.set_current(_BOARD if on_board else _LIST)
        for widget in self._board_tools:
            widget.setVisible(on_board)
        if on_board:
            self.stack.setCurrentIndex(0)
        else:
            self.stack.setCurrentWidget(self._list())
        self._remember(view=_BOARD if on_board else _LIST)
        self._freshen()

    def is_board(self) -> bool:
        """Whether the board is in front."""
        return self.stack.currentIndex() == 0

    def open_deal(self, deal: uuid.UUID) -> None:
        """The deal's page: the list with its pane."""
        self._show_view(_LIST)
        self._list().activate(OpenRecord("deals", deal))

    # ---- the menu of cards --------------------------------------------------------------------------------------

    def _may(self, action: Action) -> bool:
        workspace = self.desk.workspace
        return not workspace.archive.read_only and workspace.actor.may("deals", action)

    def _open_menu(self, cards: Sequence[Card], place: QPoint) -> None:
        if cards:
            build_menu(self, self.menu_items(cards)).popup(place)

    def menu_items(self, cards: Sequence[Card]) -> list[MenuItem | None]:
        """What can be done with the chosen cards."""
        many = f"（{len(cards)}）" if len(cards) > 1 else ""
        ids = [card.id for card in cards]
        items: list[MenuItem | None] = [MenuItem(t("打开"), partial(self.open_deal, ids[0]), "panel-right", "Return")]
        if self._may(Action.EDIT) and self.board.board is not None:
            items.append(MenuItem(t("编辑…"), partial(self._edit, cards[0]), "pencil", "Ctrl+E"))
            to = [
                MenuItem(column.stage.name, partial(self.board.put, ids, column.stage.id))
                for column in self.board.board.columns
            ]
            items.append(MenuItem(t("移到") + many, icon="arrow-right", items=to))
            items.append(None)
            if len(cards) == 1:
                items.append(MenuItem(t("赢单"), partial(self.board.close_deal, ids[0], "won"), "trophy"))
                items.append(MenuItem(t("输单…"), partial(self.board.close_deal, ids[0], "lost"), "circle-x"))
        if cards[0].customer is not None and len(cards) == 1:
            items.append(MenuItem(t("打开客户"), partial(self._open_customer, cards[0].customer), "building-2"))
        if self._may(Action.DELETE):
            items += [
                None,
                MenuItem(t("删除") + many, partial(self.board.delete, cards), "trash-2", "Del", danger=True),
            ]
        return items

    def _open_customer(self, customer: uuid.UUID) -> None:
        self.desk.page_wanted.emit("customers", OpenRecord("customers", customer))

    def _edit(self, card: Card) -> None:
        service = self.desk.workspace.deals
        self.desk.read(
            lambda _job: service.get(card.id), lambda record: RecordDialog(self.desk, "deals", self, record).open(),
            owner=self,
        )  # fmt: skip

    def new_deal(self) -> None:
        """The form for a new deal."""
        dialog = RecordDialog(self.desk, "deals", self)
        dialog.saved.connect(lambda record: self.board.select(record.id))
        dialog.open()

    # ---- the contract with the shell ----------------------------------------------------------------------------

    def activate(self, payload: object = None) -> None:
        match payload:
            case Condition() | Group() | Not() | Related() | Search() | Listed():
                self._show_view(_LIST)
                self._list().activate(payload)
            case OpenRecord("deals", record):
                self.open_deal(record)
            case NewRecord("deals") | "new":
                self.new_deal()

    def commands(self) -> list[Command]:
        other = t("显示列表") if self.is_board() else t("显示看板")
        switch = Command("switch", other, "kanban", self._switch, "Ctrl+B")
        if not self.is_board():
            return [switch, *self._list().commands()]
        found = [switch, Command("find", t("快速筛选"), "search", self._find, "Ctrl+F")]
        if self._may(Action.CREATE):
            found.insert(0, Command("new", t("新建商机"), "plus", self.new_deal, "Ctrl+N"))
        if self.board.chosen() and self._may(Action.EDIT):
            found.append(Command("edit", t("编辑商机"), "pencil", lambda: self._edit(self.board.chosen()[0]), "Ctrl+E"))
        return found

    def _switch(self) -> None:
        self._show_view(_LIST if self.is_board() else _BOARD)

    def _find(self) -> None:
        self.bar.search.setFocus()
        self.bar.search.selectAll()

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        if not changes.concerns(*_CARE):
            return
        if changes.concerns("pipelines"):
            self._read_pipelines()
        elif self.isVisible() and self.is_board():
            self.board.reload()
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._freshen()

    def _freshen(self) -> None:
        """The board shows what happened while it was not in front."""
        if self._stale and self.isVisible() and self.is_board():
            self._stale = False
            QTimer.singleShot(0, self.board, self.board.reload)


PAGE = DealsPage
