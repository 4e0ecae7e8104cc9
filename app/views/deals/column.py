"""One stage of the board: head with number and sum, its cards, a line to add one; folded, a narrow strip."""

from __future__ import annotations

import uuid

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from app.core.i18n import t
from app.services.deals.records import Card, Column
from app.views.deals.amounts import short_money
from app.views.deals.card_delegate import CardDelegate
from app.views.deals.card_model import CARD, MIME, CardModel
from app.views.theme import fonts
from app.views.widgets import buttons, painting

WIDTH, FOLDED = 232, 44
_TONES = {"won": "ok", "lost": "bad"}
_STEPS = ("gray", "cyan", "primary", "violet", "warn")


class CardList(QListView):
    """The cards. ← → go to the neighbouring column, Ctrl+← → take the chosen cards along, Ctrl+↑ ↓ move them here.

    Signals:
        step(int, bool): to the column so many places aside; with the cards.
        nudged(int): the chosen cards so many places up or down.
        opened(UUID), menu_wanted(QPoint), erased().
    """

    step = Signal(int, bool)
    nudged = Signal(int)
    opened = Signal(object)
    menu_wanted = Signal(QPoint)
    erased = Signal()

    def __init__(self, model: CardModel, delegate: CardDelegate) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setStyleSheet("QListView { background: transparent; }")
        self.viewport().setAutoFillBackground(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.menu_wanted.emit(self.viewport().mapToGlobal(at)))
        self.doubleClicked.connect(self._open)

    def chosen(self) -> list[Card]:
        """The selected cards from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.model().index(row, 0).data(CARD) for row in rows]

    def choose(self, row: int) -> None:
        """Select one card and bring it into sight."""
        index = self.model().index(row, 0)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def _open(self, index: QModelIndex) -> None:
        card = index.data(CARD)
        if isinstance(card, Card):
            self.opened.emit(card.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                self.step.emit(-1 if event.key() == Qt.Key.Key_Left else 1, control)
            case Qt.Key.Key_Up | Qt.Key.Key_Down if control:
                self.nudged.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not control:
                self._open(self.currentIndex())
            case Qt.Key.Key_Delete:
                self.erased.emit()
            case Qt.Key.Key_Menu:
                self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))
            case _:
                super().keyPressEvent(event)


class _Head(QWidget):
    """Name, number, sum; a line in the stage's colour below. A click folds."""

    pressed = Signal()

    def __init__(self, tone: str) -> None:
        super().__init__()
        self._tone = tone
        self._name = self._count = self._sum = ""
        self.folded = False
        self.setFixedHeight(40)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_numbers(self, name: str, count: int, total: str, tip: str) -> None:
        self._name, self._count, self._sum = name, f"{count:,}", total
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 40)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        if self.folded:
            self._paint_folded(painter)
        else:
            room = self.width() - 8
            total = fonts.metrics(fonts.CAPTION).horizontalAdvance(self._sum) + 6
            count = fonts.metrics(fonts.CAPTION).horizontalAdvance(self._count) + 10
            name = min(fonts.metrics(bold=True).horizontalAdvance(self._name) + 6, room - total - count)
            painting.put_text(painter, QRectF(4, 6, name, 22), self._name, "text", bold=True)
            painting.put_text(painter, QRectF(4 + name + 2, 6, count, 22), self._count, "text_3", fonts.CAPTION)
            spot = QRectF(self.width() - total - 4, 6, total, 22)
            painting.put_text(painter, spot, self._sum, "text_2", fonts.CAPTION, align=painting.RIGHT)
            painting.rounded(painter, QRectF(2, 34, self.width() - 4, 3), 1.5, self._tone)
        painter.end()

    def _paint_folded(self, painter: QPainter) -> None:
        painting.rounded(painter, QRectF(4, 34, self.width() - 8, 3), 1.5, self._tone)
        spot = QRectF(0, 6, self.width(), 22)
        painting.put_text(painter, spot, self._count, "text_2", fonts.CAPTION, align=painting.CENTER)


class StageColumn(QWidget):
    """Signals:
    add_wanted(str): a new card with this name.
    folded_changed(bool).
    """

    add_wanted = Signal(str)
    folded_changed = Signal(bool)

    def __init__(self, place: int, kind: str, stage: uuid.UUID, names: dict[uuid.UUID, str], *, may_add: bool) -> None:
        super().__init__()
        self.stage, self.kind = stage, kind
        self._tone = _TONES.get(kind, _STEPS[place % len(_STEPS)])
        self.model = CardModel(names, self)
        self.delegate = CardDelegate(names, self, closed=kind != "open")
        self.cards = CardList(self.model, self.delegate)
        self.head = _Head(self._tone)
        self._folded = False
        self.head.pressed.connect(self._fold)
        self._name = ""
        self._add = buttons.ghost(t("添加商机"), "plus")
        self._add.clicked.connect(lambda _on=False: self.begin_adding())
        self._add.setVisible(may_add and kind == "open")
        self._may_add = may_add and kind == "open"
        self._line = QLineEdit()
        self._line.setPlaceholderText(t("商机名称，回车添加"))
        self._line.setAccessibleName(t("新商机的名称"))
        self._line.setMaxLength(200)
        self._line.hide()
        self._line.returnPressed.connect(self._take_line)
        self._line.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 6, 8)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.head, 1)
        column.addLayout(top)
        column.addWidget(self.cards, 1)
        column.addWidget(self._line)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignHCenter)
        self._filler = QWidget()
        self._filler.hide()
        column.addWidget(self._filler, 1)
        self.setMinimumWidth(WIDTH)
        self.setAcceptDrops(True)

    def show_column(self, column: Column) -> None:
        """The cards and numbers of the stage."""
        self._name = column.stage.name
        self.model.set_cards(column.cards)
        total, weighted = short_money(column.total), short_money(column.weighted)
        tip = t("{stage}：{n} 个，合计 {total}，按赢率 {percent}% 加权 {weighted}", stage=column.stage.name,
                n=len(column.cards), total=total, percent=column.stage.probability, weighted=weighted)  # fmt: skip
        self.head.show_numbers(column.stage.name, len(column.cards), total, tip)
        self.cards.setAccessibleName(tip)

    def _fold(self) -> None:
        self.set_folded(not self._folded)

    def set_folded(self, folded: bool) -> None:
        """A narrow strip, or the whole column."""
        if folded == self._folded:
            return
        self._folded = self.head.folded = folded
        for widget in (self.cards,):
            widget.setVisible(not folded)
        self._add.setVisible(self._may_add and not folded)
        self._line.hide()
        self._filler.setVisible(folded)
        self.setMinimumWidth(FOLDED if folded else WIDTH)
        self.setMaximumWidth(FOLDED if folded else 16_777_215)
        self.head.update()
        self.update()
        self.folded_changed.emit(folded)

    def is_folded(self) -> bool:
        return self._folded

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._folded and self.cards.dragEnabled() and event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """On a folded stage: in front of its cards."""
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        self.model.dropMimeData(event.mimeData(), Qt.DropAction.MoveAction, 0, 0, QModelIndex())

    def set_compact(self, compact: bool) -> None:
        """Small cards."""
        self.delegate.compact = compact
        self.cards.scheduleDelayedItemsLayout()

    # ---- adding -------------------------------------------------------------------------------------------------

    def begin_adding(self, name: str = "") -> None:
        """The line for a new card; a name that is being typed there stays."""
        self._add.hide()
        self._line.show()
        if name and not self._line.text():
            self._line.setText(name)
        self._line.setFocus()

    def _take_line(self) -> None:
        text = self._line.text().strip()
        if text:
            self._line.clear()
            self.add_wanted.emit(text)

    def _end_adding(self) -> None:
        self._line.clear()
        self._line.hide()
        self._add.setVisible(self._may_add and not self._folded)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._line and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                self._end_adding()
                self.cards.setFocus()
                return True
        if watched is self._line and event.type() == QEvent.Type.FocusOut and not self._line.text().strip():
            self._end_adding()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 10, "lane")
        if self._folded:
            painter.translate(self.width() / 2 + 7, 64)
            painter.rotate(90)
            painting.put_text(painter, QRectF(0, 0, 400, 20), self._name, "text_2", fonts.CAPTION, bold=True)
        painter.end()
