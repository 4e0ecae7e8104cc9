"""What was noticed while a file was read: the first two remarks, the others when asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.core.i18n import t
from app.views.widgets.banner import Banner, Severity

_SHOWN = 2


class NotesBanner(Banner):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("info", "", "", parent)
        self._notes: Sequence[str] = ()
        self._note_severity: Severity = "info"
        self._whole = False
        self.action_clicked.connect(lambda: self._show(whole=not self._whole))
        self.hide()

    def show_notes(self, notes: Sequence[str], severity: Severity = "info") -> None:
        """Other remarks."""
        self._notes, self._note_severity = notes, severity
        self._show(whole=False)

    def _show(self, *, whole: bool) -> None:
        self._whole = whole
        hidden = 0 if whole else max(0, len(self._notes) - _SHOWN)
        self.set_message("\n".join(self._notes if not hidden else self._notes[:_SHOWN]), self._note_severity)
        self.set_action(t("还有 {n} 条", n=hidden) if hidden else t("收起") if len(self._notes) > _SHOWN else "")
        self.setVisible(bool(self._notes))
