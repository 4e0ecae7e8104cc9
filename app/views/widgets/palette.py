"""The command palette (Ctrl+K): records and commands in one box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import shiboken6
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets import painting
from app.views.widgets.labels import Rule
from app.views.widgets.palette_list import PaletteDelegate, PaletteModel

_WIDTH, _HEIGHT, _MARGIN = 640, 440, 32


@dataclass(frozen=True)
class PaletteItem:
    """One line: `id` comes back in `chosen`; `shortcut` and `hint` stand at the right."""

    id: object
    title: str
    subtitle: str = ""
    icon: str = ""
    shortcut: str = ""


@dataclass(frozen=True)
class PaletteGroup:
    """A heading with its lines."""

    title: str
    items: Sequence[PaletteItem] = field(default_factory=tuple)


class CommandPalette(QWidget):
    """Covers its host window; a click beside the panel or Esc closes it and the former widget has the focus again.

    The caller answers `query_changed(text)` with `set_results(groups, text)`, at once or later; answers to a text that
    is no longer in the field are ignored.

    Signals:
        query_changed(str): text to look for, "" at opening; 60 ms after typing.
        chosen(object): `id` of the line.
        closed(): gone, whether chosen or not.
    """

    query_changed = Signal(str)
    chosen = Signal(object)
    closed = Signal()

    def __init__(self, host: QWidget, placeholder: str = "") -> None:
        super().__init__(host)
        self._host = host
        self._before: QWidget | None = None
        self.setAccessibleName(t("命令面板"))
        self._panel = QWidget(self)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(10, 4, 10, 10)
        column.setSpacing(6)
        self.edit = QLineEdit()
        self.edit.setProperty("look", "bare")
        self.edit.setPlaceholderText(placeholder or t("搜索客户、商机、工单，或输入命令…"))
        self.edit.setAccessibleName(t("命令面板搜索"))
        self.edit.setMaxLength(200)
        self.edit.installEventFilter(self)
        self.list = QListView()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(t("命令面板结果"))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.model = PaletteModel(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(self.list))
        self.list.clicked.connect(self._choose)
        self.list.entered.connect(self._on_entered)
        for widget in (self.edit, Rule(), self.list):
            column.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(60)
        self._timer.timeout.connect(lambda: self.query_changed.emit(self.query()))
        self.edit.textEdited.connect(lambda _text: self._timer.start())
        host.installEventFilter(self)
        self.hide()

    def open(self, text: str = "") -> None:
        """Show it with `text` in the field; emits `query_changed`."""
        self._before = QApplication.focusWidget()
        self.edit.setText(text)
        self._arrange()
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.PopupFocusReason)
        self.edit.selectAll()
        self.query_changed.emit(self.query())

    def query(self) -> str:
        """The stripped text in the field."""
        return self.edit.text().strip()

    def set_results(self, groups: Sequence[PaletteGroup], query: str | None = None) -> bool:
        """Show `groups` unless they answer a `query` that was typed over since (False then)."""
        if query is not None and query != self.query():
            return False
        self.model.set_groups(groups, self.query())
        self._move(0, 1)
        return True

    def dismiss(self) -> None:
        """Close and give the focus back."""
        if self.isVisible():
            self._timer.stop()
            self.hide()
            before, self._before = self._before, None
            if before is not None and shiboken6.isValid(before):
                before.setFocus(Qt.FocusReason.PopupFocusReason)
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self._arrange()
        if watched is self.edit and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        body = QRectF(self._panel.geometry())
        painting.soft_shadow(painter, body, 12, _MARGIN)
        painting.rounded(painter, body, 12, "surface", "border")
        painter.end()

    def _arrange(self) -> None:
        self.setGeometry(self._host.rect())
        width = min(_WIDTH, self.width() - 40)
        height = min(_HEIGHT, self.height() - 60)
        top = max(20, min(96, (self.height() - height) // 3))
        self._panel.setGeometry((self.width() - width) // 2, top, width, height)

    def _on_key(self, event: QKeyEvent) -> bool:
        row = self.list.currentIndex().row()
        page = max(1, self.list.viewport().height() // 40)
        match event.key():
            case Qt.Key.Key_Down:
                self._move(row + 1, 1)
            case Qt.Key.Key_Up:
                self._move(row - 1, -1)
            case Qt.Key.Key_PageDown:
                self._move(min(row + page, self.model.rowCount() - 1), -1)
            case Qt.Key.Key_PageUp:
                self._move(max(row - page, 0), 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._choose(self.list.currentIndex())
            case Qt.Key.Key_Escape:
                self.dismiss()
            case _:
                return False
        return True

    def _move(self, row: int, step: int) -> None:
        """Go to `row` or the next line in the direction of `step` that can be chosen; stay where there is none."""
        while 0 <= row < self.model.rowCount():
            if self.model.item_at(row) is not None:
                index = self.model.index(row)
                self.list.setCurrentIndex(index)
                # The heading over the first line of a group comes into view with it.
                self.list.scrollTo(self.model.index(max(0, row - 1)) if step < 0 else index)
                self.list.scrollTo(index)
                return
            row += step

    def _on_entered(self, index: QModelIndex) -> None:
        # Scrolling under a resting mouse must not move the choice; only a real movement does.
        local = self.list.viewport().mapFromGlobal(self.cursor().pos())
        if self.list.indexAt(QPoint(local)) == index and self.model.item_at(index.row()) is not None:
            self.list.setCurrentIndex(index)

    def _choose(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row()) if index.isValid() else None
        if item is not None:
            self.dismiss()
            self.chosen.emit(item.id)
