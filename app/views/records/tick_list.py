"""A list to tick in, with a search box that understands pinyin, and numbers at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import t
from app.core.pinyin import pinyin_full, pinyin_initials
from app.views.theme import icons, theme
from app.views.widgets import painting
from app.views.widgets.search_box import SearchBox

_ROLE = Qt.ItemDataRole.UserRole
_ROW = 32
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Tick:
    """One line: what it stands for, its words, how many there are, its colour."""

    value: str
    text: str
    count: int | None = None
    tone: str = ""


def fits(text: str, query: str) -> bool:
    """Whether what was typed means this text: a part of it, or of its pinyin or initials."""
    typed = query.casefold().replace(" ", "")
    if not typed:
        return True
    return typed in text.casefold().replace(" ", "") or (
        typed.isascii() and (typed in pinyin_full(text) or typed in pinyin_initials(text))
    )


class _Line(QStyledItemDelegate):
    def __init__(self, parent: QWidget, *, ticks: bool) -> None:
        super().__init__(parent)
        self._ticks = ticks

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        tick: Tick = index.data(_ROLE)
        ground = QRectF(rect).adjusted(0, 1, 0, -1)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painting.rounded(painter, ground, 6, "hover", "primary", 1.6)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painting.rounded(painter, ground, 6, "hover")
        x = rect.x() + 8
        if self._ticks:
            self._paint_tick(painter, QRectF(x, rect.center().y() - 7.5, 16, 16), index)
            x += 26
        if tick.tone:
            painting.rounded(painter, QRectF(x, rect.center().y() - 3, 7, 7), 3.5, theme.ink(tick.tone))
            x += 14
        number = "" if tick.count is None else f"{tick.count:,}"
        right = 64 if number else 8
        painting.put_text(painter, QRect(x, rect.y(), rect.right() - x - right, rect.height()), tick.text)
        if number:
            spot = QRect(rect.right() - right, rect.y(), right - 8, rect.height())
            painting.put_text(painter, spot, number, "text_3", 12, align=painting.RIGHT)
        painter.restore()

    @staticmethod
    def _paint_tick(painter: QPainter, box: QRectF, index: Index) -> None:
        if Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked:
            painting.rounded(painter, box, 4, "primary")
            mark = icons.pixmap("check", "on_primary", 12, dpr=painter.device().devicePixelRatioF(), stroke=3.2)
            painter.drawPixmap(round(box.x()) + 2, round(box.y()) + 2, mark)
        else:
            painting.rounded(painter, box, 4, "surface", "control", 1.2)


class _List(QListWidget):
    pressed_line = Signal(object)
    moved_line = Signal()

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        self.moved_line.emit()

    def _move(self, step: int) -> None:
        row, count = self.currentRow(), self.count()
        to = row + step
        while 0 <= to < count and self.item(to).isHidden():
            to += step
        if row >= 0 and 0 <= to < count:
            item = self.takeItem(row)
            self.insertItem(to, item)
            self.setCurrentItem(item)
            self.moved_line.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        item = self.itemAt(event.position().toPoint())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.pressed_line.emit(item)

    def __init__(self, *, ticks: bool) -> None:
        super().__init__()
        self._ticks = ticks

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() == Qt.KeyboardModifier.AltModifier and self.dragEnabled():
            self._move(step)
            return
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if self.currentItem() is not None and (event.key() == Qt.Key.Key_Space or (enter and not self._ticks)):
            self.pressed_line.emit(self.currentItem())
        elif enter:
            event.ignore()  # the dialog's or the popover's affair
        else:
            super().keyPressEvent(event)


class TickList(QWidget):
    """Search box over lines. `ticks=False`: a line is chosen instead of ticked; `movable`: order by dragging.

    Signals:
        chosen(str): a line was pressed (after its tick changed).
        submitted(): Enter in the empty search box.
        moved(): the order was changed by hand.
    """

    chosen = Signal(str)
    submitted = Signal()
    moved = Signal()

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        ticks: bool = True,
        movable: bool = False,
        height: int = 220,
        search: str = "",
    ) -> None:
        super().__init__(parent)
        self._ticks = ticks
        self.search = SearchBox(search or t("搜索，可用拼音"), debounce=0)
        self.list = _List(ticks=ticks)
        self.list.setAccessibleName(name)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_Line(self.list, ticks=ticks))
        self.list.setMouseTracking(True)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(height)
        if movable:
            self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
            self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
            self.list.moved_line.connect(self.moved)
        self.list.pressed_line.connect(self._on_pressed)
        self.search.textChanged.connect(self._filter)
        self.search.left.connect(lambda: self.window().close())
        self.search.installEventFilter(self)
        self.search.moved_down.connect(self._enter_list)
        self.setFocusProxy(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.list)

    def set_ticks(self, ticks: Sequence[Tick], ticked: Sequence[str] = ()) -> None:
        """Show these lines; those whose value is in `ticked` are ticked."""
        self.list.clear()
        on = set(ticked)
        for tick in ticks:
            item = QListWidgetItem(tick.text)
            item.setData(_ROLE, tick)
            if self._ticks:
                item.setData(Qt.ItemDataRole.CheckStateRole, _state(on=tick.value in on))
            # Ticking is ours (anywhere on the line), not the view's small box.
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
            item.setFlags(flags)
            self.list.addItem(item)
        self._filter(self.search.text())

    def values(self) -> list[str]:
        """All values in the order on the screen."""
        return [tick.value for tick, _on in self._lines()]

    def ticked(self) -> list[str]:
        """Ticked values in the order on the screen."""
        return [tick.value for tick, on in self._lines() if on]

    def set_ticked(self, value: str, *, on: bool) -> None:
        """Tick by program."""
        for at in range(self.list.count()):
            item = self.list.item(at)
            if item.data(_ROLE).value == value:
                item.setData(Qt.ItemDataRole.CheckStateRole, _state(on=on))

    def _lines(self) -> list[tuple[Tick, bool]]:
        items = [self.list.item(at) for at in range(self.list.count())]
        checked = Qt.CheckState.Checked
        return [(i.data(_ROLE), self._ticks and i.checkState() == checked) for i in items]

    def _on_pressed(self, item: QListWidgetItem) -> None:
        if self._ticks:
            item.setData(Qt.ItemDataRole.CheckStateRole, _state(on=item.checkState() != Qt.CheckState.Checked))
        self.chosen.emit(item.data(_ROLE).value)

    def _filter(self, text: str) -> None:
        for at in range(self.list.count()):
            item = self.list.item(at)
            item.setHidden(not fits(item.text(), text.strip()))

    def _enter_list(self) -> None:
        for at in range(self.list.count()):
            if not self.list.item(at).isHidden():
                self.list.setCurrentRow(at)
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.search or not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.modifiers():
            return False
        self._on_enter()
        return True

    def _on_enter(self) -> None:
        """In the search box: the first line that fits, or done when nothing was searched."""
        items = [self.list.item(at) for at in range(self.list.count())]
        shown = [item for item in items if not item.isHidden()]
        if not self.search.text().strip():
            self.submitted.emit()
        elif shown:
            self._on_pressed(shown[0])
            self.search.selectAll()


def _state(*, on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
