"""Choosing where a column goes: grouped targets, typing finds by name or pinyin."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.i18n import t
from app.core.pinyin import spoken
from app.services.exchange.mapping.targets import Target
from app.views.theme import fonts
from app.views.widgets import painting

SKIP, NEW = "", "+"
_KEY = Qt.ItemDataRole.UserRole
_FIND = Qt.ItemDataRole.UserRole + 1
_ROW = 28
Index = QModelIndex | QPersistentModelIndex


class TargetChoices(QObject):
    """The list of targets, shared by the fields of all columns. `new_fields`: whether 新建字段 is offered."""

    def __init__(self, targets: Sequence[Target], parent: QObject, *, new_fields: bool = True) -> None:
        super().__init__(parent)
        self.items = QStandardItemModel(self)
        self.items.appendRow(_item(t("不导入"), SKIP))
        if new_fields:
            self.items.appendRow(_item(t("新建字段…"), NEW))
        group = ""
        for target in targets:
            if target.group != group:
                group = target.group
                head = QStandardItem(group)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                self.items.appendRow(head)
            self.items.appendRow(_item(target.label, target.key))
        self.findable = QSortFilterProxyModel(self)
        self.findable.setSourceModel(self.items)


class _Rows(QStyledItemDelegate):
    """Lines of the list as menus have them, names of groups small."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 24, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        words, rect = str(index.data(Qt.ItemDataRole.DisplayRole)), option.rect
        chosen = bool(option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver))
        if index.data(_KEY) is None:
            painting.put_text(painter, rect.adjusted(10, 4, -4, 0), words, "text_3", fonts.SMALL, bold=True)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painting.rounded(painter, QRectF(rect).adjusted(4, 1, -4, -1), 5, "primary_soft")
        painting.put_text(painter, rect.adjusted(18, 0, -4, 0), words, "primary_text" if chosen else "text")


class _Completer(QCompleter):
    """Finds by label, key, pinyin and initials, and writes the label."""

    def __init__(self, choices: TargetChoices, parent: QWidget) -> None:
        super().__init__(choices.findable, parent)
        self.setCompletionRole(_FIND)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        popup = self.popup()
        assert popup is not None
        popup.setItemDelegate(_Rows(self))

    def pathFromIndex(self, index: Index) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole))


class TargetField(QComboBox):
    """Signals:
    chosen(str): key of a target, "" for not imported, "+" for a new field; by the person only.
    """

    chosen = Signal(str)

    def __init__(self, choices: TargetChoices, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        self._key, self._label = SKIP, ""
        self.setAccessibleName(name)
        self.setEditable(True)
        self.setCompleter(None)  # type: ignore[arg-type]  # Qt's own one finds by label only
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(14)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setModel(choices.items)
        self.setItemDelegate(_Rows(self))
        self.activated.connect(self._on_activated)
        edit = self.lineEdit()
        assert edit is not None
        edit.editingFinished.connect(self._settle)
        self.set_key(SKIP)

    def key(self) -> str:
        """Key of the chosen target."""
        return self._key

    def set_key(self, key: str | None, label: str = "") -> None:
        """Show a target without a signal; `label` for one that is not in the list (a new field)."""
        self._key, self._label = key or SKIP, label
        at = self.findData(self._key)
        blocked = self.blockSignals(True)
        self.setCurrentIndex(at)
        if at < 0:
            self.setEditText(label)
        self.blockSignals(blocked)
        edit = self.lineEdit()
        assert edit is not None
        edit.setCursorPosition(0)
        self.setToolTip("")

    def _on_activated(self, at: int) -> None:
        key = self.itemData(at)
        if key is not None and key != self._key:
            self._key = str(key)
            self.chosen.emit(self._key)

    def _on_completed(self, found: QModelIndex) -> None:
        at = self.findData(found.data(_KEY))
        if at >= 0:
            self.setCurrentIndex(at)
            self._on_activated(at)

    def _settle(self) -> None:
        """Words that name no target go back to what was chosen; the full name of one chooses it."""
        at = self.findText(self.currentText().strip(), Qt.MatchFlag.MatchFixedString)
        if at >= 0 and self.itemData(at) is not None:
            self.setCurrentIndex(at)
            self._on_activated(at)
        elif self.currentText() != self._label or self.findData(self._key) >= 0:
            self.set_key(self._key, self._label)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.completer() is None:
            self._build_completer()
        super().focusInEvent(event)

    def _build_completer(self) -> None:
        """Only for fields somebody enters: a file may have hundreds of columns."""
        completer = _Completer(self._choices, self)
        self.setCompleter(completer)
        completer.activated[QModelIndex].connect(self._on_completed)  # type: ignore[index]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = completer.popup() if (completer := self.completer()) is not None else None
        choosing = popup is not None and popup.isVisible()  # then Enter is the list's affair
        super().keyPressEvent(event)
        if not choosing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._settle()
            event.accept()  # the wizard's default button must not be pressed by it

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _item(label: str, key: str) -> QStandardItem:
    item = QStandardItem(label)
    item.setData(key, _KEY)
    said, short = spoken(label)
    item.setData("\u2003".join((label, key, *(s.replace(" ", "") for s in said), *short)), _FIND)
    return item
