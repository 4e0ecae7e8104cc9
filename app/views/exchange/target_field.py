"""Choosing where a column goes: grouped targets, typing finds by name or pinyin."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from app.core.i18n import t
from app.core.pinyin import spoken
from app.services.exchange.targets import Target

SKIP, NEW = "", "+"
_FIND = Qt.ItemDataRole.UserRole + 1


class TargetField(QComboBox):
    """Signals:
    chosen(str): key of a target, "" for not imported, "+" for a new field; by the person only.
    """

    chosen = Signal(str)

    def __init__(self, targets: Sequence[Target], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(190)
        self.setMaxVisibleItems(18)
        self._items = model = QStandardItemModel(self)
        model.appendRow(_item(t("不导入"), SKIP))
        model.appendRow(_item(t("新建字段…"), NEW))
        group = ""
        for target in targets:
            if target.group != group:
                group = target.group
                head = QStandardItem(group)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                model.appendRow(head)
            model.appendRow(_item(target.label, target.key))
        self.setModel(model)
        self._build_completer(model)
        self.activated.connect(self._on_activated)
        edit = self.lineEdit()
        assert edit is not None
        edit.editingFinished.connect(self._settle)
        self._key = SKIP

    def _build_completer(self, model: QStandardItemModel) -> None:
        found = QSortFilterProxyModel(self)
        found.setSourceModel(model)
        completer = QCompleter(found, self)
        completer.setCompletionRole(_FIND)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.activated.connect(self._on_completed)
        self.setCompleter(completer)

    def set_key(self, key: str | None, label: str = "") -> None:
        """Show a target without a signal; `label` for one that is not in the list (a new field)."""
        at = self.findData(key or SKIP)
        if at < 0:
            self._items.insertRow(2, _item(label or str(key), str(key)))
            at = 2
        blocked = self.blockSignals(True)
        self.setCurrentIndex(at)
        self.blockSignals(blocked)
        self._key = key or SKIP

    def _on_activated(self, at: int) -> None:
        key = self.itemData(at)
        if key is not None and key != self._key:
            self._key = str(key)
            self.chosen.emit(self._key)

    def _on_completed(self, text: str) -> None:
        label = text.split("\u2003", 1)[0]
        at = self.findText(label, Qt.MatchFlag.MatchExactly)
        if at >= 0:
            self.setCurrentIndex(at)
            self._on_activated(at)

    def _settle(self) -> None:
        """Words that name no target go back to what was chosen."""
        at = self.findData(self._key)
        if at >= 0 and self.currentText() != self.itemText(at):
            self.setCurrentIndex(at)

    def wheelEvent(self, event: object) -> None:
        event.ignore()  # type: ignore[attr-defined]


def _item(label: str, key: str) -> QStandardItem:
    item = QStandardItem(label)
    item.setData(key, Qt.ItemDataRole.UserRole)
    said, short = spoken(label)
    item.setData("\u2003".join((label, key, *(s.replace(" ", "") for s in said), *short)), _FIND)
    return item
