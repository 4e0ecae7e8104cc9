"""The deal board: one column per stage, moved by mouse and keyboard, every move one operation with 撤销."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.fields import Link
from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.core.validation import InvalidFields
from app.services.deals.records import Board, Card
from app.views.deals.column import StageColumn
from app.views.deals.missing_dialog import MissingDialog
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.widgets.labels import muted
from app.views.widgets.skeleton import Skeleton


class BoardView(QWidget):
    """Shows a pipeline under a filter. Folded stages and the size of cards are remembered by its page.

    Signals:
        loaded(Board): the numbers are new.
        opened(UUID): a card was opened.
        menu_wanted(list[Card], QPoint): the menu of the chosen cards.
        folds_changed(list[str]): ids of the folded stages.
    """

    loaded = Signal(object)
    opened = Signal(object)
    menu_wanted = Signal(object, QPoint)
    folds_changed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._pipeline: uuid.UUID | None = None
        self._condition: Filter | None = None
        self._task: Task | None = None
        self._compact = False
        self._folds: set[str] = set()
        self._select: tuple[uuid.UUID, ...] = ()
        self.board: Board | None = None
        self.columns: list[StageColumn] = []
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        self._show_waiting()
        workspace = desk.workspace
        self._may_move = not workspace.archive.read_only and workspace.actor.may("deals", Action.EDIT)
        self._may_add = not workspace.archive.read_only and workspace.actor.may("deals", Action.CREATE)

    # ---- showing ------------------------------------------------------------------------------------------------

    def _show_waiting(self) -> None:
        waiting = QWidget()
        lines = QVBoxLayout(waiting)
        lines.setContentsMargins(24, 24, 24, 24)
        lines.addWidget(Skeleton(10))
        self._area.setWidget(waiting)

    def show_pipeline(self, pipeline: uuid.UUID, condition: Filter | None) -> None:
        """Another pipeline or filter; the columns stay until the new ones are there."""
        if pipeline != self._pipeline:
            self.board = None
        self._pipeline, self._condition = pipeline, condition
        self.reload()

    def reload(self) -> None:
        """Read the cards again."""
        if self._pipeline is None:
            return
        if self._task is not None and not self._task.over:
            self._task.cancel()
        deals, pipeline, condition = self._desk.workspace.deals, self._pipeline, self._condition
        self._task = self._desk.read(lambda _job: deals.board(pipeline, condition), self._show, owner=self)

    def _show(self, board: Board) -> None:
        stages = [(column.stage.id, column.stage.kind) for column in board.columns]
        if [(column.stage, column.kind) for column in self.columns] != stages:
            self._make_columns(board)
        self.board = board
        for widget, column in zip(self.columns, board.columns, strict=True):
            widget.show_column(column)
        if self._select:
            self._choose(self._select)
            self._select = ()
        self.loaded.emit(board)

    def _make_columns(self, board: Board) -> None:
        names = self._desk.users()
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(16, 4, 16, 12)
        row.setSpacing(10)
        self.columns = []
        for place, column in enumerate(board.columns):
            widget = StageColumn(place, column.stage.kind, column.stage.id, names, may_add=self._may_add)
            widget.set_compact(self._compact)
            widget.set_folded(str(column.stage.id) in self._folds)
            widget.folded_changed.connect(lambda _on: self._keep_folds())
            widget.add_wanted.connect(lambda text, stage=column.stage.id: self._add(text, stage))
            widget.model.dropped.connect(lambda ids, at, to=widget: self._on_drop(to, ids, at))
            cards = widget.cards
            cards.setDragEnabled(self._may_move)
            cards.step.connect(lambda by, along, at=place: self._on_step(at, by, along=along))
            cards.nudged.connect(lambda by, at=widget: self._on_nudge(at, by))
            cards.opened.connect(self.opened)
            cards.menu_wanted.connect(lambda at, of=widget: self.menu_wanted.emit(of.cards.chosen(), at))
            cards.erased.connect(lambda of=widget: self.delete(of.cards.chosen()))
            cards.selectionModel().selectionChanged.connect(lambda *_args, of=widget: self._one_column(of))
            row.addWidget(widget, 0 if widget.is_folded() else 1)
            self.columns.append(widget)
        if not board.columns:
            row.addWidget(muted(t("这个管道还没有阶段。请在设置里添加。")))
        self._area.setWidget(body)

    def set_compact(self, compact: bool) -> None:
        """Small cards, or whole ones."""
        self._compact = compact
        for column in self.columns:
            column.set_compact(compact)

    def set_folds(self, stages: Sequence[str]) -> None:
        """Fold these stages, unfold the others."""
        self._folds = set(stages)
        for column in self.columns:
            column.set_folded(str(column.stage) in self._folds)

    def _keep_folds(self) -> None:
        self._folds = {str(column.stage) for column in self.columns if column.is_folded()}
        self.folds_changed.emit(sorted(self._folds))

    # ---- choosing -----------------------------------------------------------------------------------------------

    def chosen(self) -> list[Card]:
        """The chosen cards, all in one column."""
        return next((found for column in self.columns if (found := column.cards.chosen())), [])

    def _one_column(self, of: StageColumn) -> None:
        """Cards are chosen in one column at a time."""
        if of.cards.selectionModel().hasSelection():
            for column in self.columns:
                if column is not of and column.cards.selectionModel().hasSelection():
                    column.cards.clearSelection()

    def _choose(self, deals: Sequence[uuid.UUID]) -> None:
        for column in self.columns:
            rows = [row for deal in deals if (row := column.model.row_of(deal)) >= 0]
            if rows:
                column.cards.choose(rows[0])
                for row in rows[1:]:
                    column.cards.selectionModel().select(
                        column.model.index(row, 0), column.cards.selectionModel().SelectionFlag.Select
                    )
                if not column.is_folded():
                    column.cards.setFocus(Qt.FocusReason.OtherFocusReason)
                self._area.ensureWidgetVisible(column, 20, 0)
                return

    def select(self, deal: uuid.UUID) -> None:
        """Choose this card, now or when the board is there."""
        if self.board is None:
            self._select = (deal,)
        else:
            self._choose((deal,))

    # ---- moving -------------------------------------------------------------------------------------------------

    def _on_drop(self, to: StageColumn, ids: Sequence[uuid.UUID], row: int) -> None:
        cards = to.model.cards()
        below = next((card.id for card in cards[row:] if card.id not in ids), None)
        # the view is still inside its drag: what changes the model has to wait for it
        QTimer.singleShot(0, self, lambda: self.put(ids, to.stage, below))

    def _on_step(self, place: int, by: int, *, along: bool) -> None:
        target = place + by
        while 0 <= target < len(self.columns) and self.columns[target].is_folded() and not along:
            target += by
        if not 0 <= target < len(self.columns):
            return
        here, there = self.columns[place], self.columns[target]
        if not along:
            row = max(0, here.cards.currentIndex().row())
            there.cards.setFocus(Qt.FocusReason.TabFocusReason)
            if there.model.rowCount():
                there.cards.choose(min(row, there.model.rowCount() - 1))
            return
        chosen = [card.id for card in here.cards.chosen()]
        first = there.model.cards()[0].id if there.model.rowCount() else None
        if chosen:
            self.put(chosen, there.stage, first)

    def _on_nudge(self, column: StageColumn, by: int) -> None:
        chosen = [card.id for card in column.cards.chosen()]
        cards = column.model.cards()
        if not chosen:
            return
        rows = [column.model.row_of(deal) for deal in chosen]
        place = min(rows) - 1 if by < 0 else max(rows) + 2
        if (by < 0 and min(rows) == 0) or (by > 0 and max(rows) == len(cards) - 1):
            return
        below = next((card.id for card in cards[place:] if card.id not in chosen), None)
        self.put(chosen, column.stage, below)

    def put(
        self,
        deals: Sequence[uuid.UUID],
        stage: uuid.UUID,
        before: uuid.UUID | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """Put the deals into the stage; what the stage requires and they lack is asked for on the spot."""
        if not self._may_move or not deals:
            return
        service = self._desk.workspace.deals
        self._select = tuple(deals)

        def work(_job: Job) -> ChangeSet:
            return service.move(deals, stage, before=before, values=values)

        def failed(error: Exception) -> None:
            self._select = ()
            if isinstance(error, InvalidFields):
                self._ask_missing(error, lambda given: self.put(deals, stage, before, {**(values or {}), **given}))
            else:
                self._desk.dialogs.show_error(error)

        told = t("已移动 {n} 个商机", n=len(deals)) if len(deals) > 1 else self._moved_words(deals[0], stage)
        self._desk.operate(work, title=t("正在移动"), owner=self, told=told, on_failed=failed, initiator=self)

    def _moved_words(self, deal: uuid.UUID, stage: uuid.UUID) -> str:
        if self.board is None:
            return t("已移动")
        name = next((c.name for column in self.board.columns for c in column.cards if c.id == deal), "")
        to = next((column.stage.name for column in self.board.columns if column.stage.id == stage), "")
        there = next((column.stage.id for column in self.board.columns for c in column.cards if c.id == deal), None)
        if there == stage:
            return ""  # only its place in the column: nothing to tell
        return t("“{name}”移到{stage}", name=name, stage=to)

    def _ask_missing(self, error: InvalidFields, go_on: Callable[[Mapping[str, Any]], None]) -> MissingDialog:
        there = next((d for d in self.findChildren(MissingDialog) if d.isVisible()), None)
        if there is not None:
            return there  # asked twice in one breath: one answer is enough
        dialog = MissingDialog(self._desk, "deals", error.problems, self)
        dialog.given.connect(go_on)
        dialog.open()
        return dialog

    # ---- other verbs --------------------------------------------------------------------------------------------

    def _add(self, name: str, stage: uuid.UUID) -> None:
        service = self._desk.workspace.deals
        values = {"name": name, "stage": (Link(stage),)}

        def failed(error: Exception) -> None:
            if isinstance(error, InvalidFields):
                dialog = self._ask_missing(error, lambda given: create({**values, **given}))
                dialog.rejected.connect(lambda: self._give_back(name, stage))
            else:
                self._desk.dialogs.show_error(error)
                self._give_back(name, stage)

        def create(given: Mapping[str, Any]) -> None:
            self._desk.operate(
                lambda _job: service.create(given), title=t("正在保存"), owner=self, on_failed=failed,
                told=t("已新建“{name}”", name=name), initiator=self,
            )  # fmt: skip

        create(values)

    def _give_back(self, name: str, stage: uuid.UUID) -> None:
        """What was typed and could not be added stands in its line again."""
        column = next((column for column in self.columns if column.stage == stage), None)
        if column is not None:
            column.begin_adding(name)

    def delete(self, cards: Sequence[Card]) -> None:
        """Into the recycle bin, asked once."""
        workspace = self._desk.workspace
        if not cards or workspace.archive.read_only or not workspace.actor.may("deals", Action.DELETE):
            return
        service, handles = workspace.deals, [card.handle for card in cards]
        text = t("会放进回收站，可以撤销，也可以从回收站恢复。")
        if not self._desk.dialogs.confirm(t("删除 {n} 个商机？", n=len(cards)), t("删除"), text=text, danger=True):
            return
        self._desk.operate(
            lambda job: service.delete_many(handles, job), title=t("正在删除"), owner=self,
            told=t("已删除 {n} 个商机", n=len(cards)), initiator=self,
        )  # fmt: skip

    def close_deal(self, deal: uuid.UUID, kind: str, values: Mapping[str, Any] | None = None) -> None:
        """Win, lose or open again: into the pipeline's stage of that kind."""
        if self.board is None:
            return
        stage = next((column.stage for column in self.board.columns if column.stage.kind == kind), None)
        if stage is None:
            self._desk.toasts.show_toast(t("这个管道没有对应的阶段，请先在设置里添加。"), "warning")
            return
        cards = next(column.cards for column in self.board.columns if column.stage.id == stage.id)
        if any(card.id == deal for card in cards):
            return  # it is there already
        self.put([deal], stage.id, cards[0].id if cards else None, values)
