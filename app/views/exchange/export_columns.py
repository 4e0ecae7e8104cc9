"""The columns of an export: which, and in which order."""

from __future__ import annotations

from collections.abc import Container, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.core.fields import Field
from app.core.i18n import t
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import muted

_KEY = Qt.ItemDataRole.UserRole


class _List(QListWidget):
    """Space ticks, dragging or Ctrl with ↑ ↓ moves."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(step)
        else:
            super().keyPressEvent(event)


class ExportColumns(QWidget):
    """`shown`: keys of the columns the table shows now; they come first, in its order.

    Signals:
        changed(): another tick or order.
    """

    changed = Signal()

    def __init__(self, fields: Sequence[Field], shown: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.list = _List()
        column.addLayout(self._build_head(shown))
        self._build_list(fields, shown)
        column.addWidget(self.list, 1)
        self.changed.connect(self._tell)
        self._tell()

    def _build_head(self, shown: Sequence[str]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self._count = muted("")
        row.addWidget(self._count)
        row.addStretch()
        self.shown_button = buttons.Button(t("只选表格里显示的"), kind="ghost", compact=True)
        self.shown_button.clicked.connect(lambda: self.tick(set(shown)))
        self.shown_button.setVisible(bool(shown))
        self.all_button = buttons.Button(t("全选"), kind="ghost", compact=True)
        self.all_button.clicked.connect(lambda: self.tick(None))
        self.none_button = buttons.Button(t("全不选"), kind="ghost", compact=True)
        self.none_button.clicked.connect(lambda: self.tick(set()))
        for button in (self.shown_button, self.all_button, self.none_button):
            row.addWidget(button)
        for icon, words, step in (("arrow-up", t("上移"), -1), ("arrow-down", t("下移"), 1)):
            arrow = IconButton(icon, words, side=26, shortcut="Ctrl+↑" if step < 0 else "Ctrl+↓")
            arrow.clicked.connect(lambda _on=False, by=step: self.move_current(by))
            row.addWidget(arrow)
        return row

    def _build_list(self, fields: Sequence[Field], shown: Sequence[str]) -> None:
        self.list.setAccessibleName(t("要导出的列"))
        self.list.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setSpacing(1)
        known = {field.key: field for field in fields}
        for key in dict.fromkeys([*(k for k in shown if k in known), *known]):
            item = QListWidgetItem(known[key].label)
            item.setData(_KEY, key)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsDragEnabled
            )  # fmt: skip
            item.setCheckState(Qt.CheckState.Checked)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemChanged.connect(lambda _item: self.changed.emit())
        self.list.model().rowsMoved.connect(lambda *_rows: self.changed.emit())
        self.list.moved.connect(self.move_current)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(at) for at in range(self.list.count())]

    def tick(self, keys: Container[str] | None) -> None:
        """Tick these columns and no others; None = all."""
        blocked = self.list.blockSignals(True)
        for item in self._items():
            on = keys is None or item.data(_KEY) in keys
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.blockSignals(blocked)
        self.list.viewport().update()
        self.changed.emit()

    def move_current(self, step: int) -> None:
        """The current column up (-1) or down (1)."""
        at = self.list.currentRow()
        if 0 <= at + step < self.list.count() and at >= 0:
            self.list.insertItem(at + step, self.list.takeItem(at))
            self.list.setCurrentRow(at + step)
            self.changed.emit()

    def chosen(self) -> list[str]:
        """Field keys of the ticked columns in their order."""
        return [str(i.data(_KEY)) for i in self._items() if i.checkState() is Qt.CheckState.Checked]

    def _tell(self) -> None:
        self._count.setText(t("{n} / {m} 列", n=len(self.chosen()), m=self.list.count()))
