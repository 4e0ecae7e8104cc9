"""What was noticed while a file was read: the first two remarks, the others when asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets.banner import Banner, Severity

_SHOWN = 2


class NotesBanner(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: Sequence[str] = ()
        self._severity: Severity = "info"
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.short = Banner("info", "", t("全部显示"))
        self.long = Banner("info", "", t("收起"))
        self.short.action_clicked.connect(lambda: self._show(whole=True))
        self.long.action_clicked.connect(lambda: self._show(whole=False))
        self.plain = Banner("info", "")
        for banner in (self.short, self.long, self.plain):
            column.addWidget(banner)
        self.hide()

    def show_notes(self, notes: Sequence[str], severity: Severity = "info") -> None:
        """Other remarks."""
        self._notes, self._severity = notes, severity
        self._show(whole=False)

    def _show(self, *, whole: bool) -> None:
        notes, many = self._notes, len(self._notes) > _SHOWN
        self.setVisible(bool(notes))
        shown = notes if whole or not many else notes[:_SHOWN]
        text = "\n".join(shown)
        if many and not whole:
            text += "  " + t("（还有 {n} 条）", n=len(notes) - _SHOWN)
        for banner, wanted in ((self.plain, not many), (self.short, many and not whole), (self.long, many and whole)):
            banner.set_message(text, self._severity)
            banner.setVisible(wanted)
