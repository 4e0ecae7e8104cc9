"""A search field that is safe with input methods: an unfinished pinyin never starts a search."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.i18n import t
from app.views.theme import icons


class SearchBox(QLineEdit):
    """Type, wait a moment, get `searched`.

    Signals:
        searched(str): the stripped text, 120 ms after the last change, at once on Enter and on clearing.
        left(): Esc in an empty field: the page takes the focus back.
        moved_down(): arrow down: the focus wants to go into the results.
    """

    searched = Signal(str)
    left = Signal()
    moved_down = Signal()

    def __init__(self, placeholder: str = "", parent: QWidget | None = None, *, debounce: int = 120) -> None:
        super().__init__(parent)
        placeholder = placeholder or t("搜索")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder.rstrip("…"))
        self.setProperty("look", "search")
        self.setMaxLength(200)
        self.addAction(icons.icon("search", "text_3"), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = self.addAction(icons.icon("x", "text_3"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip(t("清空"))
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear_search)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(debounce)
        self._timer.timeout.connect(self._emit)
        self._last = ""
        # textEdited is silent while an input method composes, and fires when it commits.
        self.textEdited.connect(lambda _text: self._timer.start())
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))

    def clear_search(self) -> None:
        """Empty the field and tell at once."""
        self.clear()
        self._emit()

    def set_search(self, text: str) -> None:
        """Put a text in by program, without telling."""
        self.setText(text)
        self._last = text.strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear_search()
            else:
                self.left.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.moved_down.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._emit()
        else:
            super().keyPressEvent(event)

    def _emit(self) -> None:
        self._timer.stop()
        text = self.text().strip()
        if text != self._last:
            self._last = text
            self.searched.emit(text)
