"""The foot of the window: encrypted, last backup, how many records."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.clock import now
from app.core.i18n import t
from app.views.theme import fonts, theme
from app.views.widgets.labels import IconLabel, muted

HEIGHT = 28


def describe_day(moment: datetime) -> str:
    """A local moment the way people say it: 今天 09:12, 昨天 18:40, 11-08 10:00, 2025-11-08."""
    today = now().astimezone().date()
    days = (today - moment.date()).days
    clock = f"{moment:%H:%M}"
    if days == 0:
        return t("今天 {time}", time=clock)
    if days == 1:
        return t("昨天 {time}", time=clock)
    return f"{moment:%m-%d %H:%M}" if moment.year == today.year else f"{moment:%Y-%m-%d}"


class StatusBar(QWidget):
    """Facts come from `show_backup` and `show_counts`."""

    def __init__(self, *, read_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._safe = t("只读打开，不能修改") if read_only else t("数据库已加密")
        self._left = muted(self._safe)
        self._right = muted("")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(6)
        row.addWidget(IconLabel("eye" if read_only else "shield-check", "warn" if read_only else "ok", 14))
        row.addWidget(self._left)
        row.addStretch()
        row.addWidget(self._right)

    def show_backup(self, at: datetime | None) -> None:
        """When the last backup was made, in local time; None: never."""
        text = t("上次备份 {time}", time=describe_day(at)) if at is not None else t("还没有备份")
        self._left.setText(fonts.join_facts(self._safe, text))

    def show_counts(self, customers: int, contacts: int) -> None:
        """How many records are in the archive."""
        self._right.setText(fonts.join_facts(t("{n} 位客户", n=f"{customers:,}"), t("{n} 位联系人", n=f"{contacts:,}")))

    def text(self) -> str:
        """Everything that is said, for tests and screen readers."""
        return f"{self._left.text()}  {self._right.text()}"

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(0, 0, self.width(), 1, theme.color("border"))
        painter.end()
