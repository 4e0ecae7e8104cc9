"""A folder or file: its path in a line, and a button that opens the system's own dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.core.i18n import t
from app.views.widgets import buttons
from app.views.widgets.dialogs import Dialogs, FileMode, Filter


class PathField(QWidget):
    """`path()` is None while the line is empty.

    Signals:
        picked(Path): chosen in the dialog.
    """

    picked = Signal(object)

    def __init__(
        self, dialogs: Dialogs, mode: FileMode, title: str, filters: tuple[Filter, ...] = (), *, path: str | Path = ""
    ) -> None:
        super().__init__()
        self._dialogs, self._mode, self._title, self._filters = dialogs, mode, title, filters
        self.edit = QLineEdit(str(path))
        self.edit.setAccessibleName(title)
        browse = buttons.plain(t("选择…"), "folder-open")
        browse.setAccessibleName(title)
        browse.clicked.connect(self._on_browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(browse)
        self.setFocusProxy(self.edit)

    def path(self) -> Path | None:
        """The path as typed or picked."""
        text = self.edit.text().strip()
        return Path(text).expanduser() if text else None

    def set_path(self, path: str | Path) -> None:
        """Show another path."""
        self.edit.setText(str(path))

    def _on_browse(self) -> None:
        chosen = self._dialogs.pick_file(self._mode, self._title, self._filters, suggested=self.path() or "")
        if chosen is not None:
            self.set_path(chosen)
            self.picked.emit(chosen)
